#!/usr/bin/env python3
"""Does a process cell give the same value alone and within a suite?

usage: tests/perf/company.py CONTEND [--suite standard] [--cell ID] [--pairs 5] [--rounds 3] [--within 10]

Runs the cell alone and then the whole suite, or the other way round in every second pair, and
compares the median of the cell's lifecycle_ns over the rounds.  Ends with 1 when the median of the
pairs' ratios is further than so many per cent from 1.  The standard suite takes a minute a pair and
more: for a machine that does nothing else.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile


def measure(contend, words, rounds, cell, path):
    """The cell's lifecycle_ns, a sample a round."""
    subprocess.run([contend, "run", *words, "--rounds", str(rounds), "--budget", "59min", "--force",
                    "-q", "-o", path], check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(path, encoding="utf-8") as file:
        cells = {c["id"]: c for c in json.load(file)["cells"]}
    if cell not in cells:
        sys.exit(f"{path}: there is no cell {cell}")
    return cells[cell]["metrics"]["lifecycle_ns"]["samples"]


def words_of(cell):
    workload, lock, executor, tasks = cell.split("/")
    return ["--workload", workload, "--lock", lock, "--executor", executor,
            "--tasks", tasks.removeprefix("tasks=")]


def us(samples):
    return " ".join(f"{sample / 1e3:.0f}" for sample in samples)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("contend")
    parser.add_argument("--suite", default="standard")
    parser.add_argument("--cell", default="noop/none/process/tasks=1")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--within", type=float, default=10, help="per cent")
    asked = parser.parse_args()
    ratios = []
    with tempfile.TemporaryDirectory(prefix="contend-company.") as directory:
        path = os.path.join(directory, "result.json")
        for pair in range(asked.pairs):
            found = {}
            for side in ("alone", "suite") if pair % 2 == 0 else ("suite", "alone"):
                words = words_of(asked.cell) if side == "alone" else ["--suite", asked.suite]
                found[side] = measure(asked.contend, words, asked.rounds, asked.cell, path)
            ratio = statistics.median(found["suite"]) / statistics.median(found["alone"])
            ratios.append(ratio)
            print(f"pair {pair + 1}: alone {us(found['alone'])} us, within the suite "
                  f"{us(found['suite'])} us, ratio {ratio:.3f}", flush=True)
    middle = statistics.median(ratios)
    is_same = abs(middle - 1) <= asked.within / 100
    print(f"{asked.cell}: median ratio {middle:.3f}, {'within' if is_same else 'OUTSIDE'} "
          f"{asked.within:g} %")
    return 0 if is_same else 1


if __name__ == "__main__":
    sys.exit(main())
