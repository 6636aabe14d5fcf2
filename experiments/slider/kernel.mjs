// JavaScript interface to the compiled code (slider.hpp).

// The functions that the C library imports from its host: the environment, which is empty, and
// files and exit, which are never used.
function host(memory) {
  const unsupported = 52;
  const empty = (count, size) => {
    const view = new DataView(memory().buffer);
    view.setUint32(count, 0, true);
    view.setUint32(size, 0, true);
    return 0;
  };
  return (name) => (name === "environ_sizes_get" ? empty : () => unsupported);
}

export async function load(bytes) {
  const module = await WebAssembly.compile(bytes);
  let exported = null;
  const answer = host(() => exported.memory);
  const imports = {};
  for (const wanted of WebAssembly.Module.imports(module))
    (imports[wanted.module] ??= {})[wanted.name] = answer(wanted.name);
  exported = (await WebAssembly.instantiate(module, imports)).exports;
  exported._initialize();
  return interfaceOf(exported);
}

function interfaceOf(c) {
  const text = (pointer) => {
    if (pointer === 0) return null;
    const bytes = new Uint8Array(c.memory.buffer, pointer);
    return new TextDecoder().decode(bytes.slice(0, bytes.indexOf(0)));
  };
  const names = (name) => {
    const all = [];
    for (let next; (next = text(name(all.length))) !== null; ) all.push(next);
    return all;
  };

  // The buffer is divided into four parts. The memory can move when it grows, so a view is created
  // for each access.
  const part = c.slider_room_size() / 4;
  const place = (i) => c.slider_room() + 8 * part * i;
  const view = (i, length) => new Float64Array(c.memory.buffer, place(i), length);
  const put = (i, numbers) => view(i, numbers.length).set(numbers);
  const get = (i, length) => Array.from(view(i, length));

  const precisions = names(c.slider_precision);
  const outcomes = names(c.slider_outcome);
  const variants = names(c.slider_name).map((name, i) => ({
    name,
    index: i,
    isSoftmax: c.slider_is_softmax(i) === 1,
    summary: text(c.slider_summary(i)),
    isApproximation: c.slider_is_approximation(i) === 1,
    dtypes: precisions.map((_, precision) => text(c.slider_dtype(i, precision))),
  }));

  return {
    precisions,
    variants,
    // Returns each logit rounded to the precision.
    round(precision, logits) {
      put(0, logits);
      c.slider_round(precision, place(0), logits.length, place(1));
      return get(1, logits.length);
    },
    // Returns the exact results, and the numbers of the precision that are nearest to them.
    exact(isSoftmax, precision, logits) {
      put(0, logits);
      const n = logits.length;
      c.slider_exact(isSoftmax ? 1 : 0, precision, place(0), n, place(1), place(2));
      return { values: get(1, n), nearest: get(2, n) };
    },
    // Returns the results of a variant, and their outcome and errors.
    compute(variant, precision, logits, tolerance) {
      put(0, logits);
      const n = logits.length;
      c.slider_compute(variant.index, precision, place(0), n, place(1));
      const outcome = c.slider_judge(variant.index, precision, place(0), n, place(1), tolerance,
                                     place(2));
      const [error, sumMinus1] = get(2, 2);
      return { values: get(1, n), outcome: outcomes[outcome], error, sum: 1 + sumMinus1 };
    },
  };
}
