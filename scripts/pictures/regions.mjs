// Decision regions: the class that a network assigns to every point of a plane.
import {distinct, number} from './draw/csv.mjs';
import {contours, innermost, outlines, smoothed} from './draw/contours.mjs';
import {NotThere} from './draw/tables.mjs';
import {ink, specification, tip, tipField} from './draw/theme.mjs';

export const part = 'course',
  place = 5;

const palette = ['#0072b2', '#d55e00', '#009a60', '#8c2981', '#57606a', '#6e4300', '#5b4fa0', '#901542'];
const shapes = ['circle', 'square', 'triangle-up', 'diamond', 'cross'];
const certain = [0.5, 0.9, 0.99]; // the colour of a region is stronger where its class is more probable

function panelsOf(tables) {
  const panels = new Map();
  for (const row of tables.get('regions')) {
    const title = `${row.task}, ${row.arm}`;
    if (!panels.has(title)) panels.set(title, {title, points: [], examples: []});
    panels.get(title)[row.label === '' ? 'points' : 'examples'].push({
      ...row,
      x1: number(row.x1),
      x2: number(row.x2),
      probability: number(row.probability),
    });
  }
  const drawn = [...panels.values()].filter(({points}) => points.length > 0);
  if (drawn.length === 0) throw new NotThere('table regions has no point of a grid');
  return drawn.map(gridded);
}

// Returns the points as rows of the picture, the top row first.
function gridded(panel) {
  const sorted = (field) => distinct(panel.points.map((point) => point[field])).sort((a, b) => a - b);
  const x1 = sorted('x1'),
    x2 = sorted('x2').reverse();
  const at = new Map(panel.points.map((point) => [`${point.x1} ${point.x2}`, point]));
  const grid = x2.map((v) => x1.map((u) => at.get(`${u} ${v}`)));
  if (grid.flat().includes(undefined)) throw new NotThere('table regions has no whole grid of points');
  const side = (all) => (all.length > 1 ? Math.abs(all[1] - all[0]) : 1);
  return {
    ...panel,
    grid,
    x: [x1[0] - side(x1) / 2, x1.at(-1) + side(x1) / 2],
    y: [x2.at(-1) - side(x2) / 2, x2[0] + side(x2) / 2],
  };
}

// Returns the probability of class k at each point. The table has the probability of the most probable class
// only; that of any other class is known to be smaller.
const probabilityOf = (grid, k) =>
  grid.map((row) =>
    row.map((point) => {
      if (Number.isNaN(point.probability)) return point.class === k ? 1 : 0;
      return point.class === k ? Math.max(point.probability, 0.51) : Math.min(1 - point.probability, 0.49);
    }),
  );

function drawPanel(panel, classes, narrow) {
  const {grid} = panel,
    width = narrow ? 280 : 258,
    step = width / grid[0].length,
    height = step * grid.length;
  const colour = (k) => (k === 'nan' ? '#8b949e' : palette[classes.indexOf(k) % palette.length]);
  const found = classes.filter((k) => grid.flat().some((point) => point.class === k));
  const areas = found.flatMap((k) =>
    contours(probabilityOf(grid, k), certain, step).map((shape) => ({...shape, colour: colour(k)})),
  );
  const best = distinct(grid.flat().map((point) => point.best));
  const borders =
    best.length < 2
      ? []
      : best.flatMap((k) =>
          outlines(
            contours(smoothed(grid.map((row) => row.map((point) => (point.best === k ? 1 : 0)))), [0.5], step),
            width,
            height,
            4 * step,
          ),
        );
  const names = found.map((k) => ({
    ...innermost(grid, (point) => point.class === k, step),
    text: `class ${k}`,
    colour: colour(k),
  }));
  const projection = {type: 'identity', scale: 1, translate: [0, 0]};
  const axis = (field, title, domain) => ({
    field,
    type: 'quantitative',
    title,
    scale: {domain, nice: false},
    axis: {grid: false, tickCount: 6},
  });
  const pixels = (field) => ({field, type: 'quantitative', scale: null, axis: null});
  const own = (field, range) => ({field, type: 'nominal', scale: range, legend: null});
  return {
    title: {text: panel.title, frame: 'group'},
    width,
    height,
    projection,
    layer: [
      {
        data: {values: areas},
        mark: {type: 'geoshape', opacity: 0.22, stroke: null},
        encoding: {fill: own('colour', null)},
      },
      {data: {values: borders}, mark: {type: 'geoshape', filled: false, strokeWidth: 1.6, stroke: ink, clip: true}},
      {
        data: {
          values: panel.examples.map((one) => ({
            ...one,
            tip: tip(`(${one.x1}, ${one.x2})`, `label ${one.label}`, `the network says ${one.class}`),
          })),
        },
        mark: {type: 'point', filled: true, size: narrow ? 18 : 22, stroke: '#ffffff', strokeWidth: 0.6},
        encoding: {
          x: axis('x1', 'x₁', panel.x),
          y: axis('x2', 'x₂', panel.y),
          ...tipField,
          color: own('label', {domain: classes, range: classes.map(colour)}),
          shape: own('label', {domain: classes, range: classes.map((_, i) => shapes[i % shapes.length])}),
        },
      },
      ...[{stroke: '#ffffff', strokeWidth: 4}, {}].map((halo) => ({
        data: {values: names},
        mark: {type: 'text', fontSize: 12, fontWeight: 'bold', ...halo},
        encoding: {
          x: pixels('x'),
          y: pixels('y'),
          text: {field: 'text'},
          ...(halo.stroke ? {} : {color: {value: ink}}),
        },
      })),
    ],
  };
}

// No examples are no share: the config may ask for 0 of them.
const share = (part, whole) => (whole === 0 ? '' : `${Number(((100 * part) / whole).toPrecision(3))}\u00a0%`);

export default (tables) => {
  const panels = panelsOf(tables);
  const classes = distinct(
    panels.flatMap(({points, examples}) => [
      ...points.flatMap((point) => [point.class, point.best]),
      ...examples.map(({label}) => label),
    ]),
  )
    .filter(Boolean)
    .sort((a, b) => (a === 'nan') - (b === 'nan') || number(a) - number(b));
  const as = panels.map((panel) => ({
    ...panel,
    right: panel.examples.filter((one) => one.class === one.label).length,
    same: panel.points.filter((point) => point.as_best === 'yes').length,
  }));
  const rates = as
    .filter(({examples}) => examples.length > 0)
    .map(({title, right, examples}) => `${title} ${share(right, examples.length)}`);
  return {
    name: 'regions',
    question: 'Which class does a network predict at which point?',
    statement:
      (rates.length > 0 ? `Examples that it gets right: ${rates.join('; ')}. ` : '') +
      'A linear layer separates the classes by straight lines, whatever follows it; hidden layers bend these lines.',
    text:
      'Softmax keeps the order of the logits, so the region of a class is where its logit is the largest. ' +
      'Strong colour: a probability of 0.99 and more; fainter: 0.9 and more; ' +
      'faintest: below. Line: where the best possible classifier changes its class. Marks: examples by their label.',
    sources: ['regions'],
    sheet: {
      caption: 'How often the network decides as the best classifier does',
      header: ['task, form', 'points of the grid', 'as the best classifier', 'examples', 'right'],
      rows: as.map(({title, points, same, examples, right}) => [
        title,
        `${points.length}`,
        share(same, points.length),
        `${examples.length}`,
        share(right, examples.length),
      ]),
    },
    values: {panels, classes},
    draw: (narrow) =>
      specification(
        narrow,
        'The class that a trained network gives to every point',
        ['colour: its class, the fainter the less probable; line: the best classifier; marks: examples'],
        {
          spacing: narrow ? 20 : 52,
          bounds: narrow ? 'full' : 'flush',
          resolve: {scale: {color: 'independent', shape: 'independent'}},
          [narrow ? 'vconcat' : 'hconcat']: panels.map((panel) => drawPanel(panel, classes, narrow)),
        },
      ),
  };
};
