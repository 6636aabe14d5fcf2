// The contrast of the pictures' colours on light and dark backgrounds: WCAG 2.1, 1.4.3 and 1.4.11.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  colourScale,
  dark,
  ink,
  letter,
  letters,
  orderedScale,
  outcomes,
  paper,
  soft,
  trainings,
} from "../../scripts/pictures/draw/theme.mjs";
import { eachMark, specifications } from "./committed.mjs";

const ofMarks = 3,
  ofText = 4.5;

// Returns the relative luminance (WCAG 2.1) of "#rrggbb".
function luminance(colour) {
  const linear = (at) => {
    const c = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(1) + 0.7152 * linear(3) + 0.0722 * linear(5);
}

function contrast(a, b) {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

const onDark = (colour) => dark[colour] ?? colour;

// The colours of all lines, dots and labels that are distinguished by their colour.
const markColours = new Set(
  specifications.flatMap(([, specification]) => {
    const found = [];
    eachMark(specification, (part, data) => {
      if (["area", "rect", "bar", "geoshape"].includes(part.mark.type)) return;
      for (const channel of ["color", "stroke"])
        if (part.encoding?.[channel]?.scale === null)
          found.push(...data.map((value) => value[part.encoding[channel].field]));
      if (part.encoding?.color?.scale?.range) found.push(...part.encoding.color.scale.range);
      if (part.mark.type === "line" && part.mark.color) found.push(part.mark.color);
    });
    return found.filter(Boolean);
  }),
);

// The standard's own examples: black on white, and the lightest grey that still passes.
test("the contrast is that of the standard", () => {
  assert.ok(Math.abs(contrast("#000000", "#ffffff") - 21) < 1e-9);
  assert.ok(contrast("#767676", "#ffffff") >= 4.5);
  assert.ok(contrast("#777777", "#ffffff") < 4.5);
});

test("marks stand out from the ground", () => {
  assert.ok(markColours.size > 15);
  for (const colour of markColours) {
    if (["#fffffe", "#000000"].includes(colour)) continue; // lines on the coloured surface, with a dark rim
    assert.ok(contrast(colour, paper) >= ofMarks, `${colour}: ${contrast(colour, paper)}`);
    assert.ok(
      contrast(onDark(colour), dark[paper]) >= ofMarks,
      `${colour} in the dark, ${onDark(colour)}: ${contrast(onDark(colour), dark[paper])}`,
    );
  }
  for (const words of [ink, soft]) {
    assert.ok(contrast(words, paper) >= ofText, words);
    assert.ok(contrast(onDark(words), dark[paper]) >= ofText, words);
  }
});

// A half-transparent mark has half the contrast, so only areas are transparent.
test("marks let nothing through", () => {
  for (const [name, specification] of specifications) {
    assert.equal(specification.config.point.opacity, 1);
    eachMark(specification, (part) => {
      if (["area", "geoshape"].includes(part.mark.type) || part.mark.opacity === undefined) return;
      // A point of opacity 0 only carries the tooltip of the line below it. The rim of the surface's lines is
      // dark.
      assert.ok(
        part.mark.opacity === 1 || part.mark.opacity === 0 || part.mark.color === "#000000",
        `${name}: ${JSON.stringify(part.mark)}`,
      );
    });
  }
});

test("letters stand out from their cells", () => {
  for (const ground of [...Object.values(outcomes), ...Object.values(trainings)])
    assert.ok(contrast(letter, ground) >= ofText, ground);
});

test("every outcome has letters of its own", () => {
  assert.deepEqual(Object.keys(letters), Object.keys(outcomes));
  assert.equal(new Set(Object.values(letters)).size, Object.keys(outcomes).length);
  for (const text of Object.values(letters)) assert.ok(text.length <= 3);
});

test("no two variants of a panel share a colour", () => {
  for (const names of [
    [
      "accurate",
      "fast",
      "max_trick",
      "naive",
      "exp_of_log",
      "naive_exp_of_log",
      "onednn",
      "online",
      "onnxruntime",
      "eigen",
      "xnnpack",
      "torch",
    ],
    [
      "accurate",
      "log_of_max_trick",
      "log_of_naive",
      "onednn",
      "shifted",
      "shifted_log1p",
      "x_minus_lse",
      "x_minus_max",
    ],
    ["max_trick", "shifted"],
    ["obvious", "clip", "eps", "preferred", "fused_log1p"],
    ["softmax", "cap-30", "cap-5", "temperature-4", "sum_v1", "sum_v2", "sum_v2+0.1"],
  ])
    assert.equal(new Set(colourScale(names).range).size, names.length, `${names}`);
});

test("what users bring along has colours", () => {
  const { range } = colourScale(["accurate", "mine", "his"]);
  assert.equal(range[0], colourScale(["accurate"]).range[0]);
  assert.equal(new Set(range).size, 3);
});

test("an order has a colour for each of its members", () => {
  for (let n = 1; n <= 7; ++n)
    assert.equal(new Set(orderedScale(Array.from({ length: n }, (_, i) => i)).range).size, n);
});
