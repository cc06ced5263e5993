"""What contend is doing when it is hit."""

import os
import time

from . import checks
from .box import Box, descendants, kill  # noqa: F401: rows say jobs.kill

SUITES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "suites")


def job(suite, seed):
    return ("run", "--suite", os.path.join(SUITES, suite + ".json"), "--seed", str(seed), "--no-report")


# Every number of these comes from a simulated clock: a run that was hit and went on must end in the
# same document as one that was not.
SIMULATED = job("simulated", 7)
REAL = job("real", 7)       # units as they are, and launches of probes
TINY = job("tiny", 1)       # one visit of each kind of unit: for faults that are put everywhere in turn
SIZED = job("sized", 1)     # work that has to be calibrated, and pools
HUNGRY = job("hungry", 1)   # work that takes memory, beside some that does not
PROBED = ("run", "--workload", "noop", "--ops", "20", "--lock", "none", "--executor", "coroutine", "--tasks", "2",
          "--rounds", "1", "--budget", "1s", "--seed", "1", "--no-report")

RESULT, JOURNAL = "x.json", "x.json.journal"

_undisturbed = {}


class Undisturbed:
    """How a job ends when nothing happens."""

    def __init__(self, tools, job):
        box = Box(tools, 0)
        try:
            begin = time.monotonic()
            ended = box.run(*job, "-o", RESULT)
            self.seconds = time.monotonic() - begin
            if ended.status:
                raise SystemExit(f"fault driver: the job does not work without a fault: {ended}")
            self.bytes = box.read(RESULT)
            self.document = checks.parse(self.bytes)
            self.ids = [cell["id"] for cell in self.document["cells"]]
        finally:
            box.close()


def undisturbed(tools, job):
    if job not in _undisturbed:
        _undisturbed[job] = Undisturbed(tools, job)
    return _undisturbed[job]


def sleep_within(box, seconds, beyond=1.1):
    """Until a random moment of something that takes so long."""
    time.sleep(box.draw.uniform(0, seconds * beyond))


def wait_for_journal(box, running, lines, within_s=30):
    """Until so many lines are there; false when it ended before."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        if box.read(JOURNAL).count(b"\n") >= lines:
            return True
        if not running.runs():
            return False
        time.sleep(0.005)
    return False


def exists(box, name):
    return os.path.lexists(box.path(name))


def relatives(pid, generation=None):
    """Who was started by it, in that generation below it or in any."""
    return [child for child, level in descendants(pid) if generation in (None, level)]


def pick(box, running, generation):
    """One of those a run has started, a worker (1) or a unit (2): the first to be seen from now on.  None: it ended."""
    while running.runs():
        there = relatives(running.pid, generation)
        if there:
            return box.draw.choice(there)
    return None
