// Draws the pictures of result tables, and the page with all of them:
//   node report.mjs --tables DIR --pictures DIR --page FILE [--slider DIR]
// Pictures whose tables are missing are left out, and reported. The exit code is 6 if nothing can be drawn or
// a drawing fails.
import {existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';
import {page} from './page.mjs';
import {drawSvg, withoutTips} from './svg.mjs';
import {NotThere, Tables} from './tables.mjs';

const folder = fileURLToPath(new URL('..', import.meta.url));
const parts = ['course', 'accuracy', 'speed'];

// Returns every module of scripts/pictures, in the order of the page.
async function pictureModules() {
  const files = readdirSync(folder).filter((name) => name.endsWith('.mjs'));
  const modules = await Promise.all(files.map(async (file) => ({file, ...(await import(join(folder, file)))})));
  return modules.sort((a, b) => parts.indexOf(a.part) - parts.indexOf(b.part) || a.place - b.place);
}

// Returns the pictures that can be drawn, and why others cannot: {pictures, missing: [{file, why}]}. A module
// returns a picture, a list of pictures, or a list of functions that return one picture each. If the rows for
// one of these functions are missing, only its picture is left out.
export async function picturesOf(tables) {
  const pictures = [],
    missing = [];
  for (const {file, default: draw} of await pictureModules()) {
    const attempt = (make) => {
      try {
        return [make()].flat();
      } catch (error) {
        if (!(error instanceof NotThere)) throw error;
        missing.push({file, why: error.message});
        return [];
      }
    };
    for (const one of attempt(() => draw(tables)))
      pictures.push(...(typeof one === 'function' ? attempt(one) : [one]));
  }
  return {pictures, missing};
}

function readSlider(from) {
  const parts = ['slider.html', 'slider.js', 'slider.wasm'].map((name) => join(from ?? '', name));
  if (!from || !parts.every(existsSync)) return undefined;
  const [html, script, wasm] = parts.map((path) => readFileSync(path));
  return {html: html.toString('utf8'), script: script.toString('utf8'), wasm: wasm.toString('base64')};
}

async function main() {
  const {values: options} = parseArgs({
    options: {tables: {type: 'string'}, pictures: {type: 'string'}, page: {type: 'string'}, slider: {type: 'string'}},
  });
  const tables = new Tables(options.tables);
  const {pictures, missing} = await picturesOf(tables);
  for (const {file, why} of missing) console.error(`report: left out ${file.replace('.mjs', '')}: ${why}`);
  if (pictures.every(({sources}) => sources.length === 0))
    throw new Error(`no table in ${options.tables} that a picture shows`);
  mkdirSync(options.pictures, {recursive: true});
  for (const picture of pictures) {
    picture.wide = await drawSvg(picture.name, picture.draw(false));
    picture.narrow = await drawSvg(`${picture.name}-narrow`, picture.draw(true));
    writeFileSync(join(options.pictures, `${picture.name}.svg`), withoutTips(picture.wide));
  }
  writeFileSync(options.page, page(pictures, (name, cpu) => tables.nameOf(name, cpu), readSlider(options.slider)));
  console.error(`report: ${pictures.length} pictures in ${options.page}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  main().catch((error) => {
    console.error(`report: ${error.message}`);
    process.exitCode = 6;
  });
