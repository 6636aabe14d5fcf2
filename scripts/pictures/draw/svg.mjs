// A specification as SVG, the same bytes on every machine.
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {textWidth} from './text_width.mjs';
import {darkStyle, font, tellsFrom} from './theme.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const require = createRequire(join(process.env.PICTURES_MODULES ?? join(root, 'build/pictures'), 'require.js'));
export const vega = require('vega');
const vegaLite = require('vega-lite');

vega.textMetrics.canvas(false);
vega.textMetrics.width = (item, text) => {
  const line = text ?? item.text;
  const bold = `${item.fontWeight ?? ''}` === 'bold' || Number(item.fontWeight) >= 600;
  return Math.max(0, ...[line ?? ''].flat().map((one) => textWidth(one, item.fontSize ?? 11, bold)));
};

// Throws for what Vega-Lite warns of: that it leaves out, or guesses.
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
      // Names that no other drawing of a page has.
      .replaceAll(/(id="|url\(#)([a-z]*clip|gradient_?)/g, `$1${name}-$2`)
      .replace(/^<svg([^>]*)>/, `<svg$1 font-family="${font}"><style>${darkStyle}</style>`) + '\n'
  );
}

// The font once, and a thousandth of a pixel at most.
const shortened = (svg) =>
  svg
    .replaceAll(/ font-family="[^"]*"/g, '')
    .replaceAll(/ (d|transform|x1|x2|y1|y2)="[^"]*"/g, (attribute) =>
      attribute.replaceAll(/\d+\.\d{4,}(?!\d*e)/g, (number) => `${Number(Number(number).toFixed(3))}`),
    );

// A picture as a file of its own has no script that would show what its marks tell.
export const withoutTips = (svg) => svg.replaceAll(/ data-tip="[^"]*"/g, '');

const plain = (text) =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');

// Each text, and each line of one, keeps its width whatever fonts the reader has; of very short ones it does not
// matter.
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
