// Which convention each framework defines, for each question without a single right answer.
import {distinct} from './draw/csv.mjs';
import {remarks} from './draw/remarks.mjs';
import {letter, specification, strip, tip, tipField} from './draw/theme.mjs';
import {wrap} from './draw/text_width.mjs';

export const part = 'accuracy',
  place = 5;

const ours = 'this project',
  silent = 'not documented';
// The convention of this project, further ones in order of appearance, and none.
const colours = ['#cfe8dc', '#f6e8a6', '#f0a57a', '#dcb3d0'];

const words = (name) => name.replaceAll('_', ' ');
// A formula within a question is not broken, such as "E / (K - 1)", and no line consists of a last "1?".
const unbroken = (text) => text.replaceAll(/ ([-/]) /g, '\u00a0$1\u00a0').replace(/ (?=\S{1,2}$)/, '\u00a0');

// One cell for each question and framework, and one for this project. `rank` is 0 for the convention of this
// project, and -1 if none is documented.
function cellsOf(rows, questions) {
  return questions.flatMap((question) => {
    const own = rows.filter((row) => row.question === question);
    const [{ours: our, our_value: ourValue}] = own;
    const formulas = distinct([our, ...own.map(({formula}) => formula).filter((one) => one !== silent)]);
    const cell = (framework, formula, more) => ({
      question,
      framework,
      formula,
      rank: formulas.indexOf(formula),
      tip: tip(`${question}, ${framework}: ${words(formula)}`, ...more),
    });
    return [
      cell(ours, our, [ourValue]),
      ...own.map((row) => cell(row.framework, row.formula, [row.definition, row.value, row.file, row.version, row.note])),
    ];
  });
}

function matrix({cells, rows, questions, frameworks}, narrow) {
  const step = narrow ? {width: 20, height: 20} : {width: 62, height: 28};
  const y = {
    field: 'question',
    type: 'nominal',
    title: null,
    sort: questions,
    axis: {
      grid: false,
      ticks: false,
      domain: false,
      labelFontSize: narrow ? 9 : 11,
      labelPadding: 3,
      labelExpr: "replace(datum.label, /_/g, ' ')",
    },
  };
  const x = {
    field: 'framework',
    type: 'nominal',
    title: null,
    sort: [ours, ...frameworks],
    axis: {orient: 'top', labelAngle: narrow ? -90 : 0, grid: false, ticks: false, domain: false, labelFontSize: 10},
  };
  const values = cells.map((cell) => ({
    ...cell,
    colour: cell.rank < 0 ? strip : colours[cell.rank],
    lines: narrow ? [cell.rank < 0 ? '' : `${cell.rank + 1}`] : cell.rank < 0 ? [''] : wrap(words(cell.formula), 54, 9.5),
  }));
  const written = distinct(values.map(({lines}) => lines.length)).map((n) => ({
    transform: [{filter: `length(datum.lines) === ${n}`}],
    mark: {type: 'text', fontSize: 9.5, lineHeight: 11, baseline: 'middle', dy: -5.5 * (n - 1), color: letter},
    encoding: {text: {field: 'lines'}},
  }));
  const grid = {
    width: {step: step.width},
    height: {step: step.height},
    data: {values},
    encoding: {x, y},
    layer: [
      {
        mark: {type: 'rect', stroke: '#ffffff', strokeWidth: 1},
        encoding: {color: {field: 'colour', type: 'nominal', scale: null, legend: null}, ...tipField},
      },
      ...written,
    ],
  };
  if (narrow) return grid;
  const asksWidth = 200; // two lines for each question
  const asked = questions.map((question) => ({
    question,
    lines: wrap(unbroken(rows.find((row) => row.question === question).asks), asksWidth, 9.5),
  }));
  return {
    spacing: 8,
    hconcat: [grid, remarks(asked, y, {width: asksWidth + 4, step: step.height, fontSize: 9.5, lineHeight: 10.5})],
  };
}

export default (tables) => {
  const rows = tables.get('conventions');
  const questions = distinct(rows.map((row) => row.question)),
    frameworks = distinct(rows.map((row) => row.framework));
  const cells = cellsOf(rows, questions);
  const said = rows.filter(({formula}) => formula !== silent),
    agree = said.filter(({agrees}) => agrees === 'yes');
  const counts = frameworks.map((one) => {
    const of = (some) => some.filter(({framework}) => framework === one).length;
    return `${one} ${of(agree)} of ${of(said)}`;
  });
  return {
    name: 'conventions',
    question: 'What do frameworks define where no single answer is right?',
    statement:
      `${agree.length} of the ${said.length} definitions that the frameworks document give the value of this project's ` +
      `own: ${counts.join(', ')}.`,
    text:
      'Each row is a question that users met. A cell names the convention of a framework, read from its files, and ' +
      'is green if it is that of this project. Other conventions of a row have other colours; a colour means the ' +
      'same convention within a row only. Empty cells: the files that were read do not define it.',
    sources: ['conventions'],
    sheet: {
      caption: 'The questions, the convention of this project, and the frameworks by their conventions',
      header: ['question', 'what it asks', ours, 'the same', 'others', silent],
      rows: questions.map((question) => {
        const own = cells.filter((cell) => cell.question === question && cell.framework !== ours),
          named = (some) => some.map(({framework}) => framework).join(', ');
        const others = distinct(own.filter(({rank}) => rank > 0).map(({formula}) => formula));
        return [
          words(question),
          rows.find((row) => row.question === question).asks,
          words(cells.find((cell) => cell.question === question && cell.framework === ours).formula),
          named(own.filter(({rank}) => rank === 0)),
          others.map((formula) => `${words(formula)}: ${named(own.filter((one) => one.formula === formula))}`).join('; '),
          named(own.filter(({rank}) => rank < 0)),
        ];
      }),
    },
    values: {cells},
    draw: (narrow) =>
      specification(
        narrow,
        'The convention of each framework',
        [
          narrow
            ? 'green, 1: the convention of this project; 2 to 4: others, equal ones in a row are the same; empty: not ' +
              'documented; tap a cell for its formula'
            : 'green: agrees with this project; another colour: another answer, the same one for each cell of the row with ' +
              'that colour; empty: not documented',
        ],
        matrix({cells, rows, questions, frameworks}, narrow),
      ),
  };
};
