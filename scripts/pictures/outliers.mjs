// What an outlier changes: probability and loss by the gap of a leading logit, and the errors of networks that
// were trained with a mislabelled or a distant example.
import {distinct, number} from './draw/csv.mjs';
import {endLabels, keyLine} from './draw/labels.mjs';
import {LogAxis} from './draw/log_axis.mjs';
import {NotThere} from './draw/tables.mjs';
import {colourScale, ownColour, specification, tip, tipField} from './draw/theme.mjs';
import {digits} from './draw/variants.mjs';

export const part = 'course',
  place = 6;

const least = 1e-9; // smaller probabilities are shown as 0
const short = (value) => digits(value, 3);
// The sums are the same in a row whose smallest logit is 0. One of them is drawn then, with both names.
function namesOf(rows) {
  const of = (name) => rows.filter(({activation}) => activation === name),
    [first, second] = [of('sum_v1'), of('sum_v2')];
  const close = (a, b) => Math.abs(a - b) <= 1e-6 * Math.abs(b);
  const same =
    first.length > 0 &&
    first.every((row) => {
      const other = second.find(({outlier}) => outlier === row.outlier);
      return other && ['runner_up', 'loss'].every((field) => close(number(row[field]), number(other[field])));
    });
  const names = new Map(distinct(rows.map(({activation}) => activation)).map((name) => [name, name]));
  if (same) {
    names.delete('sum_v1');
    names.set('sum_v2', 'sum_v1, sum_v2');
  }
  return names;
}

function gapsOf(rows) {
  const gaps = rows.filter((row) => row.part === 'gap');
  if (gaps.length === 0) throw new NotThere('table outliers has no part gap');
  const setting = gaps[0].setting,
    own = gaps.filter((row) => row.setting === setting),
    names = namesOf(own);
  return own
    .filter(({activation}) => names.has(activation))
    .map((row) => ({
      setting,
      hazard: row.hazard,
      activation: row.activation,
      label: names.get(row.activation),
      gap: number(row.outlier),
      probability: number(row.runner_up),
      loss: number(row.loss),
      tip: tip(
        `${names.get(row.activation)}, gap ${row.outlier}`,
        `probability of the runner-up ${short(number(row.runner_up))}`,
        `loss if it is the label ${short(number(row.loss))}`,
      ),
    }));
}

// The share of the examples that the trained networks do not predict rightly.
function errorsOf(rows) {
  return rows
    .filter((row) => row.part !== 'gap')
    .map((row) => {
      const accuracy = (ending) => number(row[`accuracy_${ending}`]),
        error = (ending) => Number((100 * (1 - accuracy(ending))).toPrecision(6));
      return {
        task: row.setting,
        outlier: row.outlier,
        hazard: row.hazard,
        activation: row.activation,
        lost: Math.max(0, -100 * number(row.accuracy_change_median)),
        low: error('q3'),
        median: error('median'),
        high: error('q1'),
        tip: tip(
          `${row.setting}, ${row.outlier}, ${row.activation}`,
          `errors ${short(error('median'))} % (quartiles ${short(error('q3'))} to ${short(error('q1'))})`,
          row.hazard,
        ),
      };
    });
}

// Names the other logits of a row, which the name of the setting has for a row of the slides.
function othersOf(setting) {
  const [, logits] = /^slides-([-\d]+)$/.exec(setting) ?? [];
  return logits ? `the other logits are ${logits.replaceAll('-', ', ')}` : setting;
}

function byGap(values, field, title, narrow, options) {
  const width = narrow ? 170 : 270,
    height = narrow ? 190 : 230;
  const activations = distinct(values.map(({activation}) => activation)),
    scale = colourScale(activations);
  const axis = new LogAxis(
    values.map((value) => value[field]),
    'y',
    height,
    options,
  );
  const drawn = values.map((value) => ({
    ...value,
    colour: scale.range[activations.indexOf(value.activation)],
    [field]: axis.place(value[field]),
  }));
  const last = Math.max(...values.map(({gap}) => gap));
  const x = {
    field: 'gap',
    type: 'quantitative',
    title: 'gap: lead of the outlier over the next logit',
    axis: {grid: false, tickCount: 5},
    scale: {domain: [0, last], nice: false},
  };
  const y = {...axis.channel(title[0]), field};
  const ends = activations.map((name, i) => {
    const end = values.findLast((value) => value.activation === name);
    return {name: end.label, colour: scale.range[i], x: width, y: axis.pixel(end[field])};
  });
  // A line through the strips would state values that are not there.
  const joined = drawn.filter((_, i) => axis.kind(values[i][field]) === 'finite');
  return {
    title: {text: title[1], subtitle: othersOf(values[0].setting)},
    width,
    height,
    layer: [
      axis.strips(title[0]),
      {data: {values: joined}, mark: {type: 'line', strokeWidth: 1.4}, encoding: {x, y, color: ownColour}},
      {
        data: {values: drawn},
        mark: {type: 'point', filled: true, size: 22},
        encoding: {x, y, color: ownColour, ...tipField},
      },
      ...endLabels(ends, width, height, narrow ? 9 : 11),
    ],
  };
}

function ofTask(task, all, narrow) {
  const width = narrow ? 236 : 300;
  const values = all.filter((value) => value.task === task),
    activations = distinct(values.map(({activation}) => activation)),
    outliers = distinct(values.map(({outlier}) => outlier)),
    scale = colourScale(activations);
  // All tasks have the same axis.
  const axis = new LogAxis(
    all.flatMap(({low, median, high}) => [low, median, high]),
    'x',
    width,
  );
  const drawn = values.map((value) => ({
    ...value,
    colour: scale.range[activations.indexOf(value.activation)],
    low: axis.place(value.low),
    median: axis.place(value.median),
    high: axis.place(value.high),
  }));
  const title = 'errors after training, %';
  const x = (field) => ({...axis.channel(title), field});
  const y = {
    field: 'outlier',
    type: 'nominal',
    title: null,
    sort: outliers,
    axis: {grid: true, ticks: false, domain: false, labelFontSize: narrow ? 9 : 11},
  };
  const yOffset = {field: 'activation', type: 'nominal', sort: activations};
  return {
    title: {text: task, offset: 6},
    width,
    height: outliers.length * activations.length * (narrow ? 10 : 11),
    layer: [
      {
        data: {values: drawn},
        mark: {type: 'rule', strokeWidth: 1.4},
        encoding: {x: x('low'), x2: {field: 'high'}, y, yOffset, color: ownColour},
      },
      {
        data: {values: drawn},
        mark: {type: 'point', filled: true, size: 26},
        encoding: {x: x('median'), y, yOffset, color: ownColour, ...tipField},
      },
      ...keyLine(
        activations.map((name, i) => ({name, colour: scale.range[i]})),
        -9,
      ),
    ],
  };
}

// Answers by the figures of the table: for a logit that leads, and for the outlier that costs softmax most in training.
function verdict(gaps, errors) {
  const activations = distinct(gaps.map(({activation}) => activation)),
    leads = distinct(gaps.map(({gap}) => gap)).filter((gap) => gap > 0),
    widest = Math.max(...leads),
    shown = leads.includes(7) ? 7 : leads[0];
  const at = (activation, gap, field) =>
    gaps.find((one) => one.activation === activation && one.gap === gap)?.[field] ?? NaN;
  const nameOf = (activation) =>
    gaps.find((one) => one.activation === activation).label.replace(', ', ' and ');
  const all = (gap, field) =>
    activations
      .filter((activation) => !Number.isNaN(at(activation, gap, field)))
      .map((activation) => `${short(at(activation, gap, field))} with ${nameOf(activation)}`)
      .join(', ');
  const said = [
    `A logit that leads by ${shown} leaves the next one a probability of ${all(shown, 'probability')}.`,
    `If it leads by ${widest}, the loss of that one is ${all(widest, 'loss')}.`,
  ];
  const others = activations.filter((activation) => activation !== 'softmax');
  const least = others.every(
    (activation) => at('softmax', shown, 'probability') <= at(activation, shown, 'probability'),
  );
  if (least) said.unshift('For logits, yes.');
  const worst = errors
    .filter(({activation, lost}) => activation === 'softmax' && Number.isFinite(lost))
    .reduce((a, b) => (a === undefined || b.lost > a.lost ? b : a), undefined);
  if (worst) {
    const same = errors.filter(({task, outlier}) => task === worst.task && outlier === worst.outlier);
    said.push(
      `In training (${worst.task}), ${worst.outlier} costs softmax most: points of accuracy lost are ` +
        `${same.map(({activation, lost}) => `${short(lost)} with ${activation}`).join(', ')}.`,
    );
  }
  return said.join(' ');
}

export default (tables) => {
  const rows = tables.get('outliers'),
    gaps = gapsOf(rows),
    errors = errorsOf(rows),
    tasks = distinct(errors.map(({task}) => task));
  const panels = (narrow) => [
    byGap(gaps, 'probability', ['probability', 'Probability of the runner-up'], narrow, {least}),
    byGap(gaps, 'loss', ['loss', 'Loss if the runner-up is the label'], narrow, {}),
    ...tasks.map((task) => ofTask(task, errors, narrow)),
  ];
  const percent = (value) => digits(value, 4);
  return {
    name: 'outliers',
    question: 'Is softmax sensitive to outliers?',
    statement: verdict(gaps, errors),
    text:
      `Above: one logit leads by a gap (${gaps[0].hazard}). Below: the share of errors on the right examples after ` +
      'training with a few examples changed: wrong labels, or features multiplied by the number in the name. Bars are ' +
      'quartiles over the seeds. cap-30 and cap-5 have a soft cap; sum_v1 and sum_v2 are the sum activations of the ' +
      'slides, which are equal if the smallest logit is 0; +0.1 adds 0.1 so that no probability is 0.',
    sources: ['outliers'],
    sheet: {
      caption: 'Probability and loss of the runner-up by gap, and errors after training in % (quartiles)',
      header: ['what', 'activation', 'probability, or errors', 'loss, or quartiles'],
      rows: [
        ...gaps.map((one) => [`gap ${one.gap}`, one.label, percent(one.probability), percent(one.loss)]),
        ...errors.map((one) => [
          `${one.task}, ${one.outlier}`,
          one.activation,
          percent(one.median),
          `${percent(one.low)} to ${percent(one.high)}`,
        ]),
      ],
    },
    values: {gaps, errors},
    draw: (narrow) =>
      specification(
        narrow,
        'One outlier: probability, loss, and what it does to training',
        ['above: exact; below: medians and quartiles over the seeds'],
        {spacing: narrow ? 14 : 30, columns: narrow ? 1 : 2, concat: panels(narrow)},
      ),
  };
};
