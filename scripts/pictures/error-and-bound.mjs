// The norm-wise error of each algorithm, and the theoretical bound of the same quantity.
import {distinct, number} from './draw/csv.mjs';
import {LogAxis} from './draw/log_axis.mjs';
import {note} from './draw/labels.mjs';
import {NotThere} from './draw/tables.mjs';
import {colourScale, ink, ownColour, specification, tip, tipField} from './draw/theme.mjs';
import {digits, variantOf} from './draw/variants.mjs';

export const part = 'accuracy',
  place = 3;

const perUnit = 2 ** 24; // 1 / u of float32: a bound this large guarantees no digit

// Returns a point for each algorithm and number of classes: the largest error, the largest bound, and the largest
// ratio of an error to its bound. Each of the rows has a bound.
function valuesOf(rows) {
  const points = new Map();
  for (const row of rows) {
    const {op, algorithm} = variantOf(row.variant),
      classes = number(row.classes),
      key = `${op}.${algorithm} ${classes}`;
    const point = points.get(key) ?? {
      key,
      op,
      algorithm,
      variant: `${op}.${algorithm}`,
      classes,
      error: -1,
      bound: -1,
      share: -1,
    };
    const error = number(row.norm_error_u),
      bound = number(row.bound_u);
    points.set(key, {
      ...point,
      error: Math.max(point.error, error),
      bound: Math.max(point.bound, bound),
      share: Math.max(point.share, error / bound),
    });
  }
  return [...points.values()].map((point) => ({
    ...point,
    tip: tip(
      `${point.variant}, ${point.classes} classes`,
      `norm-wise error ${digits(point.error)} u`,
      `bound ${digits(point.bound)} u`,
    ),
  }));
}

function panels(values, narrow) {
  const width = narrow ? 118 : 128,
    height = narrow ? 90 : 100;
  const axis = new LogAxis(
    values.flatMap(({error, bound}) => [error, bound]),
    'y',
    height,
    {least: 0.01, font: 10},
  );
  const lines = distinct(values.map(({variant}) => variant)),
    colours = colourScale(distinct(values.map(({algorithm}) => algorithm)));
  const most = Math.max(...values.map(({classes}) => classes)) * 1.4;
  const x = {
    field: 'classes',
    type: 'quantitative',
    title: null,
    scale: {type: 'log', domain: [1.5, Math.max(most, 4)], nice: false},
    axis: {
      values: [2, 10, 100, 1000, 10000, 100000].filter((n) => n <= most),
      grid: false,
      labelFontSize: 9,
      labelOverlap: false,
      labelFlush: false,
      labelExpr: "datum.value >= 1000 ? round(datum.value / 1000) + 'k' : datum.value + ''",
    },
  };
  // The lines are labelled where they are farthest apart, because there is room for their names.
  const named = values.reduce((a, b) => (b.bound / b.error > a.bound / a.error ? b : a)).variant;
  const y = (field, first) => {
    const channel = axis.channel(first ? 'error (u)' : null);
    return {...channel, field, axis: {...channel.axis, labels: first}};
  };
  return lines.map((variant, i) => {
    const own = values
      .filter((value) => value.variant === variant)
      .map((value) => ({
        ...value,
        drawnError: axis.place(value.error),
        drawnBound: axis.place(value.bound),
        colour: colours.range[colours.domain.indexOf(value.algorithm)],
      }));
    const first = i % (narrow ? 2 : 6) === 0;
    return {
      title: {text: variant.split('.'), fontSize: 11, offset: 4},
      width,
      height,
      layer: [
        axis.strips(first ? 'error (u)' : null),
        {
          data: {values: own},
          mark: {type: 'line', strokeDash: [4, 3], color: ink, strokeWidth: 1.2},
          encoding: {x, y: y('drawnBound', first)},
        },
        {
          data: {values: own},
          mark: {type: 'line', strokeWidth: 1.8},
          encoding: {x, y: y('drawnError', first), color: ownColour},
        },
        {
          data: {values: own},
          mark: {type: 'point', filled: true, size: 24},
          encoding: {x, y: y('drawnError', first), color: ownColour, ...tipField},
        },
        ...(variant === named
          ? [
              note('bound', width - 8, axis.pixel(own.at(-1).bound) - 7, {align: 'right', color: ink}),
              note('error', width - 3, axis.pixel(own.at(-1).error) + 12, {align: 'right', color: own[0].colour}),
            ]
          : []),
      ],
    };
  });
}

export default (tables) => {
  const rows = tables.get('accuracy').filter((row) => row.dtype === 'float32' && number(row.bound_u) < perUnit);
  if (rows.length === 0) throw new NotThere('table accuracy has no bound in float32');
  const values = valuesOf(rows),
    classes = distinct(values.map((value) => value.classes)).sort((a, b) => a - b);
  const within = rows.filter((row) => number(row.norm_error_u) <= number(row.bound_u)).length,
    nearest = Math.max(...values.map(({share}) => share));
  return {
    name: 'error-and-bound',
    question: 'Does the error stay within its theoretical bound?',
    statement:
      `${within === rows.length ? 'In all' : `In ${within} of`} ${rows.length} rows for which theory promises a correct digit it does; ` +
      `the error that is closest to its bound reaches ${digits(100 * nearest, 2)}\u00a0% of its bound.`,
    text:
      'Both lines show the same quantity: the largest error of a row divided by the largest output of the row, ' +
      'in units of the roundoff u = 2⁻²⁴. The bound of a plain loop grows with the classes; that of accurate, ' +
      'whose sums are compensated, does not. Rows for which theory promises no digit, such as those that ' +
      'overflow, are left out.',
    sources: ['accuracy'],
    sheet: {
      caption: 'Norm-wise error, and after the stroke its bound, in u, by number of classes',
      header: ['variant', ...classes.map(String)],
      rows: distinct(values.map(({variant}) => variant)).map((variant) => [
        variant,
        ...classes.map((n) => {
          const found = values.find((value) => value.variant === variant && value.classes === n);
          return found ? `${digits(found.error)} / ${digits(found.bound)}` : '';
        }),
      ]),
    },
    values,
    draw: (narrow) =>
      specification(
        narrow,
        'Norm-wise error and its bound against the number of classes, float32',
        ['line: the largest error; dashed: the largest bound on it'],
        {spacing: narrow ? 12 : 14, columns: narrow ? 2 : 6, concat: panels(values, narrow)},
      ),
  };
};
