// The error of every algorithm against the number of classes.
import {number} from './draw/csv.mjs';
import {drawErrorLines, errorLines, errorSheet, inWords} from './draw/error_lines.mjs';

export const part = 'accuracy',
  place = 2;

export default (tables) => {
  const values = errorLines(tables, (row) => number(row.classes), 'distribution');
  return {
    name: 'error-against-classes',
    question: 'How does the error of each variant grow with the number of classes?',
    statement: `The largest error of softmax in float32 over all kinds of logits: ${inWords(values)}.`,
    text:
      'A plain loop adds the roundings of the denominator, so that its error may grow with the number of ' +
      'classes. Here every kind of logits of the table counts, also those that were chosen to hurt.',
    sources: ['accuracy'],
    sheet: errorSheet(values, 'Largest error in float32 in ULP, by number of classes'),
    values,
    draw: (narrow) =>
      drawErrorLines(
        values,
        narrow,
        'Largest error against the number of classes, float32',
        'each line: the worst over all kinds of logits',
        'classes',
      ),
  };
};
