// Classes of unequal size: the recall of each class, and the calibration error, for each loss.
import {distinct, number} from './draw/csv.mjs';
import {NotThere} from './draw/tables.mjs';
import {orderedScale, ownColour, soft, specification, tip, tipField} from './draw/theme.mjs';

export const part = 'course',
  place = 6;

const digits = (value, n = 3) => (Number.isFinite(value) ? `${Number(value.toPrecision(n))}` : `${value}`);
const quartiles = ['q1', 'median', 'q3'];
const ofBayes = (arm) => arm.startsWith('bayes');
const least = 0.001; // the left end of the axis of the calibration error

// Returns a value for each task, arm and class: the recall on the last test set of the task, with trained logits.
function recallsOf(rows) {
  const values = [];
  for (const task of distinct(rows.map((row) => row.task))) {
    const own = rows.filter((row) => row.task === task && row.logits === 'trained'),
      test = own.at(-1).test;
    for (const row of own.filter((one) => one.test === test))
      for (let k = 0; row[`recall_${k}_median`] !== undefined; ++k) {
        const [q1, median, q3] = quartiles.map((one) => number(row[`recall_${k}_${one}`]));
        if (Number.isNaN(median)) continue;
        values.push({
          task,
          arm: row.arm,
          test,
          class: k,
          q1,
          recall: median,
          q3,
          tip: tip(
            `${task}, ${row.arm}, class ${k}`,
            `recall ${digits(median)} (quartiles ${digits(q1)} to ${digits(q3)})`,
          ),
        });
      }
  }
  return values;
}

// Returns a value for each row: the calibration error for the prior of its test set.
const errorsOf = (rows) =>
  rows
    .filter((row) => Number.isFinite(number(row.ece_median)))
    .map((row) => ({
      task: row.task,
      arm: row.arm,
      test: row.test,
      logits: row.logits,
      q1: number(row.ece_q1),
      ece: number(row.ece_median),
      q3: number(row.ece_q3),
      tip: tip(
        `${row.task}, ${row.arm}, prior of ${row.test}, ${row.logits} logits`,
        `calibration error ${digits(number(row.ece_median))} (quartiles ${digits(number(row.ece_q1))} to ${digits(number(row.ece_q3))})`,
        `of the rarest class ${digits(number(row.rare_claimed))} times its share is claimed`,
      ),
    }));

// A panel of quartiles and medians, a row for each arm. Values of one arm are drawn below each other.
function panel(values, field, arms, {title, width, x, keyOf, keys, colours, named, narrow}) {
  const step = narrow ? 30 : 26;
  const scale = orderedScale(keys);
  const data = values.map((value) => {
    const i = keys.indexOf(keyOf(value));
    return {
      ...value,
      colour: (colours ?? scale.range)[i],
      at: arms.indexOf(value.arm) * step + step * ((i + 1) / (keys.length + 1)),
    };
  });
  const y = {field: 'at', type: 'quantitative', scale: null, axis: null};
  const bands = arms.map((arm, i) => ({arm, top: i * step, bottom: (i + 1) * step}));
  return {
    title: {text: title, fontSize: narrow ? 11 : 12},
    width,
    height: arms.length * step,
    layer: [
      ...(named
        ? [
            {
              data: {values: bands.map((band) => ({...band, at: (band.top + band.bottom) / 2, x: -6}))},
              mark: {type: 'text', align: 'right', fontSize: narrow ? 10 : 11},
              encoding: {
                x: {field: 'x', type: 'quantitative', scale: null, axis: null},
                y,
                text: {field: 'arm'},
              },
            },
          ]
        : []),
      {
        data: {values: bands.slice(1).map(({top}) => ({at: top}))},
        mark: {type: 'rule', strokeWidth: 0.6, color: soft, opacity: 0.4},
        encoding: {y},
      },
      {
        data: {values: data},
        mark: {type: 'rule', strokeWidth: 2},
        encoding: {x: {...x, field: 'q1'}, x2: {field: 'q3'}, y, color: ownColour},
      },
      ...[false, true].map((hollow) => ({
        data: {values: data.filter((value) => (value.logits === 'shifted') === hollow)},
        mark: {
          type: 'point',
          filled: !hollow,
          size: 42,
          ...(hollow && {strokeWidth: 1.6, fill: '#ffffff'}),
        },
        encoding: {x: {...x, field}, y, color: ownColour, ...tipField},
      })),
    ],
  };
}

function panels(recalls, errors, narrow) {
  const tasks = distinct(recalls.map(({task}) => task)),
    arms = distinct(recalls.map(({arm}) => arm)),
    tests = distinct(errors.map(({test}) => test));
  const share = {
    type: 'quantitative',
    title: 'recall',
    scale: {domain: [0, 1], nice: false},
    axis: {tickCount: 5, grid: true},
  };
  const error = {
    type: 'quantitative',
    title: 'calibration error',
    scale: {type: 'log', domain: [least, 0.3], nice: false, clamp: true},
    axis: {values: [0.001, 0.01, 0.1], grid: true, format: '~g'},
  };
  const classes = distinct(recalls.map((value) => value.class)).sort((a, b) => a - b);
  const all = tasks.flatMap((task) => {
    const own = (values) => values.filter((value) => value.task === task);
    const left = panel(own(recalls), 'recall', arms, {
      title: `${task}: recall of class ${classes.join(', ')}`,
      width: narrow ? 216 : 380,
      x: share,
      keyOf: (value) => value.class,
      keys: classes,
      named: true,
      narrow,
    });
    const right = panel(own(errors), 'ece', arms, {
      title: `${task}: calibration error, prior of ${tests.join(', ')}`,
      width: narrow ? 216 : 380,
      x: error,
      keyOf: (value) => value.test,
      keys: tests,
      colours: ['#0072b2', '#d55e00', '#009a60', '#8a55c8'],
      named: narrow,
      narrow,
    });
    return narrow ? [left, right] : [{hconcat: [left, right], spacing: 24}];
  });
  return {vconcat: all, spacing: 24};
}

export default (tables) => {
  const rows = tables.get('imbalance'),
    recalls = recallsOf(rows),
    errors = errorsOf(rows);
  if (recalls.length === 0) throw new NotThere('table imbalance has no recall');
  const tasks = distinct(rows.map((row) => row.task)),
    arms = distinct(rows.map((row) => row.arm));
  const rare = (task, arm) => recalls.filter((value) => value.task === task && value.arm === arm).at(-1)?.recall;
  const first = tasks[0],
    tests = distinct(rows.map((row) => row.test));
  const range = (values) => `${digits(Math.min(...values), 2)} to ${digits(Math.max(...values), 2)}`;
  const learned = arms.filter((arm) => !ofBayes(arm));
  const error = (arm, test, logits) =>
    errors.find((one) => one.task === first && one.arm === arm && one.test === test && one.logits === logits)?.ece;
  const shifted = tests.flatMap((test) => learned.map((arm) => error(arm, test, 'shifted'))).filter(Number.isFinite);
  return {
    name: 'imbalance',
    question: 'What do classes of unequal size do to the loss?',
    statement:
      `Recall of the last class (${first}): ${arms.map((arm) => `${arm} ${digits(rare(first, arm), 2)}`).join(', ')}. ` +
      `Calibration error for the prior of ${tests[0]}: ` +
      `${arms.map((arm) => `${arm} ${digits(error(arm, tests[0], 'trained'), 2)}`).join(', ')}.` +
      (shifted.length > 0 ? ` Shifted to the prior of the test: ${range(shifted)}.` : ''),
    text:
      'Every example has the same weight in a plain mean, so a rare class hardly counts. bayes and bayes_balanced know ' +
      'how the data were drawn and are the limits for the prior of the training data and for equally likely classes. ' +
      'Points are medians over the seeds, lines reach from quartile to quartile.',
    sources: ['imbalance'],
    sheet: {
      caption: 'Recall of each class and calibration errors: median, and in brackets the quartiles',
      header: [
        'task',
        'arm',
        ...distinct(recalls.map((value) => value.class)).map((k) => `recall of class ${k}`),
        ...tests.flatMap((test) => [`error, ${test}`, `error, ${test}, shifted`]),
      ],
      rows: tasks.flatMap((task) =>
        arms.map((arm) => {
          const cell = (one, field) =>
            one ? `${digits(one[field])} (${digits(one.q1)} to ${digits(one.q3)})` : '';
          return [
            task,
            arm,
            ...distinct(recalls.map((value) => value.class)).map((k) =>
              cell(
                recalls.find((one) => one.task === task && one.arm === arm && one.class === k),
                'recall',
              ),
            ),
            ...tests.flatMap((test) =>
              ['trained', 'shifted'].map((logits) =>
                cell(
                  errors.find(
                    (one) => one.task === task && one.arm === arm && one.test === test && one.logits === logits,
                  ),
                  'ece',
                ),
              ),
            ),
          ];
        }),
      ),
    },
    values: {recalls, errors},
    draw: (narrow) =>
      specification(
        narrow,
        'Recall of each class, and calibration, by loss',
        [
          `recall: classes ${distinct(recalls.map((value) => value.class)).join(', ')} from top to bottom, the most frequent first`,
          `calibration error: ${tests.join(' above ')}; filled: the trained logits, hollow: shifted to the prior of the test`,
        ],
        panels(recalls, errors, narrow),
      ),
  };
};
