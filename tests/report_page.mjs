// The report as a reader scrolls through it: opened from disk, without a network.
//   node report_page.mjs REPORT.html PICTURES    (and what browser.mjs asks for)
import assert from "node:assert/strict";
import { resolve } from "node:path";
import { launch, open } from "./browser.mjs";

const [report, pictures] = process.argv.slice(2);
const browser = await launch();
try {
  const { page, errors } = await open(browser, resolve(report), { viewport: { width: 1000, height: 900 } });
  // A picture comes alive when it comes into view.
  const holders = page.locator("[data-specification]");
  assert.equal(await holders.count(), Number(pictures));
  for (const holder of await holders.all()) await holder.scrollIntoViewIfNeeded();
  const all = `${pictures} of ${pictures}`;
  await page.waitForFunction((n) => document.documentElement.dataset.live === n, all, { timeout: 120000 })
    .catch(async (error) => {
      const live = await page.evaluate(() => document.documentElement.dataset.live);
      throw new Error(`pictures that came alive: ${live}; the console: ${errors.join("; ")}`, { cause: error });
    });
  // The sliders too, where they have been built.
  if (process.env.SLIDERS) await page.waitForSelector("#slider[data-ready]", { timeout: 30000 });
  assert.deepEqual(errors, []);
  console.log(`report: ${all} pictures alive, nothing on the console`);
} finally {
  await browser.close();
}
