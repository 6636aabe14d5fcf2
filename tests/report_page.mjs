// Checks the report as a reader sees it: opened from disk, without a network, on three screens, light and
// dark.
//   node report_page.mjs REPORT.html PICTURES    (and the variables of browser.mjs)
// PICTURES is the number of pictures. The variable SLIDERS is set if the sliders are in the page.
import assert from "node:assert/strict";
import { resolve } from "node:path";
import { cutTexts, launch, open, overflowing, overlappingTexts } from "./browser.mjs";

const [report, pictures] = process.argv.slice(2);
const browser = await launch();

// Returns the visible drawings, and whether all statements of their sections are visible.
const shown = (page) =>
  page.evaluate(() => {
    const visible = (one) => one.getClientRects().length > 0;
    return {
      wide: [...document.querySelectorAll(".drawing.wide")].filter(visible).length,
      narrow: [...document.querySelectorAll(".drawing.narrow")].filter(visible).length,
      statements: [...document.querySelectorAll(".statement")].filter(visible).length,
    };
  });

async function look(width, colorScheme) {
  const options = { viewport: { width, height: 900 }, colorScheme, reducedMotion: "reduce", hasTouch: width < 500 };
  const { page, errors } = await open(browser, resolve(report), options);
  if (process.env.SLIDERS) await page.waitForSelector("#slider[data-ready]", { timeout: 30000 });
  assert.equal(await page.locator(".drawing.wide").count(), Number(pictures));

  // The page shows one CPU at a time. Each of them is chosen in turn.
  const cpus = await page.locator(".chooser input").all();
  const seen = await shown(page);
  const kind = width < 768 ? "narrow" : "wide";
  assert.equal(seen[kind === "wide" ? "narrow" : "wide"], 0);
  assert.equal(seen[kind], seen.statements);
  const ofAnyCpu = await page.locator(".statement:not([data-cpu] *)").count();
  assert.ok(cpus.length === 0 || (await page.locator(".statement").count()) > seen.statements);

  await page.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = true)));
  for (const cpu of cpus.length > 0 ? cpus : [null]) {
    if (cpu) await cpu.check();
    assert.deepEqual(await overflowing(page), [], `${width}, ${colorScheme}`);
    assert.deepEqual(await cutTexts(page), [], `${width}, ${colorScheme}`);
    assert.deepEqual(await overlappingTexts(page), [], `${width}, ${colorScheme}`);
    const now = await shown(page);
    assert.equal(now[kind], now.statements);
    assert.ok(!cpu || now.statements > ofAnyCpu, await cpu?.getAttribute("value"));
  }

  // The choice of the CPU stays in view as long as a picture that depends on it.
  if (cpus.length > 0) {
    await page.locator("[data-cpu] figcaption:visible").last().scrollIntoViewIfNeeded();
    const chooser = await page.locator(".chooser").boundingBox();
    assert.ok(chooser.y >= 0 && chooser.y < 10, `the choice of the CPU is at ${chooser.y} pixels`);
  }

  // A tap or the mouse shows the tooltip of a mark; checked with the mark of a picture of points that no other one covers.
  const mark = page.locator(`section:has(#error-against-spread) .${kind} [data-tip]`).last();
  await mark.scrollIntoViewIfNeeded();
  const told = (await mark.getAttribute("data-tip")).replaceAll("; ", "\n");
  const { x, y, width: w, height: h } = await mark.boundingBox();
  if (options.hasTouch) await page.touchscreen.tap(x + w / 2 + 3, y + h / 2 + 3);
  else await page.mouse.move(x + w / 2, y + h / 2);
  await page.waitForFunction(() => !document.getElementById("tip").hidden);
  const tip = page.locator("#tip");
  assert.equal(await tip.textContent(), told);
  const box = await tip.boundingBox();
  assert.ok(box.x >= 0 && box.x + box.width <= width, "the figures are on the screen");

  // The sliders have the background of the page, and the style of the page does not affect them.
  if (process.env.SLIDERS) {
    const grounds = await page.evaluate(() =>
      [document.body, document.getElementById("slider")].map((one) => getComputedStyle(one).backgroundColor),
    );
    assert.equal(grounds[0], grounds[1]);
    const heights = await page
      .locator("#slider table")
      .evaluateAll((all) => all.map((one) => one.scrollHeight - one.clientHeight));
    assert.ok(heights.length > 10 && heights.every((more) => more <= 1));
  }
  assert.deepEqual(errors, []);
  await page.context().close();
}

// Checks that the checks can fail: with a box that is too wide, with a text outside its drawing, and with two
// texts in one place.
async function checksCanFail() {
  const { page } = await open(browser, resolve(report), { viewport: { width: 360, height: 900 } });
  await page.evaluate(() => {
    const wide = Object.assign(document.createElement("p"), { textContent: "wide" });
    wide.style.width = "500px";
    document.querySelector("section.report").append(wide);
    document.querySelector(".drawing.narrow text[transform]").setAttribute("transform", "translate(5000,0)");
  });
  assert.ok((await overflowing(page)).some((one) => one.startsWith("P ")));
  assert.equal((await cutTexts(page)).length, 1);
  await page.evaluate(() => {
    const second = document.querySelector(".drawing.narrow text[transform] + text[transform]");
    const first = second.previousElementSibling;
    second.setAttribute("transform", first.getAttribute("transform"));
    first.textContent = "first";
    second.textContent = "second";
  });
  assert.ok((await overlappingTexts(page)).some((one) => one.includes('"first" and "second"')));
  await page.context().close();
}

try {
  await checksCanFail();
  for (const width of [360, 1280, 1920]) for (const scheme of ["light", "dark"]) await look(width, scheme);
  await look(768, "light"); // the smallest width that shows the wide drawings
  console.log(
    `report: ${pictures} pictures at three widths, light and dark; nothing is cut off or overlaps, nothing on the console`,
  );
} finally {
  await browser.close();
}
