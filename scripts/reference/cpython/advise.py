"""A described request (contend advise) in this interpreter, in one shape, for some seconds.

    advise.py --kind process_thread --processes 2 --units 6 --cpu-ns 2e6 --wait-ns 8e6
              --clients 200 --rate 0 --payload 0 [--seconds 2]

Prints one line of JSON: {"served_per_s", "p99_ns", "memory_bytes"}.  Units take numbers from one
counter; a closed loop (rate 0) has `clients` requests outstanding, an open one has them come at
times drawn from a seed, and times count from the moment at which a request was to come.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import random
import sys
import threading
import time

NOW = time.perf_counter_ns  # the same clock in all processes of a machine
TURNS = 1000
GAPS = 8192


def compute(turns):
    x = 1
    for _ in range(turns):
        x = x * 6364136223846793005 + 1442695040888963407 & 0xFFFFFFFFFFFFFFFF
    return x


def turn_ns():
    """The least of several, for others are at work."""
    best = float("inf")
    for _ in range(7):
        begin = NOW()
        compute(TURNS)
        best = min(best, (NOW() - begin) / TURNS)
    return best


class Queue:
    """What all units of all processes share: the next number, answers, when it began."""

    def __init__(self, context, a):
        self.a = a
        self.taken = context.Value("q", 0)
        self.answered = context.Value("q", 0)
        self.began = context.Value("q", 0)
        self.ring = context.Array("q", 4 * max(a.clients, a.units), lock=False)
        gaps, total = random.Random(1), 0.0
        self.table = []
        for _ in range(GAPS if a.rate else 0):
            total += gaps.expovariate(a.rate) * 1e9
            self.table.append(int(total))

    def take(self):
        with self.taken.get_lock():
            number = self.taken.value
            self.taken.value = number + 1
        if self.a.rate:
            return self.began.value + number // GAPS * self.table[-1] + self.table[number % GAPS]
        at = self.ring[number % len(self.ring)] if number >= max(self.a.clients, self.a.units) else 0
        return at or self.began.value

    def answer(self, now):
        with self.answered.get_lock():
            number = self.answered.value
            self.answered.value = number + 1
            self.ring[(number + max(self.a.clients, self.a.units)) % len(self.ring)] = now


def serve(a, turns, payload):
    if payload:
        sum(payload[::4096])
    compute(turns)


def thread_unit(a, q, turns, payload, times, end_ns):
    while True:
        due = q.take()
        now = NOW()
        if now >= end_ns or due >= end_ns:
            return
        if due > now:
            time.sleep((due - now) / 1e9)
        serve(a, turns, payload)
        if a.wait_ns:
            time.sleep(a.wait_ns / 1e9)
        now = NOW()
        q.answer(now)
        times.append((now, now - due))


async def coroutine_unit(a, q, turns, payload, times, end_ns):
    while True:
        due = q.take()
        now = NOW()
        if now >= end_ns or due >= end_ns:
            return
        if due > now:
            await asyncio.sleep((due - now) / 1e9)
        serve(a, turns, payload)
        await asyncio.sleep(a.wait_ns / 1e9)
        now = NOW()
        q.answer(now)
        times.append((now, now - due))


def rss_bytes():
    """The proportional share of this process, where the kernel tells."""
    try:
        with open("/proc/self/smaps_rollup") as f:
            for line in f:
                if line.startswith("Pss:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def live(a, q, turns, units, gate, answers):
    payload, times = bytes(a.payload), []
    gate.wait()
    end_ns = q.began.value + int(a.seconds * 1e9)
    if a.kind.endswith("coroutine"):
        async def all_units():
            await asyncio.gather(*(coroutine_unit(a, q, turns, payload, times, end_ns)
                                   for _ in range(units)))
        asyncio.run(all_units())
    else:
        threads = [threading.Thread(target=thread_unit, args=(a, q, turns, payload, times, end_ns))
                   for _ in range(units)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
    answers.put((times, rss_bytes()))


def run(a):
    context = multiprocessing.get_context("fork")
    turns = max(1, round(a.cpu_ns / turn_ns()))
    q, answers, gate = Queue(context, a), context.Queue(), context.Event()
    processes = []
    for i in range(a.processes):
        units = a.units // a.processes + (i < a.units % a.processes)
        processes.append(context.Process(target=live, args=(a, q, turns, units, gate, answers)))
    for p in processes:
        p.start()
    q.began.value = NOW()
    gate.set()
    found = [answers.get() for _ in processes]
    for p in processes:
        p.join()
    end_ns = q.began.value + int(a.seconds * 1e9)
    warm_ns = q.began.value + int(a.seconds * 0.2e9)
    counted = sorted(took for times, _ in found for now, took in times if warm_ns <= now < end_ns)
    if not counted:
        sys.exit("no request was answered in time")
    return {
        "served_per_s": len(counted) / (a.seconds * 0.8),
        "p99_ns": counted[max(0, -(-len(counted) * 99 // 100) - 1)],
        "memory_bytes": sum(memory for _, memory in found),
    }


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--kind", required=True)
    p.add_argument("--processes", type=int, required=True)
    p.add_argument("--units", type=int, required=True)
    p.add_argument("--cpu-ns", type=float, required=True)
    p.add_argument("--wait-ns", type=float, required=True)
    p.add_argument("--clients", type=int, required=True)
    p.add_argument("--rate", type=float, default=0)
    p.add_argument("--payload", type=int, default=0)
    p.add_argument("--seconds", type=float, default=2)
    a = p.parse_args()
    a.seconds = max(a.seconds, 6 * (a.cpu_ns + a.wait_ns) / 1e9)
    print(json.dumps(run(a)))


if __name__ == "__main__":
    os.environ.pop("PYTHONPATH", None)
    main()
