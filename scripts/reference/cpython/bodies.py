"""What a unit does: the workloads, written for an interpreter.

Each body is called as body(unit) after the gate and works until unit.deadline_ns or, where an
operation is long, for a fixed count of operations.  It leaves what it did in unit.record, a dict of
plain values that can cross a pipe: "ops", and what the workload measures by itself.  A body that
finds a wrong result raises WrongResult: the launch fails, no number of it is kept.

The names of workloads, parameters and units are those of contend, so that cells have the same ids.
"""

import hashlib
import math
import os
import queue
import signal
import socket
import time

NOW = time.monotonic_ns

# The same sequence as contend's spin: Knuth's MMIX generator.
MULTIPLIER, INCREMENT, SEED, MASK = 6364136223846793005, 1442695040888963407, 42, 2**64 - 1
PRIME = 5000111000222021
BUFFER_BYTES = 1 << 20
# A pause between two operations longer than this means that another unit had the interpreter.
PAUSE_NS = 200_000


class WrongResult(Exception):
    """The work was done wrongly."""


class Unit:
    """What a body is given."""

    def __init__(self, index, cell, shared):
        self.index, self.tasks, self.params, self.shared = index, cell["tasks"], cell["params"], shared
        self.deadline_ns = 0
        self.ops = cell.get("ops")  # so many operations in place of a deadline; or None
        self.over = shared.setdefault("over", [])  # not empty: those who compute may stop
        self.record = {"ops": 0}


def die_with_parent(parent):
    """Asks the kernel to kill this process when the one that made it dies, however that happens.

    `parent` is that one's id: it may be gone before the kernel could be asked.
    """
    try:
        import ctypes
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    except (ImportError, OSError, AttributeError):
        return
    if os.getppid() != parent:
        os._exit(1)


def turn(x, turns):
    for _ in range(turns):
        x = (x * MULTIPLIER + INCREMENT) & MASK
    return x


def jump(steps):
    """The generator after so many steps, by squaring (Brown 1994)."""
    factor, total, a, c = 1, 0, MULTIPLIER, INCREMENT
    while steps:
        if steps & 1:
            factor, total = factor * a & MASK, (total * a + c) & MASK
        a, c = a * a & MASK, (a + 1) * c & MASK
        steps >>= 1
    return (factor * SEED + total) & MASK


class Turns:
    """An operation of spin in the interpreter's own language."""

    def __init__(self, turns):
        self.turns, self.x = turns, SEED

    def __call__(self):
        self.x = turn(self.x, self.turns)

    def is_right(self, ops):
        return self.x == jump(ops * self.turns)


class Divisors:
    """An operation of spin in a function in C, which has the interpreter's lock as well.

    Neighbours in Fibonacci's sequence take Euclid's algorithm the most steps (Lame 1844), each a
    division that waits for the one before it: a time that a stranger on the same core hardly changes.
    """

    def __init__(self, pairs):
        a, b = 1, 1
        while a + b < 2**60:  # so that a machine's word divides
            a, b = b, a + b
        self.larger, self.smaller, self.total = [b] * pairs, [a] * pairs, 0

    def __call__(self):
        self.total += sum(map(math.gcd, self.larger, self.smaller))

    def is_right(self, ops):
        return self.total == ops * len(self.larger)


def spin(unit):
    """Computes; notes the stretches in which it was not interrupted, as [begin, end]."""
    pairs = unit.params.get("divisors")
    operate = Divisors(pairs) if pairs else Turns(unit.params["turns"])
    deadline, over, ops = unit.deadline_ns, unit.over, 0
    runs = unit.record["runs"] = []
    begin = last = now = NOW()
    while now < deadline and not over:
        operate()
        ops += 1
        now = NOW()
        if now - last > PAUSE_NS:
            runs.append((begin, last))
            begin = now
        last = now
    runs.append((begin, last))
    unit.record["ops"] = ops
    if not operate.is_right(ops):
        raise WrongResult("spin: the work ended at another number than it must")


def smallest_divisor(n):
    if n % 2 == 0:
        return 1 if n == 2 else 2
    for d in range(3, math.isqrt(n) + 1, 2):
        if n % d == 0:
            return d
    return 1


def is_prime(n):
    """Miller and Rabin's test, exact below 2^64 with these bases (Sorenson and Webster 2015)."""
    bases = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)
    if n < 2 or any(n % b == 0 for b in bases):
        return n in bases
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    return all(pow(b, odd, n) in (1, n - 1)
               or any(pow(b, odd << r, n) == n - 1 for r in range(1, twos)) for b in bases)


def prime(unit):
    number, ops = unit.params["number"], unit.ops or 1
    for _ in range(ops):
        found = smallest_divisor(number)
    unit.record["ops"] = ops
    if is_prime(number) != (found == 1) or (found > 1 and number % found):
        raise WrongResult(f"prime: {number} has no smallest divisor {found}")


def sleep(unit):
    duration_ns = unit.params["duration"]
    begin = NOW()
    time.sleep(duration_ns / 1e9)
    unit.record["ops"] = 1
    unit.record["lateness"] = [max(0, NOW() - begin - duration_ns)]


def noop(unit):
    unit.record["ops"] = 1


def echo_peer(end):
    """A process that sends back what it gets, so that the peer needs no interpreter of ours."""
    end.setblocking(True)
    while True:
        data = end.recv(64)
        if not data:
            return
        end.send(data)


def start_echo_peer():
    """Returns our end of a socket pair; the peer ends when it is closed, or with us."""
    ours, theirs = socket.socketpair()
    parent = os.getpid()
    if os.fork() == 0:
        try:
            die_with_parent(parent)
            ours.close()
            echo_peer(theirs)
        finally:
            os._exit(0)
    theirs.close()
    return ours


def echo(unit):
    """Round trips of one byte with the peer, one after the other."""
    end, deadline = unit.shared["echo"][unit.index], unit.deadline_ns
    latency, ops, begin = [], 0, NOW()
    while begin < deadline if unit.ops is None else ops < unit.ops:
        end.send(b"x")
        if end.recv(64) != b"x":
            raise WrongResult("echo: another byte came back")
        now = NOW()
        latency.append(now - begin)
        begin = now
        ops += 1
    unit.record.update(ops=ops, latency=latency)


def sleeper(unit):
    """Sleeps a period again and again; lateness is how long after its end it could go on."""
    period_ns, latency, ops = unit.params["period"], [], 0
    begin = NOW()
    while begin < unit.deadline_ns if unit.ops is None else ops < unit.ops:
        time.sleep(period_ns / 1e9)
        now = NOW()
        latency.append(max(0, now - begin - period_ns))
        ops += 1
        begin = NOW()
    unit.record.update(ops=ops, latency=latency)


def mixed(unit):
    """Unit 0 waits for something again and again; the others compute."""
    if unit.index > 0:
        spin(unit)
        unit.record["is_cpu"] = True
        return
    try:
        (echo if unit.params["mode"] == "echo" else sleeper)(unit)
    finally:
        if unit.ops is not None:
            unit.over.append(True)


def release(unit):
    """Hashes buffers: hashlib lets the lock go for 2048 bytes and more."""
    data, ops = bytes(unit.params["bytes"]), 0
    first = hashlib.sha256(data).digest()
    while NOW() < unit.deadline_ns:
        if hashlib.sha256(data).digest() != first:
            raise WrongResult("release: the same bytes have another hash")
        ops += 1
    unit.record["ops"] = ops


def identity(value):
    return value


def counter(unit):
    """Adds to a shared number with a call between load and store: an interpreter switches there."""
    box, ops = unit.shared["box"], 0
    while NOW() < unit.deadline_ns:
        for _ in range(1000):
            value = box[0]
            value = identity(value)
            box[0] = value + 1
        ops += 1000
    unit.record["ops"] = ops


def hand_over(unit):
    """Even units put messages into one bounded queue, odd ones take them out."""
    q, deadline, ops = unit.shared["queue"], unit.deadline_ns, 0
    if unit.index % 2 == 0:
        while NOW() < deadline:
            try:
                q.put(ops, timeout=0.1)
                ops += 1
            except queue.Full:
                pass
        unit.record["ops"] = 0
        unit.record["sent"] = ops
        return
    while NOW() < deadline:
        try:
            q.get(timeout=0.02)
            ops += 1
        except queue.Empty:
            pass
    unit.record["ops"] = ops


async def sleep_coroutine(unit):
    import asyncio  # loaded already: only who uses it pays for it at every start
    duration_ns = unit.params["duration"]
    begin = NOW()
    await asyncio.sleep(duration_ns / 1e9)
    unit.record["ops"] = 1
    unit.record["lateness"] = [max(0, NOW() - begin - duration_ns)]


async def hand_over_coroutine(unit):
    import asyncio
    q, deadline, ops = unit.shared["queue"], unit.deadline_ns, 0
    while NOW() < deadline:
        try:
            if unit.index % 2 == 0:
                q.put_nowait(ops)
            else:
                q.get_nowait()
            ops += 1
        except (asyncio.QueueFull, asyncio.QueueEmpty):
            await asyncio.sleep(0)
    unit.record["ops"] = ops if unit.index % 2 else 0


# name -> kind, parameters (name: default, unit), body, body as a coroutine (None: the same body,
# which then runs without a pause), least tasks, executors it is not for.
class Workload:
    def __init__(self, kind, params, body, coroutine=None, least=1, without=()):
        self.kind, self.params, self.body = kind, params, body
        self.coroutine, self.least, self.without = coroutine, least, without


WORKLOADS = {
    "noop": Workload("startup", {}, noop),
    "sleep": Workload("io", {"duration": (100_000_000, "ns")}, sleep, sleep_coroutine),
    "spin": Workload("cpu", {"turns": (64, "count")}, spin),
    "prime": Workload("cpu", {"number": (PRIME, "count")}, prime),
    "mixed": Workload("mixed", {"mode": ("sleep", None), "period": (1_000_000, "ns"),
                                "turns": (64, "count")}, mixed,
                      without=("serial", "coroutine")),
    "echo": Workload("io", {}, echo, without=("serial", "coroutine")),
    "release": Workload("cpu", {"bytes": (BUFFER_BYTES, "bytes")}, release),
    "counter": Workload("sync", {}, counter, without=("process", "spawn")),
    "queue": Workload("sync", {}, hand_over, hand_over_coroutine, least=2, without=("serial",)),
}
