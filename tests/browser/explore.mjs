/* The simulator of a page against the cells that its page holds.

   usage: explore.mjs PAGE
   Prints a row a cell with more than one unit, tab-separated: id, measured, simulated, error; then
   checks that the controls do what they say.  Exit status 1 where something is wrong. */
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { resolve } from "node:path";

const require = createRequire(import.meta.url);
const { chromium } = require("playwright-core");
const browser = await chromium.launch({ executablePath: process.env.CONTEND_CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
const page = await browser.newPage();
let failed = 0;
const check = (condition, text) => {
  if (condition) return;
  failed++;
  console.error(`FAIL ${text}`);
};
page.on("pageerror", e => check(false, e));
page.on("console", m => check(m.type() !== "error", m.text()));
await page.goto(pathToFileURL(resolve(process.argv[2])).href);

const rows = await page.evaluate(() => {
  const { model, simulate } = contendExplore;
  return model.cells.filter(c => c.units > 1 && c.rate > 0).map(c => [c.id, c.rate, simulate({
    kind: c.kind, lock: c.lock, units: c.units, cpu: c.cpu_ns, wait: c.wait_ns, ops: c.ops, batches: c.batches,
    scope: c.shared ? "shared" : "", interval: c.interval_ns || Infinity })]);
});
for (const [id, measured, simulated] of rows)
  console.log([id, measured.toPrecision(4), simulated.toPrecision(4), (simulated / measured - 1).toFixed(3)].join("\t"));

/* The controls: what is told follows them. */
const told = () => page.locator(".explore [role=status]").textContent();
const slide = (label, value) => page.getByLabel(label, { exact: false }).first().evaluate((e, v) => { e.value = v; e.dispatchEvent(new Event("input")); }, value);
await slide("units", 1);
const one = await told();
check(/^1 \w+: [^,]*$/.test(one), `one unit: "${one}"`);
/* What the dots show is in the table, which on a telephone is no wider than the page. */
await page.setViewportSize({ width: 360, height: 800 });
await page.locator(".explore details").last().evaluate(d => { d.open = true; });
const dots = await page.locator(".explore svg .m").count();
const cells = (await page.locator(".explore details table").last().textContent()).split("measured").length - 1;
check(dots > 0 && cells === dots, `${cells} of ${dots} measured cells stand in the table`);
const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
check(widths[0] <= widths[1], `the page is ${widths[0]} wide in ${widths[1]}`);
await slide("units", 32);
check(await told() !== one, "more units say the same");
const many = await told();
await slide("CPU time of a request", 1000);
check(await told() !== many, "longer requests say the same");
await slide("share of waiting", 0);
await page.getByLabel("kind of unit").selectOption({ index: (await page.getByLabel("kind of unit").locator("option").count()) - 1 });
const alone = await page.evaluate(() => contendExplore.model.kinds.at(-1).parallel);
if (!alone) check(/, 1 times/.test(await told()), `units of one thread that never wait: "${await told()}"`);
check(await page.locator(".explore svg .line").count() === await page.evaluate(() => contendExplore.model.kinds.length), "a kind without a curve");
await browser.close();
process.exit(failed ? 1 : 0);
