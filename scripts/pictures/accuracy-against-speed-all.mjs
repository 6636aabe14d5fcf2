// Accuracy against speed for every op and three numbers of classes, one picture for each CPU.
import {distinct} from './draw/csv.mjs';
import {kernelPanel, kernelSheet} from './draw/kernel_points.mjs';
import {kindsOfLogits, ops, referenceOf, shapesOfManyLogits, shortestName, timed} from './draw/kernels.mjs';
import {NotThere} from './draw/tables.mjs';
import {specification} from './draw/theme.mjs';
import {digits} from './draw/variants.mjs';

export const part = 'speed',
  place = 2;

function picture(tables, cpu) {
  const shapes = shapesOfManyLogits(tables, cpu),
    reference = referenceOf(tables, cpu);
  const kernels = ops.flatMap((op) =>
    shapes.flatMap((shape) => timed(tables, cpu, op).filter((one) => one.shape === shape)),
  );
  if (kernels.length === 0) throw new NotThere(`${cpu.path} has no op of the report on one thread`);
  const fastest = (op) =>
    kernels
      .filter((one) => one.op === op && one.speed && one.algorithm === 'accurate' && one.isa !== 'scalar')
      .map(({speed}) => speed.estimate);
  const worst = Math.max(...kernels.filter(({algorithm}) => algorithm === 'accurate').map(({worst: {error}}) => error));
  const range = (all) => `${digits(Math.min(...all))} to ${digits(Math.max(...all))}`;
  const said = distinct(kernels.map(({op}) => op))
    .filter((op) => fastest(op).length > 0)
    .map((op) => `${op} ${range(fastest(op))}`);
  const panel = (op, shape, narrow) =>
    kernelPanel(
      kernels.filter((one) => one.op === op && one.shape === shape),
      kernels,
      {
        width: narrow ? 278 : 250,
        height: narrow ? 200 : 230,
        font: 10,
        most: 1000,
        nameOf: shortestName,
        titles: {x: "share of memcpy's speed", y: 'error (ULP)'},
        title: {text: `${op}, ${shape}`, fontSize: 12},
      },
    );
  return {
    name: `accuracy-against-speed-all-${cpu.id}`,
    section: 'accuracy-against-speed-all',
    cpu,
    question: 'How accurate and how fast are the kernels of the other ops, and with other numbers of classes?',
    statement:
      said.length === 0
        ? 'Every op and three numbers of classes, each kernel with its name.'
        : `How many times as fast as ${reference} the vectorised accurate kernels are, at most ${digits(worst, 2)} ` +
          `ULP off: ${said.join(', ')}.`,
    text:
      'Softmax, log-softmax, the loss of cross-entropy, and that loss with its gradient, on rows of few ' +
      'classes, of a thousand, and of a vocabulary. Marks and names are those of the picture above.',
    sources: ['speed'],
    sheet: kernelSheet(kernels, 'Every op, rows × classes, one thread', reference),
    values: {kernels},
    draw: (narrow) =>
      specification(
        narrow,
        'Every op, float32, rows × classes: accuracy against speed',
        [
          `one thread of ${cpu.name}; below and to the right is better; hollow: the worst of ` +
            `${kindsOfLogits(tables, cpu).join(', ')} logits`,
          '512 and 256: AVX-512 and AVX2; bold: no other kernel is as accurate and as fast',
        ],
        {
          spacing: 14,
          columns: narrow ? 1 : shapes.length,
          concat: distinct(kernels.map(({op}) => op)).flatMap((op) => shapes.map((shape) => panel(op, shape, narrow))),
        },
      ),
  };
}

export default (tables) => tables.cpus().map((cpu) => () => picture(tables, cpu));
