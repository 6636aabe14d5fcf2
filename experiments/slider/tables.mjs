// The numbers, form by form, with the digits that are wrong.
import { marked, rightDigits, written, writtenPower } from "./digits.mjs";

function cell(tag, content, attributes = {}) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...[content].flat());
  return made;
}

function span(className, text) {
  const made = document.createElement("span");
  made.className = className;
  made.textContent = text;
  return made;
}

// A number with its wrong digits underlined and, for those who do not see that, counted.
function number(value, exact, nearest) {
  const [right, wrong, beyond] = marked(value, exact, nearest);
  const underlined = [["wrong", wrong], ["beyond", beyond]].filter(([, text]) => text !== "")
    .map(([name, text]) => Object.assign(document.createElement("u"), { className: name, textContent: text }));
  if (wrong === "") return [right, ...underlined];
  const count = rightDigits(value, exact);
  return [right, ...underlined, span("heard", count === 0 ? " wrong" : `, ${count} digits right`)];
}

function head(classes) {
  const names = Array.from({ length: classes }, (_, i) => "class " + (i + 1));
  const row = document.createElement("tr");
  row.append(...["form", ...names, "sum", "error, ULP", "outcome"].map((name) =>
    cell("th", name, { scope: "col" })));
  const made = document.createElement("thead");
  made.append(row);
  return made;
}

function line(title, formula, values, rest, attributes = {}) {
  const row = document.createElement("tr");
  for (const [name, value] of Object.entries(attributes)) row.setAttribute(name, value);
  row.append(cell("th", [span("name", title), span("formula", formula)], { scope: "row" }));
  row.append(...values.map((content) => cell("td", content)));
  row.append(...rest);
  return row;
}

const nothing = () => [cell("td", ""), cell("td", ""), cell("td", "")];

function error(ulp) {
  if (!Number.isFinite(ulp)) return "inf";
  return ulp >= 1e4 ? ulp.toExponential(1) : ulp.toFixed(ulp < 9.95 ? 2 : 0);
}

// The exact values as text; a probability below double's range from its logarithm.
function exactTexts(values, logs) {
  return values.map((y, i) =>
    y === 0 && logs && Number.isFinite(logs[i]) ? writtenPower(logs[i]) : written(y));
}

// view: {precision, asked, rounded, exact: {values, nearest}, logs (of softmax), results:
// [{variant, title, formula, values, sum, error, outcome}]}.
export function drawTable(table, view) {
  const body = document.createElement("tbody");
  body.append(
    line("logits", "x in " + view.precision,
      view.rounded.map((x, i) => number(x, view.asked[i], x)), nothing(), { class: "given" }),
    line("exact", "", exactTexts(view.exact.values, view.logs), nothing(), { class: "exact" }),
    line("nearest", "in " + view.precision,
      view.exact.nearest.map((y, i) => number(y, view.exact.values[i], y)), nothing(), { class: "nearest" }),
    ...view.results.map((result) =>
      line(result.title, result.formula,
        result.values.map((y, i) =>
          number(y, view.exact.values[i], view.exact.nearest[i])),
        [cell("td", written(result.sum)), cell("td", error(result.error)),
          cell("td", span("outcome " + result.outcome, result.outcome))],
        { "data-variant": result.variant.name })),
  );
  table.replaceChildren(head(view.rounded.length), body);
}
