// Accuracy against speed: every softmax kernel is a point; one picture for each CPU.
import {kernelPanel, kernelSheet, unbeaten} from './draw/kernel_points.mjs';
import {kindsOfLogits, ofAvx2, referenceOf, shapesOfManyLogits, shortName, timed} from './draw/kernels.mjs';
import {NotThere} from './draw/tables.mjs';
import {specification} from './draw/theme.mjs';
import {digits} from './draw/variants.mjs';

export const part = 'speed',
  place = 1;

function picture(tables, cpu) {
  const shapes = shapesOfManyLogits(tables, cpu),
    shape = shapes[Math.floor(shapes.length / 2)],
    reference = referenceOf(tables, cpu);
  const kernels = timed(tables, cpu, 'softmax').filter((one) => one.shape === shape);
  if (kernels.length === 0) throw new NotThere(`${cpu.path} has no softmax on one thread`);
  const best = kernels.filter((one) => unbeaten(one, kernels)).sort((a, b) => b.share.estimate - a.share.estimate);
  const said = best.map(
    (one) =>
      `${shortName(one)} (${digits(one.worst.error)} ` +
      `ULP${one.speed ? `, ${digits(one.speed.estimate)} times as fast as ${reference}` : ''})`,
  );
  return {
    name: `accuracy-against-speed-${cpu.id}`,
    section: 'accuracy-against-speed',
    cpu,
    question: 'How accurate and how fast is each softmax kernel?',
    statement:
      said.length === 0
        ? 'No softmax kernel was both timed and correct, so that their speeds cannot be compared.'
        : `No kernel is both as accurate and as fast as these: ${said.join(', ')}.`,
    text:
      'Every kernel is a point: its largest error on the logits that were timed, and its speed as a share of ' +
      "memcpy's for the same bytes, which no softmax can beat by much. " +
      'A hollow mark is its largest error on other logits: spread by 30, or masked by −∞. A hollow mark in the ' +
      'strip: the kernel is wrong there, or flushes small results to 0.',
    sources: ['speed'],
    sheet: kernelSheet(kernels, `Softmax, ${shape}, one thread`, reference),
    values: {kernels},
    draw: (narrow) =>
      specification(
        narrow,
        `Softmax, float32, ${shape}: accuracy against speed`,
        [
          `one thread of ${cpu.name}; below and to the right is better`,
          `filled: ordinary logits (plain); hollow, where worse: the worst of ` +
            `${kindsOfLogits(tables, cpu).join(', ')} ones`,
          `×: times as fast as ${reference} (${ofAvx2}); bold: no other kernel is as accurate and as fast`,
        ],
        kernelPanel(kernels, kernels, {
          width: narrow ? 282 : 840,
          height: narrow ? 420 : 400,
          font: narrow ? 10 : 11,
          times: true,
          titles: narrow
            ? {x: "share of memcpy's speed  → faster", y: 'largest error (ULP)'}
            : {
                x: "speed: bytes a second, as a share of memcpy's (95 % intervals)  → faster",
                y: 'largest error (ULP)  ← more accurate',
              },
        }),
      ),
  };
}

export default (tables) => tables.cpus().map((cpu) => () => picture(tables, cpu));
