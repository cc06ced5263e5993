#!/usr/bin/env python3
"""How contend's coroutines stand beside the floor, and what each of their services costs.

usage: tests/perf/coro_ratio.py FOLDER [--services] [--rounds 21] [--cpu N] [ROW...]

FOLDER has the programs, as `cmake --build build/release --target coro_bench coro_floor coro_services`
leaves them in build/release/tests.  In each round every row is measured by each side, a process of its
own each, in an order that is reversed from round to round; all on one CPU.  A ratio or a price is taken
within a round, and what is printed is the median of the rounds with their quartiles.

Without --services: coro_bench beside coro_floor, the same work on C++20 coroutines with a minimal loop.
The ratio is that of throughputs: above 1 contend is quicker.
With it: coro_bench beside builds of itself that lack one service, and the time that its absence saves.
"""

import argparse
import os
import statistics
import subprocess
import sys

# Row of the table: of the floor, of coro_bench, unit, and the ratio that is to be reached (None: shown).
ROWS = {
    "yield/2": ("yield/2", "yield/2", "ns", 1.0),
    "yield/1000": ("yield/1000", "yield/1000", "ns", 0.9),
    "yield/100000": ("yield/100000", "yield/100000", "ns", None),
    "spawn_await/eager": ("spawn_await/eager", "spawn_await/eager", "ns", 1.0),
    "spawn_await/deferred": ("spawn_await/deferred", "spawn_await/deferred", "ns", 0.9),
    "channel/1": ("channel/1", "channel/1", "ns", 0.85),
    "channel/1/ping_pong": ("channel/1/ping_pong", "channel/1/ping_pong", "ns", None),
    "channel/1024": ("channel/1024", "channel/1024", "ns", 1.0),
    "skynet": ("skynet", "skynet", "ms", 0.85),
    "sleepers/1000000": ("sleepers/1000000", "sleepers/1000000/compact", "s", 1.0),
}
SERVICES = ["fairness", "cancel", "deadlines", "waiters", "checks", "all"]


def program(folder, name):
    path = os.path.join(folder, name)
    if not os.access(path, os.X_OK):
        sys.exit(f"there is no {path}: cmake --build {os.path.dirname(os.path.normpath(folder)) or '.'} "
                 f"--target coro_bench coro_floor coro_services (coro_floor needs a C++20 compiler)")
    return path


def measure(path, row):
    """The first value of one repetition."""
    done = subprocess.run([path, "--once", row], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"{path} --once {row}: status {done.returncode}")
    return float(done.stdout.split()[0])


def quartiles(values):
    """Median, lower and upper quartile."""
    if len(values) < 2:
        return values[0], values[0], values[0]
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return middle, low, high


def shown(values, digits=2):
    middle, low, high = quartiles(values)
    return f"{middle:.{digits}f} [{low:.{digits}f}-{high:.{digits}f}]"


def measure_rounds(asked, sides):
    """{row: {side: [a value a round]}} for sides {name: (program, place of the row's name)}."""
    found = {row: {side: [] for side in sides} for row in asked.rows}
    for number in range(asked.rounds):
        for row in asked.rows:
            names = list(sides)
            for side in names if number % 2 == 0 else reversed(names):
                path, place = sides[side]
                found[row][side].append(measure(path, ROWS[row][place]))
        if sys.stderr.isatty():
            print(f"\rround {number + 1} of {asked.rounds}", end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    return found


def print_ratios(asked):
    sides = {"floor": (asked.program("coro_floor"), 0), "contend": (asked.program("coro_bench"), 1)}
    found = measure_rounds(asked, sides)
    print(f"{'row':22}{'floor':24}{'contend':24}{'unit':6}{'floor/contend':22}goal")
    for row in asked.rows:
        floor, ours = found[row]["floor"], found[row]["contend"]
        ratios = [f / o for f, o in zip(floor, ours)]
        goal = ROWS[row][3]
        end = "" if goal is None else f"{goal:.2f} " + (
            "reached" if statistics.median(ratios) >= goal else "missed")
        print(f"{row:22}{shown(floor):24}{shown(ours):24}{ROWS[row][2]:6}{shown(ratios):22}{end}")


def print_prices(asked):
    sides = {"contend": (asked.program("coro_bench"), 1)}
    sides |= {s: (asked.program(f"coro_bench_without_{s}"), 1) for s in SERVICES}
    found = measure_rounds(asked, sides)
    print(f"{'row':22}{'contend':22}" + "".join(f"{s:22}" for s in SERVICES))
    for row in asked.rows:
        ours = found[row]["contend"]
        line = f"{row:22}{shown(ours):22}"
        for service in SERVICES:
            line += f"{shown([a - b for a, b in zip(ours, found[row][service])]):22}"
        print(f"{line}{ROWS[row][2]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("folder")
    parser.add_argument("rows", nargs="*", metavar="ROW")
    parser.add_argument("--services", action="store_true")
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--cpu", type=int, help="the CPU that all run on (the first allowed one)")
    asked = parser.parse_intermixed_args()
    asked.rows = asked.rows or [r for r in ROWS if not asked.services or "sleepers" not in r]
    for row in asked.rows:
        if row not in ROWS:
            parser.error(f"there is no row \"{row}\" (there are {', '.join(ROWS)})")
    if asked.rounds < 1:
        parser.error(f"--rounds: \"{asked.rounds}\" is too small (1 or more)")
    asked.program = lambda name: program(asked.folder, name)
    cpu = min(os.sched_getaffinity(0)) if asked.cpu is None else asked.cpu
    os.sched_setaffinity(0, {cpu})
    print(f"{asked.rounds} rounds on CPU {cpu}; medians [quartiles]")
    if asked.services:
        print_prices(asked)
    else:
        print_ratios(asked)


if __name__ == "__main__":
    main()
