// Computes the width of a text, the same on every machine: from the widths of Helvetica, in thousandths of
// the font size. Arial and Liberation Sans have the same widths. A drawing states each text's width, so that
// a browser with another font keeps it.
const widths = new Map();
const add = (width, letters) => {
  for (const letter of letters) widths.set(letter, width);
};
(add(191, "'"),
  add(222, 'ijl’‘'),
  add(260, '|'),
  add(278, ' \u00a0!,./:;I[]\\ft·'),
  add(333, '()-`r⁻⁰¹²³⁴⁵⁶⁷⁸⁹₁₂'),
  add(334, '{}'),
  add(355, '"'));
(add(389, '*'),
  add(469, '^'),
  add(500, 'Jcksvxyz'),
  add(556, '#$0123456789?L_abdeghnopqu–'),
  add(584, '+<=>~−×±≤≥'),
  add(611, 'FTZ'));
(add(667, '&ABEKPSVXY'),
  add(722, 'CDHNRUw'),
  add(778, 'GOQ'),
  add(833, 'Mm'),
  add(889, '%'),
  add(944, 'W'),
  add(1015, '@'));
add(1000, '→←—…∞');

export function textWidth(text, size, bold = false) {
  let width = 0;
  for (const letter of `${text}`) width += widths.get(letter) ?? 680;
  return (width * size * (bold ? 1.07 : 1)) / 1000;
}

// Breaks a text into lines that are at most `width` wide.
export function wrap(text, width, size, bold = false) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const longer = lines.at(-1) === '' ? word : `${lines.at(-1)} ${word}`;
    if (lines.at(-1) !== '' && textWidth(longer, size, bold) > width) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}
