// The report as a reader scrolls through it: opened from disk, without a network.
//   node report_page.mjs REPORT.html PICTURES    (MODULES: where playwright-core is; CHROMIUM: the browser)
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const { chromium } = createRequire(process.env.MODULES + "/")("playwright-core");
const [report, pictures] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
try {
  const context = await browser.newContext({ offline: true, viewport: { width: 1000, height: 900 } });
  const page = await context.newPage();
  const said = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(String(error)));
  page.on("request", (request) => {
    if (!/^(file|data|blob):/.test(request.url())) said.push("asked for " + request.url());
  });
  await page.goto(pathToFileURL(resolve(report)).href);
  // A picture comes alive when it comes into view.
  const holders = page.locator("[data-specification]");
  assert.equal(await holders.count(), Number(pictures));
  for (const holder of await holders.all()) await holder.scrollIntoViewIfNeeded();
  const all = `${pictures} of ${pictures}`;
  await page.waitForFunction((n) => document.documentElement.dataset.live === n, all, { timeout: 120000 })
    .catch(async (error) => {
      const live = await page.evaluate(() => document.documentElement.dataset.live);
      throw new Error(`pictures that came alive: ${live}; the console: ${said.join("; ")}`, { cause: error });
    });
  // The sliders too, where they have been built.
  if (process.env.SLIDERS) await page.waitForSelector("#slider[data-ready]", { timeout: 30000 });
  assert.deepEqual(said, []);
  console.log(`report: ${all} pictures alive, nothing on the console`);
} finally {
  await browser.close();
}
