// Compares the results of slider.wasm with those of the native build:
//   node bits.mjs FOLDER ROWS
// The bits must be the same if libm is not called; otherwise the difference is at most 1 ULP. All
// NaNs count as equal, because WebAssembly does not specify their bits.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { load } from "../../experiments/slider/kernel.mjs";

const [folder, rows] = process.argv.slice(2);
const kernel = await load(readFileSync(folder + "/slider.wasm"));

// The list of variants is repeated here, so that a variant that disappears is noticed.
const names = kernel.variants.map((variant) => variant.name);
assert.deepEqual([...names].sort(), [
  "log_softmax.accurate.scalar", "log_softmax.correct.scalar", "log_softmax.fast.scalar",
  "log_softmax.log_of_max_trick.scalar",
  "log_softmax.log_of_naive.scalar", "log_softmax.shifted.scalar",
  "log_softmax.shifted_log1p.scalar", "log_softmax.x_minus_lse.scalar",
  "log_softmax.x_minus_max.scalar", "softmax.accurate.scalar", "softmax.correct.scalar",
  "softmax.fast.scalar",
  "softmax.max_trick.scalar", "softmax.naive.scalar", "softmax.sum_v1.scalar",
  "softmax.sum_v2.scalar",
]);
assert.deepEqual(kernel.precisions, ["float32", "float16", "bfloat16"]);
// naive precedes max_trick, which precedes accurate: from the simplest form to the best.
assert.deepEqual(names.slice(0, 4).map((name) => name.split(".")[1]), ["naive", "max_trick", "fast", "accurate"]);

// These call neither exp nor log of a C library: lib/kernels has its own, and the others need none.
const withoutLibm = new Set(["accurate", "fast", "sum_v1", "sum_v2", "x_minus_max"]);

const formats = [{ digits: 24, least: -126, most: 127 }, { digits: 11, least: -14, most: 15 },
  { digits: 8, least: -126, most: 127 }];
function ulp(value, { digits, least, most }) {
  if (value === 0) return 2 ** (least - digits + 1);
  let exponent = Math.floor(Math.log2(Math.abs(value)));
  // Math.log2 may round up or down near a power of two.
  if (2 ** exponent > Math.abs(value)) --exponent;
  if (2 ** (exponent + 1) <= Math.abs(value)) ++exponent;
  return 2 ** (Math.min(most, Math.max(least, exponent)) - digits + 1);
}
function distance(native, wasm, format) {
  if (Object.is(native, wasm)) return 0;
  if (native === wasm) return 0; // +0 and -0
  if (!Number.isFinite(native) || !Number.isFinite(wasm)) return Infinity;
  return Math.abs(native - wasm) / ulp(native, format);
}

const file = readFileSync(rows);
const start = file.indexOf(10) + 1;
const native = file.subarray(0, start).toString().trim().split(/ +/);
const numbers = new Float64Array(file.buffer.slice(file.byteOffset + start, file.byteOffset + file.length));
let at = 0;
const take = (n) => Array.from(numbers.subarray(at, (at += n)));

let seen = 0;
const worst = new Map(names.map((name) => [name, 0]));
const differing = new Map(names.map((name) => [name, 0]));
while (at < numbers.length) {
  const [precision, n] = take(2);
  const logits = take(n);
  const where = () => `${kernel.precisions[precision]} of [${logits.join(", ")}]`;
  for (const isSoftmax of [true, false]) {
    const { values, nearest } = kernel.exact(isSoftmax, precision, logits);
    assert.deepEqual(values, take(n), where());
    assert.deepEqual(nearest, take(n), where());
  }
  for (const name of native) {
    const expected = take(n);
    const [outcome, error, sumMinus1] = take(3);
    const variant = kernel.variants.find((one) => one.name === name);
    if (!variant) continue; // only in the native build
    const got = kernel.compute(variant, precision, logits, 8);
    const bare = withoutLibm.has(name.split(".")[1]);
    const ulps = Math.max(...expected.map((y, i) => distance(y, got.values[i], formats[precision])));
    if (bare) assert.deepEqual(got.values, expected, `${name}, ${where()}`);
    assert.ok(ulps <= 1, `${name}, ${where()}: ${ulps} ULP from native`);
    if (ulps > 0) differing.set(name, differing.get(name) + 1);
    worst.set(name, Math.max(worst.get(name), ulps));
    if (ulps === 0) {
      assert.equal(got.outcome, outcomes(outcome), `${name}, ${where()}`);
      assert.deepEqual(got.error, error, `${name}, ${where()}`);
      if (variant.isSoftmax) assert.deepEqual(got.sum, 1 + sumMinus1, `${name}, ${where()}`);
    }
  }
  ++seen;
}
assert.equal(at, numbers.length);
assert.ok(seen > 9000, `only ${seen} rows`);
assert.ok(names.every((name) => native.includes(name)));
console.log(`bits: ${seen} rows, ${names.length} variants`);
for (const [name, ulps] of worst)
  console.log(`  ${name}: at most ${ulps} ULP, in ${differing.get(name)} rows`);

function outcomes(i) {
  return ["ok", "inaccurate", "differs", "wrong", "underflow", "overflow", "nan"][i];
}
