"""Writes a made-up result: what comparisons and exports say of it is known beforehand.

usage: made_result.py SEED [STATEMENT] >RESULT

Two cells (spin and sleep, two threads) and a control, twelve rounds of log-normal noise of 1 %.
STATEMENT is Python that changes it first: d is the document, c the first cell, x the samples of
its throughput_per_s; times(cell, metric, factor) multiplies samples.
"""

import json
import random
import statistics
import sys

ROUNDS = 12


def metric(draw, center, unit, better, group, nature="noisy"):
    samples = [center * draw.lognormvariate(0, 0.01) for _ in range(ROUNDS)]
    if nature == "exact":
        samples = [center] * ROUNDS
    return {"unit": unit, "better": better, "nature": nature, "group": group,
            "definition": "a made-up number", "source": "clock", "samples": samples, "summary": {}}


def cell(draw, workload, kind, executor, tasks, role):
    return {
        "id": f"{workload}/none/{executor}/tasks={tasks}", "role": role, "workload": workload,
        "workload_kind": kind, "lock": "none", "executor": executor, "tasks": tasks, "workers": 0,
        "placement": "free", "params": {"turns": 64}, "ops_per_task": 1000, "batch_ops": 10,
        "status": "ok",
        "metrics": {
            "startup_ns": metric(draw, 20000, "ns", "lower", "startup"),
            "throughput_per_s": metric(draw, 1e6, "per_s", "higher", "throughput"),
            "makespan_ns": metric(draw, 2e7, "ns", "lower", "throughput"),
            "early_wakes": metric(draw, 0, "count", "lower", "latency", "exact"),
        },
        "launches": [{"round": r, "duration_ns": 20000000, "steal_ns": 0, "foreign_cpu_ns": 0}
                     for r in range(ROUNDS)],
        "warnings": [],
    }


def times(one, name, factor):
    one["metrics"][name]["samples"] = [v * factor for v in one["metrics"][name]["samples"]]


def summarise(m):
    s = sorted(m["samples"])
    if s:
        m["summary"] = {"center": statistics.median(s), "lo": s[0], "hi": s[-1], "level": 0.99,
                        "n": len(s)}
    else:
        m.pop("summary", None)
        m["source"], m["reason"] = "none", "none was taken"


def main():
    seed = int(sys.argv[1])
    draw = random.Random(seed)
    d = {
        "schema": "contend.result/1",
        "run": {"id": f"made-{seed}", "started_at": f"2026-01-31T12:{seed % 60:02}:00Z",
                "finished_at": f"2026-01-31T12:{seed % 60:02}:30Z", "status": "complete",
                "command": ["contend", "run"], "seed": seed, "rounds": ROUNDS,
                "tool": {"name": "contend", "version": "0.1.0", "commit": f"abc{seed:04}",
                         "compiler": "GNU 12.2.0", "flags": "-O2 -g", "build_type": "Release",
                         "sanitizer": None, "runtime": "contend 0.1.0"}},
        "host": {"hostname": "vm1", "cpu": "Made CPU", "architecture": "x86_64", "cpus_online": 2,
                 "cpus_allowed": 2, "kernel": "6.1.0", "libc": "glibc 2.36",
                 "virtualization": "kvm"},
        "cells": [cell(draw, "spin", "cpu", "thread", 2, "measured"),
                  cell(draw, "sleep", "io", "thread", 2, "measured"),
                  cell(draw, "spin", "cpu", "serial", 1, "control")],
    }
    c = d["cells"][0]
    x = c["metrics"]["throughput_per_s"]["samples"]
    for statement in sys.argv[2:]:
        exec(statement, {"d": d, "c": c, "x": x, "times": times})
    for one in d["cells"]:
        for m in one["metrics"].values():
            summarise(m)
    json.dump(d, sys.stdout, indent=1)
    print()


main()
