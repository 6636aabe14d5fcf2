// Draws the numbers of a card, one line for each class, with their wrong digits marked.
import { marked, rightDigits, written, writtenPower } from "./digits.mjs";

function cell(tag, content, attributes = {}) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...[content].flat());
  return made;
}

// Returns a number with its wrong digits underlined and, for screen readers, counted.
export function number(value, exact, nearest) {
  const [right, wrong, beyond] = marked(value, exact, nearest);
  const underlined = [["wrong", wrong], ["beyond", beyond]].filter(([, text]) => text !== "")
    .map(([name, text]) => Object.assign(document.createElement("u"), { className: name, textContent: text }));
  if (wrong === "") return [right, ...underlined];
  const count = rightDigits(value, exact);
  const heard = Object.assign(document.createElement("span"),
    { className: "heard", textContent: count === 0 ? " wrong" : `, ${count} digits right` });
  return [right, ...underlined, heard];
}

// `parts`: [{caption, values: the contents of the cells}].
export function drawNumbers(table, parts) {
  const bodies = parts.map(({ caption, values }) => {
    const body = document.createElement("tbody");
    if (caption) body.append(cell("tr", cell("th", caption, { colspan: 2, scope: "rowgroup", class: "caption" })));
    body.append(...values.map((content, i) => {
      const row = document.createElement("tr");
      row.append(cell("th", String(i + 1), { scope: "row", "aria-label": "class " + (i + 1) }), cell("td", content));
      return row;
    }));
    return body;
  });
  table.replaceChildren(...bodies);
}

export function error(ulp) {
  if (!Number.isFinite(ulp)) return "inf";
  return ulp >= 1e4 ? ulp.toExponential(1) : ulp.toFixed(ulp < 9.95 ? 2 : 0);
}

// Formats the exact values. A probability below the range of double is formatted from its
// logarithm.
export function exactTexts(values, logs) {
  return values.map((y, i) =>
    y === 0 && logs && Number.isFinite(logs[i]) ? writtenPower(logs[i]) : written(y));
}
