// Draws every Vega-Lite specification of a folder as SVG, the same bytes each time:
//   node draw.mjs SPECIFICATIONS DRAWINGS
// A drawing whose specification is gone is removed.
import {mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import * as vega from 'vega';
import * as vegaLite from 'vega-lite';

// How wide a text is depends on the fonts at hand: here a letter has the width that it has in the
// usual sans-serif fonts on average, on every machine.
vega.textMetrics.canvas(false);
const letter = 0.56;
vega.textMetrics.width = (item, text) => {
  const line = text ?? item.text;
  const length = Array.isArray(line) ? Math.max(...line.map((one) => `${one}`.length)) : `${line ?? ''}`.length;
  return letter * length * (item.fontSize ?? 11);
};

const dark = readFileSync(join(fileURLToPath(new URL('.', import.meta.url)), 'dark.css'), 'utf8');

async function drawn(file) {
  const warned = [];
  const logger = {...vega.logger(vega.Warn), warn: (...words) => warned.push(words.join(' '))};
  const specification = vegaLite.compile(JSON.parse(readFileSync(file, 'utf8')), {logger}).spec;
  const view = new vega.View(vega.parse(specification), {renderer: 'none', logger});
  const svg = await view.toSVG();
  // What Vega-Lite warns of it leaves out or guesses.
  if (warned.length > 0) throw new Error(`${file}: ${[...new Set(warned)].join('; ')}`);
  return svg.replace(/^(<svg[^>]*>)/, `$1<style>${dark.replaceAll(/\s+/g, ' ')}</style>`) + '\n';
}

const [specifications, drawings] = process.argv.slice(2);
const names = readdirSync(specifications).filter((name) => name.endsWith('.json')).map((name) => basename(name, '.json'));
mkdirSync(drawings, {recursive: true});
for (const name of names) {
  try {
    writeFileSync(join(drawings, `${name}.svg`), await drawn(join(specifications, `${name}.json`)));
  } catch (error) {
    console.error(`draw: ${error.message}`);
    process.exitCode = 1;
  }
}
for (const file of readdirSync(drawings))
  if (file.endsWith('.svg') && !names.includes(basename(file, '.svg'))) rmSync(join(drawings, file));
