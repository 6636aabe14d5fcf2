// The error of every algorithm against the spread of the logits.
import {drawErrorLines, errorLines, errorSheet, inWords} from './draw/error_lines.mjs';

export const part = 'accuracy',
  place = 1;

// Returns 30 for "normal-30": the standard deviation of the logits.
const spread = (row) => Number(/^normal-([\d.]+)$/.exec(row.distribution)?.[1] ?? NaN);

export default (tables) => {
  const values = errorLines(tables, spread, 'classes');
  return {
    name: 'error-against-spread',
    question: 'How does the error of each variant grow with the spread of the logits?',
    statement: `The largest error of softmax in float32 over all these logits: ${inWords(values)}.`,
    text:
      'Normal logits of standard deviation 1 are those of a network at the start of training, 10 those of a ' +
      'trained one, 30 those of a very confident one. A variant that rounds ' +
      'x − max before the exponential loses more the larger that difference is; naive forms overflow, and their ' +
      'line ends in a strip; what flushes small results to 0 loses all their digits.',
    sources: ['accuracy'],
    sheet: errorSheet(values, 'Largest error in float32 in ULP, by the standard deviation of the logits'),
    values,
    draw: (narrow) =>
      drawErrorLines(
        values,
        narrow,
        'Largest error against the standard deviation of the logits, float32',
        'each line: the worst over all numbers of classes',
        'standard deviation',
      ),
  };
};
