// The outcome of each variant for every row of logits that has caused a failure in practice.
import {distinct, number} from './draw/csv.mjs';
import {remarks} from './draw/remarks.mjs';
import {ink, letter, letters, outcomes, specification, tip, tipField} from './draw/theme.mjs';
import {digits, variantOf} from './draw/variants.mjs';
import {textWidth, wrap} from './draw/text_width.mjs';

export const part = 'accuracy',
  place = 4;

// Kernels of one algorithm that have the same outcome in every case share a column.
function columnsOf(rows) {
  const columns = new Map();
  for (const variant of distinct(rows.map((row) => row.variant))) {
    const {op, algorithm, isa, name} = variantOf(variant);
    const own = rows.filter((row) => row.variant === variant);
    const key = `${op} ${algorithm} ${own.map((row) => `${row.case}=${row.outcome}`).join()}`;
    if (columns.has(key)) columns.get(key).isas.push(isa);
    else columns.set(key, {op, algorithm, name, isas: [isa], rows: own});
  }
  const all = [...columns.values()];
  for (const column of all) {
    const alone = all.filter(({op, algorithm}) => op === column.op && algorithm === column.algorithm).length === 1;
    column.label = alone ? column.algorithm : `${column.algorithm} ${column.isas.join(', ')}`;
  }
  return all;
}

const colour = {
  field: 'outcome',
  type: 'nominal',
  legend: null,
  scale: {domain: Object.keys(outcomes), range: Object.values(outcomes)},
};

function heatMap(columns, cases, hazards) {
  const heads = 16 + Math.max(...columns.map(({label}) => textWidth(label, 10))),
    names = Math.max(...cases.map((one) => textWidth(one, 10))),
    // The remarks take what long names leave of the width.
    room = Math.floor(Math.min(395, 942 - names - 16 * columns.length)),
    explained = cases.map((one) => ({case: one, lines: wrap(hazards.get(one), room - 3, 9)}));
  // Two lines need more than a row, unless the row beside them has a single line.
  const long = ({lines} = {lines: []}) => lines.length > 1,
    step = explained.some((one, i) => long(one) && long(explained[i + 1])) ? 20 : 17;
  const y = {
    field: 'case',
    type: 'nominal',
    title: null,
    sort: cases,
    axis: {grid: false, ticks: false, domain: false, labelFontSize: 10, labelPadding: 3},
  };
  const panels = distinct(columns.map(({op}) => op)).map((op, i) => {
    const own = columns.filter((column) => column.op === op);
    const values = own.flatMap((column) =>
      column.rows.map((row) => ({
        case: row.case,
        column: column.label,
        outcome: row.outcome,
        letters: letters[row.outcome] ?? row.outcome,
        tip: tip(
          `${row.case}, ${op} ${column.label}: ${row.outcome}`,
          `largest error ${digits(number(row.max_error_ulp))} ULP`,
          row.hazard,
        ),
      })),
    );
    return {
      width: {step: 16},
      height: {step},
      data: {values},
      encoding: {
        y: i === 0 ? y : {...y, axis: null},
        x: {
          field: 'column',
          type: 'nominal',
          title: null,
          sort: own.map(({label}) => label),
          axis: {orient: 'top', labelAngle: -90, grid: false, ticks: false, domain: false, labelFontSize: 10},
        },
      },
      layer: [
        {mark: {type: 'rect', stroke: '#ffffff', strokeWidth: 1}, encoding: {color: colour, ...tipField}},
        {mark: {type: 'text', fontSize: 8, color: letter}, encoding: {text: {field: 'letters'}}},
        {
          data: {values: [{op}]},
          mark: {type: 'text', fontSize: 12, fontWeight: 'bold', align: 'left', color: ink}, // above the tallest header
          encoding: {text: {field: 'op'}, x: {value: 0}, y: {value: -heads}},
        },
      ],
    };
  });
  return {
    spacing: 8,
    hconcat: [
      ...panels,
      remarks(explained, y, {width: room, step, fontSize: 9, lineHeight: 9}),
    ],
  };
}

// The number of cases with each outcome, for narrow screens.
function counts(columns, cases) {
  const values = columns.flatMap(({op, label, rows}) => {
    let from = 0;
    return Object.keys(outcomes)
      .map((outcome) => ({op, label, outcome, n: rows.filter((row) => row.outcome === outcome).length}))
      .filter(({n}) => n > 0)
      .map((one) => ({
        ...one,
        from,
        to: (from += one.n),
        text: one.n >= 5 ? `${one.n}` : '',
        tip: tip(`${op} ${label}`, `${one.outcome}: ${one.n} of ${rows.length} cases`),
      }));
  });
  return {
    spacing: 12,
    vconcat: distinct(columns.map(({op}) => op)).map((op) => ({
      title: op,
      width: 190,
      height: {step: 19},
      data: {values: values.filter((value) => value.op === op)},
      encoding: {
        y: {
          field: 'label',
          type: 'nominal',
          title: null,
          sort: columns.filter((column) => column.op === op).map(({label}) => label),
          axis: {ticks: false, domain: false, labelLimit: 140},
        },
        x: {
          field: 'from',
          type: 'quantitative',
          title: null,
          scale: {domain: [0, cases.length], nice: false},
          axis: null,
        },
        x2: {field: 'to'},
      },
      layer: [
        {mark: {type: 'bar', stroke: '#ffffff', strokeWidth: 1, height: 16}, encoding: {color: colour, ...tipField}},
        {
          mark: {type: 'text', fontSize: 10, color: letter},
          transform: [{calculate: '(datum.from + datum.to) / 2', as: 'middle'}],
          encoding: {x: {field: 'middle', type: 'quantitative'}, x2: null, text: {field: 'text'}},
        },
      ],
    })),
  };
}

// Describes in words the variants that fail a case.
const failures = (columns, one) =>
  distinct(columns.map(({op}) => op)).map((op) => {
    const failed = columns
      .filter((column) => column.op === op)
      .map(({label, rows}) => [label, rows.find((row) => row.case === one)?.outcome])
      .filter(([, outcome]) => outcome && outcome !== 'ok');
    return failed.length === 0 ? '' : failed.map(([label, outcome]) => `${label} ${outcome}`).join(', ');
  });

function picture(dtype, rows) {
  const columns = columnsOf(rows),
    cases = distinct(rows.map((row) => row.case)),
    hazards = new Map(rows.map((row) => [row.case, row.hazard]));
  const ops = distinct(columns.map(({op}) => op));
  const right = ({rows: own}) => own.filter(({outcome}) => outcome === 'ok').length;
  const known = ({rows: own}) => (own.length < cases.length ? ` of ${own.length}` : '');
  const ofSoftmax = columns.filter(({op}) => op === ops[0]).sort((a, b) => right(b) - right(a));
  return {
    name: `outcomes-${dtype.replace(' ', '-')}`,
    question: `What breaks where, in ${dtype}?`,
    statement:
      `Number of the ${cases.length} cases in which ${ops[0]} is correct: ` +
      `${ofSoftmax.map((column) => `${column.label} ${right(column)}${known(column)}`).join(', ')}.`,
    text:
      'Each case is a row of logits that has caused an error for a user, or that lies at an edge of the format. Its ' +
      'outcome is that of its worst output, compared with the exact answer. ' +
      'Inaccurate: off by more than a few ULP; differs: another definition of NaN and infinities; wrong: no ' +
      'correct digit. Kernels of an algorithm that always agree share a column.',
    sources: ['overflow'],
    sheet: {
      caption: `The cases, and what fails in ${dtype}`,
      header: ['case', 'what it provokes', ...ops],
      rows: cases.map((one) => [one, hazards.get(one), ...failures(columns, one)]),
    },
    values: {columns, cases},
    draw: (narrow) =>
      specification(
        narrow,
        narrow ? `Number of the ${cases.length} cases by outcome, ${dtype}` : `Outcome of every case, ${dtype}`,
        [
          narrow
            ? 'colours from left to right: ok, inaccurate, differs, wrong, underflow, overflow, nan; tap a bar ' +
              'for its outcome'
            : 'in: inaccurate; di: differs by definition of NaN and infinities; wr: wrong, no correct digit; ' +
              'un: underflow; ov: overflow; NaN',
        ],
        narrow ? counts(columns, cases) : heatMap(columns, cases, hazards),
      ),
  };
}

const wide = ['float32', 'float64'];

// The few cases in 16 bits share a picture, in which a row is a case in one type.
export default (tables) => {
  const rows = tables.get('overflow');
  const pictures = wide.map((dtype) => [dtype, rows.filter((row) => row.dtype === dtype)]);
  const narrow = rows.filter((row) => !wide.includes(row.dtype));
  pictures.push(['16 bits', narrow.map((row) => ({...row, case: `${row.case}, ${row.dtype.replaceAll('_', ' ')}`}))]);
  return pictures.filter(([, own]) => own.length > 0).map(([dtype, own]) => picture(dtype, own));
};
