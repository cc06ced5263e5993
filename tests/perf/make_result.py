"""Writes a result of many cells: how long do the readers take?

usage: make_result.py CELLS SAMPLES METRICS SEED [FACTOR] >RESULT

The numbers are log-normal; FACTOR multiplies the times, so that two files differ by it.
"""

import json
import random
import sys

NAMES = [
    ("throughput_per_s", "per_s", "higher", "throughput"),
    ("startup_ns", "ns", "lower", "startup"),
    ("lifecycle_ns", "ns", "lower", "startup"),
    ("makespan_ns", "ns", "lower", "throughput"),
    ("task_time_ns", "ns", "lower", "latency"),
    ("runqueue_wait_ratio", "ratio", "lower", "contention"),
    ("lock_wait_ns", "ns", "lower", "contention"),
    ("process_cpu_ns", "ns", "lower", "cpu"),
    ("memory_bytes", "bytes", "lower", "memory"),
    ("involuntary_switches_per_s", "per_s", "lower", "contention"),
]


def metric(draw, row, samples, factor):
    name, unit, better, group = NAMES[row % len(NAMES)]
    if row >= len(NAMES):
        name += f"_{row}"
    scale = 1e6 / factor if better == "higher" else 1e6 * factor
    values = [scale * draw.lognormvariate(0, 0.01) for _ in range(samples)]
    ordered = sorted(values)
    middle = ordered[samples // 2]
    return name, {
        "unit": unit, "better": better, "nature": "noisy", "group": group,
        "definition": f"a made-up number called {name}, so that readers have something to read",
        "source": "clock", "samples": values,
        "summary": {"center": middle, "lo": ordered[0], "hi": ordered[-1], "level": 0.95, "n": samples},
    }


def main():
    cells, samples, metrics, seed = map(int, sys.argv[1:5])
    factor = float(sys.argv[5]) if len(sys.argv) > 5 else 1.0
    draw = random.Random(seed)
    document = {
        "schema": "contend.result/1",
        "run": {"id": f"made-{seed}", "started_at": "2026-01-31T12:00:00Z",
                "finished_at": "2026-01-31T12:01:00Z", "status": "complete", "command": ["made"],
                "seed": seed, "rounds": samples,
                "tool": {"name": "contend", "version": "0.1.0", "compiler": "GNU 12.2.0",
                         "flags": "-O2 -g", "build_type": "Release", "sanitizer": None,
                         "runtime": "contend 0.1.0"}},
        "host": {"hostname": "made", "cpu": "made", "cpus_allowed": 2, "kernel": "6.1.0"},
    }
    out = sys.stdout
    out.write(json.dumps(document, indent=1)[:-2] + ',\n "cells": [\n')
    for i in range(cells):
        cell = {
            "id": f"spin/none/thread/tasks={i + 1}", "role": "measured", "workload": "spin",
            "workload_kind": "cpu", "lock": "none", "executor": "thread", "tasks": i + 1,
            "workers": 0, "placement": "free", "params": {"turns": 64}, "status": "ok",
            "metrics": dict(metric(draw, row, samples, factor) for row in range(metrics)),
            "launches": [{"round": r, "duration_ns": 20000000 + r, "steal_ns": 0,
                          "foreign_cpu_ns": 1200, "throttled_ns": 0, "psi_cpu_some_ns": 4100}
                         for r in range(samples)],
            "warnings": [],
        }
        out.write((",\n" if i else "") + json.dumps(cell, indent=1))
    out.write("\n ]\n}\n")


main()
