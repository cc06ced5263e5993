"""Row 1: whoever coordinates is killed, and nothing that was finished is lost.

ctest: takes 150, timeout 600, label nosan
"""

import signal
import time

from driver import checks, everywhere, jobs
from driver.cut import check_cut, check_resumed
from driver.jobs import JOURNAL, REAL, RESULT, SIMULATED, undisturbed

NUMBER = 1
FAULT = "kill -9 of the coordinator at a random moment: run, resumed run, duel, claims, export, history, trace, watch"
HOW = "own driver"
COUNTS = {"change": 200, "nightly": 10000, "release": 100000}
JOBS = 3

KINDS = {"run": 55, "real units": 12, "over an older result": 10, "killed while resuming": 10, "duel": 5, "claims": 3,
         "export": 3, "history": 2, "trace": 3, "watch": 3}


def hit(box, job, *more):
    """A run that is killed at a moment of it."""
    running = box.start(*job, "-o", RESULT, *more)
    jobs.sleep_within(box, undisturbed(box.tools, job).seconds)
    running.kill(signal.SIGKILL)
    ended = running.end()
    box.expect("status", ended.status in (0, -signal.SIGKILL), f"killed: {ended}")
    return ended


def run(box, job=SIMULATED, older=None):
    hit(box, job)
    visits = check_cut(box, job, box.kind, older)
    check_resumed(box, job, visits, box.kind, older)


def over_older(box):
    box.run(*jobs.job("simulated", 99), "--rounds", "1", "-o", RESULT)
    run(box, older=box.read(RESULT))


def while_resuming(box):
    """Twice and more: each time what is finished grows, or stays."""
    hit(box, SIMULATED)
    visits = check_cut(box, SIMULATED, box.kind)
    for _ in range(box.draw.randint(1, 3)):
        if not jobs.exists(box, JOURNAL) or not visits:
            break
        running = box.start("run", "--resume", "--no-report", "-o", RESULT)
        jobs.sleep_within(box, undisturbed(box.tools, SIMULATED).seconds)
        running.kill(signal.SIGKILL)
        running.end()
        before, visits = visits, check_cut(box, SIMULATED, box.kind)
        if jobs.exists(box, JOURNAL):
            box.expect("exact", visits[:len(before)] == before, "resumed and killed: a visit of the journal changed")
        else:
            visits = before
    check_resumed(box, SIMULATED, visits, box.kind)


def whole_or_older(box, name, older, what):
    now = box.read(name)
    box.expect("exact", now == older or now.strip(), f"{what}: {name} is empty")
    return now


def duel(box):
    older = b'{"what was here": "before"}'
    box.write("duel.json", older)
    running = box.start("duel", "--budget", "2s", "--quiet", "-o", "duel.json", "--",
                        "sh", "-c", "sleep 0.01 & wait", "--", "sh", "-c", "setsid sleep 0.01; sleep 0.01")
    jobs.sleep_within(box, 2)
    victims = [running.pid] + jobs.relatives(running.pid, generation=1)
    victim = box.draw.choice(victims)
    box.kind += ", the first" if victim == running.pid else ", who measures"
    jobs.kill(victim, signal.SIGKILL)
    ended = running.end()
    allowed = {0, 1, -signal.SIGKILL} if victim == running.pid else {0, 1, 3, 5}
    box.expect("status", ended.status in allowed | {5}, f"{box.kind}: {ended}")
    box.expect_quiet(box.kind)
    if whole_or_older(box, "duel.json", older, box.kind) != older:
        try:
            checks.parse(box.read("duel.json"))
        except ValueError as problem:
            box.broken("readable", f"duel.json: {problem}")


def claims(box):
    running = box.start("claims", "--only", "lost_updates", "--rounds", "2", "-o", RESULT)
    time.sleep(box.draw.uniform(0, 2))
    running.kill(signal.SIGKILL)
    ended = running.end()
    box.expect("status", ended.status in (0, 1, -signal.SIGKILL), f"claims: {ended}")
    box.expect_quiet("claims")
    checks.check_result(box, RESULT, "claims")


def export(box):
    """What was there before stays, or is replaced as a whole."""
    whole = undisturbed(box.tools, SIMULATED).bytes
    box.write("in.json", whole)
    box.write("out.csv", b"older")
    running = box.start("export", "in.json", "--to", "csv", "-o", "out.csv")
    time.sleep(box.draw.uniform(0, 0.02))
    running.kill(signal.SIGKILL)
    running.end()
    now = box.read("out.csv")
    box.run("export", "in.json", "--to", "csv", "-o", "whole.csv")
    box.expect("exact", now in (b"older", box.read("whole.csv")), f"export: {len(now)} bytes that are neither")
    box.expect("exact", box.read("in.json") == whole, "export: its input changed")
    box.expect_quiet("export")


def history(box):
    """A line is there or not; those before it are untouched."""
    box.write("in.json", undisturbed(box.tools, SIMULATED).bytes)
    add = ("history", "add", "in.json", "--file", "h.jsonl", "--commit")
    box.run(*add, "a" * 40)
    before = box.read("h.jsonl")
    running = box.start(*add, "b" * 40)
    time.sleep(box.draw.uniform(0, 0.02))
    running.kill(signal.SIGKILL)
    running.end()
    after = box.read("h.jsonl")
    box.expect("exact", after.startswith(before), "history: a line that was there changed")
    ended = box.run("history", "show", "--file", "h.jsonl")
    checks.check_words(box, ended, {0}, "history after a kill")
    ended = box.run(*add, "c" * 40)
    checks.check_words(box, ended, {0, 2}, "history add after a kill")


def trace(box):
    older = b'{"what was here": "before"}'
    box.write("t.json", older)
    running = box.start("trace", "--workload", "spin", "--tasks", "2", "--for", "20ms", "-o", "t.json")
    jobs.sleep_within(box, 0.6)
    running.kill(signal.SIGKILL)
    running.end()
    box.expect_quiet("trace")
    if whole_or_older(box, "t.json", older, "trace") != older:
        everywhere.check_document(box, "t.json", "contend.trace/1", "trace")


def watch(box):
    """Who watches is killed: the program goes on to its own end, as if nobody had looked."""
    older = b'{"what was here": "before"}'
    box.write("w.json", older)
    everywhere.with_watched(box)
    running = box.start("watch", "-o", "w.json", "--", "sh", "-c", "./holds mutex 2 200 500 500 && echo it is through >through")
    jobs.sleep_within(box, 0.5)
    running.kill(signal.SIGKILL)
    running.end()
    begun = bool(box.living()) or jobs.exists(box, "through")
    box.expect_quiet("watch")
    box.expect("exact", not begun or box.read("through") == b"it is through\n", "watch: the program did not go on")
    if whole_or_older(box, "w.json", older, "watch") != older:
        everywhere.check_document(box, "w.json", "contend.watch/1", "watch")


def inject(box):
    box.kind = box.draw.choices(list(KINDS), list(KINDS.values()))[0]
    {"run": run, "real units": lambda b: run(b, REAL), "over an older result": over_older,
     "killed while resuming": while_resuming, "duel": duel, "claims": claims, "export": export,
     "history": history, "trace": trace, "watch": watch}[box.kind](box)
