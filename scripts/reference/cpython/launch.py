"""One launch of one cell, in an interpreter of its own: make the units, open the gate, join, count.

    create --- first instruction --- ready | gate | first operation ... last | joined

launch(cell) returns {"metrics": {name: number}, "spread": {name: histogram}, "duration_ns": n}, or
{"failure": text}.  A histogram is {"min", "max", "buckets": {lowest value: count}} with contend's
buckets: 64 an octave.
"""

import os
import queue
import resource
import sys
import threading

import bodies
from bodies import NOW, Unit, WORKLOADS

JOIN_LIMIT_S = 120
QUEUE_CAPACITY = 128
POOL_BLOCKS = 512  # small integers of a pool of CPython's allocator, at the most (16 KiB from 3.10 on)


def histogram(values):
    buckets = {}
    for value in values:
        shift = max(0, value.bit_length() - 7)
        low = value >> shift << shift
        buckets[low] = buckets.get(low, 0) + 1
    return {"min": min(values), "max": max(values), "buckets": buckets} if values else None


def usage(who):
    r = resource.getrusage(who)
    return r.ru_nvcsw, r.ru_nivcsw, int((r.ru_utime + r.ru_stime) * 1e9)


def note_usage(record, before, after):
    record["voluntary"], record["involuntary"], record["cpu"] = (b - a for a, b in
                                                                 zip(before, after))


def deadline_of(cell, begin_ns):
    # With a count of its own a unit needs no deadline; those beside it stop with it.
    return begin_ns + (JOIN_LIMIT_S * 500_000_000 if cell.get("ops") else cell["task_time"])


# ---- Units: threads -----------------------------------------------------------------------


def run_threads(cell, shared):
    body, tasks = WORKLOADS[cell["workload"]].body, cell["tasks"]
    gate, ready, begin = threading.Event(), threading.Semaphore(0), [0]
    records, failures = [None] * tasks, []

    def main(unit):
        record = unit.record
        record["first"] = NOW()
        ready.release()
        gate.wait()
        unit.deadline_ns = deadline_of(cell, begin[0])
        before = usage(resource.RUSAGE_THREAD)
        record["go"] = NOW()
        try:
            body(unit)
        except Exception as problem:  # whatever it is, the launch has failed
            failures.append(f"{type(problem).__name__}: {problem}")
        record["last"] = NOW()
        note_usage(record, before, usage(resource.RUSAGE_THREAD))
        records[unit.index] = record

    threads = []
    for index in range(tasks):
        unit = Unit(index, cell, shared)
        thread = threading.Thread(target=main, args=(unit,), daemon=True)
        unit.record["create"] = NOW()
        thread.start()
        threads.append(thread)
    for _ in threads:
        ready.acquire()
    begin[0] = NOW()
    gate.set()
    for thread in threads:
        thread.join(JOIN_LIMIT_S)
    return begin[0], NOW(), records, failures


# ---- Units: processes, forked or spawned --------------------------------------------------


def process_main(cell, index, shared, ready, gate, begin, pipe):
    """A module-level function, as spawn needs one."""
    first = NOW()
    bodies.die_with_parent(cell["parent"])
    sys.setswitchinterval(cell["interval"] / 1e9)
    unit = Unit(index, cell, shared)
    unit.record["first"] = first
    try:
        ready.release()
        gate.wait()
        unit.deadline_ns = deadline_of(cell, begin.value)
        before = usage(resource.RUSAGE_SELF)
        unit.record["go"] = NOW()
        WORKLOADS[cell["workload"]].body(unit)
        unit.record["last"] = NOW()
        note_usage(unit.record, before, usage(resource.RUSAGE_SELF))
    except Exception as problem:
        unit.record = {"failure": f"{type(problem).__name__}: {problem}"}
    pipe.send(unit.record)
    pipe.close()


def run_processes(cell, shared):
    import multiprocessing
    context = multiprocessing.get_context("spawn" if cell["executor"] == "spawn" else "fork")
    cell = dict(cell, parent=os.getpid())
    tasks, processes, pipes, creates = cell["tasks"], [], [], []
    ready, gate, begin = context.Semaphore(0), context.Event(), context.Value("q", 0)
    if cell["workload"] == "queue":
        shared = {"queue": context.Queue(QUEUE_CAPACITY)}
    for index in range(tasks):
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=process_main, daemon=True,
                                  args=(cell, index, shared, ready, gate, begin, theirs))
        creates.append(NOW())
        process.start()
        theirs.close()
        processes.append(process)
        pipes.append(ours)
    for _ in processes:
        if not ready.acquire(timeout=JOIN_LIMIT_S):
            raise RuntimeError("a process did not come to life")
    begin.value = NOW()
    gate.set()
    records, failures = [], []
    for index, pipe in enumerate(pipes):
        try:
            record = pipe.recv() if pipe.poll(JOIN_LIMIT_S) else {"failure": "it gave no answer"}
        except EOFError:
            record = {"failure": "a process died"}
        if "failure" in record:
            failures.append(record["failure"])
        record["create"] = creates[index]
        records.append(record)
    end = max((record["last"] for record in records if "last" in record), default=NOW())
    for process in processes:
        process.join(JOIN_LIMIT_S)
    return begin.value, end, records, failures


# ---- Units: coroutines, and one after the other -------------------------------------------


def run_coroutines(cell, shared):
    import asyncio  # tens of milliseconds at every start, for those who need it
    workload, tasks = WORKLOADS[cell["workload"]], cell["tasks"]
    units = [Unit(i, cell, shared) for i in range(tasks)]
    failures, begin = [], [0]

    async def main(unit, gate):
        unit.record["first"] = NOW()
        await gate.wait()
        # What never steps aside gets its time one after the other, as it would in a real loop.
        origin = begin[0] if workload.coroutine else NOW()
        unit.deadline_ns = deadline_of(cell, origin)
        unit.record["go"] = NOW()
        try:
            if workload.coroutine:
                await workload.coroutine(unit)
            else:
                workload.body(unit)
        except Exception as problem:
            failures.append(f"{type(problem).__name__}: {problem}")
        unit.record["last"] = NOW()

    async def everything():
        gate, jobs = asyncio.Event(), []
        if cell["workload"] == "queue":
            shared["queue"] = asyncio.Queue(QUEUE_CAPACITY)
        for unit in units:
            unit.record["create"] = NOW()
            jobs.append(asyncio.create_task(main(unit, gate)))
        await asyncio.sleep(0)
        begin[0] = NOW()
        gate.set()
        await asyncio.gather(*jobs)

    asyncio.run(everything())
    return begin[0], NOW(), [unit.record for unit in units], failures


def run_serial(cell, shared):
    """One after the other in one thread, which is not the first of the interpreter.

    In that one the same loop takes some 3 % longer (3.11: 354 and 345 ms of CPU time for two
    is_prime), and what is compared with it are threads.
    """
    body, records, failures = WORKLOADS[cell["workload"]].body, [], []
    span = [0, 0]
    thread = threading.Thread(target=run_in_turn, args=(cell, shared, body, records, failures, span),
                              daemon=True)
    thread.start()
    thread.join(JOIN_LIMIT_S)
    if thread.is_alive():
        failures.append("a unit did not end in time")
    return span[0], span[1], records, failures


def run_in_turn(cell, shared, body, records, failures, span):
    span[0] = NOW()
    for index in range(cell["tasks"]):
        unit = Unit(index, cell, shared)
        before = usage(resource.RUSAGE_THREAD)
        unit.record["go"] = NOW()
        unit.deadline_ns = deadline_of(cell, unit.record["go"])
        try:
            body(unit)
        except Exception as problem:
            failures.append(f"{type(problem).__name__}: {problem}")
        unit.record["last"] = NOW()
        note_usage(unit.record, before, usage(resource.RUSAGE_THREAD))
        records.append(unit.record)
    span[1] = NOW()


EXECUTORS = {"serial": run_serial, "thread": run_threads, "process": run_processes,
             "spawn": run_processes, "coroutine": run_coroutines}


# ---- Numbers ------------------------------------------------------------------------------


def turns_of(records):
    """The turns of the units at the interpreter, as [unit, begin, end], in order.

    The stretches of all units, sorted; those of one unit that follow each other are one turn: the
    pause between them was the kernel's, not another unit's.  A stretch without an operation is none:
    it is a unit that came back after the end and only saw that it was over.
    """
    runs = sorted((begin, end, index) for index, record in enumerate(records)
                  for begin, end in record.get("runs", ()) if end > begin)
    turns = []
    for begin, end, index in runs:
        if turns and turns[-1][0] == index:
            turns[-1][2] = end
        else:
            turns.append([index, begin, end])
    return turns


def lifecycle(cell):
    """Create, empty body and join of all units, a unit."""
    tasks, begin = cell["tasks"], NOW()
    if cell["executor"] == "thread":
        units = [threading.Thread(target=int) for _ in range(tasks)]
    elif cell["executor"] == "coroutine":
        import asyncio

        async def all_of_them():
            for job in [asyncio.create_task(asyncio.sleep(0)) for _ in range(tasks)]:
                await job
        begin = NOW()
        asyncio.run(all_of_them())
        return (NOW() - begin) / tasks
    else:
        import multiprocessing
        context = multiprocessing.get_context("spawn" if cell["executor"] == "spawn" else "fork")
        units = [context.Process(target=int, daemon=True) for _ in range(tasks)]
        begin = NOW()
    for unit in units:
        unit.start()
    for unit in units:
        unit.join()
    return (NOW() - begin) / tasks


def measure(cell, begin, end, records, shared):
    seconds = (end - begin) / 1e9
    workload, tasks, executor = cell["workload"], cell["tasks"], cell["executor"]
    span = (max(r["last"] for r in records) - min(r["go"] for r in records)) / 1e9
    values, spread = {"makespan_ns": end - begin}, {}
    if executor != "serial":
        spread["startup_ns"] = [max(0, r["first"] - r["create"]) for r in records]
    if executor in ("thread", "process", "spawn", "serial"):
        values["voluntary_switches_per_s"] = sum(r["voluntary"] for r in records) / seconds
        values["involuntary_switches_per_s"] = sum(r["involuntary"] for r in records) / seconds
        values["thread_cpu_ns"] = sum(r["cpu"] for r in records)
    lateness = [v for r in records for v in r.get("lateness", ())]
    if lateness:
        spread["wake_lateness_ns"] = lateness
    latency = [v for r in records for v in r.get("latency", ())]
    if latency:
        spread["io_latency_ns"] = latency
        # In its own time: those who compute come to their end later.
        waiting = [r for r in records if "latency" in r]
        own = (max(r["last"] for r in waiting) - min(r["go"] for r in waiting)) / 1e9
        values["io_throughput_per_s"] = len(latency) / own
    computing = [r for r in records if r.get("is_cpu")]
    if computing:
        values["cpu_throughput_per_s"] = sum(r["ops"] for r in computing) / span
    if workload not in ("mixed", "noop"):
        values["throughput_per_s"] = sum(r["ops"] for r in records) / span
    if workload == "spin" and executor == "thread" and tasks > 1 and cell["lock"] == "gil":
        turns = turns_of(records)
        values["handoffs_per_s"] = (len(turns) - 1) / seconds
        # The first and the last turn are cut by the launch.
        spread["lock_slice_ns"] = [last - first for _, first, last in turns[1:-1]]
    if workload == "counter":
        values["lost_updates"] = sum(r["ops"] for r in records) - shared["box"][0]
    return {"metrics": values, "duration_ns": end - begin,
            "spread": {name: histogram(list_) for name, list_ in spread.items() if list_}}


def another_heap():
    """Small integers, as many as chance has it, to be kept while a launch goes on.

    A loop whose only free block is the last of its pool takes and gives back the whole pool with
    every number: a fifth more time for `n % d`, in one number of threads and not in the next.
    Where the heap of a launch lies must not be the same in all of them (Curtsinger and Berger,
    "Stabilizer: Statistically Sound Performance Evaluation", 2013).
    """
    return [(1 << 20) + i for i in range(int.from_bytes(os.urandom(2), "big") % POOL_BLOCKS)]


def launch(cell):
    _kept = another_heap()
    sys.setswitchinterval(cell["interval"] / 1e9)
    shared = {"box": [0]}
    if cell["workload"] == "queue" and cell["executor"] == "thread":
        shared["queue"] = queue.Queue(QUEUE_CAPACITY)
    if cell["workload"] == "echo":
        shared["echo"] = [bodies.start_echo_peer() for _ in range(cell["tasks"])]
    elif cell["workload"] == "mixed" and cell["params"]["mode"] == "echo":
        shared["echo"] = [bodies.start_echo_peer()]
    begin, end, records, failures = EXECUTORS[cell["executor"]](cell, shared)
    if failures:
        return {"failure": failures[0]}
    if any(record is None for record in records):
        return {"failure": "a unit did not end in time"}
    result = measure(cell, begin, end, records, shared)
    if cell["workload"] == "noop" and cell["executor"] != "serial":
        result["metrics"]["lifecycle_ns"] = lifecycle(cell)
    return result
