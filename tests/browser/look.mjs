/* Opens a page as its readers do: dark and light, on a telephone and a wide screen, on paper, by the
   keyboard, without scripts; and lets axe look for what shuts somebody out.

   usage: look.mjs PICTURES FILE [search | timeless]...
   Exit status 1 where something is wrong, each in a line. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { resolve } from "node:path";

const require = createRequire(import.meta.url);
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const [pictures, file, ...checks] = process.argv.slice(2);
const address = pathToFileURL(resolve(file)).href;
let failed = 0;
const check = (condition, text) => {
  if (condition) return;
  failed++;
  console.log(`FAIL ${text}`);
};

const browser = await chromium.launch({ executablePath: process.env.CONTEND_CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });

const open = async (options, name) => {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.on("console", m => check(m.type() !== "error" && m.type() !== "warning", `${name}: console: ${m.text()}`));
  page.on("pageerror", e => check(false, `${name}: ${e}`));
  page.on("request", r => check(r.url() === address || r.url().startsWith("data:"), `${name}: asks for ${r.url()}`));
  page.on("dialog", d => { check(false, `${name}: a dialog: ${d.message()}`); d.dismiss(); });
  await page.goto(address);
  return [context, page];
};

for (const colorScheme of ["light", "dark"])
  for (const width of [360, 1400]) {
    const name = `${colorScheme} ${width}`;
    const [context, page] = await open({ colorScheme, viewport: { width, height: 900 } }, name);
    const room = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    check(room[0] <= room[1], `${name}: ${room[0]} pixels of page in ${room[1]}`);
    /* Letters of a picture are as large as its width lets them: nowhere too small to be read. */
    const small = await page.evaluate(() => [...document.querySelectorAll("svg.chart text")]
      .filter(t => t.textContent.trim() && t.checkVisibility())
      .map(t => [parseFloat(getComputedStyle(t).fontSize) * t.getScreenCTM().a, t.textContent])
      .filter(([size]) => size < 9));
    check(!small.length, `${name}: ${small.length} letters of ${small.map(s => s[0].toFixed(1))[0]} pixels, as "${small[0]?.[1]}"`);
    check(await page.evaluate(() => document.scripts.length) === 1, `${name}: a script of somebody else`);
    /* Drawing and asking axe are most of the time: each once for a colour and once for a width. */
    if ((colorScheme === "light") === (width === 360)) {
      await page.screenshot({ path: `${pictures}-${colorScheme}-${width}.png`, fullPage: true });
      await page.evaluate(axe);
      const found = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
      for (const v of found.violations)
        check(false, `${name}: axe: ${v.id}: ${v.help}: ${v.nodes.length} times, as ${v.nodes[0].html.slice(0, 160)} ${v.nodes[0].failureSummary.slice(0, 300)}`);
    }
    await context.close();
  }

{ /* without scripts nothing is missing */
  const [scripted, a] = await open({}, "scripts");
  const [bare, b] = await open({ javaScriptEnabled: false }, "no scripts");
  /* the simulator alone is made by the script: its constants stand in a table besides */
  for (const what of ["figure svg.chart", ":not(.explore *, .explore) > table", "svg.chart desc", "figure details", "h2"])
    check(await a.locator(what).count() === await b.locator(what).count(), `without scripts: fewer ${what}`);
  const figures = await b.locator("figure").count();
  check(figures === await b.locator("figure details table").count(), "a picture without a table behind it");
  await scripted.close();
  await bare.close();
}

{ /* the keyboard: everything that can be done is reached, folds open, values are told */
  const [context, page] = await open({ viewport: { width: 1000, height: 800 } }, "keyboard");
  const wanted = await page.evaluate(() => [...document.querySelectorAll("a[href], button, summary, input, [tabindex='0']")].filter(e => e.checkVisibility()).length);
  const seen = await page.evaluate(() => { window.seen = new Set(); document.addEventListener("focusin", e => seen.add(e.target)); return 0; });
  for (let i = 0; i < Math.min(wanted + 3, 600) + seen; i++) await page.keyboard.press("Tab");
  const reached = await page.evaluate(() => seen.size);
  check(reached >= Math.min(wanted, 600), `keyboard: ${reached} of ${wanted} places reached`);
  const fold = page.locator("details > summary").first();
  if (await fold.count()) {
    await fold.focus();
    await page.keyboard.press("Enter");
    check(await page.locator("details").first().evaluate(d => d.open), "keyboard: a fold stays shut");
  }
  const chart = page.locator("svg.chart[tabindex]").first();
  if (await chart.count()) {
    await chart.focus();
    await page.keyboard.press("ArrowRight");
    check((await page.locator(".tip").textContent()).length > 3, "keyboard: no value is told");
    await page.keyboard.press("Escape");
    check(await page.locator(".tip").textContent() === "", "keyboard: the value stays");
  }
  await context.close();
}

{ /* the pointer, and series switched off */
  const [context, page] = await open({ viewport: { width: 1200, height: 900 } }, "pointer");
  const figures = page.locator("figure:has(svg.chart .m)"), most = Math.min(await figures.count(), 12);
  for (let i = 0; i < most; i++) { /* rows and curves alike */
    const thing = figures.nth(i).locator("svg.chart .m").first();
    await thing.scrollIntoViewIfNeeded();
    const box = await thing.boundingBox();
    await page.mouse.move(1, 1);
    await page.waitForFunction(() => !document.querySelector(".tip").textContent);
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.waitForFunction(() => document.querySelector(".tip").textContent.length > 3, null, { timeout: 5000 })
      .catch(() => check(false, `pointer: no value is told in picture ${i + 1}`));
  }
  const button = page.locator(".tools button[aria-pressed=true]").first();
  if (await button.count()) {
    await button.click();
    check(await page.locator(".ser.off").count() > 0, "a series stays on");
  }
  await context.close();
}

{ /* paper */
  const [context, page] = await open({ viewport: { width: 688, height: 1000 } }, "paper");
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  check(paper === "rgb(255, 255, 255)", `paper: ${paper}`);
  /* What is shut on a screen is there, and no table runs over the edge: A4 less its margins, what
     is folded and what has many columns across. */
  const printed = await page.evaluate(() => [...document.querySelectorAll("main table")]
    .filter(t => !t.closest("figure"))
    .map(t => [t.checkVisibility(), t.scrollWidth, t.closest("details, .broad") ? 1016 : 688, t.textContent.trim().slice(0, 60)]));
  for (const [there, width, room, text] of printed) {
    check(there, `paper: a table is folded away: ${text}`);
    check(width <= room, `paper: a table of ${width} pixels in ${room}: ${text}`);
  }
  await page.pdf({ path: `${pictures}.pdf`, format: "A4" });
  await context.close();
}

if (checks.includes("search")) {
  const [context, page] = await open({}, "search");
  const told = await page.evaluate(() => {
    const { input, update, found } = contendSearch, times = [], counts = [];
    for (const value of [3, 5, 8, 12, 20]) {
      input.value = value;
      const begin = performance.now();
      update();
      times.push(performance.now() - begin);
      counts.push(found.reduce((n, f) => n + (f.layer.getAttribute("d").match(/M/g) || []).length, 0));
    }
    return { times, counts, series: found.length };
  });
  console.log(`search: ${told.series} series, ${told.counts.join(" ")} changes, ${told.times.map(t => t.toFixed(1)).join(" ")} ms`);
  check(told.counts.every((n, i) => i === 0 || n <= told.counts[i - 1]), `search: ${told.counts} changes as it gets stricter`);
  check(told.counts[0] > told.counts[4], "search: every sensitivity finds the same");
  await context.close();
}

await browser.close();
console.log(failed ? `${failed} wrong in ${file}` : `ok   ${file}`);
process.exit(failed ? 1 : 0);
