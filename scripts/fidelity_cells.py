"""What scripts/fidelity.py measures, on either side and for how long."""

MS = 1_000_000


class Cell:
    """How one cell is measured: for how long, or how many operations, on either side."""

    def __init__(self, text, time_ms=0, ops=0, emulated=(), real=None, is_emulated_only=False,
                 per_unit=False):
        self.text, self.time_ns, self.ops = text, time_ms * MS, ops
        self.emulated, self.real = emulated, real or {}
        self.is_emulated_only, self.per_unit = is_emulated_only, per_unit
        self.workload, self.lock, self.executor, rest = text.split("/")
        tasks, *params = rest.split(",")
        self.tasks = int(tasks.partition("=")[2])
        self.is_alone = self.tasks == 1 or self.executor == "serial"
        self.params = dict(word.split("=") for word in params)
        ms = self.params.get("gil.interval", "5ms")
        self.interval_ns = int(ms[:-2]) * MS
        self.slower = TOLD if self.emulated is HOLD else 1

    def ops_for(self, scale):
        """Operations a task, where all launches are so many times as long; of waits five at least."""
        return max(min(5, self.ops), int(self.ops * scale))


def spin(tasks, time_ms, extra="", **more):
    return Cell(f"spin/gil/thread/tasks={tasks}{extra}", time_ms, **more)


def mixed(tasks, ops, extra="", **more):
    return Cell(f"mixed/gil/thread/tasks={tasks}{extra}", ops=ops, **more)


# An interpreter divides more slowly than a processor: a number that takes it as long.  Two a task:
# processes that are woken together may begin on one CPU, and what that costs, some milliseconds, is
# no part of the question.
PRIME = {"real": {"number": 100000000000031}, "ops": 2}
# Operations as long as those of an interpreter that hashes a mebibyte, as rarely under the lock.
LONG = ["-p", "release.turns=500000", "-p", "release.held=1000"]
# An interpreter's gate lets 200 threads go one by one, some 20 ms: not what is asked here.
LAZY_NS = 400 * MS
# An operation of the emulation takes as long as four instructions of CPython 2.7 (84 ns, and 62 ns
# for a turn of three), which let the lock go after 100 of them: every 2 us either way.
TICKS = ["-p", "gil_ticks.ticks=25"]
# Loops in C in either runtime, where the figure is how fast they run: one in an interpreter's own
# language is slowed by a stranger on the same core, and by a CPU that slept, when ours is not.
IN_C = {"divisors": 16}
# Turn by turn. Where turns are short, or several wait, telling each changes them: they are counted.
HOLD = ["--probe", "hold", "--uncompared"]
TOLD = 2  # operations are so many times as long then, which no calibration knows

# name: cells, and where it is not for all rows that fit, which.  The first cell is the base of the
# others.  A block that is first in the list takes a row before a later one.
#
# Under the lock launches are short: those of an interpreter differ by some 2 % among themselves,
# however long they are (where its heap lies), so that many of them tell more than long ones.
# Without it they are not, nor where turns are counted that are short: threads that are woken
# together begin on one CPU, where a turn lasts until the next tick, and the kernel sees it some ten
# milliseconds later.  That is a twentieth of the turns of 0.2 s, of an interpreter's more than of ours.
BLOCKS = [
    ("turns", [spin(2, 150, emulated=HOLD)], ("slice_p50", "slice_p90", "switches_2_5ms")),
    ("turns of 4", [spin(4, 400)],
     ("switches_4_5ms", "voluntary_4", "involuntary_4")),
    ("threads", [spin(1, 80, real=IN_C), spin(2, 120, real=IN_C), spin(4, 160, real=IN_C),
                 spin(8, 240, real=IN_C)], None),
    ("processes", [Cell(f"spin/gil/process/tasks={n}", ms, per_unit=True, real=IN_C)
                   for n, ms in ((1, 250), (2, 250), (4, 300))], None),
    ("prime", [Cell("prime/none/serial/tasks=2", **PRIME),
               Cell("prime/gil/thread/tasks=2", **PRIME),
               Cell("prime/gil/thread/tasks=4", **PRIME),
               Cell("prime/gil/process/tasks=2", **PRIME)], None),
    ("2 at 1 ms", [spin(2, 800, ",gil.interval=1ms")], None),
    ("4 at 1 ms", [spin(4, 400, ",gil.interval=1ms")], None),
    ("2 at 50 ms", [spin(2, 600, ",gil.interval=50ms", emulated=HOLD)], None),
    ("4 at 50 ms", [spin(4, 800, ",gil.interval=50ms", emulated=HOLD)], None),
    ("sleeper beside 1", [mixed(2, 30)], ("late_1_p50", "late_1_p90")),
    ("sleeper beside 2", [mixed(3, 40)], None),
    ("sleeper beside 4", [mixed(5, 40)], None),
    ("sleeper beside processes", [Cell("mixed/gil/process/tasks=5", 150, ops=100)], None),
    ("echo", [mixed(1, 2000, ",mode=echo"), mixed(2, 20, ",mode=echo"), mixed(3, 6, ",mode=echo"),
              mixed(5, 6, ",mode=echo")], None),
    ("sleepers", [Cell("sleep/gil/thread/tasks=200", real={"duration": LAZY_NS},
                       emulated=["-p", f"sleep.duration={LAZY_NS}ns"])], None),
    ("release", [Cell(f"release/gil/thread/tasks={n}", 500, per_unit=True, emulated=LONG)
                 for n in (1, 2)], None),
    ("unforced", [spin(2, 200, is_emulated_only=True),
                  spin(2, 200, ",gil.forced_switch=off", is_emulated_only=True)], None),
    ("unforced sleeper", [mixed(2, 30, is_emulated_only=True),
                          mixed(2, 30, ",gil.forced_switch=off", is_emulated_only=True)], None),
    ("ticks", [spin(4, 200, is_emulated_only=True),
               Cell("spin/gil_ticks/thread/tasks=4", 200, emulated=TICKS,
                    is_emulated_only=True)], None),
    ("ticks sleeper", [mixed(2, 30, is_emulated_only=True),
                       Cell("mixed/gil_ticks/thread/tasks=2", ops=30, emulated=TICKS,
                            is_emulated_only=True)], None),
]
# Whose figures are how fast loops run: those wait until no stranger is beside them.
OF_SPEED = {"threads", "processes", "prime", "release"}
