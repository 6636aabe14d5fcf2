// Reads the CSV files that maxtrick writes (RFC 4180).

// Converts text to a list of rows, each an object whose keys are the names of the header.
export function parseCsv(text) {
  const lines = [];
  let line = [],
    cell = '',
    quoted = false;
  for (let i = 0; i < text.length; ++i) {
    const c = text[i];
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') cell += text[++i];
      else quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === ',') {
      line.push(cell);
      cell = '';
    } else if (c === '\n') {
      line.push(cell);
      lines.push(line);
      line = [];
      cell = '';
    } else if (c !== '\r') cell += c;
  }
  if (cell !== '' || line.length > 0) lines.push([...line, cell]);
  const [header, ...rows] = lines;
  if (header === undefined || header.join('') === '') throw new Error('line 1: no header');
  rows.forEach((cells, i) => {
    if (cells.length !== header.length)
      throw new Error(`line ${i + 2}: ${cells.length} cells, expected ${header.length}`);
  });
  return rows.map((cells) => Object.fromEntries(header.map((name, i) => [name, cells[i]])));
}

// Converts a cell to a number, including "inf", "-inf" and "nan". An empty cell and a cell that is
// not a number give NaN.
export function number(cell) {
  if (/^[+-]?inf$/.test(cell ?? '')) return cell.startsWith('-') ? -Infinity : Infinity;
  return cell === undefined || cell === '' ? NaN : Number(cell);
}

// Converts "1.29 [1.27, 1.31]", which may be marked as "(wide)", to {estimate, low, high}; undefined for a cell without an interval.
export function interval(cell) {
  const found = /^(\S+) \[(\S+), (\S+)\](?: \(wide\))?$/.exec(cell ?? '');
  if (!found) return undefined;
  const [estimate, low, high] = found.slice(1).map(number);
  return {estimate, low, high, text: cell};
}

export const distinct = (values) => [...new Set(values)];
