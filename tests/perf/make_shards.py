"""Writes shards of a made-up plan: how long does merging take?

usage: make_shards.py SHARDS CELLS_A_SHARD FOLDER [HOSTS]

Each cell has three metrics of three samples.  With HOSTS the shards are of so many machines in turn.
"""

import json
import sys


def metric(unit, better, value):
    return {"unit": unit, "better": better, "nature": "noisy", "group": "throughput", "definition": "a made-up number",
            "source": "clock", "samples": [value, value + 1, value + 2], "summary": {}}


def cell(place, role="measured"):
    return {"id": f"spin/none/thread/tasks={place + 1}", "role": role, "workload": "spin", "workload_kind": "cpu",
            "lock": "none", "executor": "thread", "tasks": place + 1, "workers": 0, "placement": "free", "params": {},
            "ops_per_task": 10, "batch_ops": 1, "status": "ok",
            "metrics": {"throughput_per_s": metric("per_s", "higher", 1e6 + place), "makespan_ns": metric("ns", "lower", 1e4 + place),
                        "startup_ns": metric("ns", "lower", 1e3 + place)},
            "launches": [{"round": r, "duration_ns": 20000000} for r in range(3)], "warnings": [], "place": place}


def shard(index, count, cells, hosts):
    places = range(index - 1, cells * count, count)
    made = [cell(p) for p in places]
    if index > 1:
        made.insert(0, cell(0, "control"))
    return {"schema": "contend.result/1",
            "run": {"id": "20260131T120000Z-00000001", "started_at": "2026-01-31T12:00:00Z", "finished_at": "2026-01-31T12:01:00Z",
                    "status": "complete", "command": ["contend"], "seed": 1, "rounds": 3, "rounds_planned": 3, "duration_ns": 1,
                    "tool": {"name": "contend", "version": "0.1.0", "runtime": "contend 0.1.0"},
                    "shard": {"index": index, "count": count, "plan": "0123456789abcdef"}},
            "host": {"hostname": f"node{index % hosts}", "cpu": "none", "kernel": "none", "cpus_allowed": 2},
            "cells": made}


def main(arguments):
    count, cells, folder = int(arguments[0]), int(arguments[1]), arguments[2]
    hosts = int(arguments[3]) if len(arguments) > 3 else 1
    for index in range(1, count + 1):
        with open(f"{folder}/shard{index}.json", "w") as out:
            out.write(json.dumps(shard(index, count, cells, hosts)))    # without indent it is C that writes: many times as fast


if __name__ == "__main__":
    main(sys.argv[1:])
