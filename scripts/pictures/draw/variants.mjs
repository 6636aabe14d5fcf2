// Splits the name of a variant: "softmax.accurate.avx2" has the op softmax, the algorithm accurate and the
// instruction set avx2.
export function variantOf(name) {
  const [op, ...rest] = name.split('.');
  return {op, algorithm: rest[0] ?? '', isa: rest.slice(1).join('.'), name: rest.join('.')};
}

// NaN is worse than every number.
export const worseOf = (a, b) => (Number.isNaN(a) || a > b ? a : b);

export const digits = (value, n = 3) => {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : 'inf';
  const rounded = Number(value.toPrecision(n));
  return Math.abs(rounded) >= 1e6 ? rounded.toExponential().replace('e+', 'e') : `${rounded}`;
};
