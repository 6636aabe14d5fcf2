// Draws the bars of a card, one for each class.

const shortest = 0.002; // of the height; a lower line would look like an underline of the bar

function made(className, text = "") {
  return Object.assign(document.createElement(className === "value" ? "span" : "div"),
    { className, textContent: text });
}

// A bar is cut off at the edge; an arrow shows that its value lies beyond.
function label(p, roomy) {
  const arrow = p > 1.0005 ? "\u25b2" : p < 0 ? "\u25bc" : "";
  const text = roomy ? short(p) : "";
  return arrow && text ? arrow + "\n" + text : arrow + text;
}

function short(p) {
  if (!Number.isFinite(p)) return Number.isNaN(p) ? "" : "inf";
  if (p === 0 || p === 1) return String(p);
  const size = Math.abs(p);
  return size < 0.01 || size >= 1000 ? p.toExponential(0) : p.toFixed(size < 10 ? 2 : 0);
}

function column(p, exact, i, roomy) {
  const whole = made("column");
  const box = made("box");
  const fill = made("fill");
  fill.style.height = (Number.isNaN(p) ? 0 : Math.min(1, Math.max(0, p))) * 100 + "%";
  box.append(fill);
  if (Number.isNaN(p)) box.append(made("none", "NaN"));
  if (exact >= shortest) {
    const line = made("line-of-exact");
    line.style.bottom = exact * 100 + "%";
    box.append(line);
  }
  whole.append(made("value", label(p, roomy)), box, made("class", i + 1));
  return whole;
}

// Draws probabilities into `place`; `exact` are the exact ones, or null for the exact card itself.
export function drawBars(place, probabilities, exact) {
  const roomy = probabilities.length <= 5;
  const columns = probabilities.map((p, i) => column(p, exact === null ? NaN : exact[i], i, roomy));
  const heights = [...place.querySelectorAll(".fill")].map((fill) => fill.style.height);
  place.classList.toggle("crowded", !roomy);
  place.replaceChildren(...columns);
  // Each bar starts at its previous height, so that the change is animated.
  if (heights.length === columns.length) grow(columns.map((one) => one.querySelector(".fill")), heights);
}

function grow(fills, heights) {
  const goals = fills.map((fill) => fill.style.height);
  fills.forEach((fill, i) => (fill.style.height = heights[i]));
  requestAnimationFrame(() => fills.forEach((fill, i) => (fill.style.height = goals[i])));
}
