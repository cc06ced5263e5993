#!/usr/bin/env python3
"""Counts words with as many threads as it is told, and reports to contend what it has done."""
import os, sys, threading, time
threads, words = int(sys.argv[1]), "threads processes coroutines locks".split() * 1000
def count():
    for _ in range(5):
        sum(len(w) for w in words)
begin = time.monotonic_ns()
team = [threading.Thread(target=count) for _ in range(threads)]
[t.start() for t in team], [t.join() for t in team]
done = 5 * len(words) * threads
if "CONTEND_REPORT_FD" in os.environ:
    with os.fdopen(int(os.environ["CONTEND_REPORT_FD"]), "w") as report:
        print(f"operations={done} checksum={done} word_ns={(time.monotonic_ns() - begin) / done}", file=report)
