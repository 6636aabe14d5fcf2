// The outcome of training for each form of the loss under each condition.
import {distinct, number} from './draw/csv.mjs';
import {remarks} from './draw/remarks.mjs';
import {letter, specification, tip, tipField, trainings} from './draw/theme.mjs';
import {wrap} from './draw/text_width.mjs';

export const part = 'course',
  place = 3;

const shortLoss = (cell) => {
  const loss = number(cell);
  return Number.isFinite(loss) ? `${Number(loss.toPrecision(2))}` : cell;
};

const valuesOf = (rows) =>
  rows.map((row) => ({
    condition: row.condition,
    arm: row.arm,
    outcome: row.outcome,
    learning: number(row.learning_seeds),
    seeds: number(row.seeds),
    loss: row.exact_loss_median,
    tip: tip(
      `${row.condition}, ${row.arm}: ${row.outcome}`,
      `${row.learning_seeds} of ${row.seeds} seeds learn`,
      `median accuracy ${row.accuracy_median}`,
      `exact loss ${shortLoss(row.exact_loss_median)} (quartiles ${shortLoss(row.exact_loss_q1)} to ` +
        `${shortLoss(row.exact_loss_q3)})`,
      row.hazard,
    ),
  }));

function heatMap(values, rows, narrow) {
  const arms = distinct(values.map(({arm}) => arm)),
    conditions = distinct(values.map(({condition}) => condition));
  const explained = conditions.map((condition) => {
    const {hazard} = rows.find((row) => row.condition === condition);
    return {condition, lines: wrap(hazard, 232, 11)};
  });
  const cell = narrow ? {width: 40, height: 30, first: 9, second: 9} : {width: 84, height: 36, first: 11, second: 10};
  const y = {
    field: 'condition',
    type: 'nominal',
    title: null,
    sort: conditions,
    axis: {grid: false, ticks: false, domain: false, labelFontSize: narrow ? 9 : 11, labelPadding: 3},
  };
  const x = {
    field: 'arm',
    type: 'nominal',
    title: null,
    sort: arms,
    axis: {
      orient: 'top',
      labelAngle: narrow ? -40 : 0,
      grid: false,
      ticks: false,
      domain: false,
      labelFontSize: narrow ? 10 : 11,
    },
  };
  const text = (field, dy, size) => ({
    mark: {type: 'text', fontSize: size, color: letter, dy},
    encoding: {text: {field}},
  });
  const cells = {
    width: {step: cell.width},
    height: {step: cell.height},
    encoding: {x, y},
    data: {
      values: values.map((value) => ({
        ...value,
        first: narrow ? value.outcome : `${value.outcome} ${value.learning} of ${value.seeds}`,
        second: narrow ? `${value.learning}/${value.seeds}` : `loss ${shortLoss(value.loss)}`,
      })),
    },
    layer: [
      {
        mark: {type: 'rect', stroke: '#ffffff', strokeWidth: 1},
        encoding: {
          ...tipField,
          color: {
            field: 'outcome',
            type: 'nominal',
            legend: null,
            scale: {domain: Object.keys(trainings), range: Object.values(trainings)},
          },
        },
      },
      text('first', narrow ? -6 : -7, cell.first),
      text('second', narrow ? 6 : 8, cell.second),
    ],
  };
  if (narrow) return cells;
  return {
    hconcat: [
      cells,
      remarks(explained, y, {width: 235, step: cell.height, fontSize: 11, lineHeight: 12}),
    ],
    spacing: 8,
  };
}

// Says which forms learn wherever any form does, and what becomes of the others there.
function verdict(values, arms, solvable) {
  if (solvable.length === 0) return 'No form learns under any of them.';
  const there = values.filter(({condition}) => solvable.includes(condition));
  const fails = (arm) => there.some((one) => one.arm === arm && one.outcome !== 'learns');
  const steady = arms.filter((arm) => !fails(arm) && there.some((one) => one.arm === arm));
  const lost = there.filter((one) => !steady.includes(one.arm) && one.outcome !== 'learns');
  const count = (outcome, words) => {
    const n = lost.filter((one) => one.outcome === outcome).length;
    return n > 0 ? [`${words} (${n})`] : [];
  };
  const ends = [...count('nan', 'in NaN'), ...count('stalls', 'without learning'), ...count('mixed', 'differently by seed')];
  return (
    (steady.length > 0
      ? `Wherever any form learns, ${steady.join(' and ')} learn${steady.length === 1 ? 's' : ''}.`
      : 'Each form fails somewhere where another one learns.') +
    (ends.length > 0 ? ` There, trainings with the other forms end ${ends.join(', ')}.` : '')
  );
}

export default (tables) => {
  const rows = tables.get('breaking'),
    values = valuesOf(rows);
  const arms = distinct(values.map(({arm}) => arm)),
    conditions = distinct(values.map(({condition}) => condition));
  const learns = (arm) => values.filter((one) => one.arm === arm && one.outcome === 'learns').length;
  const solvable = conditions.filter((name) =>
      values.some((one) => one.condition === name && one.outcome === 'learns'),
    ),
    hopeless = conditions.filter((name) => !solvable.includes(name));
  return {
    name: 'breaking',
    question: 'Where does the obvious loss break?',
    statement:
      `Number of the ${conditions.length} conditions under which training succeeds: ` +
      `${arms.map((arm) => `${arm} ${learns(arm)}`).join(', ')}. ${verdict(values, arms, solvable)}`,
    text:
      'Conditions that users met, such as features that are not normalised, a confident start with the wrong ' +
      'classes, or 16 bits. Each cell shows the outcome of training, how many of the seeds learn, and the median of ' +
      'the exact loss afterwards.' +
      (hopeless.length > 0 ? ` No form learns under ${hopeless.join(', ')}.` : ''),
    sources: ['breaking'],
    sheet: {
      caption: 'Seeds that learn and the median of the exact loss, by condition and form',
      header: ['condition', 'what it is', ...arms],
      rows: conditions.map((condition) => [
        condition,
        rows.find((row) => row.condition === condition).hazard,
        ...arms.map((arm) => {
          const one = values.find((value) => value.condition === condition && value.arm === arm);
          return one ? `${one.learning} of ${one.seeds}, ${shortLoss(one.loss)}` : '';
        }),
      ]),
    },
    values,
    draw: (narrow) =>
      specification(
        narrow,
        'What becomes of training, by condition and form of the loss',
        [
          narrow
            ? 'seeds that learn; tap a cell for its figures'
            : 'seeds that learn, and the exact loss after training (median)',
        ],
        heatMap(values, rows, narrow),
      ),
  };
};
