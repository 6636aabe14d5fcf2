// A logarithmic axis that has a strip for each kind of number that it cannot show: 0, beyond the end,
// infinite, NaN.
import {strip as stripColour} from './theme.mjs';
import {textWidth} from './text_width.mjs';

const superscript = (n) => `${n}`.replace('-', '⁻').replaceAll(/\d/g, (d) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[d]);

function tickName(power) {
  if (power > -3.1 && power < 3.9) return `${Number((10 ** power).toPrecision(4))}`;
  return `10${superscript(Math.round(power))}`;
}

// Returns 1, 2 and 5 times powers of ten; `low` and `high` lie between the first and the last.
function steps(low, high) {
  const all = [];
  for (let n = Math.floor(low); n <= Math.ceil(high); ++n)
    for (const digit of [1, 2, 5]) all.push(n + Math.log10(digit));
  const rounding = 1e-9;
  while (all.length > 2 && all[1] <= low + rounding) all.shift();
  while (all.length > 2 && all.at(-2) >= high - rounding) all.pop();
  return all;
}

function kindOf(value) {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return 'inf';
  return value === 0 ? '0' : 'finite';
}

export class LogAxis {
  #least;
  #most;
  #channel;
  #pixels;
  #font;
  #ticks;
  #strips;
  #step;
  #from;
  #to;

  // `inf` and `nan` are the labels of these strips. Values below `least` are shown as 0, values above `most`
  // as beyond.
  constructor(values, channel, pixels, {inf = 'inf', nan = 'NaN', least = 0, most = Infinity, font = 11} = {}) {
    this.#least = least;
    this.#most = most;
    this.#channel = channel;
    this.#pixels = pixels;
    this.#font = font;
    const kinds = new Set(values.map((value) => this.kind(value)));
    const powers = values.filter((value) => this.kind(value) === 'finite').map(Math.log10);
    if (powers.length === 0) powers.push(0);
    this.#strips = [
      {kind: '0', name: least > 0 ? `< ${tickName(Math.log10(least))}` : '0'},
      {kind: 'beyond', name: Number.isFinite(most) ? `> ${tickName(Math.log10(most))}` : ''},
      {kind: 'inf', name: inf},
      {kind: 'NaN', name: nan},
    ].filter(({kind}) => kinds.has(kind));
    const low = Math.min(...powers);
    this.#layOut(low, Math.max(Math.max(...powers), low + 0.3));
  }

  // Returns the name of the strip to which a value belongs, or "finite".
  kind(value) {
    const simple = kindOf(value);
    if (simple === 'finite' && value < this.#least) return '0';
    return simple === 'finite' && value > this.#most ? 'beyond' : simple;
  }

  // Returns the position at which a number is drawn, as a number of the axis.
  place(value) {
    const strip = this.#strips.find(({kind}) => kind === this.kind(value));
    return strip ? 10 ** strip.at : value;
  }

  // Returns the same position in pixels from the start of the axis, which is the left or the top.
  pixel(value) {
    const share = (Math.log10(this.place(value)) - this.#from) / (this.#to - this.#from);
    return this.#pixels * (this.#channel === 'x' ? share : 1 - share);
  }

  // Chooses the finest ticks whose labels do not overlap.
  #layOut(low, high) {
    const all = steps(low, high);
    for (let every = 0; ; ++every) {
      // 0 stands for ticks also at 2 and 5 times the powers.
      const near = (power) => Math.abs(power / every - Math.round(power / every)) * every < 1e-9;
      const ticks = all.filter((power) => every === 0 || near(power)).map((at) => ({at, name: tickName(at)}));
      if (this.#tryOut(ticks, all[0], all.at(-1)) || ticks.length < 3) {
        this.#ticks = ticks;
        return;
      }
    }
  }

  #room(name) {
    return this.#channel === 'y' ? this.#font + 2 : textWidth(name, this.#font) + 8;
  }

  #tryOut(ticks, low, high) {
    let widest = Math.max(0.08 * this.#pixels, ...[...ticks, ...this.#strips].map(({name}) => this.#room(name)));
    const below = this.#strips[0]?.kind === '0';
    const above = this.#strips.length - (below ? 1 : 0);
    // The padding keeps marks at the ends from being cut in half.
    const before = below ? 1.5 : 1 / 3,
      after = above > 0 ? above + 0.5 : 1 / 3;
    widest = Math.min(widest, this.#pixels / 1.5 / (before + after)); // finite numbers keep a third of the axis
    const perPixel = (high - low) / (this.#pixels - widest * (before + after));
    this.#step = widest * perPixel;
    this.#from = low - before * this.#step;
    this.#to = high + after * this.#step;
    let at = high;
    for (const strip of this.#strips) strip.at = strip.kind === '0' ? low - this.#step : (at += this.#step);
    for (let i = 1; i < ticks.length; ++i) {
      const wanted = (this.#room(ticks[i - 1].name) + this.#room(ticks[i].name)) / 2;
      if (ticks[i].at - ticks[i - 1].at < wanted * perPixel) return false;
    }
    return ticks.length <= 12;
  }

  // Returns the encoding of a mark's channel, without its field.
  channel(title) {
    const marks = [...this.#ticks, ...this.#strips];
    const names = marks.map(({at, name}) => `abs(log(datum.value)/LN10-(${at.toFixed(6)}))<1e-5?'${name}':`).join('');
    return {
      type: 'quantitative',
      title,
      scale: {type: 'log', domain: [10 ** this.#from, 10 ** this.#to], nice: false},
      axis: {values: marks.map(({at}) => 10 ** at), labelExpr: `${names}''`, labelOverlap: false},
    };
  }

  // Returns the layer below the marks that shades the strips.
  strips(title) {
    const values = this.#strips.map(({at}) => ({from: 10 ** (at - this.#step / 2), to: 10 ** (at + this.#step / 2)}));
    return {
      data: {values},
      mark: {type: 'rect', color: stripColour},
      encoding: {[this.#channel]: {...this.channel(title), field: 'from'}, [`${this.#channel}2`]: {field: 'to'}},
    };
  }
}
