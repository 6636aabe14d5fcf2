// Reads the speed table of one CPU for the pictures: every kernel on one thread.
import {distinct, interval, number} from './csv.mjs';
import {NotThere} from './tables.mjs';
import {tip} from './theme.mjs';
import {digits, variantOf} from './variants.mjs';

export const ops = ['softmax', 'log_softmax', 'cross_entropy', 'cross_entropy_gradient'];

// A note that belongs to every ratio to a library.
export const ofAvx2 = 'kernels of AVX2 against oneDNN held to AVX2';

// Float32 with the classes along the last axis. Tables of older versions have nothing else.
const isPlain = ({dtype, shape}) => (dtype ?? 'float32') === 'float32' && !shape.includes('@');

// Returns what the ratios of a table compare with. Tables of older versions compare with oneDNN.
export const referenceOf = (tables, cpu) =>
  tables.speed(cpu).some((row) => row.best_library !== undefined) ? 'the best library' : 'oneDNN';

const [rowsOf, classesOf] = [0, 1].map((part) => (shape) => number(shape.split('x')[part]));

// Returns the kernels of an op on ordinary logits ("copy": memcpy), each with its worst error over all kinds
// of logits that the table has for the same matrix.
export function timed(tables, cpu, op) {
  const rows = tables.speed(cpu).filter((row) => row.op === op && row.threads === '1' && isPlain(row));
  return rows
    .filter(({logits}) => logits === 'plain' || logits === 'any')
    .map((row) => {
      const variant = variantOf(row.variant);
      let worst = {error: 0, outcome: 'ok', logits: row.logits};
      for (const other of rows.filter(({variant: name, shape}) => name === row.variant && shape === row.shape)) {
        // A kernel that has no correct digit gets an infinite error.
        const error = ['ok', 'inaccurate'].includes(other.outcome) ? number(other.max_error_ulp) : Infinity;
        if (error >= worst.error) worst = {error, outcome: other.outcome, logits: other.logits};
      }
      const one = {
        ...variant,
        op,
        shape: row.shape,
        rows: rowsOf(row.shape),
        classes: classesOf(row.shape),
        outcome: row.outcome,
        error: number(row.max_error_ulp),
        worst,
        time: number(row.time_ns),
        speed: interval(row.speed),
        // Whether its ratio is 1 because it is compared with itself.
        isReference: row.best_library === undefined ? variant.algorithm === 'onednn' : row.variant === row.best_library,
        share: interval(row.memcpy_share),
      };
      one.tip = tip(
        `${op}.${one.name}, ${one.shape}`,
        `error ${digits(one.error)} ULP`,
        worst.error > one.error && `${worst.outcome} on ${worst.logits}: ${digits(worst.error)} ULP`,
        Number.isNaN(one.time) ? 'not timed' : `${digits(one.time)} ns an element`,
        one.speed && `times as fast as ${row.best_library ?? 'oneDNN'}: ${one.speed.text}`,
        one.share && `share of memcpy's speed: ${one.share.text}`,
      );
      return one;
    });
}

// Returns the matrices for which the table has the most kinds of logits, by their number of classes.
export function shapesOfManyLogits(tables, cpu) {
  const kinds = new Map();
  for (const row of tables.speed(cpu))
    if (row.op !== 'copy' && row.threads === '1' && isPlain(row))
      kinds.set(row.shape, (kinds.get(row.shape) ?? new Set()).add(row.logits));
  const most = Math.max(...[...kinds.values()].map(({size}) => size));
  const shapes = [...kinds].filter(([, all]) => all.size === most && all.has('plain')).map(([shape]) => shape);
  if (shapes.length === 0) throw new NotThere(`${cpu.path} has no plain logits on one thread`);
  return shapes.sort((a, b) => classesOf(a) - classesOf(b));
}

export const kindsOfLogits = (tables, cpu) =>
  distinct(
    tables
      .speed(cpu)
      .filter((row) => row.op !== 'copy' && row.threads === '1' && isPlain(row))
      .map(({logits}) => logits),
  );

// The label of a kernel's mark: "accurate avx512", "onednn"; if there is little room: "accurate 512".
export const shortName = ({name}) => name.replace('.', ' ');
export const shortestName = ({name}) => name.replace('.avx512', ' 512').replace('.avx2', ' 256').replace('.scalar', '');
