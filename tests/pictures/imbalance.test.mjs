// The picture of classes of unequal size shows the numbers of the committed table.
import assert from "node:assert/strict";
import { test } from "node:test";
import { number } from "../../scripts/pictures/draw/csv.mjs";
import { changed, drawn, eachMark, pictureOf, tables } from "./committed.mjs";

const rows = tables.get("imbalance");
const rowOf = ({ task, arm, test, logits }) =>
  rows.find((row) => row.task === task && row.arm === arm && row.test === test && row.logits === (logits ?? "trained"));

test("recall and calibration error are those of the table", () => {
  const { values } = pictureOf("imbalance");
  assert.equal(values.errors.length, rows.length);
  for (const value of values.recalls)
    for (const [field, end] of [
      ["q1", "q1"],
      ["recall", "median"],
      ["q3", "q3"],
    ])
      assert.equal(value[field], number(rowOf(value)[`recall_${value.class}_${end}`]));
  for (const value of values.errors)
    for (const [field, end] of [
      ["q1", "q1"],
      ["ece", "median"],
      ["q3", "q3"],
    ])
      assert.equal(value[field], number(rowOf(value)[`ece_${end}`]));
  for (const value of values.errors) {
    assert.equal(value.claimed, number(rowOf(value).rare_claimed));
    assert.equal(value.precision, number(rowOf(value).rare_precision));
  }
});

test("every recall and every calibration error has a mark", () => {
  const { values, draw } = pictureOf("imbalance");
  for (const narrow of [false, true]) {
    const specification = draw(narrow);
    const marks = (field) => drawn(specification, field).filter(({ value }) => value[field] !== undefined).length;
    assert.equal(marks("recall"), values.recalls.length);
    for (const field of ["ece", "claimed", "precision"]) assert.equal(marks(field), values.errors.length);
    // No two marks of one panel have the same place beside the axis.
    eachMark(specification, (part, data) => {
      if (part.mark.type !== "point" || data[0]?.arm === undefined) return; // or of the key of the colours
      const places = data.map(({ at }) => at);
      assert.equal(new Set(places).size, places.length);
    });
  }
});

test("an arm without shifted logits has no marks for them", async () => {
  const picture = await changed("imbalance", {
    imbalance: (row) => (row.arm === "focal" && row.logits === "shifted" ? undefined : row),
  });
  const { values, sheet } = picture;
  assert.ok(!values.errors.some(({ arm, logits }) => arm === "focal" && logits === "shifted"));
  assert.ok(values.errors.some(({ arm, logits }) => arm === "focal" && logits === "trained"));
  const cells = sheet.rows.filter(([, arm]) => arm === "focal").flat();
  assert.ok(cells.includes("") && !cells.some((cell) => /undefined|NaN/.test(cell)));
  for (const narrow of [false, true])
    for (const field of ["ece", "claimed", "precision"])
      assert.equal(drawn(picture.draw(narrow), field).length, values.errors.length);
});

test("a table of one task and arm has its picture", async () => {
  const picture = await changed("imbalance", {
    imbalance: (row) => (row.task === rows[0].task && row.arm === rows[0].arm ? row : undefined),
  });
  assert.equal(new Set(picture.values.errors.map(({ arm }) => arm)).size, 1);
  assert.doesNotMatch(picture.statement, /undefined|NaN/);
  assert.ok(picture.draw(false).vconcat.length === 1);
});
