"""Whether a CPU is shared with a stranger just now; used by scripts/fidelity.py.

On a hired machine a CPU is often one thread of a core whose other thread belongs to somebody else.
While that one computes, an interpreter's loop takes 1.5 to 1.9 times as long, which no counter of
this machine shows, and a chain of divisions 1.2 times: such seconds change a ratio of two launches,
and one runtime more than the other.  They come and go within seconds, so it is worth
asking for a loop's time before and after a launch.  What is asked is a loop of our own and never the
launch, so that no launch is chosen by what it found.
"""

import collections
import os
import random
import time

TURNS = 8000  # some 0.3 ms
WAKING, ASKED = 8, 4  # loops
MOST_CPUS = 8  # so many are asked, drawn anew each time
SHARED = 1.35  # times the first tenth: a clock that follows the heat moves by a fifth
MEMORY_S = 60  # what has been so for longer is this machine's pace
PAUSE_S = 0.02
AT_ONCE_S = 5  # of patience there is from the begin on
SHARE = 1 / 3  # of all time may be spent on waiting and on launches that are made again


def loop_ns():
    begin, total = time.perf_counter_ns(), 0
    for number in range(TURNS):
        total += number * number
    return time.perf_counter_ns() - begin


class Pace:
    """Asks the CPUs this process may use; its patience grows with the time a run has taken."""

    def __init__(self):
        self.begin, self.spent_s = time.monotonic(), 0.0
        self.seen = collections.defaultdict(collections.deque)  # CPU -> (moment, ns)

    def own_ns(self, cpu, moment, found_ns):
        """What a loop takes there when it is ours alone, by the last minute, this one among it."""
        seen = self.seen[cpu]
        seen.append((moment, found_ns))
        while seen[0][0] < moment - MEMORY_S:
            seen.popleft()
        return sorted(ns for _, ns in seen)[len(seen) // 10]

    def is_own(self):
        """No CPU is slower than it has been within the last minute."""
        allowed = os.sched_getaffinity(0)
        asked = random.sample(sorted(allowed), min(len(allowed), MOST_CPUS))
        try:
            # Each is asked, whatever the others say: it has to be known what is usual there.
            return all([self.is_own_cpu(cpu) for cpu in asked])
        finally:
            os.sched_setaffinity(0, allowed)

    def is_own_cpu(self, cpu):
        os.sched_setaffinity(0, {cpu})
        # A CPU that slept comes up to its speed within milliseconds; loops may be interrupted.
        found_ns = min([loop_ns() for _ in range(WAKING + ASKED)][WAKING:])
        return found_ns <= SHARED * self.own_ns(cpu, time.monotonic(), found_ns)

    def spend(self, time_s):
        """Whether there is so much patience left; it is taken then."""
        left_s = AT_ONCE_S + SHARE * (time.monotonic() - self.begin) - self.spent_s
        if time_s > left_s:
            return False
        self.spent_s += time_s
        return True

    def wait(self, at_most_s):
        """Until the CPUs are ours alone, or for so long.  False: they are not."""
        begin = before = time.monotonic()
        while not self.is_own():
            now = time.monotonic()
            if now - begin > at_most_s or not self.spend(now - before + PAUSE_S):
                return False
            time.sleep(PAUSE_S)
            before = now + PAUSE_S
        return True
