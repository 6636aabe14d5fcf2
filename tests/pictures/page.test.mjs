// The page: its contents, its requests, and the escaping of all texts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { escaped, page } from "../../scripts/pictures/draw/page.mjs";

const count = (text, part) => text.split(part).length - 1;
const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><style>s</style><path data-tip="a"/></svg>';
const picture = (rest = {}) => ({
  name: "one",
  question: "Which?",
  statement: "This.",
  text: "Words.",
  sources: ["t"],
  sheet: { caption: "C", header: ["a", "b"], rows: [["x", "1"]] },
  wide: svg,
  narrow: svg,
  ...rest,
});
const nameOf = (name) => `results/${name}.csv`;

test("nothing breaks out of its place", () => {
  const evil = "</script><script>alert(1)</script><!-- \"'&";
  const html = page(
    [
      picture({
        question: evil,
        statement: evil,
        text: evil,
        sources: [evil],
        sheet: { caption: evil, header: [evil, evil], rows: [[evil, evil]] },
      }),
    ],
    nameOf,
    { html: '<section id="slider"></section>\n', script: "const s = '</script>', t = '<!--';", wasm: "AGFzbQ==" },
  );
  assert.equal(count(html, "<script"), 3);
  assert.equal(count(html, "</script"), 3);
  assert.ok(!html.includes("<!--"));
  assert.ok(!html.includes("<script>alert"));
  assert.ok(html.includes("'<\\/script>'"));
  assert.equal(escaped('<a href="x">&'), "&lt;a href=&quot;x&quot;&gt;&amp;");
});

test("the sliders follow the first picture, where they have been built", () => {
  const two = [picture(), picture({ name: "two" })];
  assert.doesNotMatch(page(two, nameOf), /id="slider|href="#slider/);
  const html = page(two, nameOf, {
    html: '<section id="slider"><p>slide</p></section>\n',
    script: "var slider;",
    wasm: "AGFzbQ==",
  });
  assert.ok(html.indexOf('<h2 id="one"') < html.indexOf("<p>slide"));
  assert.ok(html.indexOf("<p>slide") < html.indexOf('<h2 id="two"'));
  assert.ok(html.includes('<a href="#slider">'));
  assert.ok(html.includes('<script type="application/octet-stream;base64" id="slider-wasm">AGFzbQ==</script>'));
});

test("the page asks for nothing and can be read by all", () => {
  const html = page([picture(), picture({ name: "two" })], nameOf);
  for (const [, target] of html.matchAll(/ (?:src|href|action|data)="([^"]*)"/g)) {
    assert.match(target, /^(#|data:)/);
    if (target.startsWith("#")) assert.ok(html.includes(`id="${target.slice(1)}"`), target);
  }
  for (const asks of ["@import", "url(http", "fetch(", "XMLHttpRequest", "default-src *", "unsafe-eval' "])
    assert.ok(!html.replace("'wasm-unsafe-eval'", "").includes(asks), asks);
  assert.ok(html.includes("default-src 'none'"));
  assert.equal(count(html, 'role="img" aria-label="This.'), 4);
  assert.equal(count(html, "<details><summary>"), 2);
  assert.equal(count(html, "<th>"), 0); // each header cell has a scope
  for (const part of ['<html lang="en">', "<main ", "<nav ", "<h1>", 'class="skip"', "width=device-width"])
    assert.equal(count(html, part), 1, part);
});

test("pictures of several CPUs share a section, and the reader chooses", () => {
  const of = (id) => picture({ name: `speed-${id}`, section: "speed", cpu: { id, name: `CPU ${id}` } });
  const html = page([picture(), of("a"), of("b")], nameOf);
  assert.equal(count(html, '<h2 id="speed"'), 1);
  assert.equal(count(html, '<div data-cpu="'), 2);
  assert.equal(count(html, 'type="radio"'), 2);
  assert.equal(count(page([picture(), of("a")], nameOf), 'type="radio"'), 0);
});
