"""The result file: contend.result/1, as docs/result-format.md describes it."""

import json
import math
import os
import platform
import re
import sys
import sysconfig
import time

VERSION = "1"

# unit, better, group, definition; the same words as contend's where the same is meant.
METRICS = {
    "startup_ns": ("ns", "lower", "startup",
                   "from the call that creates a unit to the first instruction of its body"),
    "lifecycle_ns": ("ns", "lower", "startup",
                     "create, empty body and join of all tasks, divided by their number"),
    "makespan_ns": ("ns", "lower", "throughput",
                    "from the opening of the gate to the last join; of processes to the last "
                    "one's last instruction"),
    "throughput_per_s": ("per_s", "higher", "throughput",
                         "operations of all units a second, from the first operation to the last"),
    "wake_lateness_ns": ("ns", "lower", "latency",
                         "from the end of the sleep asked for to the next instruction"),
    "io_latency_ns": ("ns", "lower", "latency",
                      "how late the waiting unit went on after each sleep, or how long each round "
                      "trip took"),
    "io_throughput_per_s": ("per_s", "higher", "throughput",
                            "waits or round trips of the waiting unit a second"),
    "cpu_throughput_per_s": ("per_s", "higher", "throughput",
                             "operations of the computing units a second"),
    "handoffs_per_s": ("per_s", "neutral", "contention",
                       "times the interpreter went from one unit to another, a second of makespan, "
                       "seen from the units' own time stamps"),
    "lock_slice_ns": ("ns", "neutral", "contention",
                      "how long one unit had the interpreter without another in between"),
    "voluntary_switches_per_s": ("per_s", "neutral", "contention",
                                 "context switches of the units because they waited, a second"),
    "involuntary_switches_per_s": ("per_s", "lower", "contention",
                                   "context switches of the units because the scheduler took the "
                                   "CPU away, a second"),
    "thread_cpu_ns": ("ns", "lower", "cpu", "CPU time of all units while they worked"),
    "lost_updates": ("count", "lower", "contention",
                     "additions that were overwritten by another unit's"),
}
# Those whose distribution is kept launch by launch: a comparison round by round reads them.
BY_LAUNCH = ("io_latency_ns", "lock_slice_ns", "lock_hold_ns")
SOURCES = {"voluntary_switches_per_s": "rusage", "involuntary_switches_per_s": "rusage",
           "thread_cpu_ns": "rusage", "lost_updates": "counter"}


def read(path, default=""):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return default


def now_text():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def clean(text):
    return "".join(c if 32 <= ord(c) != 127 else " " for c in str(text))


def host():
    found = re.search(r"^model name\s*:\s*(.+)$", read("/proc/cpuinfo"), re.M)
    memory = re.search(r"^MemTotal:\s*(\d+)", read("/proc/meminfo"), re.M)
    h = {"hostname": platform.node() or "unknown", "architecture": platform.machine(),
         "cpus_online": os.cpu_count() or 1, "cpus_allowed": len(os.sched_getaffinity(0)),
         "kernel": platform.release(), "libc": " ".join(platform.libc_ver()).strip(),
         "clock": {"source": read("/sys/devices/system/clocksource/clocksource0/current_clocksource",
                                  "unknown").strip() or "unknown",
                   "resolution_ns": time.get_clock_info("monotonic").resolution * 1e9},
         "noise": {"load_1min": os.getloadavg()[0]}}
    if found:
        h["cpu"] = clean(found[1])
    if memory:
        h["memory_bytes"] = int(memory[1]) * 1024
    return h


def lock_request():
    """Where a waiter asks for the lock: from 3.13 on at the thread that has it, before that at all."""
    if not getattr(sys, "_is_gil_enabled", lambda: True)():
        return "none"
    return "thread" if sys.version_info >= (3, 13) else "shared"


def header(options, command):
    started = now_text()
    free = not getattr(sys, "_is_gil_enabled", lambda: True)()
    debug = hasattr(sys, "gettotalrefcount")
    runtime = f"cpython {platform.python_version()}{' free-threaded' if free else ''}"
    return {
        "run": {
            "id": f"{re.sub('[^0-9TZ]', '', started)}-{options.seed & 0xffffffff:08x}",
            "started_at": started, "command": [clean(word) for word in command],
            "seed": options.seed, "rounds_planned": options.rounds,
            "tool": {"name": "cpython-reference", "version": VERSION, "commit": None,
                     "compiler": clean(sys.version),
                     "flags": clean(sysconfig.get_config_var("CFLAGS") or ""),
                     "build_type": "Debug" if debug else "Release", "sanitizer": None,
                     "runtime": runtime, "lock_request": lock_request(),
                     "interpreter": clean(sys.executable)}},
        "host": host(), "begin_ns": time.monotonic_ns()}


# ---- Summaries ----------------------------------------------------------------------------


def median_interval(samples):
    """The median and the narrowest exact order-statistic interval for it of at least 95 %."""
    s, n = sorted(samples), len(samples)
    center = (s[(n - 1) // 2] + s[n // 2]) / 2
    k, coverage = 1, 1 - 2 * 0.5**n
    below = 0.5**n
    for j in range(1, n // 2):
        below += math.comb(n, j) * 0.5**n
        if 1 - 2 * below < 0.95:
            break
        k, coverage = j + 1, 1 - 2 * below
    return {"center": center, "lo": s[k - 1], "hi": s[n - k], "level": max(0.0, coverage), "n": n}


def width(low):
    return 1 << max(0, int(low).bit_length() - 7)


def quantile(buckets, q, least, most):
    total, seen = sum(count for _, count in buckets), 0
    rank = max(1, math.ceil(q * total))
    for low, count in buckets:
        seen += count
        if seen >= rank:
            return min(most, max(least, low + width(low) // 2))
    return most


def distribution(parts):
    """Pools the histograms of all launches."""
    pooled = {}
    for part in parts:
        for low, count in part["buckets"].items():
            pooled[int(low)] = pooled.get(int(low), 0) + count
    buckets = sorted(pooled.items())
    least, most = min(p["min"] for p in parts), max(p["max"] for p in parts)
    made = {"n": sum(pooled.values()), "min": least, "max": most, "buckets": buckets}
    for name, q in (("p10", 0.1), ("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p999", 0.999)):
        made[name] = quantile(buckets, q, least, most)
    return made


def metric(name, launches):
    unit, better, group, definition = METRICS[name]
    made = {"unit": unit, "better": better, "nature": "noisy", "group": group,
            "definition": definition, "source": SOURCES.get(name, "clock")}
    values, which, parts = [], [], []
    for index, launch in enumerate(launches):
        part = launch["spread"].get(name)
        if part:
            parts.append(part)
            values.append(distribution([part])["p50"])
            which.append(index)
        elif name in launch["metrics"]:
            values.append(launch["metrics"][name])
            which.append(index)
    made["samples"] = values
    if len(which) < len(launches):
        made["launches"] = which
    made["summary"] = median_interval(values)
    if parts:
        made["distribution"] = distribution(parts)
    return made


def cell_json(cell):
    launches = cell.get("launches", [])
    status, reason = ("skipped", cell["skip"]) if cell["skip"] else \
        ("failed", cell["failure"]) if cell.get("failure") else \
        ("ok", None) if launches else ("skipped", "no round was done")
    names = [name for name in METRICS
             if any(name in l["metrics"] or name in l["spread"] for l in launches)]
    made = {"id": cell["id"], "role": "measured", "workload": cell["workload"],
            "workload_kind": cell["kind"], "lock": cell["lock"], "executor": cell["executor"],
            "tasks": cell["tasks"], "workers": 0, "placement": "free", "params": cell["params"],
            "lock_params": {"interval": cell["interval"]} if cell["lock"] == "gil" else {},
            "executor_params": {}, "param_units": dict(cell["units"]), "status": status,
            "metrics": {} if status != "ok" else {name: metric(name, launches) for name in names},
            "launches": [{"round": l["round"], "duration_ns": l["duration_ns"]} for l in launches],
            "warnings": []}
    kept = {name: [sorted([int(low), count] for low, count in
                          (l["spread"].get(name) or {"buckets": {}})["buckets"].items())
                   for l in launches] for name in BY_LAUNCH if name in names and status == "ok"}
    if kept:
        made["launch_distributions"] = kept
    if cell["lock"] == "gil":
        made["param_units"]["gil.interval"] = "ns"
    if reason:
        made["reason"] = clean(reason)[:500] or "no reason was given"
    if status == "ok" and len(launches) < 6:
        made["warnings"].append({"code": "few_samples", "text":
                                 f"{len(launches)} samples: an interval at 95 % needs 6"})
    return made


def write(path, head, cells, rounds, status):
    """Writes the whole file, or leaves the one that is there."""
    run = dict(head["run"], status=status, rounds=rounds,
               duration_ns=time.monotonic_ns() - head["begin_ns"])
    if status == "complete":
        run["finished_at"] = now_text()
    made = {"schema": "contend.result/1", "run": run, "host": head["host"],
            "cells": [cell_json(cell) for cell in cells]}
    temporary = path + ".tmp"
    with open(temporary, "w", encoding="utf-8") as file:
        json.dump(made, file, allow_nan=False, separators=(",", ":"))
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
