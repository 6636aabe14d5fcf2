// The pictures of the course's questions show the numbers of the committed tables.
import assert from "node:assert/strict";
import { test } from "node:test";
import { number } from "../../scripts/pictures/draw/csv.mjs";
import { changed, hold, eachMark, near, pictureOf, tables } from "./committed.mjs";

test("x - max is drawn where the tables have it", () => {
  const picture = pictureOf("x-minus-max"),
    of = (column) =>
      new Map(
        tables
          .get("log_softmax")
          .filter(
            (row) =>
              row.dtype === "float32" && row.variant === "log_softmax.x_minus_max.scalar" && number(row.gap) <= 38,
          )
          .map((row) => [`${number(row.gap)} ${row.classes}`, number(row[column])]),
      );
  const gaps = (column) =>
    new Map(
      tables.get("x_minus_max").map((row) => [`${row.criterion} ${row.dtype} ${row.classes}`, number(row[column])]),
    );
  for (const narrow of [false, true]) {
    const [errors, thresholds] = picture.draw(narrow).vconcat;
    for (const [field, column] of [
      ["observed", "leader_absolute_error"],
      ["predicted", "method_error"],
    ])
      hold(errors, field, ({ gap, classes }) => `${gap} ${classes}`, of(column));
    for (const [field, column] of [
      ["observed", "from_gap"],
      ["predicted", "predicted_gap"],
    ])
      hold(thresholds, field, ({ criterion, dtype, classes }) => `${criterion} ${dtype} ${classes}`, gaps(column));
  }
});

test("training is drawn where the tables have it", () => {
  const rows = tables.get("breaking"),
    { values } = pictureOf("breaking");
  assert.deepEqual(
    values.map(({ condition, arm, outcome, learning, loss }) => [condition, arm, outcome, learning, loss]),
    rows.map((row) => [row.condition, row.arm, row.outcome, number(row.learning_seeds), row.exact_loss_median]),
  );
  for (const narrow of [false, true]) {
    let cells = 0;
    eachMark(pictureOf("breaking").draw(narrow), (part, data) => {
      if (part.mark.type === "rect") cells += data.length;
    });
    assert.equal(cells, rows.length);
  }
  // A cell shows the loss to two digits; the table below has a row for it.
  const { sheet, draw } = pictureOf("breaking");
  const cells = draw(false).hconcat[0].data.values;
  assert.equal(cells.length, rows.length);
  rows.forEach((row, i) => {
    const loss = number(row.exact_loss_median),
      shown = number(/^loss (.*)$/.exec(cells[i].second)[1]);
    assert.ok(Object.is(loss, shown) || near(shown, loss, 0.051), `${row.condition} ${row.arm}: ${cells[i].second}`);
    const below = sheet.rows.find(([condition]) => condition === row.condition)[sheet.header.indexOf(row.arm)];
    assert.equal(below, `${row.learning_seeds} of ${row.seeds}, ${cells[i].second.slice("loss ".length)}`);
  });
  const losses = (column) =>
    new Map(
      tables
        .get("training")
        .filter((row) => row.quantity.startsWith("loss_") && row[column] !== "")
        .map((row) => [`${row.task} ${row.arm} ${row.quantity}`, number(row[column])]),
    );
  const key = ({ task, arm, epoch }) => `${task} ${arm} loss_${epoch}`;
  hold(pictureOf("loss-curves").draw(false), "median", key, losses("median"));
  hold(pictureOf("loss-curves").draw(false), "published", key, losses("published"));
});

test("the grey bands hold every seed of every form", () => {
  for (const panel of pictureOf("loss-curves").draw(false).concat) {
    const rows = tables.get("training").filter((row) => row.task === panel.title && row.quantity.startsWith("loss_"));
    const bands = panel.layer.filter(({ mark }) => mark.type === "area");
    assert.equal(bands.length, 2);
    for (const { epoch, lowest, highest } of bands[0].data.values) {
      const own = rows.filter(({ quantity }) => quantity === `loss_${epoch}`);
      assert.ok(near(lowest, Math.min(...own.map((row) => number(row.lowest)))));
      assert.ok(near(highest, Math.max(...own.map((row) => number(row.highest)))));
    }
  }
});

test("both curves that the course prints lie within the seeds", () => {
  const printed = tables.get("training").filter((row) => row.published !== "" && row.quantity.startsWith("loss_"));
  assert.ok(printed.length > 0);
  for (const row of printed) assert.equal(row.within, "yes");
});

test("what the loss curves state follows from the table", async () => {
  const of = (change) => changed("loss-curves", { training: change });
  const usual = pictureOf("loss-curves");
  assert.match(usual.statement, /^On ordinary data they do not/);
  assert.match(usual.text, /lie on each other.*All losses .* lie within\.$/);
  const apart = await of((row) => (row.arm === "clip" ? { ...row, median: `${2 * number(row.median)}` } : row));
  assert.match(apart.statement, /^Here they do: .* differ by at most 100\u00a0%/);
  assert.doesNotMatch(apart.text, /lie on each other/);
  const lost = await of((row) => (row.arm === "clip" ? { ...row, median: "nan" } : row));
  assert.match(lost.statement, /not finite/);
  const single = await of((row) => (/^(obvious|bce)$/.test(row.arm) ? row : undefined));
  assert.match(single.statement, /nothing to compare/);
  let first = true;
  const outside = await of((row) => {
    if (row.within !== "yes" || !row.quantity.startsWith("loss_") || !first) return row;
    first = false;
    return { ...row, within: "no" };
  });
  assert.match(outside.text, /Of the (\d+) losses .*, \d+ lie within\.$/);
});

test("the picture of outliers has the probabilities, losses and errors of its table", () => {
  const { gaps, errors } = pictureOf("outliers").values,
    rows = tables.get("outliers");
  assert.ok(gaps.length > 50 && errors.length > 50);
  for (const { setting, activation, gap, probability, loss } of gaps) {
    const row = rows.find(
      (one) =>
        one.part === "gap" && one.setting === setting && one.activation === activation && number(one.outlier) === gap,
    );
    assert.equal(probability, number(row.runner_up));
    assert.equal(loss, number(row.loss));
  }
  for (const { task, outlier, activation, median } of errors) {
    const row = rows.find(
      (one) => one.setting === task && one.outlier === outlier && one.activation === activation && one.part !== "gap",
    );
    assert.ok(near(median, 100 * (1 - number(row.accuracy_median))), `${task} ${outlier} ${activation}`);
  }
});

test("what the picture of outliers states follows from the table", async () => {
  const of = (change) => changed("outliers", { outliers: change });
  assert.match(pictureOf("outliers").statement, /^For logits, yes\. .* leads by 7 leaves .* 0\.000911 with softmax/);
  const exact = await of((row) => (row.part === "gap" ? row : undefined));
  assert.doesNotMatch(exact.statement, /In training/);
  const costly = await of((row) =>
    row.outlier === "right-10" && row.activation === "softmax" ? { ...row, accuracy_change_median: "-0.75" } : row,
  );
  assert.match(costly.statement, /In training \(lab-adam\), right-10 costs softmax most: .* 75 with softmax/);
});

test("what the picture of breaking states follows from the table", async () => {
  const of = (change) => changed("breaking", { breaking: change });
  const usual = pictureOf("breaking");
  assert.match(usual.statement, /Wherever any form learns, fused and fused_log1p learn\. There, .* NaN/);
  assert.match(usual.text, /No form learns under rate-1\.$/);
  const swapped = await of((row) => ({ ...row, outcome: row.arm === "naive" ? "learns" : "stalls" }));
  assert.match(swapped.statement, /Wherever any form learns, naive learns\. There, .* without learning \(85\)\.$/);
  assert.doesNotMatch(swapped.text, /No form learns/);
  const never = await of((row) => ({ ...row, outcome: "nan" }));
  assert.match(never.statement, /No form learns under any of them\.$/);
});
