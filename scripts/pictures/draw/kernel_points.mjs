// Draws kernels as labelled points: error against speed.
import {distinct} from './csv.mjs';
import {shortName} from './kernels.mjs';
import {note, pointLabels} from './labels.mjs';
import {LogAxis} from './log_axis.mjs';
import {colourScale, ownColour, soft, tipField} from './theme.mjs';
import {digits} from './variants.mjs';

const shareOf = ({share}) => share?.estimate ?? NaN;

// Whether no other kernel is both at least as accurate and at least as fast.
export function unbeaten(one, kernels) {
  if (!one.share || !(one.worst.error < Infinity)) return false;
  return !kernels.some(
    (other) =>
      other.share &&
      other.worst.error <= one.worst.error &&
      shareOf(other) >= shareOf(one) &&
      (other.worst.error < one.worst.error || shareOf(other) > shareOf(one)),
  );
}

// Returns a panel of `kernels`, with axes that cover `all` kernels. `times`: whether each name is followed by
// the speed relative to a library.
export function kernelPanel(
  kernels,
  all,
  {width, height, font = 11, times = false, most = Infinity, nameOf = shortName, titles, title},
) {
  const speeds = new LogAxis(
    [1, ...all.flatMap((one) => [shareOf(one), ...(one.share ? [one.share.low, one.share.high] : [])])],
    'x',
    width,
    {nan: 'not timed', font},
  );
  const errors = new LogAxis(
    all.flatMap((one) => [one.error, one.worst.error]),
    'y',
    height,
    {inf: 'wrong', most, font},
  );
  const colours = colourScale(distinct(all.map(({algorithm}) => algorithm)));
  const values = kernels.map((one) => ({
    name: one.name,
    op: one.op,
    shape: one.shape,
    tip: one.tip,
    colour: colours.range[colours.domain.indexOf(one.algorithm)],
    x: speeds.place(shareOf(one)),
    y: errors.place(one.error),
    worst: errors.place(one.worst.error),
    low: one.share?.low,
    high: one.share?.high,
    ground: '#ffffff',
  }));
  const x = (field) => ({...speeds.channel(titles.x), field}),
    y = (field) => ({...errors.channel(titles.y), field});
  const points = kernels.map((one) => ({
    x: speeds.pixel(shareOf(one)),
    y: errors.pixel(one.error),
    bold: unbeaten(one, kernels),
    text: nameOf(one) + (times && one.speed && !one.isReference ? ` ×${digits(one.speed.estimate)}` : ''),
  }));
  const hollow = kernels.map((one) => ({x: speeds.pixel(shareOf(one)), y: errors.pixel(one.worst.error), text: ''}));
  const timed = values.filter(({low}) => low !== undefined),
    worse = values.filter((value) => value.worst !== value.y);
  return {
    ...(title && {title}),
    width,
    height,
    layer: [
      errors.strips(titles.y),
      speeds.strips(titles.x),
      {data: {values: [{x: 1}]}, mark: {type: 'rule', strokeDash: [5, 3]}, encoding: {x: x('x')}},
      note('memcpy', speeds.pixel(1) - 4, 12, {align: 'right', color: soft}),
      {
        data: {values: worse},
        mark: {type: 'rule', strokeWidth: 0.9},
        encoding: {x: x('x'), y: y('y'), y2: {field: 'worst'}, color: ownColour},
      },
      {
        data: {values: timed},
        mark: {type: 'rule', strokeWidth: 2.2},
        encoding: {x: x('low'), x2: {field: 'high'}, y: y('y'), color: ownColour},
      },
      {
        data: {values: worse},
        mark: {type: 'point', size: 40, strokeWidth: 1.5},
        encoding: {x: x('x'), y: y('worst'), stroke: ownColour, fill: {...ownColour, field: 'ground'}, ...tipField},
      },
      {
        data: {values},
        mark: {type: 'point', size: 70, filled: true},
        encoding: {x: x('x'), y: y('y'), color: ownColour, ...tipField},
      },
      ...pointLabels([...points, ...hollow], width, height, font),
    ],
  };
}

// `reference`: what the ratios compare with.
export const kernelSheet = (kernels, caption, reference) => ({
  caption,
  header: [
    'kernel',
    'matrix',
    'error, ULP',
    'worst of all logits',
    'ns an element',
    `times as fast as ${reference}`,
    'share of memcpy',
  ],
  rows: kernels.map((one) => [
    `${one.op}.${one.name}`,
    one.shape,
    digits(one.error),
    Number.isFinite(one.worst.error)
      ? `${digits(one.worst.error)} (${one.worst.logits})`
      : `${one.worst.outcome} (${one.worst.logits})`,
    Number.isNaN(one.time) ? 'not timed' : digits(one.time),
    one.speed?.text ?? '',
    one.share?.text ?? '',
  ]),
});
