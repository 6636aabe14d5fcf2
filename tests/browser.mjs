// Chromium without a network, for tests of pages on disk (MODULES: where playwright-core is; CHROMIUM: the
// browser).
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const { chromium } = createRequire(process.env.MODULES + "/")("playwright-core");

export const launch = () => chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

// The page at a path, and all that must not be: what its console says, its errors, what it asks a network for.
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
