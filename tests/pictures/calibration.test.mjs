// The picture of calibration shows the numbers of the table, and states what follows from them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { number } from "../../scripts/pictures/draw/csv.mjs";
import { changed, drawn, near, pictureOf, tables } from "./committed.mjs";

const rows = tables.get("calibration");
const last = (task) =>
  Math.max(...rows.filter((row) => row.task === task && row.arm !== "bayes").map(({ epoch }) => number(epoch)));

test("bins and overconfidence are drawn where the table has them", () => {
  const bins = rows.filter(
    ({ quantity, examples, arm, share }) =>
      quantity.startsWith("bin_") &&
      examples === "test" &&
      ["preferred", "bce_fused"].includes(arm) &&
      number(share) >= 0.002,
  );
  const places = new Set(bins.map((row) => `${row.task} ${row.arm} ${row.temperature} ${row.confidence} ${row.accuracy}`));
  const over = new Map(
    rows
      .filter(({ quantity, examples }) => quantity === "overconfidence" && examples === "test")
      .map((row) => [`${row.task} ${row.arm} ${row.epoch} ${row.temperature}`, number(row.median)]),
  );
  for (const narrow of [false, true]) {
    const specification = pictureOf("calibration").draw(narrow);
    const seen = new Set();
    for (const { value } of drawn(specification, "accuracy")) {
      const temperature = value.after ? "fitted" : "1";
      const found = bins.find(
        (row) =>
          row.task === value.task &&
          row.arm === value.arm &&
          row.temperature === temperature &&
          near(number(row.confidence), value.confidence) &&
          near(number(row.accuracy), value.accuracy),
      );
      assert.ok(found, `${value.task} ${value.arm} ${value.confidence}`);
      seen.add(found);
    }
    assert.equal(seen.size, bins.length);
    assert.ok(places.size > 20);
    const epochs = drawn(specification, "before");
    assert.ok(epochs.length > 50);
    for (const { value } of epochs)
      assert.equal(value.before, over.get(`${value.task} ${value.arm} ${value.epoch} 1`));
    for (const { value } of drawn(specification, "after"))
      if (value.epoch) assert.equal(value.after, over.get(`${value.task} ${value.arm} ${value.epoch} fitted`));
  }
});

test("one form of the loss is drawn where all coincide, and all where they differ", async () => {
  const armsIn = (picture) =>
    [...new Set(drawn(picture.draw(false), "before").map(({ value }) => `${value.task} ${value.arm}`))].sort();
  const usual = pictureOf("calibration");
  assert.deepEqual(armsIn(usual), [
    "circles preferred",
    "few-examples preferred",
    "lab preferred",
    "logistic bce_fused",
    "ten-classes preferred",
  ]);
  assert.match(usual.text, /coincide, so that one is drawn: preferred \(lab, .*\), bce_fused \(logistic\)\.$/);
  const apart = await changed("calibration", {
    calibration: (row) =>
      row.quantity === "overconfidence" && row.task === "lab" && row.arm === "clip" ? { ...row, median: "0.1" } : row,
  });
  assert.ok(armsIn(apart).includes("lab clip") && !armsIn(apart).includes("circles clip"));
  assert.match(apart.text, /From thick to thin: obvious, clip, preferred \(lab\)\.$/);
});

test("the statement names the tasks by the sign of their last epoch", async () => {
  const usual = pictureOf("calibration").statement;
  assert.match(usual, /^Too confident after the last epoch: few-examples \(by [78]\.\d points\)\./);
  assert.match(usual, /Not confident enough: .*lab.*circles/);
  const with_last = (median) =>
    changed("calibration", {
      calibration: (row) =>
        row.quantity === "overconfidence" && row.temperature === "1" && number(row.epoch) === last(row.task)
          ? { ...row, median }
          : row,
    });
  assert.match((await with_last("0.001")).statement, /^No network is over-confident\. Within 1\.0 points: lab/);
  assert.match((await with_last("0.3")).statement, /^Too confident .*: lab \(by 30\.0 points\), .*few-examples/);
  assert.match((await with_last("-0.3")).statement, /^No network is over-confident\. Not confident enough: lab/);
  assert.match((await with_last("nan")).statement, /does not tell/);
});
