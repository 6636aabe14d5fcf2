// Draws a specification as SVG, with the same bytes on every machine.
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {textWidth} from './text_width.mjs';
import {darkStyle, font, tellsFrom} from './theme.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const require = createRequire(join(root, 'build/pictures/require.js'));
export const vega = require('vega');
const vegaLite = require('vega-lite');

vega.textMetrics.canvas(false);
vega.textMetrics.width = (item, text) => {
  const line = text ?? item.text;
  const bold = `${item.fontWeight ?? ''}` === 'bold' || Number(item.fontWeight) >= 600;
  return Math.max(0, ...[line ?? ''].flat().map((one) => textWidth(one, item.fontSize ?? 11, bold)));
};

// Throws an error if Vega-Lite warns, because it then leaves something out or guesses.
export async function drawSvg(name, specification) {
  const warned = [];
  const logger = {...vega.logger(vega.Warn), warn: (...words) => warned.push(words.join(' '))};
  const compiled = specification.$schema.includes('/vega-lite/')
    ? vegaLite.compile(specification, {logger}).spec
    : specification;
  const view = new vega.View(vega.parse(compiled), {renderer: 'none', logger});
  const svg = await view.toSVG();
  if (warned.length > 0) throw new Error(`${name}: ${[...new Set(warned)].join('; ')}`);
  return finish(name, svg);
}

function finish(name, svg) {
  return (
    shortened(withWidths(svg))
      .replaceAll(new RegExp(`aria-label="${tellsFrom}([^"]*)"`, 'g'), 'data-tip="$1"')
      .replaceAll(/ (aria-[a-z]+|role)="[^"]*"/g, '')
      // Makes the ids unique among all drawings of a page.
      .replaceAll(/(id="|url\(#)([a-z]*clip|gradient_?)/g, `$1${name}-$2`)
      .replace(/^<svg([^>]*)>/, `<svg$1 font-family="${font}"><style>${darkStyle}</style>`) + '\n'
  );
}

// Removes repeated fonts, and rounds coordinates to a thousandth of a pixel.
const shortened = (svg) =>
  svg
    .replaceAll(/ font-family="[^"]*"/g, '')
    .replaceAll(/ (d|transform|x1|x2|y1|y2)="[^"]*"/g, (attribute) =>
      attribute.replaceAll(/\d+\.\d{4,}(?!\d*e)/g, (number) => `${Number(Number(number).toFixed(3))}`),
    );

// A picture in a file of its own has no script that could show tooltips, so they are removed.
export const withoutTips = (svg) => svg.replaceAll(/ data-tip="[^"]*"/g, '');

const plain = (text) =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');

// Fixes the width of each text, and of each line of a text, so that it is the same with all fonts. Very short
// texts are left as they are.
function withWidths(svg) {
  return svg.replaceAll(/<text([^>]*[^>/])>(.*?)<\/text>/g, (whole, attributes, content) => {
    const size = Number(/font-size="([\d.]+)px"/.exec(attributes)?.[1] ?? 11);
    const bold = /font-weight="bold"/.test(attributes);
    const length = (text) =>
      text.length <= 3
        ? ''
        : ` textLength="${textWidth(plain(text), size, bold).toFixed(1)}" lengthAdjust="spacingAndGlyphs"`;
    if (!content.includes('<tspan'))
      return content === '' ? whole : `<text${attributes}${length(content)}>${content}</text>`;
    return `<text${attributes}>${content.replaceAll(/<tspan([^>]*)>([^<]+)</g, (_, of, text) => `<tspan${of}${length(text)}>${text}<`)}</text>`;
  });
}
