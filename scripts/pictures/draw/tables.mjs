// Access to the result tables of a folder.
import {createHash} from 'node:crypto';
import {existsSync, readFileSync, readdirSync, statSync} from 'node:fs';
import {basename, join, relative} from 'node:path';
import {number, parseCsv} from './csv.mjs';

// Thrown if a picture cannot be drawn from these tables. The message tells the reader why.
export class NotThere extends Error {}

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

const manifestPath = (csv) => csv.replace(/\.csv$/, '.manifest.json');

// Returns the manifest of a table; undefined if there is none.
function manifestOf(csv) {
  const path = manifestPath(csv);
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8')) ?? {};
  } catch {
    throw new Error(`${path} is not the manifest of a table`);
  }
}

// Throws an error unless the files of a table are those that one run wrote. These are the rules by which
// `maxtrick check` refuses a table.
function requireFaultless(csv) {
  // Reading a pipe could wait for ever.
  if (!statSync(csv).isFile()) throw new Error(`${csv} is no file`);
  const manifest = manifestOf(csv);
  if (!manifest) throw new Error(`${csv} has no manifest, so nothing says where it comes from`);
  for (const file of [csv, csv.replace(/\.csv$/, '.md')])
    if (existsSync(file) && sha256(readFileSync(file)) !== manifest.sha256?.[basename(file)])
      throw new Error(
        `${file} is not the file that its manifest describes: it was changed by hand, or its run was killed`,
      );
  const {text, sha256: digest} = manifest.config ?? {};
  if (typeof text !== 'string' || sha256(text) !== digest)
    throw new Error(`${manifestPath(csv)}: the text of its config does not have the digest beside it`);
}

function readTable(csv) {
  requireFaultless(csv);
  const bytes = readFileSync(csv);
  let rows;
  try {
    rows = parseCsv(bytes.toString('utf8'));
  } catch (error) {
    throw new Error(`${csv}: ${error.message}`);
  }
  if (rows.length === 0) throw new NotThere(`${csv} has no rows`);
  return rows;
}

// Returns the path of a table in a folder; undefined if it has none. In a user's folder the table may have
// another name; then it is the first table whose config has this experiment.
function tableIn(folder, name) {
  const own = join(folder, `${name}.csv`);
  if (existsSync(own)) return own;
  const experiment = new RegExp(`^experiment = "${name}"$`, 'm');
  const other = readdirSync(folder)
    .filter((file) => file.endsWith('.csv'))
    .sort()
    .find((file) => experiment.test(manifestOf(join(folder, file))?.config?.text ?? ''));
  return other && join(folder, other);
}

export class Tables {
  #read = new Map();
  constructor(folder) {
    this.folder = folder;
    if (!existsSync(folder)) throw new Error(`no folder ${folder}`);
  }

  get(name) {
    return this.#rows(this.#path(name));
  }

  #rows(path) {
    if (!this.#read.has(path)) this.#read.set(path, readTable(path));
    return this.#read.get(path);
  }

  #path(name) {
    const path = tableIn(this.folder, name);
    if (!path) throw new NotThere(`no table ${name}`);
    return path;
  }

  // Returns the tables of times of this name, one for each CPU: [{id, name, folder, path}].
  cpus(table = 'speed') {
    const folders = [this.folder];
    for (const parent of [this.folder, join(this.folder, 'speed')])
      if (existsSync(parent))
        for (const entry of readdirSync(parent, {withFileTypes: true}))
          if (entry.isDirectory()) folders.push(join(parent, entry.name));
    const found = folders
      .map((folder) => ({folder, path: tableIn(folder, table)}))
      .filter(({path}) => path)
      .map(({folder, path}) => {
        const {cpu, microarchitecture} = manifestOf(path) ?? {};
        const id = folder === this.folder ? slug(microarchitecture || cpu || 'this-cpu') : basename(folder);
        // Hypervisors give different CPUs one name, so the microarchitecture is shown, too.
        const name = !cpu || slug(cpu) === id ? cpu ?? id : `${cpu} (${id})`;
        return {id, name, folder, path};
      });
    if (found.length === 0) throw new NotThere(`no table ${table}`);
    return found.sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  speed(cpu) {
    return this.#rows(cpu.path);
  }

  // The same for a CPU of cpus('cost').
  cost(cpu) {
    return this.#rows(cpu.path);
  }

  // Returns the sizes of the caches in bytes; none if scripts/caches has not stored them.
  caches(cpu) {
    const path = join(cpu.folder, 'caches.csv');
    if (!existsSync(path)) return [];
    return parseCsv(readFileSync(path, 'utf8')).map(({cache, bytes}) => ({cache, bytes: number(bytes)}));
  }

  // Returns the name under which a reader sees the file of a table; with a CPU, the file of its table of times.
  nameOf(name, cpu) {
    return join(basename(this.folder), relative(this.folder, cpu?.path ?? this.#path(name)));
  }
}

const slug = (text) =>
  text
    .toLowerCase()
    .replace(/\(r\)|\(tm\)/g, '')
    .replace(/[^a-z0-9.]+/g, '-')
    .replace(/^-|-$/g, '');
