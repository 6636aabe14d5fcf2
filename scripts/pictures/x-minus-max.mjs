// The error of x - max as a log-probability, and the gap from which on it is accurate enough.
import {distinct, number} from './draw/csv.mjs';
import {endLabels, note} from './draw/labels.mjs';
import {LogAxis} from './draw/log_axis.mjs';
import {NotThere} from './draw/tables.mjs';
import {orderedScale, ownColour, soft, specification, tip, tipField} from './draw/theme.mjs';
import {digits} from './draw/variants.mjs';

export const part = 'course',
  place = 2;

const largestGap = 38; // below e^-38 the error is not visible in any type of the project
const meanings = {'within-1-percent': 'within 1 %', 'within-1e-6': 'within 10⁻⁶', 'half-ulp': 'half an ULP'};
const limits = [
  {name: '1 % of a probability', error: Math.log1p(0.01)},
  {name: '10⁻⁶ of it', error: Math.log1p(1e-6)},
];

function errorsOf(tables) {
  const values = tables
    .get('log_softmax')
    .filter(
      (row) =>
        row.variant === 'log_softmax.x_minus_max.scalar' && row.dtype === 'float32' && number(row.gap) <= largestGap,
    )
    .map((row) => ({
      gap: number(row.gap),
      classes: number(row.classes),
      observed: number(row.leader_absolute_error),
      predicted: number(row.method_error),
      tip: tip(
        `${row.classes} classes, gap ${row.gap}`,
        `error ${short(row.leader_absolute_error)}`,
        `predicted ${short(row.method_error)}`,
      ),
    }));
  if (values.length === 0) throw new NotThere('table log_softmax has no x - max in float32');
  return values;
}

const short = (cell) => digits(number(cell), 4);

function againstGap(values, narrow) {
  const width = narrow ? 232 : 700,
    height = narrow ? 230 : 300;
  const classes = distinct(values.map((value) => value.classes)).sort((a, b) => a - b);
  const scale = orderedScale(classes);
  const axis = new LogAxis(
    values.flatMap(({observed, predicted}) => [observed, predicted]),
    'y',
    height,
  );
  const drawn = values.map((value) => ({
    ...value,
    colour: scale.range[classes.indexOf(value.classes)],
    observed: axis.place(value.observed),
    predicted: axis.place(value.predicted),
  }));
  const x = {
    field: 'gap',
    type: 'quantitative',
    title: 'gap: lead of the largest logit',
    axis: {tickCount: narrow ? 5 : 10, grid: false},
    scale: {domain: [0, largestGap], nice: false},
  };
  const y = axis.channel('|error|');
  const color = ownColour;
  const ends = classes.map((n, i) => {
    const last = values.filter((value) => value.classes === n).reduce((a, b) => (b.gap > a.gap ? b : a));
    return {
      name: i === classes.length - 1 && !narrow ? `${n} classes` : `${n}`,
      colour: scale.range[i],
      y: axis.pixel(last.predicted),
      x: (width * last.gap) / largestGap,
    };
  });
  return {
    title: narrow
      ? ['Error of x − max, float32, by classes']
      : 'Error of x − max as the log-probability of the leader, float32',
    width,
    height,
    layer: [
      axis.strips('|error|'),
      {
        data: {values: limits.map(({error}) => ({error}))},
        mark: {type: 'rule', strokeDash: [4, 3]},
        encoding: {y: {...y, field: 'error'}},
      },
      ...limits.map(({name, error}) =>
        note(name, width - 4, axis.pixel(error) - 3, {align: 'right', baseline: 'bottom', color: soft}),
      ),
      {
        data: {values: drawn},
        mark: {type: 'line', strokeWidth: 1.2},
        encoding: {x, y: {...y, field: 'predicted'}, color},
      },
      {
        data: {values: drawn},
        mark: {type: 'point', filled: true, size: 24},
        encoding: {x, y: {...y, field: 'observed'}, color, ...tipField},
      },
      ...endLabels(ends, width, height),
    ],
  };
}

function thresholdsOf(tables) {
  return tables.get('x_minus_max').map((row) => ({
    criterion: row.criterion,
    dtype: row.dtype,
    classes: number(row.classes),
    observed: number(row.from_gap),
    predicted: number(row.predicted_gap),
    shown: `${row.from_gap} (${short(row.predicted_gap)})`,
    meaning: row.meaning,
    tip: tip(
      `${row.dtype}, ${row.classes} classes, ${row.criterion}`,
      // The cell is "never" if the criterion fails at the largest gap of the grid.
      row.from_gap === 'never' ? 'at no gap of the grid' : `from gap ${row.from_gap} on`,
      `predicted ${short(row.predicted_gap)}`,
    ),
  }));
}

function thresholdPanel(dtype, values, narrow) {
  const width = narrow ? 200 : 320,
    height = narrow ? 130 : 170;
  const criteria = distinct(values.map(({criterion}) => criterion)),
    scale = orderedScale(criteria);
  const own = values
    .filter((value) => value.dtype === dtype)
    .map((value) => ({...value, colour: scale.range[criteria.indexOf(value.criterion)]}));
  const lined = own.filter(({predicted}) => Number.isFinite(predicted)),
    dotted = own.filter(({observed}) => Number.isFinite(observed));
  const gaps = values.flatMap(({observed, predicted}) => [observed, predicted]).filter(Number.isFinite);
  const most = Math.max(...gaps, 0) * 1.05 || 1;
  const widest = Math.max(...values.map(({classes}) => classes));
  const low = 1.6,
    high = Math.max(2 * low, widest * 1.4);
  const x = {
    field: 'classes',
    type: 'quantitative',
    title: 'classes',
    scale: {type: 'log', domain: [low, high], nice: false},
    axis: {
      values: [2, 10, 100, 1000, 10000, 100000].filter((n) => n <= high),
      grid: false,
      labelExpr: "datum.value >= 1e4 ? round(datum.value / 1000) + 'k' : datum.value + ''",
    },
  };
  const y = (field) => ({
    field,
    type: 'quantitative',
    title: 'gap',
    scale: {domain: [0, most], nice: false},
    axis: {tickCount: 5},
  });
  const color = ownColour;
  const ends = distinct(lined.map(({criterion}) => criterion)).map((criterion) => {
    const last = lined.filter((one) => one.criterion === criterion).reduce((a, b) => (b.classes > a.classes ? b : a));
    return {
      name: meanings[criterion] ?? criterion,
      colour: last.colour,
      y: height * (1 - last.predicted / most),
      x: (width * Math.log(last.classes / low)) / Math.log(high / low),
    };
  });
  return {
    title: dtype,
    width,
    height,
    layer: [
      {data: {values: lined}, mark: {type: 'line', strokeWidth: 1.2}, encoding: {x, y: y('predicted'), color}},
      {
        data: {values: dotted},
        mark: {type: 'point', filled: true, size: 26},
        encoding: {x, y: y('observed'), color, ...tipField},
      },
      ...endLabels(ends, width, height),
    ],
  };
}

export default (tables) => {
  const errors = errorsOf(tables),
    gaps = thresholdsOf(tables);
  const sizes = distinct([...gaps, ...errors].map(({classes}) => classes));
  const dtypes = distinct(gaps.map(({dtype}) => dtype)).sort((a, b) => (b === 'float32') - (a === 'float32'));
  const percent = gaps.filter(({criterion, dtype}) => criterion === 'within-1-percent' && dtype === 'float32');
  const at = (n) => percent.find(({classes}) => classes === n)?.observed;
  const example =
    at(10) && at(1000) ? ` Within 1 % needs a lead of ${at(10)} over 9 equal logits, and of ${at(1000)} over 999.` : '';
  return {
    name: 'x-minus-max',
    question: 'When is x − max good enough for log-softmax?',
    statement:
      `Once the largest logit leads by enough: the error falls exponentially with the gap.${example} ` +
      `It must not be used in a loss, because it is 0 for the leader at every gap.`,
    text:
      'x − max leaves out log(1 + (classes − 1) exp(−gap)), where all other logits are equal. It needs no ' +
      'exponential and no logarithm, and this formula predicts its error. Below: the lead from which on each ' +
      'criterion holds, found on a grid of gaps.',
    sources: ['log_softmax', 'x_minus_max'],
    sheet: {
      caption: 'From which gap on x − max will do, and its error by gap: observed (predicted)',
      header: ['what', ...sizes.map((n) => `${n} classes`)],
      rows: [
        ...dtypes.flatMap((dtype) =>
          distinct(gaps.map(({criterion}) => criterion)).map((criterion) => [
            `${dtype}, ${meanings[criterion] ?? criterion}`,
            ...sizes.map(
              (n) =>
                gaps.find((one) => one.dtype === dtype && one.criterion === criterion && one.classes === n)?.shown ?? '',
            ),
          ]),
        ),
        ...distinct(errors.map(({gap}) => gap)).map((gap) => [
          `error at gap ${gap}, float32`,
          ...sizes.map((n) => {
            const found = errors.find((one) => one.gap === gap && one.classes === n);
            return found ? `${Number(found.observed.toPrecision(4))} (${Number(found.predicted.toPrecision(4))})` : '';
          }),
        ]),
      ],
    },
    values: {errors, gaps},
    draw: (narrow) =>
      specification(
        narrow,
        'x − max as log-softmax: its error, and from which gap on it is good enough',
        ['lines: predicted; dots: observed'],
        {
          spacing: 20,
          vconcat: [
            againstGap(errors, narrow),
            {
              title: narrow ? ['From which gap on it will do'] : 'From which gap on it will do',
              spacing: narrow ? 14 : 40,
              columns: narrow ? 1 : 2,
              concat: dtypes.map((dtype) => thresholdPanel(dtype, gaps, narrow)),
            },
          ],
        },
      ),
  };
};
