// The pictures of the committed tables, and access to parts of their specifications.
import assert from "node:assert/strict";
import { Tables } from "../../scripts/pictures/draw/tables.mjs";
import { picturesOf } from "../../scripts/pictures/draw/report.mjs";

export const tables = new Tables("results");
export const { pictures, missing } = await picturesOf(tables);
export const pictureOf = (name) => pictures.find((picture) => picture.name === name);

// Returns a picture of the committed tables with other rows: `changes` has a function for each table to change,
// and `speed` for the speed table of each CPU. It is called for each row, and returns the row to draw instead;
// undefined leaves it out.
export async function changed(name, changes) {
  const other = new Tables("results"),
    get = other.get.bind(other),
    speed = other.speed.bind(other);
  const apply = (change, rows) => (change ? rows.map(change).filter(Boolean) : rows);
  other.get = (table) => apply(changes[table], get(table));
  other.speed = (cpu) => apply(changes.speed, speed(cpu));
  return (await picturesOf(other)).pictures.find((picture) => picture.name === name);
}

// Both drawings of each picture: [name, specification].
export const specifications = pictures.flatMap((picture) => [
  [picture.name, picture.draw(false)],
  [picture.name + "-narrow", picture.draw(true)],
]);

// Visits every part of a specification that has a mark, together with the data that it draws.
export function eachMark(part, visit, data = undefined) {
  if (part === null || typeof part !== "object") return;
  const own = part.data?.values ?? data;
  if (part.mark) visit(part, own ?? []);
  for (const inner of [part.layer, part.concat, part.hconcat, part.vconcat].filter(Boolean).flat())
    eachMark(inner, visit, own);
}

// Returns the position of each strip of a channel by its name, such as "inf". A strip stands for
// numbers that the axis cannot show.
export function stripsOf(channel) {
  const names = [...(channel.axis?.labelExpr ?? "").matchAll(/\(([-0-9.]+)\)\)<1e-5\?'([^']*)'/g)];
  return new Map(names.map(([, power, name]) => [name, 10 ** Number(power)]));
}

// Returns the position at which a number must be drawn.
export function placeOf(channel, number, least = 0, most = Infinity) {
  const names = stripsOf(channel);
  const strip = (...possible) => names.get(possible.find((name) => names.has(name)));
  if (Number.isNaN(number)) return strip("NaN", "not timed");
  if (number === Infinity) return strip("inf", "wrong");
  if (number > most) return [...names].find(([name]) => name.startsWith(">"))[1];
  if (number === 0 || number < least) return [...names].find(([name]) => name === "0" || name.startsWith("<"))[1];
  return number;
}

export const near = (a, b, slack = 1e-5) => a === b || Math.abs(a - b) <= slack * Math.abs(b);

// Returns the marks of a picture that draw a field, as [{value, channel}].
export function drawn(specification, field) {
  const found = [];
  eachMark(specification, (part, data) => {
    for (const channel of ["x", "y"])
      for (const end of ["", "2"])
        if (part.encoding?.[channel + end]?.field === field)
          for (const value of data) found.push({ value, channel: part.encoding[channel] });
  });
  return found;
}

export const worse = (a, b) => (Number.isNaN(a) || Number.isNaN(b) ? NaN : Math.max(a, b));

// Compares the drawn field with `expected`, a map by key. No value may be missing or additional.
export function hold(specification, field, keyOf, expected, limits = []) {
  const seen = new Set();
  for (const { value, channel } of drawn(specification, field)) {
    const key = keyOf(value);
    assert.ok(expected.has(key), `${key}: not in the table`);
    seen.add(key);
    const place = placeOf(channel, expected.get(key), ...limits);
    assert.ok(near(value[field], place), `${key}: ${field} ${value[field]}, in the table ${expected.get(key)}`);
  }
  assert.equal(seen.size, expected.size);
}
