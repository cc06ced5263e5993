"""Tasks of asyncio (with its own loop or uvloop) and of trio, asked the questions of units.py."""
import sys

from units import WARM_UP_NS, Missing, compute, now, sampling, say, smallest_divisor

try:
    import asyncio
    asyncio.run
except (ImportError, AttributeError):
    raise SyntaxError("no asyncio.run")


class Asyncio:
    def __init__(self):
        self.sleep = asyncio.sleep
        self.gate = asyncio.Event()
        self.one = asyncio.ensure_future  # awaiting it starts one and gives its value

    async def all(self, bodies):
        """Starts one each, waits for all, and gives their values."""
        units = [asyncio.ensure_future(body) for body in bodies]
        return [await unit for unit in units]

    async def started(self, bodies, then):
        units = [asyncio.ensure_future(body) for body in bodies]
        await then()
        return [await unit for unit in units]


class Trio:
    def __init__(self):
        import trio
        self.trio, self.sleep, self.gate = trio, trio.sleep, trio.Event()

    async def started(self, bodies, then):
        bodies = list(bodies)
        values = [None] * len(bodies)

        async def keep(i, body):
            values[i] = await body

        async with self.trio.open_nursery() as nursery:
            for i, body in enumerate(bodies):
                nursery.start_soon(keep, i, body)
            if then:
                await then()
        return values

    async def all(self, bodies):
        return await self.started(bodies, None)

    async def one(self, body):
        return (await self.started([body], None))[0]


async def nothing(value=0):
    return value


async def sample(limit, batch, parts, one):
    limit += WARM_UP_NS
    samples, start = [], now()
    while sampling(samples, start, limit):
        t0 = now()
        await one(batch)
        t1 = now()
        if t1 - start > max(limit // 4, WARM_UP_NS):
            samples.append((t1 - t0) / (batch * parts))
    return samples


async def startup(kind, count, limit, batch):
    async def lives(times):
        for _ in range(times):
            if count == 1:
                await kind.one(nothing())
            else:
                await kind.all(nothing() for _ in range(count))

    say(lifecycle_ns=await sample(limit, batch // count + 1, count, lives))
    starts = []

    async def first():
        return now()

    for _ in range(200 if count == 1 else 0):
        t0 = now()
        starts.append(await kind.one(first()) - t0)
    if starts:
        say(startup_ns=starts[20:])


async def memory(kind, less, more):
    waits = kind.gate.wait

    async def look():
        say(ready=less)
        sys.stdin.readline()
        await kind.started((waits() for _ in range(more - less)), look_again)

    async def look_again():
        await kind.sleep(0.01)
        say(ready=more)
        sys.stdin.readline()
        kind.gate.set()

    async def settled():
        await kind.sleep(0.01)
        await look()

    await kind.started((waits() for _ in range(less)), settled)


async def switch(kind, limit, batch):
    async def take_turns(count):
        for _ in range(count):
            await kind.sleep(0)

    async def both(count):
        await kind.all(take_turns(count) for _ in range(2))

    say(switch_ns=await sample(limit, batch, 2, both))


async def future(kind, limit, batch):
    done = [0, 0]

    async def one(count):
        for _ in range(count):
            done[0] += 1
            done[1] += await kind.one(nothing(done[0]))

    say(future_ns=await sample(limit, batch, 1, one))
    say(ops=done[0], sum=done[1])


async def computing(kind, count, limit, number):
    async def body():
        await kind.sleep(0)
        begin = last = now()
        ops = total = 0
        while last - begin < limit:
            ops, total = ops + 1, total + smallest_divisor(number)
            await kind.sleep(0)
            last = now()
        return [begin, last, ops, total]

    for unit in await kind.all(body() for _ in range(count)):
        say(unit=unit)


async def sleepers(kind, count, limit):
    async def body():
        await kind.sleep(limit / 1e9)
        return 1

    t0 = now()
    woken = sum(await kind.all(body() for _ in range(count)))
    say(slept=[t0, now(), woken])


async def mixed(kind, count, limit, period):
    over = []

    async def io():  # beside those that compute: what comes after them is no answer
        late = []
        while not late or len(over) < count - 1:
            t0 = now()
            await kind.sleep(period / 1e9)
            late.append(max(0, now() - t0 - period))
        return late

    async def computes():
        begin, ops = now(), 0
        while now() - begin < limit:
            await kind.sleep(0)
            ops += compute(limit // 4, 1000003)[2]
        over.append(True)
        return ops

    late, *computed = await kind.all([io()] + [computes() for _ in range(count - 1)])
    say(io_latency_ns=late)
    say(computed=computed)


def run_trio(body):
    try:
        import trio
    except ImportError:
        raise Missing("there is no module trio") from None

    async def main():
        await body(Trio())

    trio.run(main)


def run_asyncio(body, wants_uvloop):
    if wants_uvloop:
        try:
            import uvloop
        except ImportError:
            raise Missing("there is no module uvloop") from None
        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())

    async def main():
        await body(Asyncio())

    asyncio.run(main())


def ask(question, name, count, limit, more):
    bodies = {
        "startup": lambda kind: startup(kind, count, limit, more),
        "memory": lambda kind: memory(kind, count, more),
        "switch": lambda kind: switch(kind, limit, more),
        "future": lambda kind: future(kind, limit, more),
        "compute": lambda kind: computing(kind, count, limit, more),
        "sleepers": lambda kind: sleepers(kind, count, limit),
        "mixed": lambda kind: mixed(kind, count, limit, more),
    }
    if name == "trio":
        run_trio(bodies[question])
    else:
        run_asyncio(bodies[question], name == "uvloop")
