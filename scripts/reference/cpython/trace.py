"""One cell with its events, as contend trace writes them (contend.trace/1): who had the interpreter when.

The threads tell it themselves.  A body that computes reads the clock after each operation, which it can do
only while it has the lock: from the first to the last of readings without a pause it ran.  In a pause another
thread ran, or none: then the lock was waited for, or a CPU.  One that sleeps or hashes stamps before and after
the call, for which the interpreter lets the lock go.

What the interpreter does not tell: when a waiter asked, and how long it had no CPU while it waited.  So waiting for
the lock holds both, and "knows_cpu_waits" is false.
"""

import hashlib
import threading
import time

import bodies
from bodies import NOW

# Computing without a reading for longer than this: it was not computing.
PAUSE_NS = 60_000
WORKLOADS = ("spin", "mixed", "sleep", "release")
BUFFER = bytes(4 << 20)
JOIN_LIMIT_S = 120


class Stamps:
    """What a thread did: stretches with the lock, and spans without, as (state, begin, end)."""

    def __init__(self):
        self.holds, self.spans = [], []


def compute(stamps, turns, deadline, is_over):
    x, begin = bodies.SEED, NOW()
    last = now = begin
    while now < deadline and not is_over():
        x = bodies.turn(x, turns)
        now = NOW()
        if now - last > PAUSE_NS:
            stamps.holds.append((begin, last))
            begin = now
        last = now
    stamps.holds.append((begin, last))


def outside(stamps, state, call):
    """Around a call for which the lock is let go."""
    begin = NOW()
    due = call()
    end = NOW()
    due = min(end, begin + due) if due else end
    stamps.spans.append((state, begin, due))
    return end


def sleep_again(stamps, period_ns, deadline, times=None):
    begin, done = NOW(), 0
    while begin < deadline if times is None else done < times:
        def call():
            time.sleep(period_ns / 1e9)
            return period_ns
        end = outside(stamps, "sleeps", call)
        begin = NOW()
        stamps.holds.append((end, begin))
        done += 1


def hash_again(stamps, deadline):
    begin = NOW()
    while begin < deadline:
        def call():
            hashlib.sha256(BUFFER).digest()
        end = outside(stamps, "runs without the lock", call)
        begin = NOW()
        stamps.holds.append((end, begin))


def body(cell, index, stamps, deadline, over):
    name, params = cell["workload"], cell["params"]
    if name == "sleep":
        sleep_again(stamps, params["duration"], deadline, times=1)
    elif name == "release":
        hash_again(stamps, deadline)
    elif name == "mixed" and index == 0:
        sleep_again(stamps, params["period"], deadline)
        over.append(True)
    else:
        compute(stamps, params["turns"], deadline, lambda: over)


def run_threads(cell):
    gate, ready, begin, over = threading.Event(), threading.Semaphore(0), [0], []
    all_stamps = [Stamps() for _ in range(cell["tasks"])]

    def main(index):
        ready.release()
        gate.wait()
        body(cell, index, all_stamps[index], begin[0] + cell["task_time"], over)

    threads = [threading.Thread(target=main, args=(i,), daemon=True) for i in range(cell["tasks"])]
    for thread in threads:
        thread.start()
    for _ in threads:
        ready.acquire()
    begin[0] = NOW()
    gate.set()
    for thread in threads:
        thread.join(JOIN_LIMIT_S)
        if thread.is_alive():
            raise RuntimeError("a thread did not end in time")
    return begin[0], all_stamps


def part_holds(all_stamps):
    """Holds that another's lies within are two: the pause was too short to be noticed."""
    short = sorted((a, b, lane) for lane, one in enumerate(all_stamps) for a, b in one.holds)
    for lane, one in enumerate(all_stamps):
        parted = []
        for begin, end in one.holds:
            for a, b, other in short:
                if other != lane and begin < a and b < end:
                    parted.append((begin, a))
                    begin = b
            parted.append((begin, end))
        one.holds = parted


def settle(begin, all_stamps):
    """Holds, spans, marks and hand-overs of all lanes, from the gate on."""
    part_holds(all_stamps)
    lanes = []
    for stamps in all_stamps:
        holds = [(a - begin, b - begin) for a, b in stamps.holds if b > a]
        spans = [(state, a - begin, b - begin) for state, a, b in stamps.spans if b > a]
        lanes.append({"holds": holds, "spans": spans})
    everybody = sorted((a, b, lane) for lane, one in enumerate(lanes) for a, b in one["holds"])
    marks, flows = [], []
    for lane, one in enumerate(lanes):
        busy = sorted([("runs", a, b) for a, b in one["holds"]] + one["spans"], key=lambda s: s[1])
        filled, at, was_running, last_hold = [], 0, False, None
        for state, a, b in busy:
            others = [h for h in everybody if h[2] != lane and h[0] >= at and h[1] <= a]
            if a > at and state == "runs" and others:
                filled.append(("wants the lock", at, a))
                flows.append((others[-1][2], others[-1][1], lane, a))
                if was_running:
                    marks.append((lane, at))
            elif a > at and state == "runs" and was_running:
                # Nobody else ran: it had the lock all the time, and no CPU.
                filled.append(("waits for a CPU", at, a))
                last_hold[1] = b
            elif a > at:
                filled.append(("wants the lock" if state == "runs" else "waits for a CPU", at, a))
            if state == "runs":
                if not (was_running and filled and filled[-1][0] == "waits for a CPU"):
                    last_hold = [a, b]
                    one.setdefault("turns", []).append(last_hold)
            filled.append((state, a, b))
            at, was_running = b, state == "runs"
        one["spans"] = filled
    return lanes, marks, flows


def stamp(ns):
    """Microseconds in steps of 1/1024, whose sums are exact: as contend writes them."""
    return round(ns * 1.024) / 1024


def event(phase, name, lane, **more):
    return dict({"ph": phase, "name": name, "pid": 1, "tid": lane + 1}, **more)


def slices(lane, one):
    both = [("lock", "has the lock", a, b) for a, b in one.get("turns", ())]
    both += [("state", state, a, b) for state, a, b in one["spans"]]
    for category, name, a, b in sorted(both, key=lambda s: (s[2], -s[3], s[0])):
        yield event("X", name, lane, cat=category, ts=stamp(a), dur=stamp(b) - stamp(a))


def waiters(lanes):
    changes = []
    for one in lanes:
        for state, a, b in one["spans"]:
            if state == "wants the lock":
                changes += [(a, 1), (b, -1)]
    count = 0
    for at, by in sorted(changes):
        count += by
        yield {"ph": "C", "name": "waiters", "pid": 1, "ts": stamp(at), "args": {"waiters": count}}


def reading_cost_ns():
    begin = NOW()
    for _ in range(20000):
        NOW()
    return (NOW() - begin) / 20000


def document(cell, header, source):
    begin, all_stamps = run_threads(cell)
    lanes, marks, flows = settle(begin, all_stamps)
    events = [event("M", "process_name", 0, args={"name": cell["id"]})]
    for lane in range(len(lanes)):
        events.append(event("M", "thread_name", lane, args={"name": f"thread {lane}"}))
        events.append(event("M", "thread_sort_index", lane, args={"sort_index": lane}))
    for lane, one in enumerate(lanes):
        events += slices(lane, one)
    events += [event("i", "put out: a waiter had asked", lane, cat="lock", s="t", ts=stamp(at))
               for lane, at in marks]
    for number, (a, at, b, to) in enumerate(sorted(flows, key=lambda f: f[1]), 1):
        events.append(event("s", "hand-over", a, cat="lock", id=number, ts=stamp(at)))
        events.append(event("f", "hand-over", b, cat="lock", id=number, ts=stamp(to), bp="e"))
    events += waiters(lanes)
    end = max(b for one in lanes for _, _, b in one["spans"])
    part = {"pid": 1, "name": "", "id": cell["id"], "source": source, "told": "", "begin_ns": 0,
            "end_ns": end, "interval_ns": cell["interval"],
            "events_recorded": sum(len(s.holds) + len(s.spans) for s in all_stamps),
            "events_lost": 0, "has_lock": cell["lock"] == "gil", "knows_cpu_waits": False,
            "is_cut": False, "event_cost_ns": reading_cost_ns(), "metrics": {}}
    if cell["lock"] != "gil":
        del part["interval_ns"]
    return {"schema": "contend.trace/1", "title": "", "displayTimeUnit": "ms", **header,
            "parts": [part], "traceEvents": events}
