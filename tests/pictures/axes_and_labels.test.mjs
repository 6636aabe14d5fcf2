// The logarithmic axis with its strips, and the labels of marks.
import assert from "node:assert/strict";
import { test } from "node:test";
import { endLabels, pointLabels, spread } from "../../scripts/pictures/draw/labels.mjs";
import { LogAxis } from "../../scripts/pictures/draw/log_axis.mjs";
import { textWidth, wrap } from "../../scripts/pictures/draw/text_width.mjs";

// Returns a generator of numbers from 0 to 1 that are the same in each run (a linear congruential
// generator).
function randomNumbers(seed) {
  let state = seed;
  return () => (state = (state * 1664525 + 1013904223) % 2 ** 32) / 2 ** 32;
}

test("an axis has a place for every number", () => {
  const random = randomNumbers(1);
  for (let i = 0; i < 200; ++i) {
    const low = -40 + 80 * random(),
      width = 12 * random();
    const finite = Array.from({ length: 5 }, () => 10 ** (low + width * random()));
    const length = i % 4 < 2 ? 300 : 150;
    const axis = new LogAxis([...finite, 0, Infinity, NaN], i % 2 === 0 ? "x" : "y", length, {
      inf: "lost",
      nan: "not there",
    });
    const channel = axis.channel("error"),
      [from, to] = channel.scale.domain;
    for (const value of [...finite, 0, Infinity, NaN]) {
      assert.ok(axis.place(value) >= from && axis.place(value) <= to);
      assert.ok(axis.pixel(value) >= 0 && axis.pixel(value) <= length);
    }
    assert.ok(axis.place(0) < Math.min(...finite));
    assert.ok(axis.place(Infinity) > Math.max(...finite));
    assert.ok(axis.place(NaN) > axis.place(Infinity));
    assert.ok(channel.axis.values.length >= 4 && channel.axis.values.length <= 15);
    // The labels are far enough apart that none must be left out.
    const labels = channel.axis.values
      .map((at) => (length * Math.log(at / from)) / Math.log(to / from))
      .sort((a, b) => a - b);
    for (let j = 1; j < labels.length; ++j) assert.ok(labels[j] - labels[j - 1] >= 12.99, `${labels}`);
    for (const name of ["'lost'", "'not there'", "'0'"]) assert.ok(channel.axis.labelExpr.includes(name));
    assert.equal(axis.strips("error").data.values.length, 3);
  }
});

test("an axis has no strip for what does not occur, and one for what is beyond its end", () => {
  assert.deepEqual(new LogAxis([1, 2, 3], "y", 100).strips("").data.values, []);
  const axis = new LogAxis([1, 10, 1e9, 1e-9], "y", 200, { least: 0.01, most: 1e8 });
  assert.equal(axis.kind(1e9), "beyond");
  assert.equal(axis.kind(1e-9), "0");
  assert.ok(axis.place(1e9) < 1e8 && axis.place(1e9) > 10);
});

test("names of lines stand in the order of the lines, apart and inside", () => {
  const random = randomNumbers(2);
  for (let i = 0; i < 200; ++i) {
    const places = Array.from({ length: 1 + (i % 12) }, () => 260 * random()),
      moved = spread(places, 13, 260);
    const order = places.map((_, n) => n).sort((a, b) => places[a] - places[b]);
    for (let j = 0; j < order.length; ++j) {
      assert.ok(moved[order[j]] >= 6.49 && moved[order[j]] <= 253.51);
      if (j > 0) assert.ok(moved[order[j]] - moved[order[j - 1]] >= 12.99, `${moved}`);
    }
  }
  // If there is enough room, no label is moved.
  assert.deepEqual(spread([50, 100, 200], 13, 260), [50, 100, 200]);
  const [, text] = endLabels(
    [
      { name: "a", y: 10, colour: "#000000" },
      { name: "b", y: 11, colour: "#000000" },
    ],
    100,
    50,
  );
  assert.deepEqual(
    text.data.values.map(({ text: name }) => name),
    ["a", "b"],
  );
});

test("names of points do not cover each other", () => {
  const random = randomNumbers(3),
    width = 660,
    height = 370,
    line = 14;
  for (let i = 0; i < 100; ++i) {
    const points = Array.from({ length: 12 }, () => ({
      x: 20 + (width - 40) * random(),
      y: 20 + (height - 40) * random(),
      text: "accurate avx2",
    }));
    const placed = pointLabels(points, width, height)
      .filter(({ mark }) => mark.type === "text")
      .flatMap(({ data }) => data.values);
    assert.equal(placed.length, points.length);
    const wide = textWidth("accurate avx2", 11);
    const lefts = placed.map(({ x, align }) => (align === "left" ? x : align === "right" ? x - wide : x - wide / 2));
    lefts.forEach((left, j) => {
      assert.ok(left >= 0 && left + wide <= width);
      for (let k = 0; k < j; ++k)
        assert.ok(
          Math.abs(lefts[k] - left) >= wide || Math.abs(placed[k].y - placed[j].y) >= line,
          `${placed[k].text} on ${placed[j].text}`,
        );
    });
  }
});

test("wrapped lines are as wide as asked", () => {
  for (const one of wrap("a sentence of some words that is too long for a single line of text", 120, 11))
    assert.ok(textWidth(one, 11) <= 120);
  assert.deepEqual(wrap("short", 120, 11), ["short"]);
});
