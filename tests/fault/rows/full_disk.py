"""Row 9: what is written does not arrive: no space, no quota, an error of the disk, a read-only tree.

ctest: timeout 600, label nosan
"""

import os
import resource

from driver import checks, everywhere, jobs
from driver.cut import check_cut, check_resumed
from driver.jobs import JOURNAL, RESULT, SIMULATED, undisturbed

NUMBER = 9
FAULT = "ENOSPC, EIO, EROFS, EDQUOT, EFBIG: at each write, full at the start, full in the middle, read-only"
HOW = "tmpfs, seccomp user notification, rlimit"
COUNTS = {"change": 20, "nightly": 500, "release": 500}

WRITING = "write+pwrite64+writev"
SYNCING = "fsync+fdatasync"
NAMING = "linkat+rename+renameat2"


def refused(box):
    """From a moment on, or once: the disk says no."""
    calls, errors = box.draw.choice(((WRITING, ("ENOSPC", "EIO", "EDQUOT")), (SYNCING, ("EIO", "ENOSPC", "EDQUOT")),
                                     (NAMING, ("EROFS", "ENOSPC", "EIO")), ("ftruncate", ("EIO",))))
    n, error = box.draw.randint(1, 60), box.draw.choice(errors)
    later = box.draw.choice(("", "+"))
    box.kind = f"{calls}:{n}{later}:{error}"
    ended = box.run(*SIMULATED, "-o", RESULT,
                    before=box.tools.refusing_calls(f"{calls}:{n}{later}:{error}", box.path("tmp/report")))
    box.remove("tmp/report")
    return ended


def check(box, ended, what, allowed=frozenset({0, 2, 3})):
    checks.check_words(box, ended, allowed, what)
    visits = check_cut(box, SIMULATED, what)
    if ended.status == 0:
        box.expect("readable", jobs.exists(box, RESULT), f"{what}: status 0 and no result")
    box.expect_tidy(what, RESULT, JOURNAL)
    check_resumed(box, SIMULATED, visits, what)


def any_refusal(box):
    check(box, refused(box), box.kind)


def file_limit(box):
    kibibytes = box.draw.randint(0, 120)
    box.kind = f"RLIMIT_FSIZE {kibibytes} KiB"
    ended = box.run(*SIMULATED, "-o", RESULT, piped=True, preexec_fn=lambda: resource.setrlimit(
        resource.RLIMIT_FSIZE, (kibibytes << 10, kibibytes << 10)))
    check(box, ended, box.kind)


def on_tmpfs(box, kibibytes):
    """The box itself becomes a small file system."""
    box.tools.mount(box, "tmpfs", box.directory, f"size={kibibytes}k,mode=755")
    os.mkdir(box.path("tmp"))


def fill(box):
    """All but a page or two."""
    try:
        with open(box.path("filling"), "wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
    except OSError:
        pass


def full_at_the_start(box):
    on_tmpfs(box, 2000)
    fill(box)
    box.kind = "full at the start"
    ended = box.run(*SIMULATED, "-o", RESULT)
    checks.check_words(box, ended, {2, 3}, box.kind)
    box.remove("filling")
    check(box, ended, box.kind, {2, 3})


def full_in_the_middle(box):
    on_tmpfs(box, 2000)
    box.kind = "full in the middle"
    running = box.start(*SIMULATED, "-o", RESULT)
    jobs.sleep_within(box, undisturbed(box.tools, SIMULATED).seconds)
    fill(box)
    ended = running.end()
    box.remove("filling")
    check(box, ended, box.kind)


def too_small(box):
    """Nobody fills it but the run itself."""
    on_tmpfs(box, box.draw.choice((40, 80, 120, 160, 200)))
    box.kind = "a small file system"
    ended = box.run(*SIMULATED, "-o", RESULT)
    checks.check_words(box, ended, {0, 2, 3}, box.kind)
    visits = check_cut(box, SIMULATED, box.kind)
    # To go on there must be room: carried to where there is.
    journal, result = box.read(JOURNAL), box.read(RESULT)
    box.tools.libc.umount2(box.directory.encode(), 2)
    for name, data in ((JOURNAL, journal), (RESULT, result)):
        if data:
            box.write(name, data)
    check_resumed(box, SIMULATED, visits, box.kind)


def read_only(box):
    """From the start, for whoever is no root; and a file that is read-only, for anybody."""
    box.kind = "a read-only file"
    box.write(RESULT, everywhere.OLDER)
    os.chmod(box.path(RESULT), 0o444)
    ended = box.run(*SIMULATED, "-o", RESULT)
    checks.check_words(box, ended, {2}, box.kind)
    box.expect("exact", box.read(RESULT) == everywhere.OLDER, f"{box.kind}: it was written to")
    box.expect_tidy(box.kind, RESULT)


def read_only_system(box):
    on_tmpfs(box, 2000)
    box.write(RESULT, everywhere.OLDER)
    if box.tools.libc.mount(b"none", box.directory.encode(), None, 0x21, None):    # MS_REMOUNT | MS_RDONLY
        raise checks.Unavailable("a file system cannot be made read-only here")
    box.kind = "a read-only file system"
    ended = box.run(*SIMULATED, "-o", RESULT)
    checks.check_words(box, ended, {2}, box.kind)
    box.expect("words", "ead-only" in ended.err, f"{box.kind}: {ended}")
    box.expect("exact", box.read(RESULT) == everywhere.OLDER, f"{box.kind}: it was written to")
    box.expect_quiet(box.kind)


KINDS = (any_refusal, any_refusal, file_limit, full_at_the_start, full_in_the_middle, too_small, any_refusal, read_only,
         read_only_system)


def inject(box):
    KINDS[box.index % len(KINDS)](box)
