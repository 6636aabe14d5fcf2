// How the time of a softmax divides into maximum, exponentials, sum and division. There is one picture for each CPU.
import {distinct, interval, number} from './draw/csv.mjs';
import {NotThere} from './draw/tables.mjs';
import {letter, soft, specification, tip, tipField} from './draw/theme.mjs';
import {digits, variantOf} from './draw/variants.mjs';

export const part = 'speed',
  place = 4;

const stages = [
  {column: 'copy', name: 'load and store', colour: '#c4c6cc'},
  {column: 'maximum', name: 'maximum', colour: '#b9dff5'},
  {column: 'exp', name: 'exp', colour: '#f0a57a'},
  {column: 'sum', name: 'sum', colour: '#cfe8dc'},
  {column: 'normalisation', name: 'division by the sum', colour: '#dcb3d0'},
];
const headings = {division: 'divided by the sum', reciprocal: 'times 1 / sum'};
// What a variant does by itself: the plain loops divide, the kernels multiply by a reciprocal.
const ownOf = (variant) => (variantOf(variant).algorithm === 'accurate' ? 'reciprocal' : 'division');
const percent = (share) => `${Math.round(100 * share)}`;

// Returns the rows of a table, each with the places of its shares in a bar. Negative ones are below 0.
function barsOf(tables, cpu) {
  const bars = tables.cost(cpu).map((row) => {
    let top = 0,
      bottom = 0;
    const shares = stages
      .map(({column, name}) => ({name, share: interval(row[column])}))
      .filter(({share}) => share)
      .map(({name, share}) => {
        const {estimate} = share,
          from = estimate < 0 ? bottom : top,
          to = from + estimate;
        if (estimate < 0) bottom = to;
        else top = to;
        return {
          name,
          share,
          from: 100 * from,
          to: 100 * to,
          text: estimate >= 0.075 ? percent(estimate) : '',
          classes: row.classes,
          tip: tip(`${row.variant}, ${headings[row.normalised_by]}, ${row.classes} classes`, `${name}: ${share.text}`),
        };
      });
    return {
      ...row,
      name: variantOf(row.variant).name,
      time: number(row.time_ns),
      shares,
      variantTime: interval(row.variant_time),
      otherTime: interval(row.other_time),
    };
  });
  if (bars.every(({shares}) => shares.length === 0)) throw new NotThere(`${cpu.path} has no times`);
  return bars;
}

function panel(bars, low, high, first, narrow) {
  const classes = bars.map((bar) => bar.classes),
    [{name, variant, normalised_by: normalisation}] = bars;
  const x = {
    field: 'classes',
    type: 'ordinal',
    title: 'classes',
    sort: classes,
    axis: {labelAngle: 0, grid: false, ticks: false, labelExpr: "datum.value >= 1000 ? datum.value / 1000 + 'k' : datum.value"},
  };
  const y = {
    field: 'from',
    type: 'quantitative',
    title: first ? '% of the time' : null,
    scale: {domain: [low, high], nice: false},
    axis: {values: [0, 25, 50, 75, 100], labels: first},
  };
  const color = {
    field: 'name',
    type: 'nominal',
    scale: {domain: stages.map((one) => one.name), range: stages.map(({colour}) => colour)},
    legend: {orient: 'top', title: null, columns: narrow ? 2 : 0, symbolType: 'square'},
  };
  const values = bars.flatMap(({shares}) => shares);
  return {
    title: {
      text: `${name}: ${headings[normalisation]}`,
      subtitle: normalisation === ownOf(variant) ? 'as this softmax computes by itself' : 'changed for comparison',
      offset: 18,
      fontSize: 11,
      subtitleFontSize: 10,
      subtitlePadding: 2,
    },
    width: {step: 34},
    height: narrow ? 150 : 190,
    layer: [
      {
        data: {values},
        mark: {type: 'bar', stroke: '#ffffff', strokeWidth: 0.6},
        encoding: {x, y, y2: {field: 'to'}, color, ...tipField},
      },
      {
        data: {values: values.filter(({text}) => text)},
        transform: [{calculate: '(datum.from + datum.to) / 2', as: 'middle'}],
        mark: {type: 'text', fontSize: 10, color: letter},
        encoding: {x, y: {...y, field: 'middle'}, text: {field: 'text'}},
      },
      {
        data: {values: bars.map((bar) => ({classes: bar.classes, text: digits(bar.time, 2)}))},
        mark: {type: 'text', fontSize: 10, color: soft},
        encoding: {x, y: {value: -7}, text: {field: 'text'}},
      },
    ],
  };
}

function layout(bars, narrow) {
  const ends = bars.flatMap(({shares}) => shares.flatMap(({from, to}) => [from, to])),
    low = Math.min(0, ...ends),
    high = Math.max(100, ...ends);
  const rows = Object.keys(headings).map((normalisation) =>
    distinct(bars.map(({variant}) => variant))
      .map((variant) => bars.filter((bar) => bar.variant === variant && bar.normalised_by === normalisation))
      .filter((own) => own.length > 0),
  );
  const panels = rows.map((row) => row.map((own, i) => panel(own, low, high, narrow || i === 0, narrow)));
  return narrow
    ? {spacing: 12, vconcat: panels.flat()}
    : {spacing: 16, vconcat: panels.map((row) => ({spacing: 12, hconcat: row}))};
}

// "72 to 85 %" of a share over the numbers of classes.
function rangeOf(bars, name) {
  const found = bars
    .map(({shares}) => shares.find((one) => one.name === name)?.share.estimate)
    .filter((one) => one !== undefined);
  return `${percent(Math.min(...found))} to ${percent(Math.max(...found))} %`;
}

// Describes each variant as it computes by itself.
function described(bars) {
  const own = distinct(bars.map(({variant}) => variant))
    .map((variant) =>
      bars.filter((bar) => bar.variant === variant && bar.normalised_by === ownOf(variant) && bar.shares.length > 0),
    )
    .filter((all) => all.length > 0);
  return own
    .map((all) => `${all[0].name}: ${rangeOf(all, 'exp')} exp, ${rangeOf(all, 'division by the sum')} division`)
    .join('; ');
}

function picture(tables, cpu) {
  const bars = barsOf(tables, cpu).filter(({shares}) => shares.length > 0);
  return {
    name: `cost-${cpu.id}`,
    section: 'cost',
    cpu,
    question: 'What do exp and division cost in a softmax?',
    statement: `The shares of the time, over the numbers of classes. ${described(bars)}.`,
    text:
      'The slides name the cost of exp and division as a weakness of softmax (S7). Each bar is the time of a softmax, ' +
      'divided into what each stage adds to the stages before it; in it the percentages, above it the total time ' +
      'of an element in ns. The stages are loops of the same data flow, timed in turns in one process. A stage that ' +
      'runs beside others adds little. A part below 0: the loop was no slower with this stage than without it; the ' +
      'parts above 0 then sum to more than 100. The intervals are in the table.',
    sources: ['cost'],
    sheet: {
      caption:
        'Shares of the time, with the 95 % interval of the bootstrap; the times of the variant itself, and with the ' +
        'other normalisation, by this time',
      header: [
        'softmax, normalisation, classes',
        'ns an element',
        ...stages.map(({name}) => name),
        'variant itself',
        'other normalisation',
      ],
      rows: bars.map((bar) => [
        `${bar.name}, ${headings[bar.normalised_by]}, ${bar.classes}`,
        digits(bar.time),
        ...stages.map(({name}) => bar.shares.find((one) => one.name === name)?.share.text ?? ''),
        bar.variantTime?.text ?? '',
        bar.otherTime?.text ?? '',
      ]),
    },
    values: {bars},
    draw: (narrow) =>
      specification(
        narrow,
        'How the time of a softmax divides',
        [`one thread of ${cpu.name}, float32, matrices in the second-level cache`, 'above each bar: the total time of an element, in ns'],
        layout(bars, narrow),
      ),
  };
}

export default (tables) => tables.cpus('cost').map((cpu) => () => picture(tables, cpu));
