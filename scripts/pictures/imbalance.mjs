// Classes of unequal size: the recall of each class, what is claimed of the rarest, and the calibration error, for
// each loss.
import {distinct, number} from './draw/csv.mjs';
import {keyLine} from './draw/labels.mjs';
import {NotThere} from './draw/tables.mjs';
import {orderedScale, ownColour, soft, specification, tip, tipField} from './draw/theme.mjs';

export const part = 'course',
  place = 6;

const digits = (value, n = 3) => (Number.isFinite(value) ? `${Number(value.toPrecision(n))}` : `${value}`);
// The test sets of the default configuration, by the frequencies of their classes.
const frequencies = {imbalanced: ['100 : 10 : 1', 'as in training'], balanced: ['1 : 1 : 1', 'equally frequent']};
// No line ends within the frequencies.
const named = (test) => frequencies[test]?.[0].replaceAll(' ', '\u00a0') ?? test;
const described = (test) => (frequencies[test] ? `${named(test)} (${frequencies[test][1]})` : test);
const quartiles = ['q1', 'median', 'q3'];

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
    .filter((row) => Number.isFinite(number(row.ece_median)) && number(row.rare_claimed) > 0)
    .map((row) => ({
      task: row.task,
      arm: row.arm,
      test: row.test,
      logits: row.logits,
      q1: number(row.ece_q1),
      ece: number(row.ece_median),
      q3: number(row.ece_q3),
      claimed: number(row.rare_claimed),
      precision: number(row.rare_precision),
      tip: tip(
        `${row.task}, ${row.arm}, test set ${named(row.test)}, ${row.logits} logits`,
        `calibration error ${digits(number(row.ece_median))} (quartiles ${digits(number(row.ece_q1))} to ${digits(number(row.ece_q3))})`,
        `of the rarest class ${digits(number(row.rare_claimed))} times its share is claimed, precision ${digits(number(row.rare_precision))}`,
      ),
    }));

const ofTests = ['#0072b2', '#d55e00', '#009a60', '#8a55c8'];
const ways = ['trained', 'shifted'];

// A panel of quartiles and medians, a row for each arm. Values of one arm are drawn below each other, in the order
// of `keys`, whose colours are named above the panel.
function panel(values, field, arms, {title, below, width, x, keyOf, keys, colours, legend, hasArms, narrow, at, hasQuartiles}) {
  const step = 32;
  const data = values.filter((value) => Number.isFinite(value[field])).map((value) => {
    const i = keys.indexOf(keyOf(value));
    return {
      ...value,
      colour: colours[i],
      at: arms.indexOf(value.arm) * step + step * ((i + 1) / (keys.length + 1)),
    };
  });
  const y = {field: 'at', type: 'quantitative', scale: null, axis: null};
  const bands = arms.map((arm, i) => ({arm, top: i * step, bottom: (i + 1) * step}));
  return {
    title: {text: title, subtitle: below, fontSize: narrow ? 11 : 12, subtitleFontSize: 11, offset: 6},
    width,
    height: arms.length * step,
    layer: [
      ...keyLine(legend, -9),
      ...(hasArms
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
        mark: {type: 'rule', strokeWidth: 0.4, color: soft},
        encoding: {y},
      },
      ...(at === undefined ? [] : [{data: {values: [{from: at}]}, mark: {type: 'rule', strokeDash: [4, 3]}, encoding: {x: {...x, field: 'from'}}}]),
      ...(hasQuartiles
        ? [
            {
              data: {values: data},
              mark: {type: 'rule', strokeWidth: 2},
              encoding: {x: {...x, field: 'q1'}, x2: {field: 'q3'}, y, color: ownColour},
            },
          ]
        : []),
      ...[false, true].map((hollow) => ({
        data: {values: data.filter((value) => (value.logits === 'shifted') === hollow)},
        mark: {
          type: 'point',
          filled: !hollow,
          size: 30,
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
  const share = (title) => ({
    type: 'quantitative',
    title,
    scale: {domain: [0, 1], nice: false},
    axis: {values: [0, 0.2, 0.4, 0.6, 0.8, 1], grid: true},
  });
  const logarithmic = (title, values, ticks) => ({
    type: 'quantitative',
    title,
    scale: {type: 'log', domain: [Math.min(...values) / 1.2, Math.max(...values) * 1.2], nice: false},
    axis: {values: ticks, grid: true, format: '~g'},
  });
  const error = logarithmic('calibration error', errors.flatMap(({q1, q3}) => [q1, q3]).filter((x) => x > 0), [0.003, 0.01, 0.03, 0.1]),
    claim = logarithmic('claimed / true share', errors.map(({claimed}) => claimed), [0.3, 1, 3, 10]);
  const classes = distinct(recalls.map((value) => value.class)).sort((a, b) => a - b),
    ofClasses = orderedScale(classes).range;
  const key = [
    ...tests.map((test, i) => ({name: named(test), colour: ofTests[i]})),
    {name: 'shifted', colour: soft, hollow: true},
  ];
  const all = tasks.flatMap((task) => {
    const own = (values) => values.filter((value) => value.task === task);
    const width = narrow ? 216 : 196,
      title = (what) => (narrow ? `${task}: ${what}` : what);
    const recall = panel(own(recalls), 'recall', arms, {
      title: title('recall of each class'),
      below: `test set ${distinct(own(recalls).map(({test}) => named(test))).join(', ')}, logits as trained`,
      width,
      x: share('recall'),
      keyOf: (value) => value.class,
      keys: classes,
      colours: ofClasses,
      legend: classes.map((k, i) => ({name: i === 0 ? `class ${k}` : `${k}`, colour: ofClasses[i]})),
      hasArms: true,
      hasQuartiles: true,
      narrow,
    });
    // Shifted logits are below the trained ones, because they may give the same.
    const byTest = {
      below: 'by test set',
      width,
      keyOf: (value) => `${value.test} ${value.logits}`,
      keys: tests.flatMap((test) => ways.map((way) => `${test} ${way}`)),
      colours: tests.flatMap((_, i) => ways.map(() => ofTests[i])),
      legend: key,
      hasArms: narrow,
      narrow,
    };
    const precision = panel(own(errors), 'precision', arms, {
      ...byTest,
      title: title('precision of the rarest class'),
      x: share('precision'),
      hasQuartiles: false,
    });
    const claims = panel(own(errors), 'claimed', arms, {
      ...byTest,
      title: title('claimed of the rarest class'),
      x: claim,
      at: 1,
      hasQuartiles: false,
    });
    const calibration = panel(own(errors), 'ece', arms, {
      ...byTest,
      title: title('calibration error'),
      x: error,
      hasQuartiles: true,
    });
    const row = [recall, precision, claims, calibration];
    return narrow ? row : [{title: task, hconcat: row, spacing: 16}];
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
  const found = (arm, test, logits) =>
    errors.find((one) => one.task === first && one.arm === arm && one.test === test && one.logits === logits);
  const claimed = (arm) => found(arm, tests[0], 'trained')?.claimed;
  return {
    name: 'imbalance',
    question: 'What do classes of unequal size do to the loss?',
    statement:
      `Recall of the rarest class (${first}, test set ${named(recalls[0].test)}): ${arms.map((arm) => `${arm} ${digits(rare(first, arm), 2)}`).join(', ')}. ` +
      `In the test set ${named(tests[0])}, the mean probability of the rarest class is its share times ` +
      `${arms.map((arm) => `${digits(claimed(arm), 2)} (${arm})`).join(', ')}.`,
    text:
      'Every example has the same weight in a plain mean, so a rare class hardly counts. bayes and bayes_balanced know ' +
      'how the data were drawn and are the limits for the prior of the training data and for equally likely classes. ' +
      'Points are medians over the seeds, lines reach from quartile to quartile. Precision is the share of right ' +
      'ones among the examples that are predicted as the rarest class: what a larger recall may cost.',
    sources: ['imbalance'],
    sheet: {
      caption:
        'Median, and in brackets the quartiles, of the recall of each class; for each test set, calibration error, ' +
        'mean probability of the rarest class divided by its share, and its precision',
      header: [
        'task',
        'arm',
        ...distinct(recalls.map((value) => value.class)).map((k) => `recall of class ${k}`),
        ...tests.flatMap((test) => [named(test), `${named(test)}, shifted`]),
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
              ways.map((logits) => {
                const one = errors.find(
                  (value) => value.task === task && value.arm === arm && value.test === test && value.logits === logits,
                );
                return one ? `${cell(one, 'ece')}; ${digits(one.claimed)}; ${digits(one.precision)}` : '';
              }),
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
          'classes: the most frequent is 0, the last one is the rarest',
          `test sets, from above: classes ${tests.map(described).join(', then ')}; ` +
            'filled: logits as trained, hollow: shifted to the frequencies of the test set',
        ],
        panels(recalls, errors, narrow),
      ),
  };
};
