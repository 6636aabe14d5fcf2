// The drawings as readers see them: every label is shown and covers no other one, and every text has the
// width that the drawing states.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { drawSvg, withoutTips } from "../../scripts/pictures/draw/svg.mjs";
import { textWidth } from "../../scripts/pictures/draw/text_width.mjs";
import { widest } from "../../scripts/pictures/draw/theme.mjs";
import { specifications } from "./committed.mjs";

const drawings = [];
before(async () => {
  for (const [name, specification] of specifications) drawings.push([name, await drawSvg(name, specification)]);
});

const plain = (text) => text.replaceAll(/&[a-z]+;/g, "x");

// Returns the labels of each horizontal axis: [{words, left, right, y, shown}].
function axes(svg) {
  return svg
    .split('role-axis-label"')
    .slice(1)
    .map((group) =>
      [
        ...group
          .slice(0, group.indexOf("</g>"))
          .matchAll(
            /<text text-anchor="(start|middle|end)" transform="translate\(([-0-9.e]+),([-0-9.e]+)\)"([^>]*)>([^<]*)<\/text>/g,
          ),
      ].map(([, anchor, x, y, rest, words]) => {
        const width = textWidth(plain(words), Number(/font-size="([\d.]+)/.exec(rest)[1])),
          left = Number(x) - { start: 0, middle: width / 2, end: width }[anchor];
        return { words, left, right: left + width, y: Number(y), shown: !rest.includes('opacity="0"') };
      }),
    );
}

test("every label of an axis is shown and none covers another", () => {
  let labels = 0;
  for (const [name, svg] of drawings)
    for (const axis of axes(svg))
      axis.forEach((one, i) => {
        ++labels;
        assert.ok(one.shown, `${name}: ${one.words} is hidden`);
        for (const other of axis.slice(0, i))
          assert.ok(
            Math.abs(one.y - other.y) >= 9 ||
              one.right <= other.left ||
              other.right <= one.left ||
              one.words === "" ||
              other.words === "",
            `${name}: ${other.words} and ${one.words}`,
          );
      });
  assert.ok(labels > 1000, `${labels}`);
});

test("a drawing fits the screen that it is for", () => {
  for (const [name, svg] of drawings) {
    const width = Number(/ width="([\d.]+)"/.exec(svg)[1]),
      most = widest(name.endsWith("-narrow"));
    // A text that is up to 5 % too wide is compressed, and stays legible.
    assert.ok(width <= most * 1.05, `${name}: ${width} of ${most}`);
  }
});

test("the letters of a drawing are large enough", () => {
  for (const [name, svg] of drawings)
    for (const [, size] of svg.matchAll(/<text[^>]* font-size="([\d.]+)px"/g))
      assert.ok(Number(size) >= 8, `${name}: ${size}`);
});

test("a drawing has one font, and texts of more than three letters have a width", () => {
  for (const [name, svg] of drawings) {
    assert.equal(svg.split("font-family=").length - 1, 1, name);
    for (const [, attributes, words] of svg.matchAll(/<t(?:ext|span)((?:[^>]*[^>/])?)>([^<]{4,})</g))
      assert.ok(attributes.includes("textLength="), `${name}: ${words}`);
  }
});

test("marks tell their figures in the page, and the files do without", () => {
  for (const [name, svg] of drawings) {
    if (!name.startsWith("surface")) assert.ok(svg.includes(' data-tip="'), name);
    assert.doesNotMatch(svg, /aria-|¦|undefined/, name);
    assert.ok(!withoutTips(svg).includes("data-tip"));
  }
});
