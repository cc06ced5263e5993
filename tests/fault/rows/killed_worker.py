"""Row 2: a worker or a unit dies; its cell fails and says why, and every other one is fine.

ctest: takes 140, timeout 600, label nosan
"""

import signal

from driver import checks, jobs
from driver.jobs import REAL, RESULT, SIZED, undisturbed

NUMBER = 2
FAULT = "a worker or a unit killed: SIGKILL, SIGSEGV, SIGABRT, SIGBUS, SIGTERM"
HOW = "own driver"
COUNTS = {"change": 30, "nightly": 5000, "release": 20000}

SIGNALS = (signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGTERM)
TRIES = 20


def hit_somebody(box, job):
    """Kills one of those the run has started, at a random moment; how the run ended."""
    number = box.draw.choice(SIGNALS)
    generation = box.draw.choice((1, 1, 2))
    for _ in range(TRIES):
        running = box.start(*job, "-o", RESULT)
        jobs.sleep_within(box, undisturbed(box.tools, job).seconds)
        victim = jobs.pick(box, running, generation)
        if victim and jobs.kill(victim, number):
            box.kind = f"{'worker' if generation == 1 else 'unit'}, {number.name}"
            return running.end(), number
        running.kill(signal.SIGKILL)
        running.end()
        box.expect_quiet("nobody was there to be hit")
        box.remove(RESULT, jobs.JOURNAL)
    raise checks.Unavailable(f"in {TRIES} runs nobody was there to be hit")


def inject(box):
    job = box.draw.choice((REAL, REAL, SIZED))
    ended, number = hit_somebody(box, job)
    what = box.kind
    # 3: a cell has failed; 0: it was done already, or a launch of a probe.
    checks.check_words(box, ended, {0, 3}, what)
    document = checks.check_result(box, RESULT, what)
    if not box.expect("readable", document is not None, f"{what}: no result: {ended}"):
        return
    checks.check_cells(box, document, undisturbed(box.tools, job).ids, what)
    failed = checks.failed_cells(document)
    box.expect("status", (ended.status == 3) == bool(failed), f"{what}: {len(failed)} cells failed: {ended}")
    for cell in failed:
        named = f"signal {int(number)}" in cell["reason"] or "status" in cell["reason"] or "unit" in cell["reason"]
        box.expect("apart", named, f"{what}: {cell['id']}: {cell['reason']}")
    # Calibration may stand for several cells; a worker stands for one.
    if not any("calibration" in cell["reason"] for cell in failed):
        box.expect("exact", len(failed) <= 1, f"{what}: {[cell['id'] for cell in failed]}")
    box.expect_quiet(what)
    box.expect_tidy(what, RESULT)
