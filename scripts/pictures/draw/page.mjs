// Builds the page: every picture in two widths, with its statement and its numbers.
import {readFileSync} from 'node:fs';
import {darkStyle} from './theme.mjs';
import {textWidth} from './text_width.mjs';

const file = (name) => readFileSync(new URL(name, import.meta.url), 'utf8');

// The page may neither load nor send anything: it contains all that it needs.
const policy =
  "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval'; style-src 'unsafe-inline'; img-src data:; " +
  "base-uri 'none'; form-action 'none'";

export const escaped = (text) =>
  `${text}`.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

// Embeds a script in the page. Its code contains "</script" and "<!--" only in strings and regular
// expressions, where a backslash before the second character changes nothing.
const script = (code) => (code ? `<script>${code.replaceAll(/<(\/script|!--)/g, '<\\$1')}</script>\n` : '');

// Whether a table fits on the screen of a phone, in the font of a table.
const fitsPhone = ({header, rows}) =>
  header.reduce(
    (sum, name, i) =>
      sum + Math.max(...[name, ...rows.map((row) => row[i] ?? '')].map((cell) => textWidth(cell, 13.6))) + 15,
    0,
  ) < 320;

function table(sheet) {
  const head = sheet.header.map((name) => `<th scope="col">${escaped(name)}</th>`).join('');
  const rows = sheet.rows
    .map(
      ([name, ...cells]) =>
        `<tr><th scope="row">${escaped(name)}</th>${cells
          .map((cell, i) => `<td data-column="${escaped(sheet.header[i + 1])}">${escaped(cell)}</td>`)
          .join('')}</tr>`,
    )
    .join('\n');
  return (
    `<details><summary>The numbers: ${escaped(sheet.caption)}</summary>\n<table ` +
    `class="${fitsPhone(sheet) ? 'short' : 'rows'}">\n<thead><tr>${head}</tr></thead>\n` +
    `<tbody>\n${rows}\n</tbody>\n</table>\n</details>\n`
  );
}

const drawing = (svg, kind, picture) =>
  `<div class="drawing ${kind}" role="img" aria-label="${escaped(picture.statement)} The numbers are in the ` +
  `table below.">` +
  `${svg
    .replace(/<style>.*?<\/style>/, '')
    .replaceAll(/ (xmlns|xmlns:xlink|version|class)="[^"]*"/g, '')
    .trim()}</div>\n`;

function body(picture, nameOf) {
  const source =
    picture.sources.length === 0 ? 'Computed by the report' : `From ${picture.sources.map(nameOf).join(', ')}`;
  return (
    `<div${picture.cpu ? ` data-cpu="${escaped(picture.cpu.id)}"` : ''}>\n<p ` +
    `class="statement">${escaped(picture.statement)}</p>\n<p>${escaped(picture.text)}</p>\n<figure>\n` +
    drawing(picture.wide, 'wide', picture) +
    drawing(picture.narrow, 'narrow', picture) +
    `<figcaption>${escaped(source)}.</figcaption>\n</figure>\n${table(picture.sheet)}</div>\n`
  );
}

// Pictures of the same kind for several CPUs share a section.
function sections(pictures, nameOf) {
  const all = new Map();
  for (const picture of pictures) {
    const id = picture.section ?? picture.name;
    all.set(id, {
      id,
      question: picture.question,
      bodies: [...(all.get(id)?.bodies ?? []), body(picture, (name) => nameOf(name, picture.cpu))],
    });
  }
  return [...all.values()].map(({id, question, bodies}) => ({
    id,
    question,
    html:
      `<section class="report" aria-labelledby="${escaped(id)}">\n<h2 ` +
      `id="${escaped(id)}">${escaped(question)}</h2>\n${bodies.join('')}</section>\n`,
  }));
}

function chooser(pictures) {
  const cpus = new Map(pictures.filter(({cpu}) => cpu).map(({cpu}) => [cpu.id, cpu.name]));
  if (cpus.size < 2) return '';
  const radios = [...cpus]
    .map(
      ([id, name], i) =>
        `<label><input type="radio" name="cpu" value="${escaped(id)}"${i === 0 ? ' checked' : ''}> ` +
        `${escaped(name)}</label>`,
    )
    .join('\n');
  return `<fieldset class="report chooser" hidden><legend>The CPU</legend>\n${radios}\n</fieldset>\n`;
}

// `slider`: {html, script, wasm (base64)} if it has been built. It follows the first picture.
export function page(pictures, nameOf, slider) {
  const course = sections(
      pictures.filter(({cpu}) => !cpu),
      nameOf,
    ),
    speed = sections(
      pictures.filter(({cpu}) => cpu),
      nameOf,
    );
  const link = ({id, question}) => `<li><a href="#${escaped(id)}">${escaped(question)}</a></li>\n`;
  const wasm = slider
    ? `<script type="application/octet-stream;base64" id="slider-wasm">${slider.wasm}</script>\n`
    : '';
  const sliderLink = slider ? '<li><a href="#slider">Move the logits, watch softmax break</a></li>\n' : '';
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>maxtrick: softmax, its numerics and its speed</title>
<style>
${file('page.css')}${darkStyle}
</style>
</head>
<body>
<header class="report">
<a class="skip" href="#pictures">To the pictures</a>
<h1>Softmax: where it breaks, how accurate it is, how fast it can be</h1>
<p>Each picture is drawn from a result table that anyone can make again with maxtrick. Errors are against the
exact answer, in ULP (units in the last place). Point at a mark, or tap it, to read its figures.</p>
</header>
<nav class="report" aria-label="Questions">
<ul>
${course.slice(0, 1).map(link).join('')}${sliderLink}${course.slice(1).map(link).join('')}${speed.map(link).join('')}</ul>
</nav>
<main id="pictures" tabindex="-1">
${course
  .slice(0, 1)
  .map(({html}) => html)
  .join('')}${slider?.html ?? ''}${course
    .slice(1)
    .map(({html}) => html)
    .join('')}<div class="speed">
${chooser(pictures)}${speed.map(({html}) => html).join('')}</div>
</main>
${wasm}${script(file('page.js'))}${script(slider?.script)}</body>
</html>
`;
}
