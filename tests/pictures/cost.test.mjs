// The picture of the experiment `cost` shows the shares of its table, on whichever CPU has one.
import assert from "node:assert/strict";
import { test } from "node:test";
import draw from "../../scripts/pictures/cost.mjs";
import { NotThere } from "../../scripts/pictures/draw/tables.mjs";

const row = (classes, shares) => ({
  variant: "softmax.max_trick.scalar",
  normalised_by: "division",
  classes,
  time_ns: "3.5",
  ...Object.fromEntries(Object.entries(shares).map(([name, share]) => [name, `${share} [-0.5, 0.9]`])),
  variant_time: "1 [0.9, 1.1]",
  other_time: "1 [0.9, 1.1]",
});
const cpu = { id: "one", name: "One", path: "one/cost.csv" };
const tablesOf = (rows) => ({ cpus: (name) => (name === "cost" ? [cpu] : []), cost: () => rows });

test("bars are the shares, and negative ones are below 0", () => {
  const [make] = draw(tablesOf([row("4", { copy: 0.25, maximum: -0.125, exp: 0.75, sum: 0.0625, normalisation: 0.0625 })]));
  const { values, sheet, draw: specificationOf } = make();
  assert.deepEqual(
    values.bars[0].shares.map(({ from, to }) => [from, to]),
    [[0, 25], [0, -12.5], [25, 100], [100, 106.25], [106.25, 112.5]],
  );
  assert.deepEqual(sheet.rows[0].slice(2, 4), ["0.25 [-0.5, 0.9]", "-0.125 [-0.5, 0.9]"]);
  for (const narrow of [false, true])
    assert.deepEqual(
      JSON.parse(/"scale":(\{"domain":\[[-0-9.,]+\],"nice":false\})/.exec(JSON.stringify(specificationOf(narrow)))[1]).domain,
      [-12.5, 112.5],
    );
});

test("a variant without a maximum has no such part, and a table without times no picture", () => {
  const shares = { copy: 0.25, exp: 0.5, sum: 0.125, normalisation: 0.125 };
  const [make] = draw(tablesOf([row("4", shares)]));
  assert.equal(make().values.bars[0].shares.length, 4);
  assert.throws(draw(tablesOf([row("4", {})]))[0], NotThere);
});
