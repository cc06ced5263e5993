"""Row 15: after thousands of cells and a million units it holds what it held at the start.

ctest: timeout 600, label nosan
"""

import os
import time

from driver import checks
from driver.box import children, read_bytes, state_of
from driver.jobs import RESULT

NUMBER = 15
FAULT = "leaks of descriptors, threads, zombies, memory over visits (counted here), and over a million units"
HOW = "the coordinator looked at while it runs"
COUNTS = {"change": 1, "nightly": 20, "release": 50}

ROUNDS = 42
VISITS = ("run", "--workload", "noop,sleep,spin", "--lock", "none,gil", "--executor", "fake", "--tasks", "1,4", "--seed", "7",
          "--rounds", str(ROUNDS), "--task-time", "100us", "--budget", "10min", "--no-report", "-o", RESULT)
UNITS_A_LAUNCH = {"thread": 1000, "coroutine": 10000, "process": 250}    # in 1000 rounds at most


def look(pid):
    """(resident KiB, descriptors, threads, zombies) of now; None when it is gone."""
    status = read_bytes(f"/proc/{pid}/status").decode()
    fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    try:
        descriptors = len(os.listdir(f"/proc/{pid}/fd"))
        return (int(fields["VmRSS"].split()[0]), descriptors, int(fields["Threads"]),
                sum(state_of(child) == "Z" for child in children(pid)))
    except (OSError, KeyError):
        return None


def watched(box, *words, within_s=170):
    running = box.start(*words)
    seen = []
    until = time.monotonic() + within_s
    while running.runs() and time.monotonic() < until:
        found = look(running.pid)
        if found:
            seen.append(found)
        time.sleep(0.02)
    return running.end(5), seen


def check_flat(box, seen, grown_kib):
    """From a tenth of the way on nothing grows; what is kept of the samples themselves is allowed for."""
    if len(seen) < 20:
        return
    early, late = seen[len(seen) // 10:len(seen) // 4], seen[-len(seen) // 4:]
    for i, name in ((1, "descriptors"), (2, "threads"), (3, "zombies")):
        most = max(s[i] for s in early) + 1     # one more of what is being started
        box.expect("tidy", min(s[i] for s in late) <= most, f"{box.kind}: {name} grew from {most} to {min(s[i] for s in late)}")
    grown = min(s[0] for s in late) - max(s[0] for s in early)
    box.expect("tidy", grown <= grown_kib, f"{box.kind}: {grown} KiB were added")


def visits(box):
    box.kind = "visits"
    ended, seen = watched(box, *VISITS)
    checks.check_words(box, ended, {0}, box.kind)
    document = checks.check_result(box, RESULT, box.kind)
    check_flat(box, seen, 6 << 10)
    box.expect_quiet(box.kind)
    box.expect_tidy(box.kind, RESULT)
    return sum(len(cell["launches"]) for cell in document["cells"]) if document else 0


def units(box):
    """So many units in one run: they were made, ran and are gone."""
    kind = box.draw.choice(list(UNITS_A_LAUNCH))
    tasks, wanted = UNITS_A_LAUNCH[kind], 20000 if box.index < 2 else 250000
    box.kind = f"units, {kind}"
    ended, seen = watched(box, "run", "--workload", "noop", "--lock", "none", "--executor", kind, "--tasks", str(tasks),
                          "--rounds", str(wanted // tasks), "--budget", "150s", "--seed", "1", "--no-report", "-o", RESULT)
    checks.check_words(box, ended, {0}, box.kind)
    document = checks.check_result(box, RESULT, box.kind)
    check_flat(box, seen, 6 << 10)
    box.expect_quiet(box.kind)
    box.expect_tidy(box.kind, RESULT)
    return sum(cell["tasks"] * len(cell["launches"]) for cell in document["cells"]) if document else 0


def inject(box):
    return visits(box) if box.index % 2 == 0 else units(box)
