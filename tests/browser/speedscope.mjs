/* Has speedscope read a trace: it must take it without a word, and know every lane by its name.

   usage: speedscope.mjs PICTURE FILE NAME...    Exit status 1 where something is wrong, each in a line. */
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { basename, dirname, join } from "node:path";

const require = createRequire(import.meta.url);
const { chromium } = require("playwright-core");
const home = join(dirname(require.resolve("speedscope/package.json")), "dist/release/index.html");

const [picture, file, ...names] = process.argv.slice(2);
let failed = 0;
const check = (condition, text) => {
  if (condition) return;
  failed++;
  console.log(`FAIL ${basename(file)}: ${text}`);
};

const browser = await chromium.launch({ executablePath: process.env.CONTEND_CHROMIUM, args: ["--no-sandbox", "--disable-gpu", "--use-gl=swiftshader", "--enable-unsafe-swiftshader"] });
const page = await browser.newPage({ viewport: { width: 1000, height: 600 } });
const said = [];
page.on("console", m => { if (["error", "warning"].includes(m.type()) && !/GPU|GL |WebGL|swiftshader/i.test(m.text())) said.push(m.text()); });
page.on("pageerror", e => said.push(String(e)));
page.on("dialog", d => { said.push(d.message()); d.dismiss(); });
await page.goto(pathToFileURL(home).href);
await page.waitForSelector("input[type=file]", { state: "attached", timeout: 120000 });
await page.setInputFiles("input[type=file]", file);
const title = () => page.evaluate(() => document.body.innerText);
await page.waitForFunction(() => document.body.innerText.includes("Time Order"), null, { timeout: 120000 }).catch(() => {});

const seen = new Set();
for (let i = 0; i < names.length + 2; i++) {
  const text = await title();
  names.filter(n => text.includes(n)).forEach(n => seen.add(n));
  if (i === 0) await page.screenshot({ path: picture });
  await page.keyboard.press("n"); /* the next profile */
  await page.waitForTimeout(200);
}
for (const name of names) check(seen.has(name), `speedscope shows no "${name}" (it shows: ${(await title()).replace(/\s+/g, " ").slice(0, 200)})`);
for (const text of said) check(false, `speedscope says: ${text}`);
await browser.close();
if (!failed) console.log(`ok   ${basename(file)}: speedscope reads it`);
process.exit(failed ? 1 : 0);
