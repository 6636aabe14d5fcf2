// Tests which digits are marked as wrong, and which input is accepted.
import assert from "node:assert/strict";
import { marked, parse, rightDigits, written, writtenPower }
  from "../../experiments/slider/digits.mjs";

const f = Math.fround;
assert.deepEqual(marked(0.25, 0.25, 0.25), ["0.250000000", "", ""]);
assert.deepEqual(marked(NaN, NaN, NaN), ["NaN", "", ""]);
assert.deepEqual(marked(Infinity, Infinity, Infinity), ["inf", "", ""]);
// The nearest number cannot have more correct digits; a number that is farther off can.
assert.deepEqual(marked(f(0.1), 0.1, f(0.1)), ["0.10000000", "", "1"]);
assert.deepEqual(marked(1.2399999, 1.23456711, 1.23456789), ["1.23", "9999", "90"]);
assert.deepEqual(marked(1.1234e-20, 1.1235e-20, 1.1235e-20), ["1.123", "40000e-20", ""]);
assert.deepEqual(marked(0, 1e-50, 0), ["", "", "0"]);
assert.deepEqual(marked(0, 1e-44, f(1e-44)), ["", "0", ""]);
// No digit is correct.
assert.deepEqual(marked(0.0123, 0.0456, 0.0456), ["", "0.0123000000", ""]);
assert.deepEqual(marked(NaN, 0.5, 0.5), ["", "NaN", ""]);
assert.deepEqual(marked(-Infinity, -105, -105), ["", "-inf", ""]);
assert.deepEqual(marked(-1.5, 1.5, 1.5), ["", "-1.50000000", ""]);
// A carry: both numbers are 0.100000 when rounded to six digits.
assert.deepEqual(marked(0.09999999, 0.1, f(0.1)), ["0.0999999", "90", "0"]);
// Digits after the first wrong one may agree by chance, but count as wrong.
assert.deepEqual(marked(1.29456789, 1.23456789, 1.23456789), ["1.2", "9456789", ""]);

assert.equal(written(1e8), "1.00000000e+8");
assert.equal(written(-0), "0");
assert.equal(written(0.5), "0.500000000");

// Compares e^y, computed from its logarithm, where it is still within the range of double.
for (const y of [-1, -25.5, -300, -700])
  assert.equal(Number(writtenPower(y)).toPrecision(9), Math.exp(y).toPrecision(9));
assert.equal(writtenPower(-1000), "5.07595890e-435"); // by Python's decimal 5.07595889754945676...e-435
assert.match(writtenPower(-1e38), /^about 10\^/);

// Properties, tested with numbers of all sizes: the three parts make up the whole text, the nearest
// number is never marked as wrong, and n correct digits mean an error below one unit of the n-th
// digit.
let seed = 1;
const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
for (let i = 0; i < 20000; ++i) {
  const exact = (random() - 0.5) * 10 ** Math.floor(random() * 40 - 20);
  const value = f(exact * (1 + (random() - 0.5) * 10 ** -Math.floor(random() * 12)));
  assert.equal(marked(value, exact, f(exact)).join(""), written(value));
  assert.equal(marked(f(exact), exact, f(exact))[1], "");
  const right = rightDigits(value, exact);
  const unit = 10 ** (Math.floor(Math.log10(Math.max(Math.abs(value), Math.abs(exact)))) - right + 1);
  if (right > 0) assert.ok(Math.abs(value - exact) <= unit * (1 + 1e-9), `${value} ${exact} ${right}`);
  // One more correct digit would mean that the texts are equal, but they differ.
  if (right < 9) assert.notEqual(written(value), written(exact));
}

for (const [text, number] of [["1e8", 1e8], [" -3.5 ", -3.5], ["\u22122", -2], [".5", 0.5], ["inf", Infinity],
  ["-INF", -Infinity], ["nan", NaN], ["+4", 4]])
  assert.ok(Object.is(parse(text), number), text);
for (const text of ["", "-", "e", "1e", "0x10", "1,5", "12 3", "Infinity", "."])
  assert.equal(parse(text), undefined, text);
console.log("digits: all hold");
