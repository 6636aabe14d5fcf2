// Labels beside lines and points, so that no colour legend is needed.
import {textWidth} from './text_width.mjs';
import {soft} from './theme.mjs';

// Moves positions along one axis until they are at least `room` apart. Their order is kept, and they stay
// within 0 to `length`.
export function spread(places, room, length) {
  const order = places.map((at, i) => ({at, i})).sort((a, b) => a.at - b.at || a.i - b.i);
  // Adjacent labels that touch form a group, which is centred on the mean of the requested positions.
  const groups = [];
  for (const one of order) {
    groups.push({wanted: [one.at], members: [one.i]});
    while (
      groups.length > 1 &&
      start(groups.at(-2), room, length) + groups.at(-2).members.length * room > start(groups.at(-1), room, length)
    ) {
      const last = groups.pop();
      groups.at(-1).wanted.push(...last.wanted);
      groups.at(-1).members.push(...last.members);
    }
  }
  const moved = [];
  for (const group of groups)
    group.members.forEach((i, n) => (moved[i] = start(group, room, length) + room * (n + 0.5)));
  return moved;
}

const start = ({wanted}, room, length) => {
  const middle = wanted.reduce((sum, at) => sum + at, 0) / wanted.length;
  return Math.max(0, Math.min(middle - (room * wanted.length) / 2, length - room * wanted.length));
};

const pixels = (field) => ({field, type: 'quantitative', scale: null, axis: null});

// Returns layers that label lines at their right ends, to the right of `width`. `lines`: [{name, y: pixel of
// the end, colour, x: pixel}].
export function endLabels(lines, width, height, size = 11) {
  const at = spread(
    lines.map(({y}) => y),
    size + 1.5,
    height,
  );
  const values = lines.map((line, i) => ({
    text: line.name,
    colour: line.colour,
    at: at[i],
    from: line.y,
    left: (line.x ?? width) + 4,
    end: width + 12,
    x: width + 14,
  }));
  const colour = {field: 'colour', type: 'nominal', scale: null, legend: null};
  return [
    {
      data: {values},
      mark: {type: 'rule', strokeWidth: 0.8},
      encoding: {x: pixels('left'), x2: {field: 'end'}, y: pixels('from'), y2: {field: 'at'}, color: colour},
    },
    {
      data: {values},
      mark: {type: 'text', align: 'left', baseline: 'middle', fontSize: size},
      encoding: {x: pixels('x'), y: pixels('at'), text: {field: 'text'}, color: colour},
    },
  ];
}

const overlap = (a, b) => {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return width > 0 && height > 0 ? width * height : 0;
};

function box({x, y, align}, width, height) {
  const left = align === 'left' ? x : align === 'right' ? x - width : x - width / 2;
  return {left, top: y - height / 2, right: left + width, bottom: y + height / 2};
}

function choices({x, y}, line) {
  const beside = 9;
  const all = [
    {x: x + beside, y, align: 'left'},
    {x: x - beside, y, align: 'right'},
    {x, y: y - line, align: 'center'},
    {x, y: y + line, align: 'center'},
  ];
  for (let ring = 1; ring <= 7; ++ring)
    for (const side of [-1, 1])
      for (const far of [0, 18])
        all.push(
          {x: x + beside + far, y: y + side * line * ring, align: 'left', away: ring > 1 || far > 0},
          {x: x - beside - far, y: y + side * line * ring, align: 'right', away: ring > 1 || far > 0},
        );
  return all;
}

// Returns layers that label points. `points`: [{x, y (pixels), text, bold}]. A point without a text gets no
// label, but labels avoid it. Each label gets the place around its point where it covers least.
export function pointLabels(points, width, height, size = 11) {
  const line = size + 3;
  const taken = points.map(({x, y}) => ({left: x - 6, top: y - 6, right: x + 6, bottom: y + 6}));
  const values = points
    .filter(({text}) => text)
    .map((point) => {
      const wide = textWidth(point.text, size, point.bold) + 2;
      let best,
        least = Infinity;
      for (const choice of choices(point, line)) {
        const own = box(choice, wide, line);
        const outside = Math.max(0, -own.left, -own.top, own.right - width, own.bottom - height);
        const covered = taken.reduce((sum, other) => sum + overlap(own, other), 1000 * outside);
        if (covered < least) [least, best] = [covered, choice];
      }
      taken.push(box(best, wide, line));
      const near = best.x + {left: -3, right: 3, center: 0}[best.align];
      return {
        ...best,
        text: point.text,
        bold: Boolean(point.bold),
        away: Boolean(best.away),
        near,
        toX: point.x,
        toY: point.y,
      };
    });
  const layers = [
    {
      data: {values: values.filter(({away}) => away)},
      mark: {type: 'rule', strokeWidth: 0.7, color: '#8b949e'},
      encoding: {x: pixels('near'), x2: {field: 'toX'}, y: pixels('y'), y2: {field: 'toY'}},
    },
  ];
  for (const align of ['left', 'right', 'center'])
    for (const bold of [false, true]) {
      const own = values.filter((one) => one.align === align && one.bold === bold);
      if (own.length > 0)
        layers.push({
          data: {values: own},
          mark: {type: 'text', align, baseline: 'middle', fontSize: size, fontWeight: bold ? 'bold' : 'normal'},
          encoding: {x: pixels('x'), y: pixels('y'), text: {field: 'text'}},
        });
    }
  return layers.filter((layer) => layer.data.values.length > 0);
}

// Returns layers that name colours in one line, from the left at a height in pixels; a negative one is above the
// panel. `entries`: [{name, colour, hollow}].
export function keyLine(entries, y, size = 10) {
  let x = 4;
  const values = entries.map((entry) => {
    const at = x;
    x += textWidth(entry.name, size) + 19;
    return {...entry, x: at, left: at + 7, y};
  });
  const colour = {field: 'colour', type: 'nominal', scale: null, legend: null};
  return [
    ...[false, true]
      .map((hollow) => ({
        data: {values: values.filter((one) => Boolean(one.hollow) === hollow)},
        mark: {type: 'point', filled: !hollow, size: 34, ...(hollow && {strokeWidth: 1.6})},
        encoding: {x: pixels('x'), y: pixels('y'), color: colour},
      }))
      .filter((layer) => layer.data.values.length > 0),
    {
      data: {values},
      mark: {type: 'text', align: 'left', baseline: 'middle', fontSize: size},
      encoding: {x: pixels('left'), y: pixels('y'), text: {field: 'name'}},
    },
  ];
}

// A text within a panel, at a position in pixels.
export const note = (text, x, y, mark = {}) => ({
  data: {values: [{text, x, y}]},
  mark: {type: 'text', fontSize: 10, color: soft, align: 'left', ...mark},
  encoding: {x: pixels('x'), y: pixels('y'), text: {field: 'text'}},
});
