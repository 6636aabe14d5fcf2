// Computes the contours of a grid of numbers by Vega, because Vega-Lite has no contours.
import {vega} from './svg.mjs';

// Returns GeoJSON shapes in pixels: for each threshold, the area in which the grid is at least the threshold.
// `grid`: rows from the top; `step`: pixels for each cell.
export function contours(grid, thresholds, step) {
  const view = new vega.View(
    vega.parse({
      data: [
        {
          name: 'areas',
          values: [{grid: {width: grid[0].length, height: grid.length, values: grid.flat()}}],
          transform: [{type: 'isocontour', field: 'grid', thresholds, smooth: true, as: 'area'}],
        },
      ],
    }),
    {renderer: 'none'},
  ).run();
  const areas = view
    .data('areas')
    .map(({area}) => ({
      type: 'Feature',
      geometry: {
        type: area.type,
        coordinates: area.coordinates.map((polygon) =>
          polygon.map((ring) => ring.map((at) => at.map((v) => Math.round(v * step * 100) / 100))),
        ),
      },
    }))
    .filter(({geometry}) => geometry.coordinates.length > 0);
  view.finalize();
  return areas;
}

// Returns the lines around shapes, without the parts along the edge of the picture. Smoothing rounds the
// corners, so that short pieces remain there; pieces shorter than `least` are dropped.
export function outlines(shapes, width, height, least) {
  const onEdge = ([x, y], [u, v]) =>
    (x === u && (x <= 0 || x >= width - 0.01)) || (y === v && (y <= 0 || y >= height - 0.01));
  const lines = [];
  for (const ring of shapes.flatMap(({geometry}) => geometry.coordinates.flat())) {
    let line = [ring[0]];
    for (let i = 1; i < ring.length; ++i)
      if (!onEdge(ring[i - 1], ring[i])) line.push(ring[i]);
      else {
        lines.push(line);
        line = [ring[i]];
      }
    lines.push(line);
  }
  const length = (line) =>
    line.slice(1).reduce((sum, [x, y], i) => sum + Math.hypot(x - line[i][0], y - line[i][1]), 0);
  return lines
    .filter((line) => length(line) > least)
    .map((coordinates) => ({type: 'Feature', geometry: {type: 'LineString', coordinates}}));
}

// Smooths a grid of 0 and 1, so that its contour at 1/2 has no stairs: each cell becomes the weighted mean of
// its neighbourhood.
export function smoothed(grid) {
  const weights = [1, 8, 28, 56, 70, 56, 28, 8, 1];
  const clamp = (i, n) => Math.max(0, Math.min(n - 1, i));
  const pass = (rows) =>
    rows.map((row) =>
      row.map((_, j) => weights.reduce((sum, w, k) => sum + (w / 256) * row[clamp(j + k - 4, row.length)], 0)),
    );
  const turned = (rows) => rows[0].map((_, j) => rows.map((row) => row[j]));
  return turned(pass(turned(pass(grid))));
}

// Returns the point {x, y} of a region, in pixels, where the region's name is put: the point that is farthest
// from all points of other regions and from the edge of the picture.
export function innermost(grid, belongs, step) {
  const others = [];
  grid.forEach((row, i) =>
    row.forEach((point, j) => {
      if (!belongs(point)) others.push([i, j]);
    }),
  );
  // Distances to the edge are multiplied by 1.5, so that the name of a region at the edge lies closer to the edge
  // than to another region. A reader could take a name near a border for that of the other region.
  const edge = (i, j) => Math.min(i, j, grid.length - 1 - i, grid[0].length - 1 - j) * 1.5;
  let best = {far: -1};
  grid.forEach((row, i) =>
    row.forEach((point, j) => {
      if (!belongs(point)) return;
      const far = others.reduce((least, [a, b]) => Math.min(least, Math.hypot(a - i, b - j)), edge(i, j));
      if (far > best.far) best = {far, x: (j + 0.5) * step, y: (i + 0.5) * step};
    }),
  );
  return best;
}
