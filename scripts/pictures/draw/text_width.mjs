// Computes the width of a text, the same on every machine: from the widths of Helvetica, in thousandths of
// the font size. Arial and Liberation Sans have the same widths. A drawing states the width of each
// text of more than three characters, so that a browser with another font fits the text to that width.
const lettersOf = {
  191: "'",
  222: 'ijl’‘',
  260: '|',
  278: ' \u00a0!,./:;I[]\\ft·',
  333: '()-`r⁻⁰¹²³⁴⁵⁶⁷⁸⁹₁₂',
  334: '{}',
  355: '"',
  389: '*',
  469: '^',
  500: 'Jcksvxyz',
  556: '#$0123456789?L_abdeghnopqu–',
  584: '+<=>~−×±≤≥',
  611: 'FTZ',
  667: '&ABEKPSVXY',
  722: 'CDHNRUw',
  778: 'GOQ',
  833: 'Mm',
  889: '%',
  944: 'W',
  1000: '→←—…∞',
  1015: '@',
};
const widths = new Map(
  Object.entries(lettersOf).flatMap(([width, letters]) => [...letters].map((letter) => [letter, Number(width)])),
);

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
