// One card for the exact answer and one for each variant: its bars, its numbers, and its outcome.
import { written } from "./digits.mjs";
import { drawBars } from "./pictures.mjs";
import { drawNumbers, error, exactTexts, number } from "./tables.mjs";

// Returns the contents of the cards of an op; the exact answer comes first.
function contents(view, exactFormula, probability) {
  const { exact, precision } = view;
  return [
    {
      title: "exact", formula: exactFormula, outcome: "the answer", kind: "exact", probabilities: exact.values.map(probability),
      parts: [{ values: exactTexts(exact.values, view.logs) }],
    },
    {
      title: precision, formula: "what it can hold", outcome: "", kind: "given", probabilities: [],
      parts: [{ caption: "nearest to exact", values: exact.nearest.map((y, i) => number(y, exact.values[i], y)) },
        { caption: "the logits in " + precision, values: view.rounded.map((x, i) => number(x, view.asked[i], x)) }],
    },
    ...view.results.map((result) => ({
      title: result.title, formula: result.formula, outcome: result.outcome, kind: result.outcome, variant: result.variant.name,
      probabilities: result.values.map(probability),
      parts: [{ values: result.values.map((y, i) => number(y, exact.values[i], exact.nearest[i])) }],
      figures: `sum ${written(result.sum)}, error ${error(result.error)} ULP`,
    })),
  ];
}

// Draws the cards of an op into `root`. `probability` converts a value of the op to a probability.
export function drawCards(root, op, view, exactFormula, probability) {
  const cards = contents(view, exactFormula, probability);
  const place = root.querySelector(`.panels[data-op=${op}]`);
  const template = root.querySelector("#slider-panel").content.firstElementChild;
  while (place.children.length > cards.length) place.lastElementChild.remove();
  while (place.children.length < cards.length) place.append(template.cloneNode(true));
  cards.forEach((card, i) => {
    const panel = place.children[i];
    if (card.variant) panel.dataset.variant = card.variant;
    panel.querySelector("b").textContent = card.title;
    panel.querySelector(".formula").textContent = card.formula;
    const output = panel.querySelector("output");
    output.textContent = card.outcome;
    output.className = "outcome " + card.kind;
    panel.querySelector(".figures").textContent = card.figures ?? "";
    drawBars(panel.querySelector(".bars"), card.probabilities, i === 0 ? null : cards[0].probabilities);
    drawNumbers(panel.querySelector("table"), card.parts);
  });
}
