"""Row 12: clocks that are set, leap, stand or run at another rate.

ctest: timeout 600, label nosan
"""

from driver import checks
from driver.cut import check_finished
from driver.jobs import RESULT, SIMULATED, undisturbed

NUMBER = 12
FAULT = "wall clock set by an hour or ten days, monotonic clock offset, leaping, going back, at another rate"
HOW = "faketime, time namespace, preloaded clock"
COUNTS = {"change": 12, "nightly": 50, "release": 50}

MEASURED = ("run", "--workload", "noop,sleep", "--lock", "none", "--executor", "thread,serial", "--tasks", "2",
            "-p", "sleep.duration=1ms", "--ops", "50", "--rounds", "3", "--budget", "60s", "--seed", "1", "--no-report")


TRIES = 5


def under_faketime(box, words, job):
    """faketime makes a semaphore named by its number, and one that is killed leaves it to the next of that number.

    So it gets shared memory of its own; where none can be mounted, another number."""
    faketime = box.tools.program("faketime", "faketime")
    try:
        box.tools.mount(box, "tmpfs", "/dev/shm")
    except checks.Unavailable:
        pass
    for _ in range(TRIES):
        ended = box.run(*job, "-o", RESULT, before=[faketime, "-m", *words])
        if "faketime: sem_open" not in ended.err:
            return ended
    raise checks.Unavailable(f"faketime does not start: {ended.err.strip()}")


def faked(box, how):
    """The wall clock alone: what is measured with is left."""
    box.kind = f"wall clock {how}"
    ended = under_faketime(box, ["--exclude-monotonic", "-f", how], SIMULATED)
    check_finished(box, SIMULATED, ended, [], box.kind)


def monotonic_faked(box, how):
    """Everything, at another rate: what is told is consistent in itself, or a launch is named."""
    box.kind = f"all clocks {how}"
    ended = under_faketime(box, ["-f", how], MEASURED)
    check_plausible(box, ended)


def in_namespace(box, offset_s):
    words = box.tools.unshare("--time", "--fork", "--kill-child", "--monotonic", str(offset_s), "--boottime", str(offset_s))
    box.kind = f"monotonic clock {offset_s:+d} s"
    ended = box.run(*MEASURED, "-o", RESULT, before=words)
    document = check_plausible(box, ended)
    for cell in document["cells"] if document else []:
        box.expect("apart", cell["status"] == "ok" and not any("excluded" in launch for launch in cell["launches"]),
                   f"{box.kind}: {cell['id']}: {cell['status']} {cell.get('reason')}")


def stepped(box, step_ns):
    """In the middle of one worker: that launch is named and not used."""
    box.kind = f"step of {step_ns} ns"
    environment = {"LD_PRELOAD": box.tools.built("contend_clock.so"),
                   "CONTEND_CLOCK": f"{step_ns}:{box.draw.randint(1, 120)}:{box.path('tmp/mark')}"}
    ended = box.run(*MEASURED, "-o", RESULT, environment=environment)
    box.remove("tmp/mark")
    check_plausible(box, ended)


def check_plausible(box, ended):
    """No time is more than this run can have taken, nor less than its sleeps; what is not is excluded."""
    what = box.kind
    checks.check_words(box, ended, {0, 3}, what)
    document = checks.check_result(box, RESULT, what)
    if not box.expect("readable", document, f"{what}: no result: {ended}"):
        return None
    failed = checks.failed_cells(document)
    box.expect("status", (ended.status == 3) == bool(failed), f"{what}: {ended}")
    for cell in document["cells"]:
        for metric, found in cell["metrics"].items():
            if found["unit"] == "ns" and found["samples"]:
                box.expect("apart", max(found["samples"]) < 120e9 and min(found["samples"]) >= 0,
                           f"{what}: {cell['id']}: {metric}: {min(found['samples'])} to {max(found['samples'])} ns")
    for cell in failed:
        box.expect("apart", "clock" in cell["reason"], f"{what}: {cell['id']}: {cell['reason']}")
    box.expect_quiet(what)
    box.expect_tidy(what, RESULT)
    return document


HOUR = 3600
KINDS = ((stepped, -HOUR * 10**9), (stepped, HOUR * 10**9), (in_namespace, 10**6), (in_namespace, -1),
         (stepped, -3 * 10**6), (faked, "+3600s"), (faked, "-10d"), (stepped, 864000 * 10**9), (faked, "+0s x5"),
         (stepped, 7 * 10**6), (monotonic_faked, "+0s x2"), (faked, "+10d"), (stepped, -1000),
         (monotonic_faked, "+0s x0.5"), (in_namespace, 10**9), (faked, "-3600s"))


def inject(box):
    kind, how = KINDS[box.index % len(KINDS)]
    undisturbed(box.tools, SIMULATED)
    kind(box, how)
