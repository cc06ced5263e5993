"""Row 18: a slowdown that was planted is found, none is found where there is none, a known sleep is as long.

ctest: timeout 600, serial, label nosan

What a verdict has to be is one-sided: on a machine that does much else "undecided" is an honest answer.
"""

from driver import checks
from driver.jobs import RESULT

NUMBER = 18
FAULT = "planted slowdowns, the same program against itself, a known sleep, a lock where there is one"
HOW = "duel, run"
COUNTS = {"change": 3, "nightly": 60, "release": 1000}


def loop(box, turns):
    return [box.tools.contend, "once", "--units", "0", "--steps", str(turns)]


def duel(box, base, head, expected, refuted):
    """Its status: 1 slower, 0 not slower, 5 no verdict possible."""
    ended = box.run("duel", "--budget", "4s", "--quiet", "--format", "json", "--", *base, "--", *head, within_s=120)
    checks.check_words(box, ended, expected, box.kind)
    if ended.status in (0, 1):
        rows = checks.parse(ended.out.encode())["comparisons"][0]["rows"]
        verdicts = [row["verdict"] for row in rows if row.get("verdict")]
        box.expect("exact", not refuted & set(verdicts), f"{box.kind}: {verdicts}")
    box.expect_quiet(box.kind)


def planted(box):
    percent = box.draw.choice((5, 10, 20))
    box.kind = f"{percent} % slower"
    turns = 4000000
    duel(box, loop(box, turns), loop(box, turns + turns * percent // 100), {0, 1, 5}, {"faster", "same"})


def itself(box):
    box.kind = "the same program"
    duel(box, loop(box, 4000000), loop(box, 4000000), {0, 5}, {"slower", "faster"})


def sleep(box):
    box.kind = "a known sleep"
    ended = box.run("run", "--workload", "sleep", "--lock", "none", "--executor", "serial,thread,process,coroutine", "--tasks", "2",
                    "-p", "sleep.duration=5ms", "--rounds", "3", "--budget", "60s", "--no-report", "-o", RESULT)
    checks.check_words(box, ended, {0}, box.kind)
    document = checks.check_result(box, RESULT, box.kind)
    for cell in document["cells"] if document else []:
        least = min(cell["metrics"]["makespan_ns"]["samples"])
        box.expect("exact", least >= 5e6, f"{box.kind}: {cell['id']}: {least} ns")


def lock(box):
    """Where everybody needs one lock nobody is ahead of one unit; where nobody does nobody waits."""
    box.kind = "a known lock"
    ended = box.run("run", "--workload", "spin", "--lock", "none,gil", "--executor", "thread", "--tasks", "2", "--task-time", "20ms",
                    "--rounds", "3", "--budget", "60s", "--no-report", "-o", RESULT)
    checks.check_words(box, ended, {0}, box.kind)
    document = checks.check_result(box, RESULT, box.kind)
    for cell in document["cells"] if document else []:
        waits = cell["metrics"].get("lock_wait_ratio", {}).get("samples", [])
        if cell["role"] == "measured" and cell["lock"] == "gil":
            box.expect("exact", waits and max(waits) > 0.1, f"{box.kind}: {cell['id']}: waits {waits}")


KINDS = (itself, planted, sleep, planted, lock, planted)


def inject(box):
    KINDS[box.index % len(KINDS)](box)
