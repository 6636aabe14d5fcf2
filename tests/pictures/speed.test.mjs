// The pictures of speed show the numbers of the committed tables.
import assert from "node:assert/strict";
import { test } from "node:test";
import { interval, number } from "../../scripts/pictures/draw/csv.mjs";
import { timed } from "../../scripts/pictures/draw/kernels.mjs";
import { eachMark, near, pictureOf, placeOf, tables } from "./committed.mjs";

// Tables of older versions have neither types nor axes.
const isPlain = ({ dtype, shape }) => (dtype ?? "float32") === "float32" && !shape.includes("@");

test("speed is drawn where the table has it", () => {
  for (const cpu of tables.cpus())
    for (const op of ["softmax", "log_softmax", "cross_entropy", "cross_entropy_gradient"]) {
      const rows = tables
        .speed(cpu)
        .filter((row) => row.op === op && row.threads === "1" && row.logits === "plain" && isPlain(row));
      const { values } = pictureOf(`speed-${op}-${cpu.id}`);
      assert.deepEqual(
        values.kernels.map((one) => `${op}.${one.name} ${one.shape}`).sort(),
        rows.map((row) => `${row.variant} ${row.shape}`).sort(),
      );
      const times = new Map(),
        ratios = new Map();
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
            if (ratio && value.low !== undefined)
              assert.ok(value.low <= value.speed.estimate && value.speed.estimate <= value.high);
          }
        });
      // Both quantities are drawn; the library that is the reference has no ratio to itself.
      const own = rows.filter(({ variant, best_library: best }) =>
        best === undefined ? /\.onednn/.test(variant) : variant === best,
      ).length;
      assert.equal(points, 2 * (2 * rows.length - own));
    }
});

test("accuracy against speed is drawn where the table has it", () => {
  for (const cpu of tables.cpus())
    for (const name of ["accuracy-against-speed-", "accuracy-against-speed-all-"]) {
      const picture = pictureOf(name + cpu.id),
        limit = name.includes("all") ? 1000 : Infinity;
      const key = ({ op, name: own, shape }) => `${op}.${own} ${shape}`;
      const own = (of) => new Map(picture.values.kernels.map((one) => [key(one), of(one)]));
      for (const narrow of [false, true]) {
        const points = [];
        eachMark(picture.draw(narrow), (part, data) => {
          if (part.mark.type === "point" && part.mark.filled) points.push(...data.map((value) => ({ value, part })));
        });
        assert.equal(points.length, picture.values.kernels.length);
        for (const { value, part } of points) {
          assert.ok(
            near(value.x, placeOf(part.encoding.x, own(({ share }) => share?.estimate ?? NaN).get(key(value)))),
            key(value),
          );
          assert.ok(
            near(value.y, placeOf(part.encoding.y, own(({ error }) => error).get(key(value)), 0, limit)),
            key(value),
          );
          assert.ok(
            near(value.worst, placeOf(part.encoding.y, own(({ worst }) => worst.error).get(key(value)), 0, limit)),
            key(value),
          );
        }
      }
    }
});

test("the kernels of the pictures are those of the speed table, with the worst error of all logits", () => {
  for (const cpu of tables.cpus())
    for (const one of timed(tables, cpu, "log_softmax")) {
      const rows = tables
        .speed(cpu)
        .filter((row) => row.threads === "1" && row.variant === `log_softmax.${one.name}` && row.shape === one.shape && isPlain(row));
      const worst = Math.max(
        ...rows.map((row) => (["ok", "inaccurate"].includes(row.outcome) ? number(row.max_error_ulp) : Infinity)),
      );
      assert.equal(one.worst.error, worst);
      assert.equal(one.error, number(rows.find(({ logits }) => logits === "plain").max_error_ulp));
    }
});
