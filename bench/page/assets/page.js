"use strict";
/* What a page does beyond what it shows: values under the pointer and by arrow keys, series
   switched off and on, figures enlarged, a closer look at a series in time, and its changes searched
   again. Texts go in as text, never as markup. */
(() => {
const all = (where, what) => Array.from(where.querySelectorAll(what));
const make = (tag, looks, text) => {
  const e = document.createElement(tag);
  if (looks) e.className = looks;
  if (text) e.textContent = text;
  return e;
};
const stroke = (tag, attributes) => {
  const e = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const name in attributes) e.setAttribute(name, attributes[name]);
  return e;
};

let clips = 0;

/* ---- Values under the pointer ---- */
const tip = make("div", "tip");
tip.setAttribute("role", "status");
document.body.append(tip);
let lit = null;
const show = (thing, x, y) => {
  if (lit) lit.classList.remove("hit");
  lit = thing;
  tip.textContent = thing ? thing.dataset.t : "";
  if (!thing) return;
  thing.classList.add("hit");
  const box = tip.getBoundingClientRect(), room = document.documentElement.clientWidth;
  tip.style.left = Math.max(4, Math.min(x + 12, room - box.width - 6)) + "px";
  tip.style.top = (y > box.height + 18 ? y - box.height - 12 : y + 16) + "px";
};
const middle = thing => {
  const b = thing.getBoundingClientRect();
  return [b.left + b.width / 2, b.top + b.height / 2, b];
};
const near = (things, x, y) => {
  let best = null, least = 1600;
  for (const thing of things) {
    const b = thing.getBoundingClientRect(); /* a point of a curve is a stroke of no size */
    const dx = Math.max(b.left - x, 0, x - b.right), dy = Math.max(b.top - y, 0, y - b.bottom);
    const far = dx * dx + dy * dy;
    if (far < least && !thing.closest(".off")) { least = far; best = thing; }
  }
  return best;
};
/* Curves of many points have none to point at: the place on the path is looked up instead. */
const points = path => path._p || (path._p = path.getAttribute("d").slice(1).split("L").map(p => p.split(" ").map(Number)));
const cells = row => all(row, "td").map(c => c.textContent);
const rowsOf = figure => figure._r || (figure._r = all(figure, "tbody tr").map(cells));
/* Of a series with a part of the table for itself, or among the others. */
const rowOf = (figure, name, i) => {
  const own = all(figure, "tbody").find(b => b.firstElementChild && b.firstElementChild.textContent === name);
  return own ? [name].concat(cells(own.rows[i + 1])) : rowsOf(figure).filter(r => r.includes(name))[i];
};
const along = (figure, chart, event) => {
  const group = chart.querySelector(".plot");
  if (!group) return null;
  const m = group.getScreenCTM();
  if (!m) return null;
  const x = (event.clientX - m.e) / m.a, y = (event.clientY - m.f) / m.d;
  let best = null, least = Infinity;
  for (const path of all(chart, ".ser:not(.off) .line[data-y]")) {
    const p = points(path);
    let low = 0, high = p.length - 1;
    while (high - low > 1) { const mid = (low + high) >> 1; if (p[mid][0] < x) low = mid; else high = mid; }
    const i = Math.abs(p[low][0] - x) < Math.abs(p[high][0] - x) ? low : high, far = Math.abs(p[i][1] - y);
    if (far < least) { least = far; best = [path, i]; }
  }
  if (!best) return null;
  const row = rowOf(figure, best[0].parentNode.dataset.n, best[1]);
  return row ? row.filter(t => t).join(", ") : null;
};
all(document, "figure").forEach(figure => {
  const chart = figure.querySelector("svg.chart");
  const things = all(chart, ".m");
  for (const thing of things) {
    const title = thing.firstElementChild;
    thing.dataset.t = title.textContent;
    title.remove();
  }
  let queued = false;
  chart.addEventListener("pointermove", event => {
    if (queued) return;
    queued = true;
    requestAnimationFrame(() => {
      queued = false;
      const thing = near(things, event.clientX, event.clientY);
      if (thing) return show(thing, event.clientX, event.clientY);
      show(null);
      const text = along(figure, chart, event);
      if (!text) return;
      tip.textContent = text;
      tip.style.left = Math.min(event.clientX + 12, innerWidth - 330) + "px";
      tip.style.top = event.clientY + 16 + "px";
    });
  });
  chart.addEventListener("pointerleave", () => show(null));
  if (things.length) {
    let at = -1;
    chart.setAttribute("tabindex", "0");
    chart.addEventListener("keydown", event => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (event.key === "Escape") return show(null);
      if (!step) return;
      event.preventDefault();
      at = (at + step + things.length) % things.length;
      const [x, y] = middle(things[at]);
      show(things[at], x, y);
    });
    chart.addEventListener("blur", () => { show(null); at = -1; });
  }
  tools(figure, chart);
});

/* ---- Series off and on, figures large ---- */
function tools(figure, chart) {
  const bar = make("div", "tools"), names = [...new Set(all(chart, ".ser").map(s => s.dataset.n))];
  if (names.length > 1)
    for (const name of names) {
      const button = make("button", "", name);
      button.type = "button";
      button.setAttribute("aria-pressed", "true");
      button.addEventListener("click", () => {
        const on = button.getAttribute("aria-pressed") !== "true";
        button.setAttribute("aria-pressed", on);
        all(chart, ".ser").filter(s => s.dataset.n === name).forEach(s => s.classList.toggle("off", !on));
      });
      bar.append(button);
    }
  if (!figure.classList.contains("full")) {
    const button = make("button", "", "Enlarge");
    button.type = "button";
    button.setAttribute("aria-pressed", "false");
    button.style.textDecoration = "none";
    button.addEventListener("click", () => {
      const large = figure.classList.toggle("full");
      button.setAttribute("aria-pressed", large);
      button.textContent = large ? "Make small" : "Enlarge";
    });
    bar.append(button);
  }
  if (bar.children.length) chart.after(bar);
  if (chart.dataset.search) zoom(chart, bar);
}

/* ---- A closer look: wheel or + and - about a place, dragging, double click or 0 for all ---- */
function zoom(chart, bar) {
  const plot = chart.querySelector(".plot");
  if (!plot) return;
  const left = +plot.dataset.l, right = +plot.dataset.r, id = "clip" + ++clips;
  const box = chart.viewBox.baseVal, clip = stroke("clipPath", { id });
  clip.append(stroke("rect", { x: left - 5, y: 0, width: right - left + 10, height: box.height }));
  const frame = stroke("g", { "clip-path": `url(#${id})` });
  plot.before(clip, frame);
  frame.append(plot);
  const ticks = all(chart, ".xt > *").map(e => [e, e.tagName === "text" ? +e.getAttribute("x") : +e.getAttribute("d").slice(1).split(" ")[0]]);
  let scale = 1, move = 0;
  const apply = () => {
    scale = Math.max(1, Math.min(200, scale));
    move = Math.min(left * (1 - scale), Math.max(right * (1 - scale), move));
    plot.setAttribute("transform", `matrix(${scale} 0 0 1 ${move} 0)`);
    for (const [e, x] of ticks) {
      const to = x * scale + move;
      e.setAttribute("transform", `translate(${to - x} 0)`);
      e.style.display = to < left - 1 || to > right + 1 ? "none" : "";
    }
  };
  const closer = (factor, x) => { const was = scale; scale *= factor; scale = Math.max(1, Math.min(200, scale)); move = x - (x - move) * scale / was; apply(); };
  const place = event => { const m = chart.getScreenCTM(); return (event.clientX - m.e) / m.a; };
  chart.addEventListener("wheel", event => { if (!event.ctrlKey && !event.shiftKey) return; event.preventDefault(); closer(event.deltaY < 0 ? 1.25 : 0.8, place(event)); }, { passive: false });
  let from = null;
  chart.addEventListener("pointerdown", event => { from = place(event) - move; });
  chart.addEventListener("pointermove", event => { if (from !== null && event.buttons && scale > 1) { move = place(event) - from; apply(); } });
  chart.addEventListener("pointerup", () => { from = null; });
  chart.addEventListener("dblclick", () => { scale = 1; apply(); });
  for (const [text, name, act] of [["+", "Closer", () => closer(1.6, right - (right - left) / 4)], ["\u2212", "Further away", () => closer(1 / 1.6, (left + right) / 2)], ["All", "All of it", () => { scale = 1; apply(); }]]) {
    const button = make("button", "", text);
    button.type = "button";
    button.setAttribute("aria-label", name);
    button.addEventListener("click", act);
    bar.append(button);
  }
  if (!bar.parentNode) chart.after(bar);
}

/* ---- Changes, searched in the page ----
   Binary segmentation: the cut that parts two means best, in units of their error, and so on in both
   pieces. The noise is that of neighbours' differences (their median, so that steps do not count). A
   cut is no stronger than the one that made its piece, so one search serves every sensitivity. */
const LEAST = 3, WEAKEST = 2.5;
function search(y) {
  const n = y.length, sum = new Float64Array(n + 1), apart = [];
  for (let i = 0; i < n; i++) sum[i + 1] = sum[i] + y[i];
  for (let i = 1; i < n; i++) apart.push(Math.abs(y[i] - y[i - 1]));
  apart.sort((a, b) => a - b);
  const noise = (apart[apart.length >> 1] || 0) * 1.4826 / Math.SQRT2 || 1e-12, cuts = [];
  const todo = [[0, n, Infinity]];
  while (todo.length) {
    const [lo, hi, most] = todo.pop();
    let best = 0, at = -1;
    for (let k = lo + LEAST; k <= hi - LEAST; k++) {
      const a = k - lo, b = hi - k, d = (sum[k] - sum[lo]) / a - (sum[hi] - sum[k]) / b;
      const s = d * d * a * b / (a + b);
      if (s > best) { best = s; at = k; }
    }
    const strength = Math.min(most, Math.sqrt(best) / noise);
    if (at < 0 || strength < WEAKEST) continue;
    cuts.push([at, strength]);
    todo.push([lo, at, strength], [at, hi, strength]);
  }
  return cuts;
}
const charts = all(document, "svg.chart[data-search]");
if (charts.length) {
  const found = charts.map(chart => {
    const path = chart.querySelector(".line[data-y]");
    if (!path) return null;
    const layer = stroke("path", { class: "rule found", "stroke-dasharray": "4 3" }), box = chart.viewBox.baseVal;
    path.parentNode.parentNode.append(layer);
    const ys = points(path).map(p => p[1]);
    return { at: points(path), layer, cuts: search(path.dataset.y.split(" ").map(Number)), top: Math.min(...ys) - 8, bottom: Math.max(...ys) + 8 };
  }).filter(f => f);
  const box = make("div", "search"), label = make("label", "", "Changes at least this many standard errors strong: "), input = make("input"), said = make("output");
  input.type = "range"; input.min = WEAKEST; input.max = 20; input.step = 0.1; input.value = 6;
  label.append(input);
  box.append(label, " ", said);
  const update = () => {
    const least = +input.value;
    let count = 0, series = 0;
    for (const f of found) {
      let d = "", own = 0;
      for (const [at, strength] of f.cuts)
        if (strength >= least) { const x = (f.at[at - 1][0] + f.at[at][0]) / 2; d += `M${x.toFixed(1)} ${f.top}V${f.bottom}`; own++; }
      f.layer.setAttribute("d", d || "M0 0");
      count += own;
      series += own > 0;
    }
    said.textContent = `${least.toFixed(1)}: ${count} in ${series} of ${found.length} series`;
  };
  input.addEventListener("input", update);
  charts[0].closest(".figures").before(box);
  window.contendSearch = { update, input, found };
  update();
}

/* ---- Commands are there to be copied ---- */
if (navigator.clipboard)
  all(document, "pre.command").forEach(pre => {
    const text = pre.textContent, bar = make("div", "tools"), button = make("button", "", "Copy");
    button.type = "button";
    button.addEventListener("click", () => navigator.clipboard.writeText(text).then(() => { button.textContent = "Copied"; }, () => {}));
    bar.append(button);
    pre.after(bar);
  });
})();
