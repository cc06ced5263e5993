/* A history of many commits in a browser: the slider searches anew at each move, and values of curves
   too dense for points are told under the pointer.

   usage: slider.mjs PAGE       Exit status 1 where something is wrong. */
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { resolve } from "node:path";

const require = createRequire(import.meta.url);
const { chromium } = require("playwright-core");
const browser = await chromium.launch({ executablePath: process.env.CONTEND_CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
let failed = 0;
const check = (condition, text) => {
  if (condition) return;
  failed++;
  console.log(`FAIL ${text}`);
};
page.on("pageerror", e => check(false, e));
await page.goto(pathToFileURL(resolve(process.argv[2])).href, { timeout: 120000 });
const moves = await page.evaluate(() => {
  const { input, update, found } = contendSearch, times = [], marks = [];
  for (let v = 3; v <= 20; v += 0.5) {
    input.value = v;
    const begin = performance.now();
    update();
    times.push(performance.now() - begin);
    marks.push(found.reduce((n, f) => n + (f.layer.getAttribute("d").match(/V/g) || []).length, 0));
  }
  return { series: found.length, points: found[0].at.length, times: times.sort((a, b) => a - b), marks };
});
console.log(`slider: ${moves.series} series of ${moves.points} commits, a move takes ${moves.times.at(-1).toFixed(1)} ms at most, ` +
            `${moves.times[moves.times.length >> 1].toFixed(1)} ms in the middle`);
check(moves.series >= 50 && moves.points >= 1000, "less is searched than the page holds");
check(moves.marks.every((n, i) => i === 0 || n <= moves.marks[i - 1]), `${moves.marks} changes as it gets stricter`);
check(moves.marks[0] > moves.marks.at(-1), "every sensitivity finds the same");

const line = page.locator("svg.chart .line[data-y]").first();
await line.scrollIntoViewIfNeeded();
const box = await line.boundingBox();
await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
await page.waitForFunction(() => document.querySelector(".tip").textContent.length > 3, null, { timeout: 15000 })
  .catch(() => check(false, "no value is told of a dense curve"));
const told = await page.locator(".tip").textContent();
check(/^ratio, [0-9a-f]{12}, [0-9.]+/.test(told), `told of a dense curve: "${told}"`);
await browser.close();
process.exit(failed ? 1 : 0);
