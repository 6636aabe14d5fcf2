// Loss by epoch: the curves of all forms of the loss in one panel.
import {distinct, number} from './draw/csv.mjs';
import {endLabels, note} from './draw/labels.mjs';
import {LogAxis} from './draw/log_axis.mjs';
import {NotThere} from './draw/tables.mjs';
import {colourScale, ink, soft, specification, tip, tipField} from './draw/theme.mjs';

export const part = 'course',
  place = 4;

const quantiles = ['lowest', 'q1', 'median', 'q3', 'highest'];
const digits = (value, n) => (Number.isFinite(value) ? `${Number(value.toPrecision(n))}` : `${value}`);

function valuesOf(tables) {
  const values = tables
    .get('training')
    .filter(({quantity}) => /^loss_\d+$/.test(quantity))
    .map((row) => ({
      task: row.task,
      arm: row.arm,
      epoch: number(row.quantity.slice('loss_'.length)),
      seeds: row.seeds,
      ...Object.fromEntries(quantiles.map((one) => [one, number(row[one])])),
      published: number(row.published),
      within: row.within,
      tip: tip(
        `${row.task}, ${row.arm}, epoch ${row.quantity.slice('loss_'.length)}`,
        `median ${digits(number(row.median), 4)}`,
        `seeds from ${digits(number(row.lowest), 4)} to ${digits(number(row.highest), 4)}`,
        row.published && `printed ${row.published}`,
      ),
    }));
  if (values.length === 0) throw new NotThere('table training has no loss of an epoch');
  return values;
}

// Returns the largest relative difference between the medians of the forms, and that between the
// seeds of one form.
function spreads(values) {
  let forms = 0,
    seeds = 1;
  for (const task of distinct(values.map((value) => value.task)))
    for (const epoch of distinct(values.filter((value) => value.task === task).map((value) => value.epoch))) {
      const own = values.filter((value) => value.task === task && value.epoch === epoch);
      const medians = own.map(({median}) => median);
      forms = Math.max(forms, Math.max(...medians) / Math.min(...medians) - 1);
      seeds = Math.max(seeds, ...own.map(({lowest, highest}) => highest / lowest));
    }
  return {forms, seeds};
}

const alike = 0.01; // the largest relative difference of medians at which the picture shows one curve

function verdict(values, {forms, seeds}) {
  const oneForm = (value) => values.every(({task, arm}) => task !== value.task || arm === value.arm);
  if (values.every(oneForm)) return 'The table has one form of the loss for each task, so nothing to compare.';
  if (!Number.isFinite(forms) || !Number.isFinite(seeds))
    return 'This table does not tell: some of its losses are not finite, or 0.';
  const differ = `differ by at most ${digits(forms * 100, forms <= alike ? 1 : 2)}\u00a0%`;
  const bySeed = `the seeds of a single form by a factor of up to ${digits(seeds, 2)}`;
  if (forms <= alike)
    return `On ordinary data they do not: the medians of all forms ${differ}, and ${bySeed}. Two runs differ by chance.`;
  return `Here they do: the medians of the forms ${differ}, and ${bySeed}.`;
}

function printedLosses(values) {
  const printed = values.filter(({published}) => !Number.isNaN(published)),
    within = printed.filter((value) => value.within === 'yes').length;
  if (printed.length === 0) return '';
  if (within === printed.length) return ' All losses that the course lab prints (◆) lie within.';
  return ` Of the ${printed.length} losses that the course lab prints (◆), ${within} lie within.`;
}

// Each line is thinner than the one below it, so that all lines are visible where they coincide.
function panel(task, all, narrow) {
  const width = narrow ? 214 : 330,
    height = narrow ? 150 : 190;
  const values = all.filter((value) => value.task === task),
    arms = distinct(values.map(({arm}) => arm));
  const axis = new LogAxis(
    values.flatMap((value) => [
      ...quantiles.map((one) => value[one]),
      ...(Number.isNaN(value.published) ? [] : [value.published]),
    ]),
    'y',
    height,
  );
  const last = Math.max(...values.map(({epoch}) => epoch));
  const x = {
    field: 'epoch',
    type: 'quantitative',
    title: 'epoch',
    axis: {grid: false, tickCount: 5, format: 'd'},
    scale: {domain: [1, last], nice: false},
  };
  const y = (field) => ({...axis.channel('loss'), field});
  const scale = colourScale(arms);
  const bands = distinct(values.map(({epoch}) => epoch)).map((epoch) => {
    const own = values.filter((value) => value.epoch === epoch);
    const least = (field) => axis.place(Math.min(...own.map((value) => value[field]))),
      most = (field) => axis.place(Math.max(...own.map((value) => value[field])));
    return {epoch, lowest: least('lowest'), q1: least('q1'), q3: most('q3'), highest: most('highest')};
  });
  const band = (from, to, opacity) => ({
    data: {values: bands},
    mark: {type: 'area', color: '#8b949e', opacity},
    encoding: {x, y: y(from), y2: {field: to}},
  });
  const drawn = values.map((value) => ({...value, median: axis.place(value.median)}));
  const ends = arms.map((arm, i) => ({
    name: arm,
    colour: scale.range[i],
    x: width,
    y: axis.pixel(values.filter((value) => value.arm === arm).at(-1).median),
  }));
  const printed = values.filter(({published}) => !Number.isNaN(published));
  return {
    title: task,
    width,
    height,
    layer: [
      axis.strips('loss'),
      band('lowest', 'highest', 0.22),
      band('q1', 'q3', 0.4),
      ...arms.map((arm, i) => ({
        data: {values: drawn.filter((value) => value.arm === arm)},
        mark: {type: 'line', color: scale.range[i], strokeWidth: 1.6 + 1.4 * (arms.length - 1 - i)},
        encoding: {x, y: y('median')},
      })),
      {
        data: {values: drawn.filter((value) => value.arm === arms.at(-1))},
        mark: {type: 'point', opacity: 0, size: 300},
        encoding: {x, y: y('median'), ...tipField},
      },
      ...(printed.length === 0
        ? []
        : [
            {
              data: {values: printed},
              mark: {type: 'point', shape: 'diamond', filled: true, size: 40, stroke: '#ffffff', strokeWidth: 0.7},
              encoding: {x, y: y('published'), fill: {value: ink}, ...tipField},
            },
            note('◆ printed by the course lab', width - 5, 12, {align: 'right', color: soft}),
          ]),
      ...endLabels(ends, width, height),
    ],
  };
}

export default (tables) => {
  const values = valuesOf(tables),
    spread = spreads(values),
    tasks = distinct(values.map(({task}) => task));
  return {
    name: 'loss-curves',
    question: 'Do the obvious and the preferred loss train differently?',
    statement: verdict(values, spread),
    text:
      `The curves of all forms ${spread.forms <= alike ? 'lie on each other, drawn' : 'are drawn'} from thick to thin. ` +
      'Grey: all seeds of all forms, lowest to highest, and darker their quartiles.' +
      printedLosses(values),
    sources: ['training'],
    sheet: {
      caption: 'Loss by epoch, over the seeds',
      header: ['task, form', 'epoch', 'lowest', 'first quartile', 'median', 'third quartile', 'highest', 'printed'],
      rows: values.map((value) => [
        `${value.task}, ${value.arm}`,
        `${value.epoch}`,
        ...quantiles.map((one) => digits(value[one], 4)),
        Number.isNaN(value.published) ? '' : `${value.published}`,
      ]),
    },
    values,
    draw: (narrow) =>
      specification(
        narrow,
        `Loss by epoch, each form from the same ${distinct(values.map((value) => value.seeds)).join(' or ')} seeds`,
        ['lines: medians; grey: all seeds, and their quartiles'],
        {spacing: narrow ? 14 : 30, columns: narrow ? 1 : 2, concat: tasks.map((task) => panel(task, values, narrow))},
      ),
  };
};
