// Speed against the number of classes: the time for each element, and the speed relative to the best library.
// There is one picture for each op and CPU.
import {distinct} from './draw/csv.mjs';
import {ofAvx2, ops, referenceOf, shortName, timed} from './draw/kernels.mjs';
import {endLabels, note} from './draw/labels.mjs';
import {LogAxis} from './draw/log_axis.mjs';
import {NotThere} from './draw/tables.mjs';
import {colourScale, ownColour, soft, specification, tipField} from './draw/theme.mjs';
import {digits} from './draw/variants.mjs';

export const part = 'speed',
  place = 3;

// Each panel has few lines: the kernels of one algorithm, or the plain loops and libraries.
function groupsOf(kernels) {
  const own = ['correct', 'accurate', 'fast'].filter((algorithm) => kernels.some((one) => one.algorithm === algorithm));
  return [
    ...own.map((algorithm) => ({title: algorithm, byIsa: true, has: (one) => one.algorithm === algorithm})),
    {title: 'plain loops and libraries', has: (one) => !own.includes(one.algorithm)},
  ].filter(({has}) => kernels.some(has));
}

const isaColours = {avx512: '#0072b2', avx2: '#009a60', scalar: '#8c2981'};

// If two matrices have the same number of classes, the line shows the smaller one.
const smaller = (one, all) =>
  all.every((other) => other.name !== one.name || other.classes !== one.classes || other.rows >= one.rows);

function panel(group, kernels, copies, caches, quantity, narrow, width) {
  const height = narrow ? 190 : 220;
  const {axis, of, title} = quantity;
  const own = kernels.filter((one) => group.has(one) && quantity.shows(one)),
    names = distinct(own.map(({name}) => name));
  const scale = colourScale(distinct(own.map(({algorithm}) => algorithm)));
  const colourOf = (one) =>
    (group.byIsa ? isaColours[one.isa] : undefined) ?? scale.range[scale.domain.indexOf(one.algorithm)];
  const least = Math.min(...kernels.map(({classes}) => classes)) / 1.3,
    most = Math.max(...kernels.map(({classes}) => classes)) * 1.6;
  const xOf = (classes) => (width * Math.log(classes / least)) / Math.log(most / least);
  const x = {
    field: 'classes',
    type: 'quantitative',
    title: 'classes',
    scale: {type: 'log', domain: [least, most], nice: false},
    axis: {
      values: [2, 10, 100, 1000, 10000, 100000].filter((n) => n <= most),
      grid: false,
      labelFlush: false,
      ...(width < 120 && {labelFontSize: 10}), // 10k and 100k must not touch
      labelExpr: "datum.value >= 1000 ? round(datum.value / 1000) + 'k' : datum.value + ''",
    },
  };
  const y = (field) => ({...axis.channel(title), field});
  const values = own.map((one) => ({
    ...one,
    value: axis.place(of(one)),
    low: quantity.interval?.(one)?.low,
    high: quantity.interval?.(one)?.high,
    onLine: smaller(one, own),
    colour: colourOf(one),
  }));
  const line = values.filter((one) => one.onLine && Number.isFinite(of(one)));
  const references = quantity.references(copies).map((one) => ({...one, value: axis.place(one.value)}));
  const ends = names
    .map((name) =>
      line.filter((one) => one.name === name).reduce((a, b) => (b.classes > (a?.classes ?? 0) ? b : a), undefined),
    )
    .filter(Boolean)
    .map((one) => ({
      name: group.byIsa && one.isa !== '' ? one.isa : shortName(one),
      colour: one.colour,
      y: axis.pixel(of(one)),
      x: xOf(one.classes),
    }));
  const marks = caches
    .filter(({bytes}) => bytes / 4 < most && bytes / 4 > least)
    .map(({cache, bytes}) => ({cache, classes: bytes / 4}));
  return {
    title: narrow ? `${group.title}: ${quantity.name}` : group.title,
    width,
    height,
    layer: [
      axis.strips(title),
      {data: {values: marks}, mark: {type: 'rule', strokeDash: [2, 3]}, encoding: {x}},
      ...marks.map(({cache, classes}) => note(cache, xOf(classes) + 3, 9)),
      {
        data: {values: references},
        mark: {type: 'line', strokeDash: [5, 3], strokeWidth: 1.4, color: soft},
        encoding: {x, y: y('value')},
      },
      {
        data: {values: line},
        mark: {type: 'line', strokeWidth: 1.6},
        encoding: {x, y: y('value'), color: ownColour, detail: {field: 'name'}},
      },
      {
        data: {values: values.filter(({low}) => low !== undefined)},
        mark: {type: 'rule', strokeWidth: 2},
        encoding: {x, y: y('low'), y2: {field: 'high'}, color: ownColour},
      },
      {
        data: {values: values.filter(({onLine}) => onLine)},
        mark: {type: 'point', size: 28, filled: true},
        encoding: {x, y: y('value'), color: ownColour, ...tipField},
      },
      {
        data: {values: values.filter(({onLine}) => !onLine)},
        mark: {type: 'point', size: 32, strokeWidth: 1.4, fill: '#ffffff'},
        encoding: {x, y: y('value'), stroke: ownColour, ...tipField},
      },
      ...endLabels(
        [
          ...ends,
          {
            name: quantity.reference,
            colour: soft,
            y: axis.pixel(references.at(-1).value),
            x: xOf(references.at(-1).classes),
          },
        ],
        width,
        height,
        10,
      ),
    ],
  };
}

function quantitiesOf(kernels, copies, reference, height) {
  const ratios = kernels.filter(({isReference}) => !isReference);
  const times = new LogAxis(
    [...kernels, ...copies].map(({time}) => time),
    'y',
    height,
    {nan: 'not timed'},
  );
  const ratioAxis = new LogAxis(
    [1, ...ratios.flatMap(({speed}) => (speed ? [speed.estimate, speed.low, speed.high] : [NaN]))],
    'y',
    height,
    {nan: 'not timed'},
  );
  const classes = distinct(kernels.map((one) => one.classes)).sort((a, b) => a - b);
  return [
    {
      name: 'time',
      title: 'time of an element (ns)',
      axis: times,
      of: ({time}) => time,
      shows: () => true,
      reference: 'memcpy',
      references: (all) =>
        all
          .filter((one) => smaller(one, all))
          .map((one) => ({classes: one.classes, value: one.time}))
          .sort((a, b) => a.classes - b.classes),
    },
    {
      name: `times as fast as ${reference}`,
      title: `times as fast as ${reference}`,
      axis: ratioAxis,
      of: ({speed}) => speed?.estimate ?? NaN,
      interval: ({speed}) => speed,
      shows: ({isReference}) => !isReference,
      reference: reference === 'oneDNN' ? 'onednn' : 'best library',
      references: () => classes.map((n) => ({classes: n, value: 1})),
    },
  ];
}

function layout(kernels, copies, caches, reference, narrow) {
  const groups = groupsOf(kernels),
    width = narrow ? 200 : groups.length > 3 ? 108 : 196;
  const panels = groups.map((group) =>
    quantitiesOf(kernels, copies, reference, narrow ? 190 : 220).map((quantity) =>
      panel(group, kernels, copies, caches, quantity, narrow, width),
    ),
  );
  if (narrow) return {spacing: 12, vconcat: panels.flat()};
  return {spacing: 14, vconcat: [0, 1].map((i) => ({spacing: 12, hconcat: panels.map((pair) => pair[i])}))};
}

function sheetOf(kernels, copies, reference, caption) {
  const shown = (one) => (Number.isNaN(one.time) ? 'not timed' : digits(one.time));
  return {
    caption,
    header: ['matrix, kernel', 'ns an element', `times as fast as ${reference}`],
    rows: distinct(kernels.map(({shape}) => shape)).flatMap((shape) =>
      [...copies, ...kernels]
        .filter((one) => one.shape === shape)
        .map((one) => [`${shape}, ${one.op === 'copy' ? 'memcpy' : one.name}`, shown(one), one.speed?.text ?? '']),
    ),
  };
}

function picture(tables, cpu, op) {
  const byClasses = (a, b) => a.classes - b.classes || a.rows - b.rows;
  const kernels = timed(tables, cpu, op).sort(byClasses),
    copies = timed(tables, cpu, 'copy')
      .filter(({shape}) => kernels.some((one) => one.shape === shape))
      .sort(byClasses),
    caches = tables.caches(cpu),
    reference = referenceOf(tables, cpu);
  for (const [name, rows] of [[op, kernels], ['copy', copies]])
    if (rows.length === 0) throw new NotThere(`${cpu.path} has no ${name} on one thread, so no picture of ${op}`);
  const best = kernels
    .filter((one) => one.speed && one.algorithm === 'accurate' && one.isa !== 'scalar')
    .map(({speed}) => speed.estimate)
    .sort((a, b) => a - b);
  return {
    name: `speed-${op}-${cpu.id}`,
    section: `speed-${op}`,
    cpu,
    question: `How fast is ${op}, by the number of classes?`,
    statement:
      best.length === 0
        ? `The time of an element, and how many times as fast as ${reference} each kernel is.`
        : `The vectorised accurate kernels are ${digits(best[0])} to ${digits(best.at(-1))} times as fast as ` +
          `${reference}; the median over the matrices is ${digits(best[Math.floor(best.length / 2)])}.`,
    text:
      'Above: the time of an element, with memcpy of the same matrix dashed. Below: how many times as fast as ' +
      `${reference}, from times that took turns in one process, with the interval that holds the median ` +
      `with 95 %; ${ofAvx2}. Hollow: the larger of two matrices of that many classes. Dotted: a row fills a cache.`,
    sources: ['speed'],
    sheet: sheetOf(
      kernels,
      copies,
      reference,
      `${op}, one thread: median, and 95 % interval of the ` +
        `ratio${caches.map(({cache, bytes}) => `; a row of ${bytes / 4} classes fills ${cache}`).join('')}`,
    ),
    values: {kernels, copies},
    draw: (narrow) =>
      specification(
        narrow,
        `${op}, float32: time of an element, and times as fast as ${reference}`,
        [`one thread of ${cpu.name}`],
        layout(kernels, copies, caches, reference, narrow),
      ),
  };
}

export default (tables) => {
  const cpus = tables.cpus();
  return ops.flatMap((op) => cpus.map((cpu) => () => picture(tables, cpu, op)));
};
