"""Row 13: what surrounds a run is odd, or changes in the middle of it.

ctest: timeout 600, label nosan
"""

import os
import signal
import subprocess

from driver import checks, jobs
from driver.cut import check_finished
from driver.jobs import RESULT, SIMULATED, undisturbed

NUMBER = 13
FAULT = "CPUs taken away, one CPU, others computing; no /proc, PSI, HOME, terminal, streams, directory; odd locale and host name"
HOW = "affinity, cpuset, namespaces, descriptors"
COUNTS = {"change": 12, "nightly": 115, "release": 115}

SPINNING = ("run", "--workload", "spin", "--lock", "none", "--executor", "thread,serial", "--tasks", "2", "--ops", "20000",
            "--rounds", "4", "--budget", "60s", "--seed", "1", "--no-report")


def same(box, what, **more):
    """On simulated clocks nothing that surrounds it may change a number."""
    box.kind = what
    ended = box.run(*SIMULATED, "-o", RESULT, **more)
    check_finished(box, SIMULATED, ended, [], what)
    return ended


def cpus():
    return sorted(os.sched_getaffinity(0))


def one_cpu(box):
    same(box, "one CPU", preexec_fn=lambda: os.sched_setaffinity(0, cpus()[:1]))


def narrowed(box, change):
    """Launches before are used, the one meanwhile and those after are named."""
    if len(cpus()) < 2:
        raise checks.Unavailable("there is one CPU")
    running = box.start(*SPINNING, "-o", RESULT, before=getattr(box, "inside", ()))
    if not jobs.wait_for_journal(box, running, box.draw.randint(2, 8)):
        raise checks.Unavailable("it was over before")
    change(running)
    ended = running.end()
    checks.check_words(box, ended, {0, 3}, box.kind)
    document = checks.check_result(box, RESULT, box.kind)
    if box.expect("readable", document, f"{box.kind}: no result: {ended}"):
        last = [cell["launches"][-1] for cell in document["cells"] if cell.get("launches")]
        box.expect("apart", last and all("excluded" in launch for launch in last),
                   f"{box.kind}: {sum('excluded' in launch for launch in last)} of {len(last)} last launches are excluded")
        failed = checks.failed_cells(document)
        box.expect("status", (ended.status == 3) == bool(failed), f"{box.kind}: {ended}")
    box.expect_quiet(box.kind)


def affinity_shrinks(box):
    box.kind = "affinity shrunk in the middle"
    narrowed(box, lambda running: os.sched_setaffinity(running.pid, cpus()[:1]))


def cpuset_shrinks(box):
    box.kind = "cpuset shrunk in the middle"
    box.inside = box.tools.group(box, "cpuset")

    def change(_):
        name = "cpuset.cpus"
        with open(os.path.join(box.group, name), "w", encoding="ascii") as file:
            file.write(str(cpus()[0]))
    narrowed(box, change)


def others_compute(box):
    """Numbers are noisy then, and said to be; nothing else."""
    box.kind = "others compute"
    hogs = [subprocess.Popen(["sh", "-c", "while :; do :; done"], env=box.environment({"CONTEND_TEST_MARK": None}))
            for _ in cpus()]
    try:
        ended = box.run(*SPINNING, "-o", RESULT)
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()
    checks.check_words(box, ended, {0}, box.kind)
    document = checks.check_result(box, RESULT, box.kind)
    box.expect("readable", document, f"{box.kind}: no result: {ended}")
    box.expect_quiet(box.kind)


def hidden(box, what, command):
    """Something of the system's is not there: on simulated clocks nothing changes, and what is measured is a result."""
    box.kind = what
    words = [*box.tools.unshare("--mount"), "sh", "-c", f'{command} && exec "$@"', "-"]
    ended = box.run(*SIMULATED, "-o", RESULT, before=words)
    check_finished(box, SIMULATED, ended, [], what)
    box.remove(RESULT)
    ended = box.run(*SPINNING, "-o", RESULT, before=words)
    checks.check_words(box, ended, {0, 3}, what)
    document = checks.check_result(box, RESULT, what)
    box.expect("readable", document or ended.status, f"{what}: no result: {ended}")
    box.expect_quiet(what)


def no_proc(box):
    hidden(box, "no /proc", "mount -t tmpfs none /proc")


def no_sys(box):
    hidden(box, "no /sys", "mount -t tmpfs none /sys")


def no_cpuinfo(box):
    hidden(box, "no word of the CPU", "mount --bind /dev/null /proc/cpuinfo")


def no_psi(box):
    if not os.path.isdir("/proc/pressure"):
        return same(box, "no PSI, by this kernel")
    return hidden(box, "no PSI", "mount -t tmpfs none /proc/pressure")


def no_tmp(box):
    same(box, "TMPDIR that is not there", environment={"TMPDIR": "/nowhere/at/all"})


def no_home(box):
    same(box, "no HOME", environment={"HOME": None})


def read_only_home(box):
    os.mkdir(box.path("tmp/home"), 0o555)
    same_home(box, box.path("tmp/home"))


def same_home(box, home):
    box.kind = "read-only HOME"
    ended = box.run(*SIMULATED, "-o", RESULT, environment={"HOME": home})
    box.expect("tidy", not os.listdir(home), f"{box.kind}: {os.listdir(home)} was made there")
    os.rmdir(home)
    check_finished(box, SIMULATED, ended, [], box.kind)


def empty_environment(box):
    """All but the mark by which it is found."""
    box.kind = "an empty environment"
    ended = box.run(*SIMULATED, "-o", RESULT, before=["env", "-i", "CONTEND_TURN=off",
                                                      f"CONTEND_TEST_MARK={box.directory}"])
    check_finished(box, SIMULATED, ended, [], box.kind)


def locale(box):
    same(box, "another locale", environment={"LC_ALL": box.draw.choice(("de_DE.UTF-8", "tr_TR.UTF-8", "xx", "C")),
                                              "LANG": "de_DE.UTF-8"})


def narrow(box):
    same(box, "40 columns", environment={"COLUMNS": "40", "TERM": "dumb"})


def host_name(box):
    """Whatever bytes it has: they reach the result, and no terminal."""
    libc, name, space = box.tools.libc, b"a\x1b[31m<b>|=1", 0x04000000    # CLONE_NEWUTS

    def be_called_so():
        if libc.unshare(space) or libc.sethostname(name, len(name)):
            os._exit(77)
    box.kind = "an odd host name"
    ended = box.run(*SPINNING[:-1], "-o", RESULT, preexec_fn=be_called_so)
    if ended.status == 77:
        raise checks.Unavailable("no host name of one's own here")
    checks.check_words(box, ended, {0}, box.kind)
    document = checks.check_result(box, RESULT, box.kind)
    box.expect("words", document and "\x1b" not in document["host"]["hostname"], f"{box.kind}: {document and document['host']}")
    box.expect("words", "\x1b" not in ended.out, f"{box.kind}: it reaches the terminal")


def directory_gone(box):
    """It is written by a whole path, and nothing else is looked up."""
    box.kind = "its directory is gone"
    os.mkdir(box.path("gone"))
    ended = box.run(*SIMULATED, "-o", box.path(RESULT), before=["sh", "-c", 'cd gone && rmdir ../gone && exec "$@"', "-"])
    checks.check_words(box, ended, {0}, box.kind)
    box.expect("readable", checks.check_result(box, RESULT, box.kind), f"{box.kind}: {ended}")


def closed(box):
    """Streams that are closed at the start; nothing may go where they were."""
    which = box.draw.choice(("<&-", ">&-", "<&- >&-", "2>&-", "<&- >&- 2>&-"))
    box.kind = f"closed: {which}"
    ended = box.run(*SIMULATED, "-o", RESULT, before=["sh", "-c", f'exec "$@" {which}', "-"])
    if "2" in which or ">&-" in which:
        box.expect("status", ended.status in (0, 3), f"{box.kind}: {ended}")
        document = checks.check_result(box, RESULT, box.kind)
        box.expect("readable", document, f"{box.kind}: no result")
    else:
        check_finished(box, SIMULATED, ended, [], box.kind)


def ignored(box):
    """Signals that were ignored or blocked by whoever started it."""
    def as_found():
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, range(1, signal.SIGRTMIN))
    same(box, "signals ignored and blocked", preexec_fn=as_found)


def nice(box):
    same(box, "at the lowest priority", preexec_fn=lambda: os.nice(19))


def no_loopback(box):
    same(box, "no network", before=box.tools.unshare("--net"))


def as_nobody(box):
    box.kind = "without rights"
    ended = box.tools.as_nobody(box, [], [*SIMULATED, "-o", RESULT])
    check_finished(box, SIMULATED, ended, [], box.kind)


KINDS = (one_cpu, affinity_shrinks, cpuset_shrinks, no_proc, no_cpuinfo, no_psi, no_tmp, no_home, read_only_home,
         empty_environment, locale, narrow, host_name, directory_gone, closed, ignored, nice, no_loopback, as_nobody,
         others_compute, no_sys, closed, affinity_shrinks)


def inject(box):
    undisturbed(box.tools, SIMULATED)
    KINDS[box.index % len(KINDS)](box)
