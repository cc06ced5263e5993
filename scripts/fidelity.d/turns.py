# Who has the lock when, and how late a sleeper is: turns.py turns|late THREADS SECONDS
#
# The same as turns.rb, for an interpreter of Python's language: see there.
import sys
import threading
import time

GAP = 200_000
mode, count, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
now = time.monotonic_ns


def turn(limit):
    i = 0
    while i < limit:
        i += 1


def compute(finish, stretches):
    first = last = now()
    while last < finish:
        turn(2000)
        moment = now()
        if moment - last > GAP:
            stretches.append((first, last))
            first = moment
        last = moment
    stretches.append((first, last))


compute(now() + 500_000_000, [])  # so that the loop is compiled
finish = now() + int(seconds * 1e9)
found = [[] for _ in range(count)]
threads = [threading.Thread(target=compute, args=(finish, kept)) for kept in found]
for thread in threads:
    thread.start()  # and returns when it has begun
if mode == "late":
    sleeps = []
    while now() < finish:
        before = now()
        time.sleep(0.001)
        sleeps.append(now() - before - 1_000_000)
    print("\n".join("late %d" % late for late in sleeps))
for thread in threads:
    thread.join()
if mode == "turns":
    for n, stretches in enumerate(found):
        for first, last in stretches:
            print("stretch", n, first, last)
