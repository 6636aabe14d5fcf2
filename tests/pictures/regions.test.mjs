// The picture of decision regions: every point of the table lies in the areas of its class, and every example
// is a mark.
import assert from "node:assert/strict";
import { test } from "node:test";
import { number } from "../../scripts/pictures/draw/csv.mjs";
import { pictureOf, tables } from "./committed.mjs";

// Whether a point lies in a GeoJSON polygon: the number of edges to its right is odd.
const contains = ({ coordinates }, [x, y]) =>
  coordinates
    .flat()
    .flatMap((ring) => ring.slice(1).map((end, i) => [ring[i], end]))
    .filter(([[x1, y1], [x2, y2]]) => y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)).length %
    2 ===
  1;

const { panels, classes } = pictureOf("regions").values;
const drawn = pictureOf("regions").draw(false).hconcat;

test("every task has a panel, with every row of the table", () => {
  const rows = tables.get("regions");
  assert.equal(
    panels.reduce((sum, { points, examples }) => sum + points.length + examples.length, 0),
    rows.length,
  );
  assert.deepEqual(
    panels.map(({ title }) => title),
    [...new Set(rows.map((row) => `${row.task}, ${row.arm}`))],
  );
  assert.ok(classes.every((one) => rows.some((row) => [row.class, row.best, row.label].includes(one))));
});

test("every point lies in the areas of its class alone, in the more of them the more probable it is", () => {
  panels.forEach(({ grid, title }, i) => {
    const [areas, , marks] = drawn[i].layer,
      step = drawn[i].width / grid[0].length;
    const colours = marks.encoding.color.scale;
    grid.forEach((row, y) =>
      row.forEach((point, x) => {
        const at = [(x + 0.5) * step, (y + 0.5) * step];
        const found = areas.data.values.filter(({ geometry }) => contains(geometry, at));
        const own = colours.range[colours.domain.indexOf(point.class)];
        assert.deepEqual([...new Set(found.map(({ colour }) => colour))], [own], `${title}: ${point.x1}, ${point.x2}`);
        const levels = [0, 0.9, 0.99].filter((least) => point.probability >= least).length;
        assert.equal(found.length, levels, `${title}: ${point.x1}, ${point.x2}: ${point.probability}`);
      }),
    );
  });
});

test("the best classifier's line parts the points as the table does, to a cell", () => {
  // The task "circles" has a circle around the origin. The distance of its line from the origin is that of
  // the outermost points inside.
  const i = panels.findIndex(({ title }) => title.startsWith("circles,")),
    { grid, x, y } = panels[i];
  const scale = drawn[i].width / (x[1] - x[0]),
    cell = grid[0][1].x1 - grid[0][0].x1;
  const lines = drawn[i].layer[1].data.values.flatMap(({ geometry }) => geometry.coordinates);
  const far = lines.map(([u, v]) => Math.hypot(x[0] + u / scale, y[1] - v / scale));
  for (const radius of [1, 2]) assert.ok(far.some((one) => Math.abs(one - radius) < cell));
  for (const one of far) assert.ok(Math.min(...[1, 2].map((radius) => Math.abs(one - radius))) < cell, `${one}`);
});

test("every example is a mark", () => {
  panels.forEach(({ examples }, i) => {
    const marks = drawn[i].layer[2].data.values;
    assert.deepEqual(
      marks.map(({ x1, x2, label }) => [x1, x2, label]),
      examples.map((row) => [number(`${row.x1}`), number(`${row.x2}`), row.label]),
    );
  });
});
