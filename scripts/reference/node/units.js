// Async functions, workers and child processes of Node.js asked contend's six questions;
// docs/adding-a-reference.md has the protocol.
"use strict";
const { Worker, isMainThread, workerData, parentPort } = require("worker_threads");
const { fork } = require("child_process");
const { setTimeout: sleep } = require("timers/promises");
const { once } = require("events");

const now = () => Number(process.hrtime.bigint());
const say = (line) => process.stdout.write(JSON.stringify(line) + "\n");
const sleepSync = (ns) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ns / 1e6);

// Means of `batch` calls each, until the time is over; the first quarter warms up.
async function sample(limit, batch, parts, one) {
  const samples = [];
  for (const start = now(); samples.length < 5 || (now() - start < limit && samples.length < 300); ) {
    const t0 = now();
    await one(batch);
    const t1 = now();
    if (t1 - start > limit / 4) samples.push((t1 - t0) / (batch * parts));
  }
  return samples;
}

function smallestDivisor(n) {
  if (n % 2 === 0) return 2;
  for (let d = 3; d * d <= n; d += 2) if (n % d === 0) return d;
  return 1;
}

function someWork(unit, number) {
  for (let k = 0; k < 10; k++, unit[2]++) unit[3] += smallestDivisor(number);
}

// ---- What a worker or a child process does ------------------------------------------------------

function computeAlone(limit, number) {
  const unit = [now(), 0, 0, 0];
  do {
    someWork(unit, number);
    unit[1] = now();
  } while (unit[1] - unit[0] < limit);
  return unit;
}

function beLate(limit, period) {
  const late = [];
  for (const start = now(); late.length < 3 || now() - start < limit; ) {
    const t0 = now();
    sleepSync(period);
    late.push(now() - t0 - period);
  }
  return late;
}

function bounce(words, me, turns) {
  for (let i = 0; i < turns; i++) {
    Atomics.wait(words, me, 0);
    Atomics.store(words, me, 0);
    Atomics.store(words, 1 - me, 1);
    Atomics.notify(words, 1 - me);
  }
}

function doOrder(order, send) {
  switch (order.what) {
    case "nothing": return;
    case "value": return send(order.value);
    case "time": return send(now());
    case "compute": return send(computeAlone(order.limit, order.number));
    case "sleep": sleepSync(order.limit); return send(1);
    case "late": return send(beLate(order.limit, order.period));
    case "bounce": {
      const words = new Int32Array(order.words);
      bounce(words, 1, order.turns);
      return send(order.turns);
    }
  }
}

// ---- Units with a thread of their own: both kinds look the same from here ------------------------

const kinds = {
  worker: {
    async once(order) {
      const worker = new Worker(__filename, { workerData: { first: order, stays: false } });
      const value = order.what === "nothing" ? null : once(worker, "message");
      const end = once(worker, "exit");
      return [value && (await value)[0], await end][0];
    },
    async open() {
      const worker = new Worker(__filename, { workerData: { first: { what: "value", value: "here" }, stays: true } });
      await once(worker, "message");
      return {
        ask: async (order) => { const answer = once(worker, "message"); worker.postMessage(order); return (await answer)[0]; },
        close: async () => { const end = once(worker, "exit"); worker.postMessage(null); await end; },
      };
    },
  },
  process: {
    async once(order) {
      const unit = await kinds.process.open();
      const value = order.what === "nothing" ? null : await unit.ask(order);
      await unit.close();
      return value;
    },
    async open() {
      const child = fork(__filename, ["child"]);
      await once(child, "message");
      return {
        ask: async (order) => { const answer = once(child, "message"); child.send(order); return (await answer)[0]; },
        close: async () => { const end = once(child, "exit"); child.send(null); await end; },
      };
    },
  },
};

const many = (count, one) => Promise.all(Array.from({ length: count }, (_, i) => one(i)));

async function swapAlone(unit, kind, limit) {
  const turns = 20, words = new Int32Array(new SharedArrayBuffer(8));
  if (kind === "process") // a message there, and one back
    return say({ switch_ns: await sample(limit, turns, 2, async (b) => { for (let i = 0; i < b; i++) await unit.ask({ what: "value", value: i }); }) });
  const samples = await sample(limit, turns, 2, async (b) => {
    const answer = unit.ask({ what: "bounce", words: words.buffer, turns: b });
    Atomics.store(words, 1, 1);
    Atomics.notify(words, 1);
    bounce(words, 0, b);
    await answer;
    Atomics.store(words, 0, 0);
    Atomics.store(words, 1, 0);
  });
  say({ switch_ns: samples });
}

async function askThreads(kind, question, count, limit, more) {
  const { once: run, open } = kinds[kind];
  if (question === "startup") {
    say({ lifecycle_ns: await sample(limit, 1, count, () => many(count, () => run({ what: "nothing" }))) });
    const starts = [];
    for (let i = 0; count === 1 && i < 5; i++) {
      const t0 = now();
      starts.push((await run({ what: "time" })) - t0);
    }
    if (count === 1) say({ startup_ns: starts });
  } else if (question === "future") {
    let ops = 0, sum = 0;
    say({ future_ns: await sample(limit, 1, 1, async () => { sum += await run({ what: "value", value: ++ops }); }) });
    say({ ops, sum });
  } else if (question === "sleepers") {
    const t0 = now();
    const woken = await many(count, () => run({ what: "sleep", limit }));
    say({ slept: [t0, now(), woken.reduce((a, b) => a + b)] });
  } else if (question === "memory") {
    const units = [];
    await hold(count, more, async () => units.push(await open()));
    await many(units.length, (i) => units[i].close());
  } else {
    const units = await many(question === "switch" ? 1 : count, open);
    if (question === "switch") await swapAlone(units[0], kind, limit);
    else if (question === "compute")
      for (const unit of await many(count, (i) => units[i].ask({ what: "compute", limit, number: more }))) say({ unit });
    else {
      const all = await many(count, (i) => units[i].ask(i ? { what: "compute", limit, number: 1000003 } : { what: "late", limit, period: more }));
      say({ io_latency_ns: all[0] });
      say({ computed: all.slice(1).map((u) => u[2]) });
    }
    await many(units.length, (i) => units[i].close());
  }
}

// ---- Async functions ----------------------------------------------------------------------------

// Holds two numbers of units, and is looked at from outside meanwhile.
async function hold(less, more, make) {
  let made = 0;
  for (const level of [less, more]) {
    for (; made < level; made++) await make();
    await sleep(10);
    const line = once(process.stdin, "data");
    say({ ready: made });
    await line;
  }
  process.stdin.destroy();
}

async function nothing(value) { return value; }

async function takeTurns(turns) { for (let i = 0; i < turns; i++) await null; }

async function askAsync(question, count, limit, more) {
  if (question === "startup") {
    const rounds = Math.ceil(more / count);
    say({ lifecycle_ns: await sample(limit, rounds, count, async (b) => {
      for (let k = 0; k < b; k++) {
        if (count === 1) { await nothing(k); continue; }
        const all = [];
        for (let i = 0; i < count; i++) all.push(nothing(k));
        for (const one of all) await one;
      }
    }) });
  } else if (question === "memory") {
    let open, all = [];
    const gate = new Promise((resolve) => (open = resolve));
    const waits = async () => { await gate; };
    await hold(count, more, () => { all.push(waits()); });
    open();
    await Promise.all(all);
  } else if (question === "switch") {
    say({ switch_ns: await sample(limit, more, 2, (b) => Promise.all([takeTurns(b), takeTurns(b)])) });
  } else if (question === "future") {
    let ops = 0, sum = 0;
    say({ future_ns: await sample(limit, more, 1, async (b) => { for (let k = 0; k < b; k++) sum += await nothing(++ops); }) });
    say({ ops, sum });
  } else if (question === "compute") {
    const units = await many(count, async () => {
      await null;
      const unit = [now(), 0, 0, 0];
      do {
        someWork(unit, more);
        await null;
        unit[1] = now();
      } while (unit[1] - unit[0] < limit);
      return unit;
    });
    for (const unit of units) say({ unit });
  } else if (question === "sleepers") {
    let woken = 0;
    const t0 = now(), ms = Math.ceil(limit / 1e6);
    await many(count, async () => { await sleep(ms); woken++; });
    say({ slept: [t0, now(), woken] });
  } else {
    let over = 0;
    const late = [], ms = Math.ceil(more / 1e6);
    const io = (async () => { // beside those that compute: what comes after them is no answer
      while (!late.length || over < count - 1) {
        const t0 = now();
        await sleep(ms);
        late.push(Math.max(0, now() - t0 - ms * 1e6));
      }
    })();
    const computed = await many(count - 1, async () => {
      let ops = 0;
      for (const start = now(); now() - start < limit; ) {
        await new Promise(setImmediate);
        ops += computeAlone(limit / 4, 1000003)[2];
      }
      over++;
      return ops;
    });
    await io;
    say({ io_latency_ns: late });
    say({ computed });
  }
}

function main(question, kind, count, limit, more) {
  return kind === "async" ? askAsync(question, count, limit, more) : askThreads(kind, question, count, limit, more);
}

// ---- Which of the three this is ------------------------------------------------------------------

if (!isMainThread) {
  const { first, stays } = workerData;
  if (stays) parentPort.on("message", (order) => (order === null ? parentPort.close() : doOrder(order, (v) => parentPort.postMessage(v))));
  doOrder(first, (v) => parentPort.postMessage(v));
} else if (process.argv[2] === "child") {
  process.on("message", (order) => (order === null ? process.disconnect() : doOrder(order, (v) => process.send(v))));
  process.send("here");
} else {
  main(process.argv[2], process.argv[3], ...process.argv.slice(4).map(Number)).then(() => say({ end: true }));
}
