// The worst error of each algorithm in ULP, as labelled lines, with one panel for each op.
import {distinct, number} from './csv.mjs';
import {endLabels} from './labels.mjs';
import {LogAxis} from './log_axis.mjs';
import {NotThere} from './tables.mjs';
import {colourScale, ownColour, specification, tip, tipField} from './theme.mjs';
import {digits, variantOf, worseOf} from './variants.mjs';

// `at(row)` returns the abscissa of a row of the table, or NaN. `other` is the column over whose values the
// worst error is taken.
export function errorLines(tables, at, other) {
  const rows = tables.get('accuracy').filter((row) => row.dtype === 'float32' && !Number.isNaN(at(row)));
  if (rows.length === 0) throw new NotThere('table accuracy has no such logits in float32');
  const points = new Map();
  for (const row of rows) {
    const {op, algorithm} = variantOf(row.variant),
      x = at(row),
      error = number(row.max_error_ulp),
      key = `${op} ${algorithm} ${x}`;
    const point = points.get(key);
    if (point && worseOf(point.error, error) === point.error) continue;
    points.set(key, {
      op,
      algorithm,
      at: x,
      error,
      outcome: row.outcome,
      where: row[other],
      variant: row.variant,
      tip: tip(
        `${row.variant}, ${row.distribution}, ${row.classes} classes`,
        row.outcome,
        `largest error ${digits(error)} ULP`,
      ),
    });
  }
  return [...points.values()].sort((a, b) => a.at - b.at);
}

// Returns the last point of each line.
function endsOf(values, colours, axis, xOf) {
  return colours.domain.map((algorithm, i) => {
    const last = values.filter((value) => value.algorithm === algorithm).at(-1);
    return {name: algorithm, colour: colours.range[i], y: axis.pixel(last.error), x: xOf(last.at)};
  });
}

function panel(op, all, title, narrow) {
  const width = narrow ? 170 : 160,
    height = narrow ? 190 : 260;
  const values = all.filter((value) => value.op === op),
    algorithms = distinct(values.map(({algorithm}) => algorithm));
  // From 2^23 ULP on, no digit is correct; errors below 0.01 ULP are negligible.
  const axis = new LogAxis(
    all.map(({error}) => error),
    'y',
    height,
    {least: 0.01, most: 1e8, font: narrow ? 10 : 11},
  );
  const abscissae = distinct(all.map((value) => value.at)).sort((a, b) => a - b);
  const low = abscissae[0] / 1.3,
    high = abscissae.at(-1) * 1.3,
    xOf = (value) => (width * Math.log(value / low)) / Math.log(high / low);
  let taken = -Infinity; // ticks are labelled where there is room
  const shown = abscissae.filter((value) => {
    const half = value >= 1e4 ? 13 : 8;
    if (xOf(value) - half < taken) return false;
    taken = xOf(value) + half;
    return true;
  });
  const x = {
    field: 'at',
    type: 'quantitative',
    title,
    scale: {type: 'log', domain: [low, high], nice: false},
    axis: {
      values: shown,
      grid: false,
      labelOverlap: false,
      labelFlush: false,
      labelExpr: "datum.value >= 1e4 ? round(datum.value / 1000) + 'k' : datum.value + ''",
    },
  };
  const y = {...axis.channel('largest error (ULP)'), field: 'drawn'};
  const colours = colourScale(algorithms);
  const drawn = values.map((value) => ({
    ...value,
    drawn: axis.place(value.error),
    kind: axis.kind(value.error),
    colour: colours.range[algorithms.indexOf(value.algorithm)],
  }));
  return {
    title: op,
    width,
    height,
    layer: [
      axis.strips('largest error (ULP)'),
      {
        data: {values: drawn},
        mark: {type: 'line', strokeWidth: 1.8},
        encoding: {x, y, color: ownColour, detail: {field: 'algorithm'}},
      },
      {
        data: {values: drawn},
        mark: {type: 'point', filled: true, size: 34},
        encoding: {x, y, color: ownColour, ...tipField},
      },
      ...endLabels(endsOf(drawn, colours, axis, xOf), width, height, narrow ? 10 : 11),
    ],
  };
}

export const drawErrorLines = (values, narrow, title, reading, axisTitle) =>
  specification(narrow, title, [reading], {
    spacing: narrow ? 14 : 16,
    [narrow ? 'vconcat' : 'hconcat']: distinct(values.map(({op}) => op)).map((op) =>
      panel(op, values, axisTitle, narrow),
    ),
  });

// Returns the table of the worst error of each algorithm by abscissa.
export function errorSheet(values, caption) {
  const abscissae = distinct(values.map((value) => value.at)).sort((a, b) => a - b);
  const lines = distinct(values.map(({op, algorithm}) => `${op}.${algorithm}`));
  return {
    caption,
    header: ['variant', ...abscissae.map(String)],
    rows: lines.map((line) => [
      line,
      ...abscissae.map((at) => {
        const found = values.find((value) => value.at === at && `${value.op}.${value.algorithm}` === line);
        return found ? digits(found.error) : '';
      }),
    ]),
  };
}

// Describes in words the softmax variants with the smallest and the largest worst error.
export function inWords(values) {
  const worst = new Map();
  for (const {op, algorithm, error} of values)
    if (op === 'softmax') worst.set(algorithm, worseOf(worst.get(algorithm) ?? -1, error));
  const order = [...worst].sort(([, a], [, b]) => (Number.isNaN(a) ? Infinity : a) - (Number.isNaN(b) ? Infinity : b));
  if (order.length < 2) return order.map(([name, error]) => `${name}: ${digits(error)} ULP`).join('');
  return order
    .map(
      ([name, error]) =>
        `${name} ${Number.isFinite(error) ? (error > 1e7 ? 'no digit right' : `${digits(error, 2)} ULP`) : 'infinite'}`,
    )
    .join(', ');
}
