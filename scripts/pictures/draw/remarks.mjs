// A column of remarks beside the rows of a heat map.
import {distinct} from './csv.mjs';
import {soft} from './theme.mjs';

// Returns the column. Each value has the row's field of the channel `y`, and its remark as `lines`, which are
// centred in the row.
export function remarks(values, y, {width, step, fontSize, lineHeight}) {
  return {
    width,
    height: {step},
    view: {stroke: null},
    encoding: {y: {...y, axis: null}},
    layer: distinct(values.map(({lines}) => lines.length)).map((n) => ({
      data: {values: values.filter(({lines}) => lines.length === n)},
      mark: {
        type: 'text',
        align: 'left',
        baseline: 'middle',
        fontSize,
        color: soft,
        lineHeight,
        dy: -(lineHeight / 2) * (n - 1),
      },
      encoding: {x: {value: 0}, text: {field: 'lines'}},
    })),
  };
}
