// What the pictures draw, and the tables below them, are the numbers of the committed tables.
import assert from "node:assert/strict";
import { test } from "node:test";
import { interval, number } from "../../scripts/pictures/draw/csv.mjs";
import { timed } from "../../scripts/pictures/draw/kernels.mjs";
import { eachMark, missing, near, pictureOf, pictures, placeOf, specifications, stripsOf, tables } from "./committed.mjs";

// The marks of a picture that draw a field, as [{value, channel}].
function drawn(specification, field) {
  const found = [];
  eachMark(specification, (part, data) => {
    for (const channel of ["x", "y"])
      for (const end of ["", "2"])
        if (part.encoding?.[channel + end]?.field === field)
          for (const value of data) found.push({ value, channel: part.encoding[channel] });
  });
  return found;
}

const worse = (a, b) => (Number.isNaN(a) || Number.isNaN(b) ? NaN : Math.max(a, b));

// Compares the drawn field with `expected`, a map by key; nothing may be missing or added.
function hold(specification, field, keyOf, expected, limits = []) {
  const seen = new Set();
  for (const { value, channel } of drawn(specification, field)) {
    const key = keyOf(value);
    assert.ok(expected.has(key), `${key}: not in the table`);
    seen.add(key);
    const place = placeOf(channel, expected.get(key), ...limits);
    assert.ok(near(value[field], place), `${key}: ${field} ${value[field]}, in the table ${expected.get(key)}`);
  }
  assert.equal(seen.size, expected.size);
}

test("every picture of the report can be drawn from the committed tables", () => {
  assert.deepEqual(missing, []);
  const names = pictures.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const name of ["surface", "x-minus-max", "breaking", "loss-curves", "regions", "error-against-spread", "error-against-classes",
    "error-and-bound", "outcomes-float32", "outcomes-float64"])
    assert.ok(names.includes(name), name);
  for (const { id } of tables.cpus())
    for (const name of ["accuracy-against-speed-", "accuracy-against-speed-all-", "speed-softmax-", "speed-log_softmax-", "speed-cross_entropy-",
      "speed-cross_entropy_gradient-"])
      assert.ok(names.includes(name + id), name + id);
  // The questions of the course come first, the speed last.
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

for (const [name, spread] of [["error-against-spread", true], ["error-against-classes", false]])
  test(`${name}: the worst of each line is drawn, also where it is infinite`, () => {
    const expected = new Map();
    let infinite = 0;
    for (const row of tables.get("accuracy")) {
      const at = spread ? Number(/^normal-(.*)$/.exec(row.distribution)?.[1] ?? NaN) : number(row.classes);
      if (row.dtype !== "float32" || Number.isNaN(at)) continue;
      const key = row.variant.split(".").slice(0, 2).join(".") + " " + at, error = number(row.max_error_ulp);
      expected.set(key, expected.has(key) ? worse(expected.get(key), error) : error);
    }
    for (const error of expected.values()) infinite += error === Infinity ? 1 : 0;
    assert.ok(infinite > 0);
    for (const narrow of [false, true])
      hold(pictureOf(name).draw(narrow), "drawn", ({ op, algorithm, at }) => `${op}.${algorithm} ${at}`, expected, [0.01, 1e8]);
  });

test("the error and its bound are the same quantity, and no error lies above its bound", () => {
  const { values } = pictureOf("error-and-bound");
  const errors = new Map(), bounds = new Map();
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
  for (const [variant, grows] of [["softmax.accurate", false], ["log_softmax.accurate", false], ["log_sum_exp.accurate", false], ["softmax.max_trick", true], ["softmax.naive", true]]) {
    const bounds = values.filter((value) => value.variant === variant).sort((a, b) => a.classes - b.classes).map(({ bound }) => bound);
    assert.ok(bounds.length > 3);
    for (let i = 1; i < bounds.length; ++i) assert.ok(grows ? bounds[i] > bounds[i - 1] : bounds[i] === bounds[i - 1], `${variant}: ${bounds}`);
  }
});

test("x - max is drawn where the tables have it", () => {
  const picture = pictureOf("x-minus-max"), of = (column) => new Map(tables.get("log_softmax")
    .filter((row) => row.dtype === "float32" && row.variant === "log_softmax.x_minus_max.scalar" && number(row.gap) <= 38)
    .map((row) => [`${number(row.gap)} ${row.classes}`, number(row[column])]));
  const gaps = (column) => new Map(tables.get("x_minus_max").map((row) => [`${row.criterion} ${row.dtype} ${row.classes}`, number(row[column])]));
  for (const narrow of [false, true]) {
    const [errors, thresholds] = picture.draw(narrow).vconcat;
    for (const [field, column] of [["observed", "leader_absolute_error"], ["predicted", "method_error"]])
      hold(errors, field, ({ gap, classes }) => `${gap} ${classes}`, of(column));
    for (const [field, column] of [["observed", "from_gap"], ["predicted", "predicted_gap"]])
      hold(thresholds, field, ({ criterion, dtype, classes }) => `${criterion} ${dtype} ${classes}`, gaps(column));
  }
});

test("training is drawn where the tables have it", () => {
  const rows = tables.get("breaking"), { values } = pictureOf("breaking");
  assert.deepEqual(values.map(({ condition, arm, outcome, learning, loss }) => [condition, arm, outcome, learning, loss]),
    rows.map((row) => [row.condition, row.arm, row.outcome, number(row.learning_seeds), row.exact_loss_median]));
  for (const narrow of [false, true]) {
    let cells = 0;
    eachMark(pictureOf("breaking").draw(narrow), (part, data) => { if (part.mark.type === "rect") cells += data.length; });
    assert.equal(cells, rows.length);
  }
  const losses = (column) => new Map(tables.get("training").filter((row) => row.quantity.startsWith("loss_") && row[column] !== "")
    .map((row) => [`${row.task} ${row.arm} ${row.quantity}`, number(row[column])]));
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

test("every outcome of the table is a cell", () => {
  for (const dtype of ["float32", "float64"]) {
    const { columns } = pictureOf(`outcomes-${dtype}`).values;
    const cells = columns.flatMap(({ op, algorithm, isas, rows }) => isas.flatMap((isa) => rows.map((row) => `${row.case} ${op}.${algorithm}${isa ? "." + isa : ""} ${row.outcome}`)));
    const expected = tables.get("overflow").filter((row) => row.dtype === dtype).map((row) => `${row.case} ${row.variant} ${row.outcome}`);
    assert.deepEqual(cells.sort(), expected.sort());
    const heat = [];
    eachMark(pictureOf(`outcomes-${dtype}`).draw(false), (part, data) => { if (part.mark.type === "rect") heat.push(...data); });
    assert.equal(heat.length, columns.reduce((sum, { rows }) => sum + rows.length, 0));
    const bars = [];
    eachMark(pictureOf(`outcomes-${dtype}`).draw(true), (part, data) => { if (part.mark.type === "bar") bars.push(...data); });
    assert.equal(bars.reduce((sum, { n }) => sum + n, 0), heat.length);
  }
});

test("speed is drawn where the table has it", () => {
  for (const cpu of tables.cpus())
    for (const op of ["softmax", "log_softmax", "cross_entropy", "cross_entropy_gradient"]) {
      const rows = tables.speed(cpu).filter((row) => row.op === op && row.threads === "1" && row.logits === "plain");
      const { values } = pictureOf(`speed-${op}-${cpu.id}`);
      assert.deepEqual(values.kernels.map((one) => `${op}.${one.name} ${one.shape}`).sort(), rows.map((row) => `${row.variant} ${row.shape}`).sort());
      const times = new Map(), ratios = new Map();
      let points = 0;
      for (const row of rows) {
        times.set(`${row.variant} ${row.shape}`, number(row.time_ns));
        ratios.set(`${row.variant} ${row.shape}`, interval(row.speed)?.estimate ?? NaN);
      }
      for (const narrow of [false, true])
        eachMark(pictureOf(`speed-${op}-${cpu.id}`).draw(narrow), (part, data) => {
          if (part.mark.type !== "point") return;
          const ratio = part.encoding.y.title.startsWith("times as fast");
          for (const value of data) {
            ++points;
            const key = `${op}.${value.name} ${value.shape}`;
            assert.ok(near(value.value, placeOf(part.encoding.y, (ratio ? ratios : times).get(key))), key);
            if (ratio && value.low !== undefined) assert.ok(value.low <= value.speed.estimate && value.speed.estimate <= value.high);
          }
        });
      // Both quantities; oneDNN has no ratio to itself.
      const own = rows.filter(({ variant }) => /\.onednn/.test(variant)).length;
      assert.equal(points, 2 * (2 * rows.length - own));
    }
});

test("accuracy against speed is drawn where the table has it", () => {
  for (const cpu of tables.cpus())
    for (const name of ["accuracy-against-speed-", "accuracy-against-speed-all-"]) {
      const picture = pictureOf(name + cpu.id), limit = name.includes("all") ? 1000 : Infinity;
      const key = ({ op, name: own, shape }) => `${op}.${own} ${shape}`;
      const own = (of) => new Map(picture.values.kernels.map((one) => [key(one), of(one)]));
      for (const narrow of [false, true]) {
        const points = [];
        eachMark(picture.draw(narrow), (part, data) => { if (part.mark.type === "point" && part.mark.filled) points.push(...data.map((value) => ({ value, part }))); });
        assert.equal(points.length, picture.values.kernels.length);
        for (const { value, part } of points) {
          assert.ok(near(value.x, placeOf(part.encoding.x, own(({ share }) => share?.estimate ?? NaN).get(key(value)))), key(value));
          assert.ok(near(value.y, placeOf(part.encoding.y, own(({ error }) => error).get(key(value)), 0, limit)), key(value));
          assert.ok(near(value.worst, placeOf(part.encoding.y, own(({ worst }) => worst.error).get(key(value)), 0, limit)), key(value));
        }
      }
    }
});

test("the kernels of the pictures are those of the speed table, with the worst error of all logits", () => {
  for (const cpu of tables.cpus())
    for (const one of timed(tables, cpu, "log_softmax")) {
      const rows = tables.speed(cpu).filter((row) => row.threads === "1" && row.variant === `log_softmax.${one.name}` && row.shape === one.shape);
      const worst = Math.max(...rows.map((row) => (["ok", "inaccurate"].includes(row.outcome) ? number(row.max_error_ulp) : Infinity)));
      assert.equal(one.worst.error, worst);
      assert.equal(one.error, number(rows.find(({ logits }) => logits === "plain").max_error_ulp));
    }
});

// Who does not see the picture has the table below it: its numbers to three digits.
test("every number that is drawn is in the table below", () => {
  for (const [name, specification] of specifications) {
    const picture = pictureOf(name.replace(/-narrow$/, ""));
    if (picture.sources.length === 0 || picture.name === "regions" || picture.name.startsWith("outcomes")) continue; // computed; counted; words
    const words = [picture.sheet.caption, ...picture.sheet.header, ...picture.sheet.rows.flat()].join(" ");
    const numbers = [...words.matchAll(/[-+]?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?/g)].map(([text]) => Number(text)).sort((a, b) => a - b);
    const has = (all, value, slack) => all.some((one) => near(one, value, slack));
    eachMark(specification, (part, data) => {
      for (const channel of ["x", "y"])
        for (const end of ["", "2"]) {
          const main = part.encoding?.[channel], field = part.encoding?.[channel + end]?.field;
          // Pixels, the ground of strips, limits and caches are no figures of a table.
          if (!field || main.type !== "quantitative" || main.scale === null || ["from", "to", "error", "classes"].includes(field)) continue;
          const strips = [...stripsOf(main).values()];
          for (const value of data)
            if (value[field] !== undefined && !has(strips, value[field], 1e-5) && !has(numbers, value[field], 0.0051))
              assert.fail(`${name}: ${field} ${value[field]} is not in its table`);
        }
    });
  }
});
