// The pictures of accuracy and of overflow show the numbers of the committed tables.
import assert from "node:assert/strict";
import { test } from "node:test";
import { number } from "../../scripts/pictures/draw/csv.mjs";
import { drawn, hold, worse, eachMark, pictureOf, tables } from "./committed.mjs";

for (const [name, spread] of [
  ["error-against-spread", true],
  ["error-against-classes", false],
])
  test(`${name}: the worst of each line is drawn, also where it is infinite`, () => {
    const expected = new Map();
    let infinite = 0;
    for (const row of tables.get("accuracy")) {
      const at = spread ? Number(/^normal-(.*)$/.exec(row.distribution)?.[1] ?? NaN) : number(row.classes);
      if (row.dtype !== "float32" || Number.isNaN(at)) continue;
      const key = row.variant.split(".").slice(0, 2).join(".") + " " + at,
        error = number(row.max_error_ulp);
      expected.set(key, expected.has(key) ? worse(expected.get(key), error) : error);
    }
    for (const error of expected.values()) infinite += error === Infinity ? 1 : 0;
    assert.ok(infinite > 0);
    for (const narrow of [false, true])
      hold(
        pictureOf(name).draw(narrow),
        "drawn",
        ({ op, algorithm, at }) => `${op}.${algorithm} ${at}`,
        expected,
        [0.01, 1e8],
      );
  });

test("the error and its bound are the same quantity, and no error lies above its bound", () => {
  const { values } = pictureOf("error-and-bound");
  const errors = new Map(),
    bounds = new Map();
  for (const row of tables.get("accuracy")) {
    if (row.dtype !== "float32" || !(number(row.bound_u) < 2 ** 24)) continue;
    assert.ok(number(row.norm_error_u) <= number(row.bound_u), JSON.stringify(row));
    const key = row.variant.split(".").slice(0, 2).join(".") + " " + row.classes;
    errors.set(key, Math.max(errors.get(key) ?? 0, number(row.norm_error_u)));
    bounds.set(key, Math.max(bounds.get(key) ?? 0, number(row.bound_u)));
  }
  assert.ok(bounds.size > 100);
  const key = ({ key: own }) => own;
  hold(pictureOf("error-and-bound").draw(false), "drawnError", key, errors, [0.01]);
  hold(pictureOf("error-and-bound").draw(false), "drawnBound", key, bounds, [0.01]);
  for (const { error, bound } of values) assert.ok(error <= bound);
  assert.match(pictureOf("error-and-bound").statement, /^In all /);
});

test("the bound of the plain forms grows with the classes, that of accurate does not", () => {
  const { values } = pictureOf("error-and-bound");
  for (const [variant, grows] of [
    ["softmax.accurate", false],
    ["log_softmax.accurate", false],
    ["log_sum_exp.accurate", false],
    ["softmax.max_trick", true],
    ["softmax.naive", true],
  ]) {
    const bounds = values
      .filter((value) => value.variant === variant)
      .sort((a, b) => a.classes - b.classes)
      .map(({ bound }) => bound);
    assert.ok(bounds.length > 3);
    for (let i = 1; i < bounds.length; ++i)
      assert.ok(grows ? bounds[i] > bounds[i - 1] : bounds[i] === bounds[i - 1], `${variant}: ${bounds}`);
  }
});

test("every outcome of the table is a cell", () => {
  const wide = ["float32", "float64"];
  for (const dtype of [...wide, "16-bits"]) {
    const { columns } = pictureOf(`outcomes-${dtype}`).values;
    const cells = columns.flatMap(({ op, algorithm, isas, rows }) =>
      isas.flatMap((isa) => rows.map((row) => `${row.case} ${op}.${algorithm}${isa ? "." + isa : ""} ${row.outcome}`)),
    );
    const expected = tables
      .get("overflow")
      .filter((row) => (wide.includes(dtype) ? row.dtype === dtype : !wide.includes(row.dtype)))
      .map((row) => (wide.includes(dtype) ? row : { ...row, case: `${row.case}, ${row.dtype.replaceAll("_", " ")}` }))
      .map((row) => `${row.case} ${row.variant} ${row.outcome}`);
    assert.deepEqual(cells.sort(), expected.sort());
    const heat = [];
    eachMark(pictureOf(`outcomes-${dtype}`).draw(false), (part, data) => {
      if (part.mark.type === "rect") heat.push(...data);
    });
    assert.equal(
      heat.length,
      columns.reduce((sum, { rows }) => sum + rows.length, 0),
    );
    const bars = [];
    eachMark(pictureOf(`outcomes-${dtype}`).draw(true), (part, data) => {
      if (part.mark.type === "bar") bars.push(...data);
    });
    assert.equal(
      bars.reduce((sum, { n }) => sum + n, 0),
      heat.length,
    );
  }
});
