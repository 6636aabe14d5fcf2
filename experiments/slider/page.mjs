// The page: computes the values for the state of the controls, and draws the cards.
import { controls, scaled } from "./controls.mjs";
import { drawCards } from "./cards.mjs";
import { load } from "./kernel.mjs";
import { presets } from "./presets.mjs";

const quiet = 900; // ms after the last change before a screen reader is notified

function kernelBytes() {
  const text = document.getElementById("slider-wasm").textContent.trim();
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

function title(variant) {
  return variant.name.split(".")[1];
}

// Returns the formula; for an approximation, with a note that it is a different function.
function formula({ summary, isApproximation }) {
  return isApproximation && !summary.includes("approximation") ? summary + ", another function" : summary;
}

function computed(kernel, state) {
  const asked = scaled(state);
  const rounded = kernel.round(state.precision, asked);
  const log = kernel.exact(false, state.precision, rounded);
  return [true, false].map((isSoftmax) => ({
    precision: kernel.precisions[state.precision],
    asked,
    rounded,
    exact: isSoftmax ? kernel.exact(true, state.precision, rounded) : log,
    logs: isSoftmax ? log.values : null,
    results: kernel.variants.filter((variant) => variant.isSoftmax === isSoftmax).map((variant) => ({
      variant,
      title: title(variant),
      formula: formula(variant),
      ...kernel.compute(variant, state.precision, rounded, presets.inaccurate_above_ulp),
    })),
  }));
}

// Announces the outcomes that have changed since the last announcement (initially: since the
// start), once the sliders have stopped moving.
function announcer(status) {
  let said = null;
  let timer = 0;
  return (views) => {
    const now = new Map(views.flatMap((view) => view.results)
      .map((result) => [result.variant.name, result]));
    said ??= now;
    clearTimeout(timer);
    timer = setTimeout(() => {
      const news = [...now.values()].filter((result) =>
        said.get(result.variant.name).outcome !== result.outcome);
      said = now;
      if (news.length > 0)
        status.textContent = news.map((result) => result.title + ": " + result.outcome).join(", ");
    }, quiet);
  };
}

async function show(root) {
  const kernel = await load(kernelBytes());
  const announce = announcer(root.querySelector("[role=status]"));
  root.querySelector("[data-value=tolerance]").textContent = presets.inaccurate_above_ulp;
  root.querySelector(".body").hidden = false;
  controls(root, kernel.precisions, presets, (state) => {
    const views = computed(kernel, state);
    drawCards(root, "softmax", views[0], "e^x / sum e^x", (p) => p);
    drawCards(root, "log_softmax", views[1], "x - log sum e^x", Math.exp);
    const wide = kernel.variants.filter((v) => v.dtypes[state.precision].endsWith("_in_float32"));
    root.querySelector(".in-float32").textContent = wide.length === 0 ? "" :
      [...new Set(wide.map(title))].join(" and ") +
      " compute in float32 here and round their results; all others round every operation.";
    announce(views);
  });
  root.dataset.ready = "";
}

function begin() {
  const root = document.getElementById("slider");
  show(root).catch((error) => {
    const place = root.querySelector(".failure");
    place.textContent = "The sliders do not work in this browser: " + error.message;
    place.hidden = false;
    throw error;
  });
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
else begin();
