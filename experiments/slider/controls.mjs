// The controls of the page, and the row of logits that they define.
import { parse } from "./digits.mjs";

const mostClasses = 10;

export const start = { temperature: 1, offset: 0, precision: 0 };

// The logits that go into softmax, before they are rounded to the precision.
export function scaled(state) {
  return state.logits.map((z) => z / state.temperature + state.offset);
}

// Connects a slider and a text field for the same number. The field takes any number. The slider shows the
// nearest one in its range; its aria-valuetext is the number itself. `accepts` tells which numbers are valid;
// `problems` shows the sentence `expected` for all others.
function paired(line, value, { accepts, expected }, changed, problems) {
  const [slider, field] = line.querySelectorAll("input");
  const move = (number) => {
    slider.value = Number.isNaN(number) ? 0 : number;
    slider.setAttribute("aria-valuetext", field.value);
  };
  const valid = (is) => {
    field.setAttribute("aria-invalid", String(!is));
    problems(field, is ? null : `\u201c${field.value}\u201d: ${expected}`);
  };
  const show = (number) => {
    field.value = String(number).replace("Infinity", "inf").replace("NaN", "nan");
    valid(true);
    move(number);
  };
  slider.addEventListener("input", () => {
    show(Number(slider.value));
    changed(Number(slider.value));
  });
  field.addEventListener("input", () => {
    const number = parse(field.value);
    const is = number !== undefined && accepts(number);
    valid(is);
    if (!is) return;
    move(number);
    changed(number);
  });
  show(value);
  return show;
}

// Shows the error message of each field whose text is invalid, and says that the results do not belong to that text.
function problemsOf(root) {
  const place = root.querySelector(".problems");
  const all = new Map();
  return (field, sentence) => {
    if (sentence === null) all.delete(field);
    else all.set(field, sentence);
    for (const one of all.keys()) if (!one.isConnected) all.delete(one);
    place.textContent = [...all.values(), ...(all.size > 0 ? ["The results are those of the last numbers that could be used."] : [])].join(" ");
    root.querySelector(".results").classList.toggle("old", all.size > 0);
  };
}

// Puts the controls into `root`, set to the first row of four classes. Calls changed(state) immediately and
// after each change.
export function controls(root, precisions, presets, changed) {
  const element = (selector) => root.querySelector(selector);
  const first = presets.rows.find((row) => row.logits.length === 4);
  const state = { ...start, logits: numbers(first) };
  const rows = element(".logits");
  const preset = element("#slider-preset");
  const classes = element("#slider-classes");

  const own = () => {
    preset.value = "";
    note(null);
    changed(state);
  };
  const note = (row) => {
    element("#slider-preset-note").textContent =
      row === null ? "" : `${row.name}: ${row.what}` + (row.source ? ` (${row.source})` : "");
  };
  const logitsTake = { accepts: () => true, expected: "a logit is a number such as 1.5 or 1e8, or inf, -inf or nan." };
  const problems = problemsOf(root);
  const showLogits = () => {
    rows.replaceChildren(...state.logits.map((logit, i) => {
      const line = root.querySelector("#slider-logit").content.firstElementChild.cloneNode(true);
      const [slider, field] = line.querySelectorAll("input");
      const label = line.querySelector("label");
      slider.id = "slider-logit-" + (i + 1);
      label.htmlFor = slider.id;
      label.textContent = "Logit " + (i + 1);
      field.setAttribute("aria-label", "Logit " + (i + 1) + ", typed");
      paired(line, logit, logitsTake, (number) => {
        state.logits[i] = number;
        own();
      }, problems);
      return line;
    }));
    classes.value = state.logits.length;
    classes.nextElementSibling.textContent = state.logits.length;
  };
  const setting = (name, accepts, expected) =>
    paired(element(`[data-setting=${name}]`), state[name], { accepts, expected }, (number) => {
      state[name] = number;
      own();
    }, problems);
  const showTemperature = setting("temperature", (t) => t > 0 && Number.isFinite(t),
    "a temperature is a number above 0; logits are divided by it.");
  const showOffset = setting("offset", Number.isFinite, "an offset is a finite number.");

  classes.addEventListener("input", () => {
    const wanted = Math.min(mostClasses, Number(classes.value));
    while (state.logits.length < wanted) state.logits.push(0);
    state.logits.length = wanted;
    showLogits();
    own();
  });
  choices(preset, presets.rows);
  preset.addEventListener("change", () => {
    if (preset.value === "") return note(null);
    const row = presets.rows[Number(preset.value)];
    Object.assign(state, { logits: numbers(row), temperature: 1, offset: 0 });
    showTemperature(1);
    showOffset(0);
    showLogits();
    note(row);
    changed(state);
  });
  element("[data-action=equal]").addEventListener("click", () => {
    state.logits.fill(0);
    showLogits();
    own();
  });
  element("[data-action=hundred]").addEventListener("click", () => {
    state.logits[0] = 100;
    showLogits();
    own();
  });
  element(".precisions").append(...precisions.map((name, i) => {
    const label = document.createElement("label");
    const input = Object.assign(document.createElement("input"),
      { type: "radio", name: "slider-precision", value: name, checked: i === state.precision });
    input.addEventListener("change", () => {
      state.precision = i;
      changed(state);
    });
    label.append(input, " " + name);
    return label;
  }));

  showLogits();
  preset.value = String(presets.rows.indexOf(first));
  note(first);
  changed(state);
}

function numbers(row) {
  return row.logits.map(parse);
}

// Fills `select` with the name and the logits of each row, grouped by source.
function choices(select, rows) {
  const groups = { L: "The course lab", E: "The course chapter", S: "The lecture slides", "": "Overflow cases" };
  for (const [letter, title] of Object.entries(groups)) {
    const group = Object.assign(document.createElement("optgroup"), { label: title });
    rows.forEach((row, i) => {
      const of = /^[A-Z][0-9]/.test(row.name) ? row.name[0] : "";
      if (of === letter) group.append(new Option(`${row.what} [${row.logits.join(", ")}]`, i));
    });
    select.append(group);
  }
}
