"""Row 7: the limits of a user, a control group, a namespace.

ctest: timeout 600, label nosan
"""

import os
import resource

from driver import checks
from driver.cut import check_finished
from driver.jobs import JOURNAL, RESULT, SIZED, TINY, exists, undisturbed

NUMBER = 7
FAULT = "EAGAIN and its kin: processes, descriptors, address space, stack, locked memory, pids group, pid_max"
HOW = "rlimits, control group, PID namespace"
COUNTS = {"change": 12, "nightly": 60, "release": 60}

MANY = ("run", "--workload", "noop", "--lock", "none", "--executor", "thread,process", "--tasks", "1,60", "--rounds", "1",
        "--budget", "60s", "--seed", "1", "--no-report")


def limiting(what, value):
    number = getattr(resource, what)
    return lambda: resource.setrlimit(number, (value, value))


def limited(box, what, value, job, **more):
    box.kind = f"{what} {value}"
    return box.run(*job, "-o", RESULT, preexec_fn=limiting(what, value), **more)


def descriptors(box):
    return limited(box, "RLIMIT_NOFILE", box.draw.randint(4, 40), TINY)


def address_space(box):
    return limited(box, "RLIMIT_AS", box.draw.randint(4 << 20, 200 << 20), box.draw.choice((TINY, SIZED)))


def stack(box):
    """Words and environment lie on it, and the kernel begins up to 8 KiB below its top: so with few of them."""
    value = box.draw.choice((8, 16, 32, 64, 128, 256)) << 10
    box.kind = f"RLIMIT_STACK {value}"
    few = {name: None for name in os.environ if name != "PATH"}
    check_any_starts(box, few, limiting("RLIMIT_STACK", value), [*TINY, "-o", RESULT])
    return limited(box, "RLIMIT_STACK", value, TINY, environment=few)


STARTS = 20     # where a program lies is drawn each time


def check_any_starts(box, environment, limit, words):
    """A limit that a program which does nothing does not survive with these words is the kernel's matter."""
    true = box.tools.program("true", "coreutils")
    for _ in range(STARTS):
        try:
            status = box.start_command([true, *words], environment=environment, preexec_fn=limit).end().status
        except OSError as problem:
            status = problem.strerror
        if status:
            raise checks.Unavailable(f"{box.kind}: true(1) does not live with it ({status})")


def locked(box):
    return limited(box, "RLIMIT_MEMLOCK", 0, TINY)


def processes(box):
    """Only somebody without rights has this limit."""
    most = box.draw.choice((2, 3, 5, 10, 30))
    box.kind = f"RLIMIT_NPROC {most}"
    return box.tools.as_nobody(box, ["bash", "-c", f'ulimit -u {most}; exec "$@"', "-"], [*MANY, "-o", RESULT])


def pids_group(box):
    most = box.draw.choice((3, 4, 6, 10, 30))
    box.kind = f"pids.max {most}"
    return box.run(*MANY, "-o", RESULT, before=box.tools.group(box, "pids", pids_max=most))


def pid_namespace(box):
    """pid_max belongs to the namespace from Linux 6.14 on; before, it would be the machine's."""
    release = tuple(map(int, os.uname().release.split("-")[0].split(".")[:2]))
    if release < (6, 14):
        raise checks.Unavailable("pid_max of a namespace of its own takes Linux 6.14")
    words = box.tools.unshare("--pid", "--fork", "--mount-proc", "--kill-child")
    # 301 is the least the kernel takes; the first 300 are reserved once the numbers have gone round.
    box.kind = "pid_max 310"
    return box.run(*MANY, "-o", RESULT, before=[*words, "sh", "-c",
                   'echo 310 >/proc/sys/kernel/pid_max && exec "$@"', "-"])


KINDS = (descriptors, address_space, processes, pids_group, stack, pid_namespace, locked)


def inject(box):
    ended = KINDS[box.index % len(KINDS)](box)
    what = box.kind
    checks.check_words(box, ended, {0, 2, 3}, what)
    document = checks.check_result(box, RESULT, what) if exists(box, RESULT) else None
    if ended.status == 0:
        box.expect("readable", document is not None, f"{what}: status 0 and no result")
        box.expect("status", document and not checks.failed_cells(document),
                   f"{what}: status 0 with {[c['reason'] for c in checks.failed_cells(document or {'cells': []})][:2]}")
    box.expect_quiet(what)
    box.expect_tidy(what, RESULT, JOURNAL)
    if exists(box, JOURNAL):
        job = MANY if "60" in " ".join(ended.command) else TINY
        again = box.run("run", "--resume", "--no-report", "-o", RESULT)
        if again.status == 2 and not checks.visits_of(box.read(JOURNAL)):
            return
        if job == TINY and undisturbed(box.tools, TINY):
            check_finished(box, TINY, again, [], what + ", resumed")
        else:
            checks.check_words(box, again, {0}, what + ", resumed")
