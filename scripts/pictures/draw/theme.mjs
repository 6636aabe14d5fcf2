// Settings that all pictures share: colours on light and dark backgrounds, fonts, titles.
import {wrap} from './text_width.mjs';

// Each name has the same colour in every picture.
// The colours of one panel also differ in lightness, after Okabe & Ito (Color Universal Design, 2008).
// Lines and marks have a contrast of at least 3 with the background (WCAG 2.1, 1.4.11).
const colours = {
  accurate: '#0072b2',
  fast: '#009a60',
  correct: '#8a55c8',
  max_trick: '#6e4300',
  shifted: '#945200',
  onednn: '#d55e00',
  onnxruntime: '#b5179e',
  naive: '#8c2981',
  log_of_naive: '#8c2981',
  online: '#0b948a',
  shifted_log1p: '#0b948a',
  exp_of_log: '#7b7b62',
  x_minus_lse: '#7b7b62',
  naive_exp_of_log: '#9b6a4a',
  log_of_max_trick: '#857500',
  x_minus_max: '#5b4fa0',
  eigen: '#7a8a3c',
  xnnpack: '#901542',
  torch: '#957e98',
  memcpy: '#57606a',
  // Forms of the loss: those that take the logarithm of probabilities, followed by those that start from the
  // logits.
  obvious: '#8c2981',
  guarded: '#6e4300',
  eps: '#7b7b62',
  clip: '#d55e00',
  preferred: '#0072b2',
  fused: '#0072b2',
  fused_log1p: '#0b948a',
  bce: '#8c2981',
  bce_clip: '#d55e00',
  bce_fused: '#0072b2',
  // Activations.
  softmax: '#0072b2',
  'cap-30': '#009a60',
  'cap-5': '#6e4300',
  'temperature-4': '#7b7b62',
  sum_v1: '#945200',
  sum_v2: '#d55e00',
  'sum_v2+0.1': '#8c2981',
};
// For plug-ins and the user's own forms.
const spare = ['#b0486a', '#3f83b5', '#6d8b1f', '#9a6fd0', '#b5651d'];

// Returns the scale of a colour channel for these names.
export function colourScale(names) {
  let unknown = 0;
  return {domain: names, range: names.map((name) => colours[name] ?? spare[unknown++ % spare.length])};
}

// A channel whose colour is given by the data, in the field "colour".
export const ownColour = {field: 'colour', type: 'nominal', scale: null, legend: null};

// Returns a scale for numbers in ascending order.
export function orderedScale(values) {
  const range = ['#7f5fd0', '#4a74d9', '#2383b8', '#1f8f80', '#5f8c2a', '#a8790c', '#d2592a'];
  const last = Math.max(1, values.length - 1);
  return {domain: values, range: values.map((_, i) => range[Math.floor((i * (range.length - 1)) / last)])};
}

// Background colours of cells with dark letters: outcomes of a result, the best first, and of training.
export const outcomes = {
  ok: '#cfe8dc',
  inaccurate: '#f6e8a6',
  differs: '#b9dff5',
  wrong: '#f0a57a',
  underflow: '#dcb3d0',
  overflow: '#f3c265',
  nan: '#b0b0b8',
};
export const trainings = {learns: '#cfe8dc', mixed: '#f6e8a6', stalls: '#f0a57a', nan: '#b0b0b8'};
export const letter = '#1b1f23';
// Each cell has letters too, so that it can be read without its colour.
export const letters = {
  ok: 'ok',
  inaccurate: 'in',
  differs: 'di',
  wrong: 'wr',
  underflow: 'un',
  overflow: 'ov',
  nan: 'NaN',
};

export const ink = '#24292f',
  soft = '#57606a',
  paper = '#ffffff',
  strip = '#eef0f2',
  line = '#d8dee4';

// The same colours on a dark background. Colours that are not listed do not change.
export const dark = {
  [paper]: '#0d1117',
  [ink]: '#e6edf3',
  [soft]: '#9da7b3',
  [strip]: '#21262d',
  [line]: '#30363d',
  '#8b949e': '#6e7681',
  '#0072b2': '#4aa3df',
  '#6e4300': '#d19a3d',
  '#945200': '#e0a458',
  '#8c2981': '#c85fc0',
  '#901542': '#e0407f',
  '#957e98': '#cbbccd',
  '#5b4fa0': '#9a8fe0',
  '#009a60': '#2fc98a',
  '#d55e00': '#f07a26',
  '#0b948a': '#2ab8ad',
  '#7b7b62': '#a5a58a',
  '#9b6a4a': '#c08a68',
};
export const darkStyle = `@media (prefers-color-scheme: dark) { ${Object.entries(dark)
  .flatMap(([light, own]) =>
    ['fill', 'stroke'].map((property) => `svg [${property}="${light}"] { ${property}: ${own} }`),
  )
  .join(' ')} }`;

export const font = 'Helvetica, Arial, Liberation Sans, sans-serif';
const labels = {labelColor: ink, titleColor: ink, titleFontWeight: 'normal', labelLimit: 400, titleLimit: 700};
const config = (narrow) => ({
  font,
  background: paper,
  padding: narrow ? 2 : 8,
  axis: {
    ...labels,
    titleFontSize: narrow ? 11 : 12,
    labelFontSize: narrow ? 10 : 11,
    gridColor: line,
    domainColor: '#8b949e',
    tickColor: '#8b949e',
  },
  axisYQuantitative: {labelFlush: true}, // keeps the titles of adjacent panels at the same height
  header: {...labels, labelFontSize: narrow ? 11 : 12, labelFontWeight: 'bold'},
  legend: {...labels, labelFontSize: 11},
  title: {
    color: ink,
    subtitleColor: soft,
    anchor: 'start',
    fontSize: narrow ? 12 : 13,
    subtitleFontSize: narrow ? 11 : 12,
    subtitlePadding: 4,
    offset: 10,
    limit: 1000,
  },
  view: {stroke: line},
  point: {opacity: 1},
  text: {color: ink},
  rule: {color: soft},
});

// The width of the widest drawing. A narrow one fits on a screen of 360 pixels.
export const widest = (narrow) => (narrow ? 336 : 960);

// Returns a Vega-Lite specification with the settings that all pictures share. The title says what is drawn,
// the lines below it how to read it.
export function specification(narrow, title, reading, content) {
  const width = widest(narrow) - 12;
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
    config: config(narrow),
    title: {
      text: wrap(title, width, narrow ? 13 : 15, true),
      fontSize: narrow ? 13 : 15,
      ...(reading.length > 0 && {subtitle: reading.flatMap((one) => wrap(one, width, narrow ? 11 : 12))}),
    },
    ...content,
  };
}

// The tooltip of a mark, in the field "tip" of its data. The page shows it when the reader points at the mark
// or taps it.
export const tellsFrom = '¦'; // distinguishes it from the descriptions that Vega generates itself
export const tip = (...lines) => tellsFrom + lines.filter(Boolean).join('; ');
export const tipField = {description: {field: 'tip'}};
