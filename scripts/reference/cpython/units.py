"""Threads, processes, greenlets, tasks and sub-interpreters asked contend's six questions.

    units.py QUESTION UNIT COUNT TIME_NS MORE

docs/adding-a-reference.md has the protocol.  Runs in any Python from 2.7 on, and in PyPy; what an
interpreter has not got it says.
"""
import errno
import json
import os
import select
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

now = getattr(time, "monotonic_ns", None) or (lambda: int(getattr(time, "monotonic", time.time)() * 1e9))


# PyPy compiles what has run some thousand times: an event loop takes it that long.
WARM_UP_NS = 1500000000 if hasattr(sys, "pypy_version_info") else 0


class Missing(Exception):
    """This interpreter has no such unit."""


def say(**line):
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def sampling(samples, start, limit):
    return len(samples) < 5 or (now() - start < limit and len(samples) < 300)


def sample(limit, batch, parts, one):
    """Means of `batch` calls each, until the time is over; the first quarter warms up."""
    limit += WARM_UP_NS
    samples, start = [], now()
    while sampling(samples, start, limit):
        t0 = now()
        one(batch)
        t1 = now()
        if t1 - start > max(limit // 4, WARM_UP_NS):
            samples.append((t1 - t0) / float(batch * parts))
    return samples


def smallest_divisor(n):
    if n % 2 == 0:
        return 2
    d = 3
    while d * d <= n:
        if n % d == 0:
            return d
        d += 2
    return 1


def compute(limit, number, step_aside=None):
    begin = last = now()
    ops = total = 0
    while last - begin < limit:
        total += smallest_divisor(number)
        ops += 1
        if step_aside:
            step_aside()
        last = now()
    return [begin, last, ops, total]


def lateness(period, sleep, goes_on):
    late = []
    while goes_on(late):
        t0 = now()
        sleep(period / 1e9)
        late.append(max(0, now() - t0 - period))
    return late


def hold(less, more, make, here, sleep):
    """Holds two numbers of units that are blocked, and is looked at from outside meanwhile.  Each leaves
    a byte in the pipe `here` before it waits; those of a loop come to it while this one sleeps."""
    made = come = 0
    for level in (less, more):
        while made < level:
            make()
            made += 1
        while come < level:
            if select.select([here], [], [], 0)[0]:
                come += len(os.read(here, level - come))
            else:
                sleep(0.01)
        sleep(0.01)
        say(ready=made)
        sys.stdin.readline()


def nothing():
    """An empty body is one of Python: what a unit needs to run Python at all is part of its price."""


# ---- Kinds: a unit is started with a function and joined with its value ----------------------


class Threads(object):
    step_aside = None
    sleep = staticmethod(time.sleep)

    def start(self, body, *given):
        value = []
        unit = threading.Thread(target=lambda: value.append(body(*given)))
        unit.start()
        return unit, value

    def join(self, unit):
        unit[0].join()
        return unit[1][0]

    def gate(self):
        return threading.Event()

    def wait(self, gate):
        gate.wait()

    def open(self, gate):
        gate.set()

    def all(self, count, body, *given):
        """So many of them return 1; how many did."""
        units = [self.start(body, *given) for _ in range(count)]
        return sum(self.join(unit) for unit in units)

    def lifecycle(self, count):
        units = [threading.Thread(target=nothing) for _ in range(count)]
        for unit in units:
            unit.start()
        for unit in units:
            unit.join()

    def switches(self, limit, _batch):
        there, back, over = threading.Semaphore(0), threading.Semaphore(0), []

        def other():
            there.acquire()
            while not over:
                back.release()
                there.acquire()

        def turns(count):
            for _ in range(count):
                there.release()
                back.acquire()

        unit = self.start(other)
        samples = sample(limit, 20, 2, turns)
        over.append(True)
        there.release()
        self.join(unit)
        return samples


class Processes(Threads):
    def start(self, body, *given):
        end, into = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(end)
            os.write(into, json.dumps(body(*given)).encode())
            os._exit(0)
        os.close(into)
        return pid, end

    def join(self, unit):
        text = b""
        while True:
            more = os.read(unit[1], 65536)
            if not more:
                break
            text += more
        os.close(unit[1])
        os.waitpid(unit[0], 0)
        return json.loads(text.decode())

    def gate(self):
        return os.pipe()

    def wait(self, gate):
        os.close(gate[1])
        os.read(gate[0], 1)

    def open(self, gate):
        os.close(gate[1])

    def all(self, count, body, *given):  # those without a value need no pipe
        pids = []
        for _ in range(count):
            pid = os.fork()
            if pid == 0:
                try:
                    body(*given)
                    os._exit(0)
                finally:
                    os._exit(1)
            pids.append(pid)
        return sum(os.waitpid(pid, 0)[1] == 0 for pid in pids)

    def lifecycle(self, count):
        self.all(count, nothing)

    def switches(self, limit, _batch):
        there, back = os.pipe(), os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(there[1])
            while os.read(there[0], 1):
                os.write(back[1], b"x")
            os._exit(0)
        os.close(there[0])

        def turns(count):
            for _ in range(count):
                os.write(there[1], b"x")
                os.read(back[0], 1)

        samples = sample(limit, 20, 2, turns)
        os.close(there[1])
        os.waitpid(pid, 0)
        return samples


class Greenlets(Threads):
    def __init__(self):
        try:
            import gevent
            import gevent.event
        except ImportError:
            raise Missing("there is no module gevent")
        self.gevent = gevent
        self.sleep, self.step_aside = gevent.sleep, gevent.sleep  # of 0 seconds, if nobody says how many

    def start(self, body, *given):
        return self.gevent.spawn(body, *given)

    def join(self, unit):
        return unit.get()

    def gate(self):
        return self.gevent.event.Event()

    def lifecycle(self, count):
        self.gevent.joinall([self.gevent.spawn(nothing) for _ in range(count)])

    def switches(self, limit, batch):
        step_aside = self.step_aside

        def take_turns(count):
            for _ in range(count):
                step_aside()

        return sample(limit, batch, 2, lambda count: self.gevent.joinall(
            [self.gevent.spawn(take_turns, count) for _ in range(2)]))


class Interpreters(Threads):
    """A thread that runs a sub-interpreter with a lock of its own; the value comes through a pipe."""

    def __init__(self):
        try:
            import _interpreters as interpreters
        except ImportError:
            try:
                import _xxsubinterpreters as interpreters
            except ImportError:
                raise Missing("there are no sub-interpreters with a GIL of their own before 3.12")
        self.interpreters = interpreters

    def run(self, text):
        unit = self.interpreters.create()
        try:
            failed = self.interpreters.run_string(unit, text)
            if failed:
                raise RuntimeError(str(failed))
        finally:
            self.interpreters.destroy(unit)

    def start(self, body, *given):
        end, into = os.pipe()
        text = ("import os, json, sys\nsys.path.insert(0, %r)\nimport units\n"
                "made = units.%s(*json.loads(%r))\nos.write(%d, json.dumps(made).encode())\n"
                % (os.path.dirname(os.path.abspath(__file__)), body.__name__, json.dumps(given), into))
        unit = threading.Thread(target=self.run, args=(text,))
        unit.start()
        return unit, end, into

    def join(self, unit):
        unit[0].join()
        os.close(unit[2])
        made = json.loads(os.read(unit[1], 65536).decode())
        os.close(unit[1])
        return made

    def gate(self):
        return os.pipe()

    def open(self, gate):
        os.close(gate[1])

    def lifecycle(self, count):
        units = [threading.Thread(target=self.run, args=("",)) for _ in range(count)]
        for unit in units:
            unit.start()
        for unit in units:
            unit.join()


# What units do; by name, for a sub-interpreter knows nothing else.


def value_of(number):
    return number


def wait_behind(end, into):
    os.write(into, b"x")
    os.read(end, 1)
    return 0


def compute_behind(end, into, limit, number):
    os.write(into, b"x")
    os.read(end, 1)
    return compute(limit, number)


def sleep_once(limit):
    time.sleep(limit / 1e9)
    return 1


def compute_for(limit):
    return compute(limit, 1000003)[2]


KINDS = {"thread": Threads, "process": Processes, "gevent": Greenlets, "interpreter": Interpreters}


# ---- Questions ---------------------------------------------------------------------------------


def startup(kind, count, limit, batch):
    batch = batch // count + 1

    def lives(times):
        for _ in range(times):
            kind.lifecycle(count)

    say(lifecycle_ns=sample(limit, batch, count, lives))
    if count > 1:
        return
    starts, start = [], now()
    while len(starts) < 10 or (now() - start < limit and len(starts) < 300):
        t0 = now()
        starts.append(max(0, kind.join(kind.start(now_in_unit)) - t0))
    say(startup_ns=starts[3:])


def now_in_unit():
    return now()


def memory(kind, less, more):
    gate, units = kind.gate(), []
    here, into = os.pipe()

    def waits():
        os.write(into, b"x")
        kind.wait(gate)

    given = (wait_behind, gate[0], into) if isinstance(kind, Interpreters) else (waits,)
    hold(less, more, lambda: units.append(kind.start(*given)), here, kind.sleep)
    kind.open(gate)
    for unit in units:
        kind.join(unit)


def future(kind, limit, batch):
    done = [0, 0]

    def one(count):
        for _ in range(count):
            done[0] += 1
            done[1] += kind.join(kind.start(value_of, done[0]))

    say(future_ns=sample(limit, batch, 1, one))
    say(ops=done[0], sum=done[1])


def computing(kind, count, limit, number):
    gate = kind.gate()

    def body():
        kind.wait(gate)
        return compute(limit, number, kind.step_aside)

    if isinstance(kind, Interpreters):
        here, into = os.pipe()
        units = [kind.start(compute_behind, gate[0], into, limit, number) for _ in range(count)]
        for _ in units:
            os.read(here, 1)
    else:
        units = [kind.start(body) for _ in range(count)]
    kind.open(gate)
    for unit in units:
        say(unit=kind.join(unit))


def sleepers(kind, count, limit):
    def body():
        kind.sleep(limit / 1e9)
        return 1

    t0 = now()
    named = isinstance(kind, Interpreters)
    woken = kind.all(count, sleep_once, limit) if named else kind.all(count, body)
    say(slept=[t0, now(), woken])


def mixed(kind, count, limit, period):
    over = []

    def body():  # until told where it sees that; as long as the other one otherwise
        begin, ops = now(), 0
        while not over:
            smallest_divisor(1000003)
            ops += 1
            if ops % 16 == 0 and type(kind) is not Threads and now() - begin > limit:
                break
        return ops

    def stretches():  # nobody else runs meanwhile, and what comes after the last is no answer
        begin, ops = now(), 0
        while now() - begin < limit:
            kind.step_aside()
            ops += compute(limit // 4, 1000003)[2]
        over.append(True)
        return ops

    def goes_on(late):
        if kind.step_aside:
            return not late or len(over) < count - 1
        return len(late) < 3 or now() - start < limit

    named, body = isinstance(kind, Interpreters), stretches if kind.step_aside else body
    units = [kind.start(compute_for, limit) if named else kind.start(body) for _ in range(count - 1)]
    start = now()
    say(io_latency_ns=lateness(period, kind.sleep, goes_on))
    over.append(True)
    say(computed=[kind.join(unit) for unit in units])


def ask(question, name, count, limit, more):
    if name not in KINDS:
        try:
            import units_async
        except SyntaxError:
            raise Missing("there is no asyncio.run before 3.7")
        return units_async.ask(question, name, count, limit, more)
    kind = KINDS[name]()
    if question == "startup":
        startup(kind, count, limit, more)
    elif question == "memory":
        memory(kind, count, more)
    elif question == "switch":
        say(switch_ns=kind.switches(limit, more))
    elif question == "future":
        future(kind, limit, more)
    elif question == "compute":
        computing(kind, count, limit, more)
    elif question == "sleepers":
        sleepers(kind, count, limit)
    elif question == "mixed":
        mixed(kind, count, limit, more)


if __name__ == "__main__":
    sys.modules["units"] = sys.modules["__main__"]
    try:
        ask(sys.argv[1], sys.argv[2], *[int(word) for word in sys.argv[3:6]])
    except Missing as missing:
        say(skip=str(missing))
    except (RuntimeError, OSError) as limit:
        if "new thread" not in str(limit) and getattr(limit, "errno", None) not in (errno.EAGAIN, errno.ENOMEM, errno.EMFILE):
            raise
        say(skip="a limit of this machine: %s" % limit)
        say(end=True)
        sys.stdout.flush()
        os._exit(0)  # without waiting for those that were started
    say(end=True)
