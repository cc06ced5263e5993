#!/usr/bin/env python3
"""Two threads add numbers under one lock: a project with a gate on what that costs."""
import threading

ITEMS = 20000
lock = threading.Lock()
total = 0


def add():
    global total
    for i in range(1, ITEMS + 1):
        with lock:
            total += i


threads = [threading.Thread(target=add) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(total)
assert total == ITEMS * (ITEMS + 1)
