/* A simulator of units under a lock, event by event.  Times are nanoseconds.

   A unit computes for `cpu`, with a CPU and, where units share a lock, with that; then it waits for
   `wait`, without either, and is back `wake` later than that.  Three machines:

     loop     units of one thread: who is ready runs in turn, to its next wait
     locked   one unit at a time has the lock; a release before a wait wakes the first in the queue,
              who is there `handover` later if nobody was faster, and else keeps its place; a waiter
              that has waited `interval` without a change of hands is given it at once, and the one
              that gave it away queues
     free     as many at a time as there are CPUs, in slices, first come first served

   Wake-ups take from half to one and a half of theirs, drawn from one seed, since units that come
   back at even distances would miss the lock for ever; the same settings give the same throughput. */
(() => {
const root = document.querySelector("[data-model]");
if (!root) return;
const model = JSON.parse(root.dataset.model);

/* ---- Events in the order of their time, equal ones as they came ---- */
class Queue {
  constructor() { this.heap = []; this.count = 0; }
  before(a, b) { return a.at < b.at || (a.at === b.at && a.order < b.order); }
  add(at, what) {
    const h = this.heap, e = { at, what, order: this.count++ };
    let i = h.push(e) - 1;
    for (let up; i > 0 && this.before(e, h[up = (i - 1) >> 1]); i = up) h[i] = h[up];
    h[i] = e;
  }
  take() {
    const h = this.heap, first = h[0], last = h.pop();
    if (!h.length) return first;
    let i = 0;
    for (let down; (down = 2 * i + 1) < h.length; i = down) {
      if (down + 1 < h.length && this.before(h[down + 1], h[down])) down++;
      if (!this.before(h[down], last)) break;
      h[i] = h[down];
    }
    h[i] = last;
    return first;
  }
  get empty() { return !this.heap.length; }
}

const lots = () => { let seed = 1; return () => 0.5 + (seed = seed * 16807 % 2147483647) / 2147483647; };

/* Each returns when each operation of each unit ended: [[ns, ..], ..]; all begin at 0. */
function loop(s) {
  const ends = Array.from({ length: s.units }, () => []), timers = new Queue(), ready = [];
  for (let u = 0; u < s.units; u++) ready.push(u);
  let now = 0, left = s.units;
  while (left) {
    if (!ready.length && timers.heap[0].at > now) now = timers.heap[0].at + s.wake;
    while (!timers.empty && timers.heap[0].at <= now) {
      const u = timers.take().what;
      ends[u].push(now);
      if (ends[u].length < s.ops) ready.push(u); else left--;
    }
    if (!ready.length) continue;
    const u = ready.shift();
    now += s.cpu + (s.units > 1 ? s.switch : 0);
    if (s.wait > 0) { timers.add(now + s.wait, u); continue; }
    ends[u].push(now);
    if (ends[u].length < s.ops) ready.unshift(u); else left--; /* it never steps aside */
  }
  return ends;
}

function locked(s) {
  const ends = Array.from({ length: s.units }, () => []), events = new Queue(), queue = [];
  const rest = new Float64Array(s.units).fill(s.cpu), waits = new Int32Array(s.units);
  const drawn = lots();
  let holder = -1, turn = 0, since = 0, moving = false;
  const take = (u, now) => {
    holder = u; since = now; moving = false;
    events.add(now + rest[u], { kind: "done", u, turn: ++turn });
  };
  const arm = (u, now) => {
    if (s.interval < Infinity) events.add(now + s.interval, { kind: "asks", u, turn, wait: ++waits[u] });
  };
  const wants = (u, now) => {
    if (holder < 0) return take(u, now);
    queue.push(u);
    arm(u, now);
  };
  const ended = (u, now) => { /* an operation; the next begins */
    ends[u].push(now);
    rest[u] = s.cpu;
    return ends[u].length < s.ops;
  };
  const happens = {
    done(e, now) {
      if (e.turn !== turn || moving) return;
      if (s.wait > 0) events.add(now + s.wait + s.wake * drawn(), { kind: "back", u: e.u });
      else if (ended(e.u, now)) return take(e.u, now); /* who does not wait keeps it */
      holder = -1;
      if (queue.length) events.add(now + s.handover, { kind: "gets", u: queue.shift() });
    },
    back(e, now) { if (ended(e.u, now)) wants(e.u, now); },
    gets(e, now) {
      if (holder < 0) return take(e.u, now);
      queue.unshift(e.u); /* somebody was faster: it keeps its place */
      arm(e.u, now);
    },
    asks(e, now) {
      const at = queue.indexOf(e.u);
      if (at < 0 || e.wait !== waits[e.u]) return;
      if (holder < 0) { queue.splice(at, 1); return take(e.u, now); }
      if (e.turn !== turn || moving) return arm(e.u, now);
      const from = holder, next = queue.shift();
      rest[from] -= now - since;
      moving = true;
      events.add(now + s.handover, { kind: "given", u: next, from });
      for (const u of queue) if (u === e.u) arm(u, now);
    },
    given(e, now) { take(e.u, now); wants(e.from, now); }
  };
  for (let u = 0; u < s.units; u++) wants(u, 0);
  while (!events.empty) { const { at, what } = events.take(); happens[what.kind](what, at); }
  return ends;
}

function free(s) {
  const ends = Array.from({ length: s.units }, () => []), events = new Queue(), rest = new Float64Array(s.units).fill(s.cpu);
  const queue = [], drawn = lots();
  let idle = s.cpus;
  const run = (u, now, cost) => {
    const slice = queue.length || s.units > s.cpus ? Math.min(rest[u], s.slice) : rest[u];
    events.add(now + cost + slice, { u, slice });
  };
  const next = now => {
    if (queue.length) run(queue.shift(), now, s.switch); else idle++;
  };
  const ready = (u, now) => {
    if (idle) { idle--; run(u, now, 0); } else queue.push(u);
  };
  const ended = (u, now) => {
    ends[u].push(now);
    rest[u] = s.cpu;
    return ends[u].length < s.ops;
  };
  for (let u = 0; u < s.units; u++) ready(u, 0);
  while (!events.empty) {
    const { at: now, what: e } = events.take();
    if (e.back) {
      if (ended(e.u, now)) ready(e.u, now);
      continue;
    }
    rest[e.u] -= e.slice;
    if (rest[e.u] > 0) {
      if (!queue.length) run(e.u, now, 0); else { queue.push(e.u); next(now); }
      continue;
    }
    if (s.wait > 0) events.add(now + s.wait + s.wake * drawn(), { u: e.u, back: true });
    else if (ended(e.u, now)) { queue.push(e.u); }
    next(now);
  }
  return ends;
}

/* Operations a second as contend counts them: in the time in which all are at work, the first batch
   of eight or more left out; of the whole time where that is shorter than a quarter of it. */
function rate(ends, batches) {
  const per = Math.max(1, Math.round(ends[0].length / batches));
  const stamps = ends.map(e => { const out = [0]; for (let i = per - 1; i < e.length; i += per) out.push(e[i]); return out; });
  const first = batches >= 8 ? 1 : 0, from = Math.max(...stamps.map(t => t[first])), to = Math.min(...stamps.map(t => t[t.length - 1]));
  const end = Math.max(...stamps.map(t => t[t.length - 1]));
  if (!(end > 0)) return Infinity;
  if (to - from < end / 4) return 1e9 * ends.length * ends[0].length / end;
  let ops = 0;
  for (const t of stamps)
    for (let i = 1; i < t.length; i++) {
      const inside = Math.min(t[i], to) - Math.max(t[i - 1], from);
      if (inside > 0) ops += per * inside / (t[i] - t[i - 1]);
    }
  return 1e9 * ops / (to - from);
}

/* settings: {kind, lock, units, cpu, wait, cpus, interval, fresh, ops, batches} -> operations a second */
function simulate(settings) {
  const kind = model.kinds.find(k => k.name === settings.kind), lock = model.locks.find(l => l.name === settings.lock);
  const s = Object.assign({ cpus: model.cpus, interval: lock.interval_ns || Infinity, ops: 16, batches: 16, fresh: false }, settings);
  s.switch = kind.switch_ns; s.wake = kind.wake_ns; s.handover = model.handover_ns; s.slice = model.slice_ns;
  if (s.fresh) s.cpu += kind.startup_ns;
  s.cpu = Math.max(s.cpu, 1);
  const shared = lock.exclusive && (kind.shares_heap || s.scope === "shared");
  return rate(!kind.parallel ? loop(s) : shared && s.units > 1 ? locked(s) : free(s), s.batches);
}
window.contendExplore = { model, simulate };

/* ---- The controls ---- */
const make = (tag, looks, text) => {
  const e = document.createElement(tag);
  if (looks) e.className = looks;
  if (text !== undefined) e.textContent = text;
  return e;
};
const time = ns => {
  const [size, unit] = ns >= 1e9 ? [1e9, "s"] : ns >= 1e6 ? [1e6, "ms"] : ns >= 1e3 ? [1e3, "us"] : [1, "ns"];
  return +(ns / size).toPrecision(3) + " " + unit;
};
const count = n => n >= 1e9 ? +(n / 1e9).toPrecision(3) + " G" : n >= 1e6 ? +(n / 1e6).toPrecision(3) + " M" : n >= 1e4 ? +(n / 1e3).toPrecision(3) + " k" : +n.toPrecision(3) + " ";
const MOST = 64, LONGEST = 100e6, SHORTEST = 1e3;
const byLog = (from, to) => ({ get: v => from * Math.pow(to / from, v / 1000), put: x => Math.round(1000 * Math.log(Math.max(from, Math.min(to, x)) / from) / Math.log(to / from)), max: 1000 });
const asIs = max => ({ get: v => v, put: x => Math.max(1, Math.min(max, Math.round(x))), min: 1, max });
const share = { get: v => v / 1000, put: x => Math.round(1000 * x), max: 999 };
const sliders = {
  units: { label: "units", scale: asIs(MOST), start: 8, show: v => v },
  share: { label: "share of waiting", scale: share, start: 0.5, show: v => +(100 * v).toPrecision(3) + " %" },
  cpu: { label: "CPU time of a request", scale: byLog(SHORTEST, LONGEST), start: 1e6, show: time },
  cpus: { label: "CPUs", scale: asIs(32), start: model.cpus, show: v => v },
  interval: { label: "switch interval of the lock", scale: byLog(1e5, 1e8), start: model.interval_ns, show: time }
};
const form = make("form", "dials"), outcome = make("p", "summary"), curves = make("div"), behind = make("details");
outcome.setAttribute("role", "status");
form.addEventListener("submit", event => event.preventDefault());
const choice = (label, names, selected) => {
  const l = make("label", "", label + " "), s = make("select");
  names.forEach((n, i) => { const o = make("option", "", n); o.value = i; s.append(o); });
  s.value = selected;
  l.append(s);
  form.append(l);
  return s;
};

/* Cells that do the same under the same lock. */
const works = [];
for (const c of model.cells) {
  const like = works.find(w => w.lock === c.lock && Math.abs(w.cpu / c.cpu_ns - 1) < 0.25 && w.wait === c.wait_ns && w.interval === c.interval_ns);
  if (like) like.cells.push(c);
  else works.push({ lock: c.lock, cpu: c.cpu_ns, wait: c.wait_ns, interval: c.interval_ns, cells: [c] });
}
const workName = w => `${time(w.cpu)} of CPU${w.wait ? ", " + time(w.wait) + " waiting" : ""}, ${model.locks.find(l => l.name === w.lock).exclusive ? w.lock : "no lock"}`;
const fullest = works.reduce((best, w, i) => w.cells.length > works[best].cells.length ? i : best, 0);
const measured = choice("as measured:", works.map(workName).concat("none of these"), fullest);
const kinds = choice("kind of unit", model.kinds.map(k => k.name), 0);
const locks = choice("lock", model.locks.map(l => l.exclusive ? l.name : "no lock"), 0);
for (const name in sliders) {
  const s = sliders[name], l = make("label", "", s.label + " ");
  s.input = make("input"); s.said = make("output");
  s.input.type = "range";
  s.input.min = s.scale.min || 0; s.input.max = s.scale.max;
  s.input.value = s.scale.put(s.start);
  s.exact = s.start;
  s.value = () => s.exact === null ? s.scale.get(+s.input.value) : s.exact;
  s.input.addEventListener("input", () => { s.exact = null; if (name !== "units") measured.value = works.length; update(); });
  l.append(s.input, " ", s.said);
  form.append(l);
}
const fresh = make("input"), freshLabel = make("label", "", "a new unit for each request ");
fresh.type = "checkbox";
freshLabel.append(fresh);
form.append(freshLabel);

const set = (name, value) => { const s = sliders[name]; s.input.value = s.scale.put(value); s.exact = value; };
const load = () => {
  const w = works[measured.value];
  if (!w) return;
  set("share", w.wait / (w.wait + w.cpu));
  set("cpu", w.cpu);
  set("cpus", model.cpus);
  if (w.interval) set("interval", w.interval);
  locks.value = model.locks.findIndex(l => l.name === w.lock);
  fresh.checked = false;
};

/* ---- The curves ---- */
const stroke = (parent, tag, attributes, text) => {
  const e = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const a in attributes) e.setAttribute(a, attributes[a]);
  if (text !== undefined) e.textContent = text;
  parent.append(e);
  return e;
};
const settingsOf = (kind, units) => {
  const cpu = sliders.cpu.value(), part = sliders.share.value(), lock = model.locks[locks.value];
  return { kind, units, lock: lock.name, cpu, wait: cpu * part / (1 - part), cpus: sliders.cpus.value(),
           interval: lock.interval_ns ? sliders.interval.value() : Infinity, fresh: fresh.checked };
};
const steps = () => [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, MOST];
const dashes = ["", "6 3", "2 3"], WIDEST = 640, NARROWEST = 280, H = 300, LEFT = 58, TOP = 12, BOTTOM = H - 40;
/* As wide as there is room, so that letters keep their size on a telephone. */
const room = () => Math.max(NARROWEST, Math.min(WIDEST, curves.clientWidth || WIDEST));
let drawn = 0;
function draw() {
  const W = drawn = room(), RIGHT = W - 84;
  const w = works[measured.value], dots = w ? w.cells.filter(c => c.rate > 0 && c.units <= MOST && !c.shared) : [];
  const places = [...new Set(steps().concat(dots.map(c => c.units)))].sort((a, b) => a - b);
  const lines = model.kinds.map(k => ({ k, points: places.map(n => [n, simulate(settingsOf(k.name, n))]) }));
  const all = lines.flatMap(l => l.points.map(p => p[1])).concat(dots.map(c => c.rate)).filter(isFinite);
  const low = Math.log10(Math.min(...all)), high = Math.max(Math.log10(Math.max(...all)), low + 0.3);
  const x = n => LEFT + (RIGHT - LEFT) * Math.log2(n) / Math.log2(MOST), y = v => BOTTOM - (BOTTOM - TOP) * (Math.log10(v) - low) / (high - low);
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "chart");
  svg.setAttribute("viewBox", `0 0 ${W} ${H}`);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", "requests a second by number of units; values in the table below");
  for (let e = Math.floor(low); e <= high + 1; e++)
    for (const m of [1, 2, 5]) {
      const v = m * Math.pow(10, e);
      if (Math.log10(v) < low - 1e-9 || Math.log10(v) > high + 1e-9) continue;
      stroke(svg, "path", { class: "grid", d: `M${LEFT} ${y(v)}H${RIGHT}` });
      stroke(svg, "text", { class: "mute", x: LEFT - 6, y: y(v) + 4, "text-anchor": "end" }, count(v) + "/s");
    }
  for (let n = 1; n <= MOST; n *= 2) stroke(svg, "text", { class: "mute", x: x(n), y: BOTTOM + 16, "text-anchor": "middle" }, n);
  stroke(svg, "text", { class: "mute", x: (LEFT + RIGHT) / 2, y: H - 6, "text-anchor": "middle" }, "units");
  const now = sliders.units.value();
  stroke(svg, "path", { class: "base", "stroke-dasharray": "2 4", d: `M${x(now)} ${TOP}V${BOTTOM}` });
  const ends = [];
  lines.forEach((l, i) => {
    const points = l.points.filter(p => isFinite(p[1]));
    stroke(svg, "path", { class: `line l${i + 1}`, "stroke-dasharray": dashes[i % 3], d: points.map((p, j) => (j ? "L" : "M") + x(p[0]).toFixed(1) + " " + y(p[1]).toFixed(1)).join("") });
    ends.push({ i, name: l.k.name, at: y(points[points.length - 1][1]) });
  });
  ends.sort((a, b) => a.at - b.at).forEach((e, j) => {
    if (j && e.at < ends[j - 1].at + 14) e.at = ends[j - 1].at + 14;
    stroke(svg, "text", { class: "val", x: RIGHT + 8, y: e.at + 4 }, e.name);
  });
  for (const c of dots) {
    const i = model.kinds.findIndex(k => k.name === c.kind), g = stroke(svg, "g", { class: "m" });
    stroke(g, "title", {}, `${c.id}: ${count(c.rate)}/s measured${c.doubtful ? ", others had the CPUs" : ""}`);
    stroke(g, "path", { class: `ci l${i + 1}`, d: `M${x(c.units)} ${y(Math.max(c.lo || c.rate, Math.pow(10, low)))}V${y(Math.min(c.hi || c.rate, Math.pow(10, high)))}` });
    stroke(g, "circle", { class: `${c.doubtful ? "o" : "f"}${i + 1} l${i + 1}`, cx: x(c.units), cy: y(c.rate), r: 4.5 });
  }
  curves.replaceChildren(svg);
  const table = make("table"), head = make("tr"), body = make("tbody");
  for (const name of ["units", ...lines.map(l => l.k.name)]) { const h = make("th", "", name); h.scope = "col"; head.append(h); }
  places.forEach((n, j) => { /* what dots say is told here, too */
    const row = make("tr"), seen = k => dots.filter(c => c.units === n && c.kind === k.name).map(c => `, measured ${count(c.rate)}/s${c.doubtful ? " *" : ""}`).join("");
    row.append(make("td", "", n), ...lines.map(l => make("td", "", `${count(l.points[j][1])}/s${seen(l.k)}`)));
    body.append(row);
  });
  const top = make("thead");
  top.append(head);
  table.append(top, body);
  const wide = make("div", "wide"); /* moved by itself where it is, by the keyboard too */
  wide.tabIndex = 0;
  wide.setAttribute("role", "group");
  wide.setAttribute("aria-label", "values");
  wide.append(table);
  behind.replaceChildren(make("summary", "", "Values"), wide);
}
function update() {
  for (const name in sliders) {
    const s = sliders[name];
    s.said.textContent = s.show(s.value());
    s.input.setAttribute("aria-valuetext", s.said.textContent);
  }
  sliders.interval.input.disabled = !model.locks[locks.value].interval_ns;
  draw();
  const kind = model.kinds[kinds.value].name, units = sliders.units.value(), many = simulate(settingsOf(kind, units)), one = simulate(settingsOf(kind, 1));
  const names = { thread: ["thread", "threads"], process: ["process", "processes"], coroutine: ["coroutine", "coroutines"] }[kind];
  outcome.textContent = `${units} ${names[units > 1 ? 1 : 0]}: ${count(many).trim()} requests/s${units > 1 ? `, ${+(many / one).toPrecision(2)} times what one does` : ""}.`;
}
measured.addEventListener("change", () => { load(); update(); });
kinds.addEventListener("change", update);
locks.addEventListener("change", () => { measured.value = works.length; update(); });
fresh.addEventListener("change", update);
root.append(form, outcome, curves, behind);
load();
update();
new ResizeObserver(() => { if (room() !== drawn) draw(); }).observe(curves);
})();
