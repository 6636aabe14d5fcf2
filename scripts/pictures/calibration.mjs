// Calibration: reliability diagrams before and after a fitted temperature, and overconfidence by epoch.
import {distinct, number} from './draw/csv.mjs';
import {endLabels, keyLine, note} from './draw/labels.mjs';
import {NotThere} from './draw/tables.mjs';
import {colourScale, soft, specification, tip, tipField} from './draw/theme.mjs';

export const part = 'course',
  place = 6;

const best = 'bayes'; // the classifier that knows how the data were generated
const least = 0.002; // the smallest share of the predictions with which a bin is drawn
const digits = (value, n) => (Number.isFinite(value) ? `${Number(value.toPrecision(n))}` : `${value}`);
const percent = (value) => `${(100 * value).toFixed(1)}`;

function binsOf(rows) {
  return rows
    .filter(({quantity, examples}) => /^bin_\d+$/.test(quantity) && examples === 'test')
    .map((row) => ({
      task: row.task,
      arm: row.arm,
      after: row.temperature === 'fitted',
      share: number(row.share),
      confidence: number(row.claimed) / number(row.share),
      accuracy: number(row.right) / number(row.share),
    }))
    .filter(({share}) => share >= least)
    .map((bin) => ({
      ...bin,
      tip: tip(
        `${bin.task}, ${bin.arm}, ${bin.after ? 'fitted temperature' : 'as trained'}`,
        `${percent(bin.share)}% of the predictions`,
        `claimed ${digits(bin.confidence, 3)}, right ${digits(bin.accuracy, 3)}`,
      ),
    }));
}

function epochsOf(rows) {
  const key = (row) => `${row.task} ${row.arm} ${row.epoch}`;
  const temperatures = new Map(
    rows.filter(({quantity}) => quantity === 'temperature').map((row) => [key(row), number(row.median)]),
  );
  const of = (quantity, temperature) =>
    rows.filter(
      (row) => row.quantity === quantity && row.examples === 'test' && row.temperature === temperature,
    );
  const medians = (quantity, temperature) =>
    new Map(of(quantity, temperature).map((row) => [key(row), number(row.median)]));
  const after = medians('overconfidence', 'fitted'),
    ece = medians('ece', '1'),
    eceAfter = medians('ece', 'fitted');
  return of('overconfidence', '1').map((row) => ({
    task: row.task,
    arm: row.arm,
    epoch: number(row.epoch),
    before: number(row.median),
    after: after.get(key(row)),
    ece: ece.get(key(row)),
    eceAfter: eceAfter.get(key(row)),
    temperature: temperatures.get(key(row)),
    tip: tip(
      `${row.task}, ${row.arm}, epoch ${row.epoch}`,
      `claimed minus right ${digits(number(row.median), 3)}`,
      `error ${digits(ece.get(key(row)), 3)}, after the temperature ${digits(eceAfter.get(key(row)), 3)}`,
      `temperature ${digits(temperatures.get(key(row)), 3)}`,
    ),
  }));
}

const lastOf = (epochs, task) => {
  const own = epochs.filter((one) => one.task === task && one.arm !== best);
  const last = Math.max(...own.map(({epoch}) => epoch));
  return own.filter(({epoch}) => epoch === last);
};

const alike = 0.01; // the largest overconfidence that counts as none

function verdict(epochs, tasks) {
  const ends = tasks.map((task) => {
    const values = lastOf(epochs, task).map(({before}) => before);
    return {task, low: Math.min(...values), high: Math.max(...values)};
  });
  if (ends.some(({low, high}) => !Number.isFinite(low + high)))
    return 'This table does not tell: a network ended without probabilities.';
  const over = ends.filter(({low}) => low > alike),
    under = ends.filter(({high}) => high < -alike);
  const list = (all) =>
    all.map(({task, low, high}) => `${task} (by ${percent(Math.abs(low + high) / 2)} points)`).join(', ');
  const rest = ends.filter((one) => !over.includes(one) && !under.includes(one));
  return [
    over.length > 0 ? `Too confident after the last epoch: ${list(over)}.` : 'No network is over-confident.',
    under.length > 0 && `Not confident enough: ${list(under)}.`,
    rest.length > 0 && `Within ${percent(alike)} points: ${rest.map(({task}) => task).join(', ')}.`,
  ]
    .filter(Boolean)
    .join(' ');
}

// Names the forms of the loss that are drawn.
function drawnForms(all) {
  const single = all.filter(([, arms]) => arms.length === 1),
    several = all.filter(([, arms]) => arms.length > 1);
  const forms = distinct(single.map(([, [arm]]) => arm)).map(
    (arm) => `${arm} (${single.filter(([, [own]]) => own === arm).map(([task]) => task).join(', ')})`,
  );
  return [
    single.length > 0 && `The forms of the loss coincide, so that one is drawn: ${forms.join(', ')}.`,
    several.length > 0 &&
      `From thick to thin: ${several.map(([task, arms]) => `${arms.join(', ')} (${task})`).join('; ')}.`,
  ]
    .filter(Boolean)
    .join(' ');
}

const share = (field, title) => ({
  field,
  type: 'quantitative',
  title,
  scale: {domain: [0, 1], nice: false},
  axis: {grid: false, values: [0, 0.5, 1], format: '.1f', titlePadding: 8},
});

const coinciding = 0.001; // the largest difference of the medians of two forms that are drawn as one line

// Returns the forms of the loss that are drawn for a task: the last one if all of them coincide.
function drawnOf(epochs, task) {
  const own = epochs.filter((one) => one.task === task && one.arm !== best),
    arms = distinct(own.map(({arm}) => arm));
  const coincide = distinct(own.map(({epoch}) => epoch)).every((epoch) => {
    const values = own.filter((one) => one.epoch === epoch).map(({before}) => before);
    return Math.max(...values) - Math.min(...values) <= coinciding;
  });
  return coincide ? arms.slice(-1) : arms;
}

// Each line is thinner than the one below it, so that all lines are visible where they are close.
const strokes = (arms) => arms.map((_, i) => 1.4 + 1.4 * (arms.length - 1 - i));

function diagram(task, bins, arms, after, size, title) {
  const scale = colourScale(arms),
    widths = strokes(arms);
  const own = bins.filter((bin) => bin.task === task && bin.after === after);
  // What the fitted temperature gives is grey, unless several forms are drawn.
  const colours = after && arms.length === 1 ? [soft] : scale.range;
  const [x, y] = [(field) => share(field, 'claimed probability'), (field) => share(field, 'share right')];
  return {
    ...(title && {title}),
    width: size,
    height: size,
    layer: [
      {
        data: {values: [{from: 0, to: 1}]},
        mark: {type: 'rule', strokeDash: [3, 3], color: '#8b949e'},
        encoding: {x: x('from'), x2: {field: 'to'}, y: y('from'), y2: {field: 'to'}},
      },
      ...arms.map((arm, i) => ({
        data: {values: own.filter((bin) => bin.arm === arm)},
        mark: {type: 'line', color: colours[i], strokeWidth: widths[i], point: false},
        encoding: {x: x('confidence'), y: y('accuracy')},
      })),
      {
        data: {values: own.filter((bin) => bin.arm === arms.at(-1))},
        mark: {type: 'point', filled: true, size: 22, color: colours.at(-1)},
        encoding: {x: x('confidence'), y: y('accuracy'), ...tipField},
      },
      note(after ? (size < 110 ? 'fitted' : 'temperature fitted') : 'as trained', 4, 8, {color: colours.at(-1)}),
    ],
  };
}

function curve(task, epochs, arms, {width, height, limit, labelled}) {
  const scale = colourScale(arms),
    widths = strokes(arms);
  const own = epochs.filter((one) => one.task === task && one.arm !== best);
  const last = Math.max(...own.map(({epoch}) => epoch));
  const x = {
    field: 'epoch',
    type: 'quantitative',
    title: 'epoch',
    scale: {type: 'log', domain: [1, last], nice: false},
    axis: {grid: false, values: distinct([1, 10, 100, last]).filter((epoch) => epoch <= last), format: 'd'},
  };
  const y = (field) => ({
    field,
    type: 'quantitative',
    title: 'claimed − right',
    scale: {domain: [-limit, limit], nice: false},
    axis: {grid: false, values: [-0.2, 0, 0.2], format: '.1f', titlePadding: 8},
  });
  const pixel = (value) => (height * (limit - value)) / (2 * limit);
  const ends = [
    {name: 'as trained', colour: scale.range.at(-1), x: width, y: pixel(own.filter(({arm}) => arm === arms.at(-1)).at(-1).before)},
    {name: 'fitted', colour: soft, x: width, y: pixel(own.filter(({arm}) => arm === arms.at(-1)).at(-1).after)},
  ].filter(({y}) => Number.isFinite(y));
  return {
    width,
    height,
    layer: [
      {data: {values: [{from: 0}]}, mark: {type: 'rule', strokeDash: [3, 3], color: '#8b949e'}, encoding: {y: y('from')}},
      {
        data: {values: own.filter(({arm}) => arm === arms.at(-1))},
        mark: {type: 'line', color: soft, strokeWidth: 1.4},
        encoding: {x, y: y('after')},
      },
      ...arms.map((arm, i) => ({
        data: {values: own.filter((one) => one.arm === arm)},
        mark: {type: 'line', color: scale.range[i], strokeWidth: widths[i]},
        encoding: {x, y: y('before')},
      })),
      {
        data: {values: own.filter(({arm}) => arm === arms.at(-1))},
        mark: {type: 'point', filled: true, size: 22, color: scale.range.at(-1)},
        encoding: {x, y: y('before'), ...tipField},
      },
      // The curves begin at the left, and are near 0 at the right.
      note('over-confident', width - 4, 8, {align: 'right'}),
      note('not confident enough', width - 4, height - 7, {align: 'right'}),
      ...(labelled ? endLabels(ends, width, height, 10) : keyLine(ends, -8, 9)),
    ],
  };
}

export default (tables) => {
  const rows = tables.get('calibration');
  const bins = binsOf(rows),
    epochs = epochsOf(rows);
  const tasks = distinct(epochs.filter(({arm}) => arm !== best).map(({task}) => task));
  if (tasks.length === 0 || bins.length === 0) throw new NotThere('table calibration has no trained network');
  const armsOf = (task) => drawnOf(epochs, task);
  const room = 1.3; // for the words above and below the curves
  const limit = room * Math.max(0.05, ...epochs.flatMap(({before, after}) => [before, after].filter(Number.isFinite).map(Math.abs)));
  return {
    name: 'calibration',
    question: 'Are the probabilities of a trained network too large?',
    statement: verdict(epochs, tasks),
    text:
      'Points below the dashed diagonal claim more than they achieve. Lecture slides call softmax over-confident: ' +
      'the sign depends on the training. A temperature that is fitted to held-out examples moves the points to the ' +
      `diagonal, and changes no prediction. ${drawnForms(tasks.map((task) => [task, armsOf(task)]))}`,
    sources: ['calibration'],
    sheet: {
      caption: 'Medians over the seeds, on examples that the networks were not trained with',
      header: ['task, form', 'epoch', 'claimed minus right', 'after the temperature', 'error', 'after the temperature', 'temperature', 'claimed', 'right'],
      rows: [...epochs.map((one) => [
        `${one.task}, ${one.arm}`,
        one.arm === best ? '' : `${one.epoch}`,
        ...['before', 'after', 'ece', 'eceAfter', 'temperature'].map((field) => digits(one[field], 3)),
        '',
        '',
      ]), ...bins.map((bin) => [
        `${bin.task}, ${bin.arm}, bin of ${percent(bin.share)}% of the predictions, ${bin.after ? 'temperature fitted' : 'as trained'}`,
        ...['', '', '', '', '', ''],
        digits(bin.confidence, 3),
        digits(bin.accuracy, 3),
      ])],
    },
    values: {bins, epochs},
    draw: (narrow) => {
      const size = narrow ? 100 : 118;
      const content = narrow
        ? {
            spacing: 18,
            vconcat: tasks.flatMap((task) => [
              {
                title: task,
                spacing: 12,
                hconcat: [
                  diagram(task, bins, armsOf(task), false, size),
                  diagram(task, bins, armsOf(task), true, size),
                ],
              },
              curve(task, epochs, armsOf(task), {width: 180, height: 90, limit, labelled: true}),
            ]),
          }
        : {
            spacing: 14,
            hconcat: tasks.map((task) => ({
              spacing: 10,
              vconcat: [
                diagram(task, bins, armsOf(task), false, size, task),
                diagram(task, bins, armsOf(task), true, size),
                curve(task, epochs, armsOf(task), {width: size, height: 110, limit, labelled: false}),
              ],
            })),
          };
      return specification(
        narrow,
        'Claimed probability and share of right predictions, before and after a fitted temperature',
        ['claimed: mean probability of the predicted class; dashed: right as often as claimed; grey: with a fitted temperature'],
        content,
      );
    },
  };
};
