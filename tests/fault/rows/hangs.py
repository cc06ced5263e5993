"""Row 4: somebody stands still: stopped, in an endless loop, in a deadlock; or only for a while.

ctest: takes 50, timeout 600, label nosan
"""

import signal
import time

from driver import checks, jobs
from driver.cut import check_finished
from driver.jobs import REAL, RESULT, SIMULATED, SIZED, undisturbed

NUMBER = 4
FAULT = "a worker, unit or coordinator stopped, for good or for a while; an endless loop, a deadlock"
HOW = "own driver, plug-in"
COUNTS = {"change": 8, "nightly": 500, "release": 2000}

KINDS = {"stopped for good": 6, "stopped for a while": 6, "coordinator stopped for a while": 3, "stuck": 5}
TIMEOUT = ("--timeout", "3s")      # for a machine that does much else; most of it is waiting
TRIES = 20


def victim_of(box, job, *more):
    generation = box.draw.choice((1, 2))
    for _ in range(TRIES):
        running = box.start(*job, *more, "-o", RESULT)
        jobs.sleep_within(box, undisturbed(box.tools, job).seconds)
        victim = jobs.pick(box, running, generation)
        if victim and jobs.kill(victim, signal.SIGSTOP):
            return running, victim
        running.kill(signal.SIGKILL)
        running.end()
        box.expect_quiet("nobody was there to be hit")
        box.remove(RESULT, jobs.JOURNAL)
    raise checks.Unavailable(f"in {TRIES} runs nobody was there to be stopped")


def stopped_for_good(box):
    job = box.draw.choice((REAL, SIZED))
    running, _ = victim_of(box, job, *TIMEOUT)
    check_failed(box, job, running.end())


def check_failed(box, job, ended, most=1):
    what = box.kind
    checks.check_words(box, ended, {0, 3}, what)
    document = checks.check_result(box, RESULT, what)
    if not box.expect("readable", document is not None, f"{what}: no result: {ended}"):
        return
    failed = checks.failed_cells(document)
    box.expect("status", (ended.status == 3) == bool(failed), f"{what}: {len(failed)} cells failed: {ended}")
    for cell in failed:
        box.expect("apart", "time" in cell["reason"], f"{what}: {cell['id']}: {cell['reason']}")
    if not any("calibration" in cell["reason"] for cell in failed):
        box.expect("exact", len(failed) <= most, f"{what}: {[cell['id'] for cell in failed]}")
    box.expect_quiet(what)
    box.expect_tidy(what, RESULT)


def stopped_for_a_while(box):
    job = box.draw.choice((REAL, SIZED))
    running, victim = victim_of(box, job)
    time.sleep(box.draw.uniform(0.05, 0.4))
    jobs.kill(victim, signal.SIGCONT)
    check_finished(box, job, running.end(), [], box.kind)


def coordinator_stopped(box):
    job = box.draw.choice((SIMULATED, REAL))
    running = box.start(*job, "-o", RESULT)
    jobs.sleep_within(box, undisturbed(box.tools, job).seconds)
    running.kill(signal.SIGSTOP)
    time.sleep(box.draw.uniform(0.05, 0.5))
    running.kill(signal.SIGCONT)
    check_finished(box, job, running.end(), [], box.kind)


def stuck(box):
    """A workload that never comes back, in each way there is, beside one that does."""
    how = box.draw.choice(("loop", "deadlock", "pause", "deaf", "session"))
    executor = box.draw.choice(("thread", "process", "coroutine"))
    box.kind = f"stuck: {how}, {executor}"
    ended = box.run("run", "--plugin", box.tools.built("plugins/stuck.so"), "--workload", "noop,stuck", "--lock", "none",
                    "--executor", executor, "--tasks", "2", "-p", f"stuck.how={how}", "--rounds", "1", "--budget", "60s",
                    *TIMEOUT, "--no-report", "-o", RESULT)
    checks.check_words(box, ended, {3}, box.kind)
    document = checks.check_result(box, RESULT, box.kind)
    if box.expect("readable", document is not None, f"{box.kind}: no result: {ended}"):
        for cell in document["cells"]:
            wanted = "failed" if cell["workload"] == "stuck" else "ok"
            box.expect("apart", cell["status"] == wanted or cell["role"] == "control",
                       f"{box.kind}: {cell['id']} is {cell['status']}: {cell.get('reason')}")
    box.expect_quiet(box.kind)
    box.expect_tidy(box.kind, RESULT)


def inject(box):
    box.kind = box.draw.choices(list(KINDS), list(KINDS.values()))[0]
    {"stopped for good": stopped_for_good, "stopped for a while": stopped_for_a_while,
     "coordinator stopped for a while": coordinator_stopped, "stuck": stuck}[box.kind](box)
