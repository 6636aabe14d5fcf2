// Softmax of two logits, drawn as a surface and as seen from above.
import {specification} from './draw/theme.mjs';

export const part = 'course',
  place = 1;

const reach = 4; // both logits range from -reach to reach
const first = (z1, z2) => 1 / (1 + Math.exp(z2 - z1));
const round = (value, digits) => Number(value.toFixed(digits));

// Projects a point to the plane of the picture, seen from a corner above: [to the right, up].
const seen = (z1, z2, p) => [round((z1 - z2) * 0.87, 3), round((z1 + z2) * -0.36 + p * 4.5, 3)];
const shape = (type, coordinates, rest) => ({type: 'Feature', geometry: {type, coordinates}, ...rest});
const labelled = ([u, v], text) => ({u, v, text: `${text}`.replace('-', '−')});

// The far patches are drawn first, so that the near ones cover them.
function faces() {
  const patches = 16,
    z = (i) => -reach + (2 * reach * i) / patches,
    all = [];
  for (let sum = 0; sum <= 2 * (patches - 1); ++sum)
    for (let i = Math.max(0, sum - patches + 1); i <= Math.min(sum, patches - 1); ++i) {
      const corners = [
        [0, 0],
        [1, 0],
        [1, 1],
        [0, 1],
        [0, 0],
      ].map(([di, dj]) => [z(i + di), z(sum - i + dj)]);
      const p = corners.slice(0, 4).reduce((total, [z1, z2]) => total + first(z1, z2) / 4, 0);
      all.push(shape('Polygon', [corners.map(([z1, z2]) => seen(z1, z2, first(z1, z2)))], {p: round(p, 4)}));
    }
  return all;
}

function frame() {
  const ring = [
    [-reach, -reach],
    [reach, -reach],
    [reach, reach],
    [-reach, reach],
    [-reach, -reach],
  ];
  return [
    ...[0, 1].map((p) =>
      shape(
        'LineString',
        ring.map(([z1, z2]) => seen(z1, z2, p)),
      ),
    ),
    ...ring.slice(0, 4).map(([z1, z2]) => shape('LineString', [seen(z1, z2, 0), seen(z1, z2, 1)])),
  ];
}

function names() {
  return [
    ...[-reach, 0, reach].flatMap((at) => [
      labelled(seen(at, reach + 0.9, 0), at),
      labelled(seen(reach + 0.9, at, 0), at),
    ]),
    labelled(seen(-1.6, reach + 2.4, 0), 'z₁'),
    labelled(seen(reach + 2.4, -1.6, 0), 'z₂'),
    ...[0, 0.5, 1].map((p) => labelled(seen(-reach - 1.35, reach + 0.75, p), p)),
  ];
}

const surfacePanel = (side) => ({
  title: 'P(t = 1 | z₁, z₂)',
  width: side,
  height: side * 0.9,
  projection: {type: 'identity', reflectY: true},
  layer: [
    {data: {values: frame()}, mark: {type: 'geoshape', filled: false, stroke: '#8b949e', strokeWidth: 0.6}},
    {
      data: {values: faces()},
      mark: {type: 'geoshape', stroke: '#24292f', strokeWidth: 0.35},
      encoding: {color: {field: 'p', type: 'quantitative', scale: {scheme: 'viridis', domain: [0, 1]}, legend: null}},
    },
    {
      data: {values: names()},
      mark: {type: 'text', fontSize: 11},
      encoding: {
        longitude: {field: 'u', type: 'quantitative'},
        latitude: {field: 'v', type: 'quantitative'},
        text: {field: 'text'},
      },
    },
  ],
});

function squares() {
  const cells = 32,
    width = (2 * reach) / cells,
    all = [];
  for (let i = 0; i < cells; ++i)
    for (let j = 0; j < cells; ++j) {
      const z1 = -reach + i * width,
        z2 = -reach + j * width;
      all.push({z1, z2, to1: z1 + width, to2: z2 + width, p: round(first(z1 + width / 2, z2 + width / 2), 5)});
    }
  return all;
}

// Lines of equal probability: z1 - z2 = log(p / (1 - p)).
const levels = [0.01, 0.1, 0.5, 0.9, 0.99].map((p) => {
  const lead = Math.log(p / (1 - p)),
    from = Math.max(-reach, -reach + lead),
    to = Math.min(reach, reach + lead);
  return [from, (from + to) / 2, to].map((z1) => ({level: `${p}`, z1: round(z1, 6), z2: round(z1 - lead, 6)}));
});

function mapPanel(side) {
  const axis = (field, title) => ({field, type: 'quantitative', title, scale: {domain: [-reach, reach], nice: false}});
  const at = {x: axis('z1', 'z₁'), y: axis('z2', 'z₂')};
  const viridis = {field: 'p', type: 'quantitative', scale: {scheme: 'viridis', domain: [0, 1]}, legend: null};
  const data = {values: levels.flat()},
    middles = {values: levels.map(([, middle]) => middle)};
  const text = {type: 'text', fontSize: 11, fontWeight: 'bold', color: '#fffffe'};
  return {
    title: 'from above, with lines of equal probability',
    width: side,
    height: side * 0.9,
    layer: [
      {
        data: {values: squares()},
        mark: {type: 'rect', strokeWidth: 0.7},
        encoding: {...at, x2: {field: 'to1'}, y2: {field: 'to2'}, color: viridis, stroke: viridis},
      },
      {
        data,
        mark: {type: 'line', color: '#000000', strokeWidth: 3.5, opacity: 0.6},
        encoding: {...at, detail: {field: 'level'}},
      },
      {data, mark: {type: 'line', color: '#fffffe', strokeWidth: 1.5}, encoding: {...at, detail: {field: 'level'}}},
      {
        data: middles,
        mark: {...text, stroke: '#000000', strokeWidth: 3, strokeOpacity: 0.6},
        encoding: {...at, text: {field: 'level'}},
      },
      {data: middles, mark: text, encoding: {...at, text: {field: 'level'}}},
    ],
  };
}

export default () => {
  const all = [-4, -2, 0, 2, 4];
  return {
    name: 'surface',
    question: 'What does softmax look like over two logits?',
    statement:
      'Only the difference z₁ − z₂ counts: adding the same number to both logits changes nothing. So the ' +
      'largest logit may be ' +
      'subtracted before the exponential, and that is the max trick.',
    text:
      'The probability of the first of two classes is the logistic function of z₁ − z₂. Where z₂ leads it is ' +
      'flat near 0, where z₁ ' +
      'leads it is flat near 1, and there the gradient is nearly 0.',
    sources: [],
    sheet: {
      caption: 'P(t = 1): rows z₁, columns z₂',
      header: ['z₁', ...all.map(String)],
      rows: all.map((z1) => [`${z1}`, ...all.map((z2) => `${Number(first(z1, z2).toPrecision(4))}`)]),
    },
    draw: (narrow) =>
      specification(narrow, 'Softmax over two logits', [], {
        spacing: narrow ? 24 : 60,
        bounds: narrow ? 'full' : 'flush',
        resolve: {scale: {color: 'independent'}},
        [narrow ? 'vconcat' : 'hconcat']: [surfacePanel(narrow ? 280 : 400), mapPanel(narrow ? 280 : 400)],
      }),
  };
};
