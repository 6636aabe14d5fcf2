// Tests the slider page as a reader uses it: opened from disk, without a network.
//   node page.mjs FOLDER    (and the variables of browser.mjs)
import assert from "node:assert/strict";
import { resolve } from "node:path";
import { launch, open, overflowing } from "../browser.mjs";

const folder = resolve(process.argv[2]);
const browser = await launch();

async function openSliders(options) {
  const opened = await open(browser, folder + "/index.html", options);
  await opened.page.waitForSelector("#slider[data-ready]", { timeout: 30000 });
  return opened;
}

const cell = (page, name, i) =>
  page.locator(`.panel[data-variant="${name}"] td`).nth(i - 1);
// Returns the visible number, without the text for screen readers.
const text = async (page, name, i) =>
  (await cell(page, name, i).evaluate((td) => {
    const copy = td.cloneNode(true);
    copy.querySelectorAll(".heard").forEach((heard) => heard.remove());
    return copy.textContent;
  }));
const outcome = (page, name) =>
  page.locator(`.panel[data-variant="${name}"] .outcome`).textContent();

try {
  const { page, errors } = await openSliders({ viewport: { width: 1280, height: 900 }, colorScheme: "light" });

  // Moves a slider to 100 by keyboard alone: from the top of the page to the slider, then to its
  // end.
  for (let i = 0; i < 30; ++i) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(() => document.activeElement.id === "slider-logit-1")) break;
  }
  assert.equal(await page.evaluate(() => document.activeElement.id), "slider-logit-1");
  await page.keyboard.press("End");
  assert.equal(await page.locator("#slider-logit-1").inputValue(), "100");
  assert.equal(await text(page, "softmax.naive.scalar", 1), "NaN");
  assert.equal(await outcome(page, "softmax.naive.scalar"), "nan");
  assert.equal(Number(await text(page, "softmax.max_trick.scalar", 1)), 1);
  assert.equal(await outcome(page, "softmax.max_trick.scalar"), "ok");
  assert.equal(Number(await text(page, "softmax.accurate.scalar", 1)), 1);
  assert.equal(await text(page, "log_softmax.log_of_naive.scalar", 1), "NaN");

  // In the bars, NaN is hatched, and the log-probability of 1 is a full bar.
  const bars = (op, form) => page.locator(`.panels[data-op=${op}] .panel`, { hasText: form });
  assert.equal(await bars("softmax", "naive").locator(".none").count(), 1);
  assert.equal(await bars("softmax", "max_trick").locator(".none").count(), 0);
  assert.equal(await bars("log_softmax", "shifted_log1p").locator(".fill").first()
    .evaluate((fill) => fill.style.height), "100%");

  // Changes are announced once, after the sliders have stopped moving, and only new outcomes are
  // announced.
  await page.waitForFunction(() => document.querySelector("#slider [role=status]").textContent !== "");
  const told = await page.locator("#slider [role=status]").textContent();
  assert.match(told, /naive: nan/);
  assert.doesNotMatch(told, /accurate/);

  // Wrong digits are not marked by colour alone.
  const decoration = await page.locator(".panel[data-variant='softmax.naive.scalar'] u.wrong").first()
    .evaluate((u) => getComputedStyle(u).textDecorationLine);
  assert.equal(decoration, "underline");
  await page.screenshot({ path: folder + "/slider.png", fullPage: true });

  // An offset alone breaks the naive form, and the other probabilities do not change.
  await page.selectOption("#slider-preset", { label: "sum_activate_v1, x / sum(x) [0, 2, 3]" });
  const before = await text(page, "softmax.max_trick.scalar", 3);
  assert.match(before, /^0\.70538/); // S3
  assert.equal(await page.locator("#slider .logits input[type=range]").count(), 3);
  await page.locator("#slider-offset").focus();
  await page.keyboard.press("End");
  assert.equal(await outcome(page, "softmax.naive.scalar"), "nan");
  assert.equal(await text(page, "softmax.max_trick.scalar", 3), before);
  assert.equal(await page.locator("#slider-preset").inputValue(), "");

  // float16 overflows from a logit of about 11 on, and has three digits.
  await page.selectOption("#slider-preset", { label: "sum_activate_v1, x / sum(x) [0, 2, 3]" });
  await page.getByLabel("float16", { exact: true }).focus();
  await page.keyboard.press("Space");
  await page.getByLabel("Logit 3, typed").fill("11.5");
  assert.equal(await outcome(page, "softmax.naive.scalar"), "nan");
  assert.match(await page.locator("#slider .in-float32").textContent(), /accurate/);

  // Ten classes, a mask, and a text that is not a number.
  await page.locator("#slider-classes").focus();
  await page.keyboard.press("End");
  assert.deepEqual(await overflowing(page), []);
  assert.equal(await page.locator("#slider .logits input[type=range]").count(), 10);
  await page.getByLabel("Logit 10, typed").fill("-inf");
  assert.equal(await text(page, "softmax.max_trick.scalar", 10), "0");
  assert.equal(await outcome(page, "softmax.max_trick.scalar"), "ok");
  await page.getByLabel("Logit 10, typed").fill("ten");
  assert.equal(await page.getByLabel("Logit 10, typed").getAttribute("aria-invalid"), "true");
  // The message says what is expected, and that the results are out of date.
  const problems = page.locator("#slider .problems");
  assert.match(await problems.textContent(), /\u201cten\u201d: a logit is a number .* The results are those of the last numbers/);
  assert.ok(await page.locator("#slider .results.old").count() === 1);
  await page.getByLabel("Temperature, typed").fill("0");
  assert.equal(await page.getByLabel("Temperature, typed").getAttribute("aria-invalid"), "true");
  assert.match(await problems.textContent(), /\u201c0\u201d: a temperature is a number above 0/);
  await page.getByLabel("Temperature, typed").fill("2");
  await page.getByLabel("Logit 10, typed").fill("1");
  assert.equal(await problems.textContent(), "");
  assert.equal(await page.locator("#slider .results.old").count(), 0);

  // Every row that the configs offer can be shown.
  const rows = await page.locator("#slider-preset option").count();
  assert.ok(rows > 40, `only ${rows} rows`);
  for (let i = 1; i < rows; ++i) {
    await page.selectOption("#slider-preset", { index: i });
    assert.equal(await page.locator(".panels[data-op=softmax] .panel").count(), 9);
    // Each logit has the value that the config states.
    const same = (text) => (Number.isNaN(Number(text)) ? text : String(Number(text)));
    const offered = await page.locator("#slider-preset option").nth(i).textContent();
    const fields = await page.locator("#slider .logits input[type=text]")
      .evaluateAll((all) => all.map((one) => one.value));
    assert.deepEqual(fields.map(same), / \[([^[]*)\]$/.exec(offered)[1].split(", ").map(same), offered);
  }
  // Every focusable element has an accessible name.
  const nameless = await page.evaluate(() => [...document.querySelectorAll("#slider :is(input, select, button)")]
    .filter((one) => !one.labels?.length && !one.getAttribute("aria-label") && !one.textContent).length);
  assert.equal(nameless, 0);
  // No row is named by a number of the list alone.
  const named = await page.locator("#slider-preset option").evaluateAll((all) => all.slice(1).map((one) => one.textContent));
  assert.deepEqual(named.filter((name) => /^[A-Z]\d/.test(name)), []);
  assert.deepEqual(errors, []);

  // A phone with dark colours: no element is wider than the screen unless it scrolls itself.
  const phone = await openSliders({ viewport: { width: 360, height: 740 }, colorScheme: "dark", reducedMotion: "reduce" });
  await phone.page.locator("#slider-logit-1").focus();
  await phone.page.keyboard.press("End");
  const width = await phone.page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= 360, `${width} pixels wide`);
  assert.deepEqual(await overflowing(phone.page), []);
  // The sliders stay in view while the last result is in view, on a phone and on a desktop.
  for (const seen of [phone.page, page]) {
    await seen.locator(".panels[data-op=log_softmax] .panel").last().scrollIntoViewIfNeeded();
    const { top, height } = await seen.locator("#slider .logits").evaluate((one) => {
      const controls = one.closest(".controls");
      controls.scrollTop = 0;
      return { top: one.getBoundingClientRect().top, height: innerHeight };
    });
    assert.ok(top >= 0 && top < height / 2, `the sliders begin at ${top} of ${height} pixels`);
  }
  const motion = await phone.page.locator("#slider .fill").first().evaluate((one) => getComputedStyle(one).transitionProperty);
  assert.equal(motion, "none");
  const ground = await phone.page.locator("#slider").evaluate((one) => getComputedStyle(one).backgroundColor);
  assert.notEqual(ground, "rgb(255, 255, 255)");
  await phone.page.screenshot({ path: folder + "/slider-phone.png", fullPage: true });
  assert.deepEqual(phone.errors, []);
  console.log(`page: ${rows} rows, naive NaN and max trick 1 at a logit of 100; ${folder}/slider.png`);
} finally {
  await browser.close();
}
