// The list of the report's pictures, with their texts and tables.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eachMark, missing, near, pictureOf, pictures, specifications, stripsOf, tables } from "./committed.mjs";

test("every picture of the report can be drawn from the committed tables", () => {
  assert.deepEqual(missing, []);
  const names = pictures.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const name of [
    "surface",
    "x-minus-max",
    "breaking",
    "loss-curves",
    "regions",
    "outliers",
    "calibration",
    "error-against-spread",
    "error-against-classes",
    "error-and-bound",
    "outcomes-float32",
    "outcomes-float64",
    "outcomes-16-bits",
    "conventions",
  ])
    assert.ok(names.includes(name), name);
  for (const { id } of tables.cpus())
    for (const name of [
      "accuracy-against-speed-",
      "accuracy-against-speed-all-",
      "speed-softmax-",
      "speed-log_softmax-",
      "speed-cross_entropy-",
      "speed-cross_entropy_gradient-",
    ])
      assert.ok(names.includes(name + id), name + id);
  // The questions of the course come first, the speed comes last.
  assert.deepEqual(names.slice(0, 5), ["surface", "x-minus-max", "breaking", "loss-curves", "regions"]);
  assert.ok(pictures.findIndex(({ cpu }) => cpu) > names.indexOf("outcomes-float64"));
});

test("every picture has a question, a statement, words and a table", () => {
  for (const { name, question, statement, text, sheet } of pictures) {
    assert.match(question, /\?$/, name);
    for (const words of [statement, text, sheet.caption]) assert.ok(words.length > 10, name);
    for (const words of [statement, text]) assert.doesNotMatch(words, /undefined|NaN[^ ,.]|\[object|Infinity/, name);
    assert.ok(sheet.rows.length > 0, name);
    for (const row of sheet.rows) {
      assert.equal(row.length, sheet.header.length, `${name}: ${row}`);
      assert.ok(row[0].length > 0, name);
    }
  }
});

// Readers who cannot see a picture use the table below it, which has its numbers with three digits.
test("every number that is drawn is in the table below", () => {
  for (const [name, specification] of specifications) {
    const picture = pictureOf(name.replace(/-narrow$/, ""));
    if (picture.sources.length === 0 || picture.name === "regions" || picture.name.startsWith("outcomes")) continue; // no table; counts; words
    const words = [picture.sheet.caption, ...picture.sheet.header, ...picture.sheet.rows.flat()].join(" ");
    const numbers = [...words.matchAll(/[-+]?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?/g)]
      .map(([text]) => Number(text))
      .sort((a, b) => a - b);
    const has = (all, value, slack) => all.some((one) => near(one, value, slack));
    eachMark(specification, (part, data) => {
      for (const channel of ["x", "y"])
        for (const end of ["", "2"]) {
          const main = part.encoding?.[channel],
            field = part.encoding?.[channel + end]?.field;
          // Positions in pixels, backgrounds of strips, limits and cache sizes are not figures of a
          // table.
          if (
            !field ||
            main.type !== "quantitative" ||
            main.scale === null ||
            ["from", "to", "error", "classes"].includes(field)
          )
            continue;
          const strips = [...stripsOf(main).values()];
          for (const value of data)
            if (value[field] !== undefined && !has(strips, value[field], 1e-5) && !has(numbers, value[field], 0.0051))
              assert.fail(`${name}: ${field} ${value[field]} is not in its table`);
        }
    });
  }
});
