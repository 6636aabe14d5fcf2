// The pictures of the committed tables, and ways into their specifications.
import { Tables } from "../../scripts/pictures/draw/tables.mjs";
import { picturesOf } from "../../scripts/pictures/draw/report.mjs";

export const tables = new Tables("results");
export const { pictures, missing } = await picturesOf(tables);
export const pictureOf = (name) => pictures.find((picture) => picture.name === name);
// Both drawings of each picture: [name, specification].
export const specifications = pictures.flatMap((picture) => [[picture.name, picture.draw(false)], [picture.name + "-narrow", picture.draw(true)]]);

// Visits every part of a specification that has a mark, with the data that it draws.
export function eachMark(part, visit, data = undefined) {
  if (part === null || typeof part !== "object") return;
  const own = part.data?.values ?? data;
  if (part.mark) visit(part, own ?? []);
  for (const inner of [part.layer, part.concat, part.hconcat, part.vconcat].filter(Boolean).flat()) eachMark(inner, visit, own);
}

// Where a channel has names for numbers that it cannot show: "inf" and the like.
export function stripsOf(channel) {
  const names = [...(channel.axis?.labelExpr ?? "").matchAll(/\(([-0-9.]+)\)\)<1e-5\?'([^']*)'/g)];
  return new Map(names.map(([, power, name]) => [name, 10 ** Number(power)]));
}

// Where a number is to be drawn.
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
