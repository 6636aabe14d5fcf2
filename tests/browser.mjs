// Starts Chromium without a network, for tests of pages on disk. The variable MODULES names the folder of
// playwright-core, CHROMIUM the browser.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const { chromium } = createRequire(process.env.MODULES + "/")("playwright-core");

export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });

// Opens the page at a path. Also collects what must not occur: console messages, errors, and network
// requests.
export async function open(browser, path, options) {
  const context = await browser.newContext({ offline: true, ...options });
  const page = await context.newPage();
  const errors = [];
  page.on("console", (message) => errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("request", (request) => {
    if (!/^(file|data):/.test(request.url())) errors.push("asked for " + request.url());
  });
  await page.goto(pathToFileURL(path).href);
  return { page, errors };
}

// Returns a description of each element that is wider than its box or lies beyond the left or right edge of
// the screen. Text that only screen readers read is left out.
// The part of a long text that a select or an input hides is left out too.
export const overflowing = (page) =>
  page.evaluate(() => {
    const found = [];
    const name = (one) =>
      `${one.tagName} ${one.id || one.className?.baseVal || one.className || ""} ` +
      `"${one.textContent.trim().slice(0, 40)}"`;
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth > width)
      found.push(`the page: ${document.documentElement.scrollWidth} of ${width} pixels`);
    for (const one of document.body.querySelectorAll(
      ":not(script, style, template, select, option, optgroup, " + "input, svg *)",
    )) {
      const style = getComputedStyle(one),
        box = one.getBoundingClientRect();
      if (
        box.width <= 1 ||
        box.height <= 1 ||
        style.position === "absolute" ||
        style.visibility === "hidden" ||
        one.closest(".heard, .skip, #tip, thead")
      )
        continue;
      if (box.left < -1 || box.right > width + 1) found.push(`${name(one)}: from ${box.left} to ${box.right}`);
      if (one.clientWidth > 0 && style.display !== "inline" && one.scrollWidth > one.clientWidth + 1)
        found.push(`${name(one)}: ${one.scrollWidth} in ${one.clientWidth} pixels`);
      if (style.overflowY === "hidden" && one.scrollHeight > one.clientHeight + 1)
        found.push(`${name(one)}: ${one.scrollHeight} in ${one.clientHeight} pixels, hidden`);
    }
    return found;
  });

// Returns a description of each text in a drawing that lies outside the drawing.
export const cutTexts = (page) =>
  page.evaluate(() => {
    const found = [];
    for (const svg of document.querySelectorAll(".drawing svg")) {
      const frame = svg.getBoundingClientRect();
      if (frame.width === 0) continue;
      const of = svg.closest("section").querySelector("h2").id;
      for (const text of svg.querySelectorAll("text")) {
        if (text.textContent === "" || text.getAttribute("opacity") === "0") continue;
        const box = text.getBoundingClientRect();
        if (
          box.left < frame.left - 1 ||
          box.right > frame.right + 1 ||
          box.top < frame.top - 1 ||
          box.bottom > frame.bottom + 1
        )
          found.push(
            `${of}: "${text.textContent}" from ${box.left - frame.left} to ${box.right - frame.left} of ` +
              `${frame.width}, ${box.top - frame.top} to ${box.bottom - frame.top} of ${frame.height}`,
          );
      }
    }
    return found;
  });

// Returns a description of each pair of texts of a drawing that overlap by more than a pixel. A text that is
// drawn twice in the same place is not a pair: the first one is the outline of the second.
export const overlappingTexts = (page) =>
  page.evaluate(() => {
    const found = [];
    for (const svg of document.querySelectorAll(".drawing svg")) {
      if (svg.getBoundingClientRect().width === 0) continue;
      const of = svg.closest("section").querySelector("h2").id;
      const texts = [...svg.querySelectorAll("text")]
        .filter((one) => one.textContent !== "" && one.getAttribute("opacity") !== "0")
        .map((one) => ({ words: one.textContent, box: one.getBoundingClientRect() }));
      texts.forEach((a, i) => {
        for (const b of texts.slice(i + 1)) {
          const width = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left),
            height = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
          const outline =
            a.words === b.words && Math.abs(a.box.left - b.box.left) < 1 && Math.abs(a.box.top - b.box.top) < 1;
          if (width > 1 && height > 1 && !outline)
            found.push(`${of}: "${a.words}" and "${b.words}" overlap by ${width} x ${height} pixels`);
        }
      });
    }
    return found;
  });
