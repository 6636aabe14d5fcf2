// Formats numbers for the page, and finds their wrong digits.

const shown = 9; // the number of digits that distinguishes all float32 numbers

// Returns nine significant digits, with an exponent where there would be many zeros.
export function written(value) {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (value === 0) return "0";
  const size = Math.abs(value);
  return size >= 1e-4 && size < 1e7 ? value.toPrecision(shown) : value.toExponential(shown - 1);
}

// Formats e^y where it is below the range of double. There are fewer digits where y does not determine more.
export function writtenPower(y) {
  const decades = y / Math.LN10;
  const exponent = Math.floor(decades);
  const digits = Math.min(shown, 14 - Math.ceil(Math.log10(Math.abs(decades))));
  if (digits < 1) return "about 10^" + exponent.toPrecision(6);
  let mantissa = (10 ** (decades - exponent)).toFixed(digits - 1);
  if (Number(mantissa) < 10) return mantissa + "e" + exponent;
  mantissa = (1).toFixed(digits - 1);
  return mantissa + "e" + (exponent + 1);
}

// Returns the number of leading digits of a value that are correct, 0 to 9: the digits that equal those of
// the exact value or, where a carry changes them (0.0999 and 0.1), the largest number of digits to which both
// round to the same.
export function rightDigits(value, exact) {
  if (Object.is(value, exact) || value === exact || written(value) === written(exact)) return shown;
  if (!Number.isFinite(value) || !Number.isFinite(exact)) return 0;
  if (value === 0 || exact === 0 || value < 0 !== exact < 0) return 0;
  return Math.max(sameDigits(value, exact), sameRounding(value, exact));
}

function sameDigits(a, b) {
  const [x, xExponent] = a.toExponential(shown - 1).split("e");
  const [y, yExponent] = b.toExponential(shown - 1).split("e");
  if (xExponent !== yExponent) return 0;
  const digits = (text) => text.replace(/[^0-9]/g, "");
  let same = 0;
  while (same < shown && digits(x)[same] === digits(y)[same]) ++same;
  return same;
}

function sameRounding(a, b) {
  for (let n = shown; n > 0; --n)
    if (a.toExponential(n - 1) === b.toExponential(n - 1)) return n;
  return 0;
}

// Splits the text of a value into [right, wrong, beyond]: its correct digits, its wrong digits, and the
// digits that are wrong in `nearest` too. `nearest` is the number of the same precision that is nearest to
// the exact value. If a value has no correct digit, all its digits are wrong, unless it is the nearest
// number.
export function marked(value, exact, nearest) {
  const text = written(value);
  const right = rightDigits(value, exact);
  if (right === shown) return [text, "", ""];
  const isNearest = Object.is(value, nearest) || value === nearest;
  const best = right === 0 ? shown : Math.max(right, rightDigits(nearest, exact));
  const from = digitAt(text, right);
  const to = isNearest ? from : digitAt(text, best);
  return [text.slice(0, from), text.slice(from, to), text.slice(to)];
}

// Returns the position of the n-th significant digit in the text of a number; 0 is the start of the text.
function digitAt(text, n) {
  if (n === 0 || n >= shown) return n === 0 ? 0 : text.length;
  let seen = 0;
  for (let i = 0; i < text.length; ++i) {
    if (!/[0-9]/.test(text[i]) || (seen === 0 && text[i] === "0")) continue;
    if (seen++ === n) return i;
  }
  return text.length;
}

// Parses the text of a logit: a number, inf, -inf or nan. Returns undefined for anything else.
export function parse(text) {
  const trimmed = text.trim().toLowerCase().replace("\u2212", "-");
  const special = { inf: Infinity, "+inf": Infinity, "-inf": -Infinity, nan: NaN };
  if (trimmed in special) return special[trimmed];
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(trimmed)) return undefined;
  return Number(trimmed);
}
