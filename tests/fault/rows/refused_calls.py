"""Row 5: each system call fails once, wherever in the tree of processes it is made.

ctest: timeout 600, label nosan

The calls are counted in a run of their own first, over all processes together; then each of them is refused
in turn, with an error the manual gives for it.  Every kind of call of every command comes before the second
of any kind.
"""

import random
import signal

from driver import checks, everywhere
from driver.box import Box, Unavailable

NUMBER = 5
FAULT = "the n-th system call of a kind refused, counted over the whole tree of processes"
HOW = "seccomp user notification"
COUNTS = {"change": 300, "nightly": 5000, "release": 15000}
JOBS = 3

ERRORS = {
    "access": "EACCES", "bind": "EACCES", "clock_nanosleep": "EINTR", "clone": "EAGAIN ENOMEM", "clone3": "EAGAIN ENOMEM",
    "close_range": "ENOSYS", "connect": "ECONNREFUSED ENETUNREACH", "dup": "EMFILE", "dup2": "EMFILE",
    "epoll_create1": "EMFILE ENOMEM", "epoll_ctl": "ENOMEM ENOSPC", "epoll_pwait": "EINTR", "epoll_wait": "EINTR",
    "eventfd2": "EMFILE", "execve": "ENOMEM EACCES", "faccessat": "EACCES", "fallocate": "ENOSPC EOPNOTSUPP",
    "fchmod": "EPERM", "fchown": "EPERM", "fcntl": "EMFILE EAGAIN", "fdatasync": "EIO ENOSPC EDQUOT",
    "flock": "ENOLCK EINTR", "fork": "EAGAIN ENOMEM", "fstat": "ENOMEM", "fsync": "EIO ENOSPC EDQUOT",
    "ftruncate": "EIO EPERM ENOSPC", "futex": "EINTR EAGAIN", "getdents64": "EIO", "getrandom": "ENOSYS EAGAIN",
    "io_uring_setup": "ENOSYS EPERM", "ioctl": "EIO ENOSYS", "linkat": "EPERM ENOSPC EOPNOTSUPP", "listen": "EOPNOTSUPP",
    "lseek": "EINVAL", "madvise": "ENOMEM EINVAL", "memfd_create": "EMFILE ENOMEM ENOSYS", "mkdir": "EACCES ENOSPC EROFS",
    "mkdirat": "EACCES ENOSPC EROFS", "mmap": "ENOMEM", "mprotect": "ENOMEM", "mremap": "ENOMEM",
    "newfstatat": "ENOMEM EACCES", "open": "EMFILE EACCES ENOENT", "openat": "EMFILE ENFILE EACCES ENOENT EIO",
    "perf_event_open": "EPERM EACCES ENOSYS ENOENT EMFILE", "pidfd_open": "ENOSYS EPERM EMFILE", "pipe2": "EMFILE ENFILE",
    "poll": "EINTR ENOMEM", "ppoll": "EINTR ENOMEM", "prctl": "EPERM EINVAL", "pread64": "EIO", "prlimit64": "EPERM",
    "pwrite64": "ENOSPC EIO EDQUOT", "read": "EIO EINTR", "readlink": "EACCES ENOENT", "readlinkat": "EACCES ENOENT",
    "recvfrom": "EINTR", "rename": "EACCES ENOSPC EROFS EIO", "renameat2": "EACCES ENOSPC EROFS EIO",
    "sched_getaffinity": "EINVAL", "sched_setaffinity": "EINVAL EPERM", "sched_setscheduler": "EPERM",
    "sendfile": "EIO EINVAL", "setpgid": "EACCES EPERM", "setpriority": "EACCES EPERM", "setsid": "EPERM",
    "socket": "EMFILE EACCES", "socketpair": "EMFILE", "stat": "ENOMEM EACCES", "statx": "ENOSYS",
    "sysinfo": "EPERM", "timerfd_create": "EMFILE ENOMEM", "timerfd_settime": "EINVAL", "unlink": "EACCES EROFS EIO",
    "unlinkat": "EACCES EROFS EIO", "vfork": "EAGAIN ENOMEM", "wait4": "EINTR ECHILD", "waitid": "EINTR ECHILD",
    "write": "ENOSPC EIO EDQUOT", "writev": "ENOSPC EIO",
}

_points = {}


def count_calls(tools, place):
    box = Box(tools, 0)
    try:
        place.prepare(box)
        box.run(*place.words, before=tools.refusing_calls("count", box.path("report")))
        lines = [line.split() for line in box.read("report").decode().splitlines()]
        return {(place.name, name): int(number) for name, number in lines if name in ERRORS}
    finally:
        box.close()


def points(tools):
    if not _points:
        counts = {}
        for place in everywhere.PLACES:
            counts.update(count_calls(tools, place))
        _points["all"] = everywhere.spread(random.Random(1), counts)
    return _points["all"]


def count(tools):
    try:
        return 3 * len(points(tools))     # once for each error, nearly
    except Unavailable:
        return 1


def crashed(ended):
    """It, or a program that it ran and tells of."""
    return ended.status in checks.died_of(signal.SIGSEGV) or f"killed by signal {int(signal.SIGSEGV)} " in ended.err


def inject(box):
    every = points(box.tools)
    name, call, n = every[box.index % len(every)]
    place = next(place for place in everywhere.PLACES if place.name == name)
    error = box.draw.choice(ERRORS[call].split())
    box.kind = f"{name}: {call}:{n}:{error}"
    place.prepare(box)
    rule = f"{call}:{n}:{error}"
    ended = box.run(*place.words, before=box.tools.refusing_calls(rule, box.path("tmp/report")))
    report = box.read("tmp/report").decode()
    box.remove("tmp/report")
    if "refused 0" in report:
        raise Unavailable("this time fewer calls were made")
    if crashed(ended) and "loading 1" in report:
        raise Unavailable("a dynamic loader dies of it, whatever the program")
    place.check(box, ended, box.kind)
