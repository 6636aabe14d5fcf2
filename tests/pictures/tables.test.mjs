// The tables that the report reads from any folder, and its messages about the others.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, test } from "node:test";
import { interval, number, parseCsv } from "../../scripts/pictures/draw/csv.mjs";
import { drawSvg } from "../../scripts/pictures/draw/svg.mjs";
import { changed, tables } from "./committed.mjs";

const made = [];
const folder = () => {
  made.push(mkdtempSync(join(tmpdir(), "report-")));
  return made.at(-1);
};
after(() => made.forEach((one) => rmSync(one, { recursive: true })));
const copy = (into, ...names) =>
  names.forEach((name) =>
    ["csv", "manifest.json"].forEach((ext) => cpSync(`results/${name}.${ext}`, join(into, `${name}.${ext}`))),
  );
// Writes a table as a run does: with a manifest.
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const writeTable = (path, csv) => {
  const manifest = { config: { text: "", sha256: sha256("") }, sha256: { [basename(path)]: sha256(csv) } };
  writeFileSync(path, csv);
  writeFileSync(path.replace(/\.csv$/, ".manifest.json"), JSON.stringify(manifest));
};
const report = (...options) => spawnSync("scripts/report", ["--ready", ...options], { encoding: "utf8" });
const drawn = (from) => readdirSync(join(from, "pictures")).sort();

// Returns a picture of changed tables, of which no part may be NaN.
const finite = async (name, changes) => {
  const picture = await changed(name, changes);
  for (const row of picture.sheet.rows) assert.equal(row.length, picture.sheet.header.length, `${row}`);
  for (const words of [picture.statement, picture.text, ...picture.sheet.rows.flat()])
    assert.doesNotMatch(words, /NaN|undefined|Infinity/);
  for (const narrow of [false, true])
    assert.doesNotMatch(await drawSvg(name, picture.draw(narrow)), /NaN|undefined|Infinity/);
  return picture;
};

test("CSV is read as maxtrick writes it", () => {
  assert.deepEqual(parseCsv('a,b\n1,"x, ""y""\nz"\n'), [{ a: "1", b: 'x, "y"\nz' }]);
  assert.throws(() => parseCsv("a,b\n1\n"), /line 2: 1 cells, expected 2/);
  assert.throws(() => parseCsv(""), /line 1/);
  assert.deepEqual(
    [number("inf"), number("-inf"), number("nan"), number(""), number("1e-3")],
    [Infinity, -Infinity, NaN, NaN, 0.001],
  );
  assert.deepEqual(interval("1.29 [1.27, 1.31]"), { estimate: 1.29, low: 1.27, high: 1.31, text: "1.29 [1.27, 1.31]" });
  assert.equal(interval(""), undefined);
});

test("a folder with one table gives its pictures, and says what is left out", () => {
  const own = folder();
  copy(own, "breaking");
  const { status, stderr } = report("--tables", own);
  assert.equal(status, 0, stderr);
  assert.deepEqual(drawn(own), ["breaking.svg", "surface.svg"]);
  assert.match(stderr, /left out loss-curves: no table training/);
  assert.match(stderr, /left out speed: no table speed/);
  assert.match(readFileSync(join(own, "report.html"), "utf8"), /From report-.*breaking\.csv/);
});

test("a table of one's own may have another name", () => {
  const own = folder();
  cpSync("results/breaking.csv", join(own, "mine.csv"));
  const manifest = JSON.parse(readFileSync("results/breaking.manifest.json", "utf8"));
  manifest.sha256["mine.csv"] = manifest.sha256["breaking.csv"];
  writeFileSync(join(own, "mine.manifest.json"), JSON.stringify(manifest));
  const { status, stderr } = report("--tables", own);
  assert.equal(status, 0, stderr);
  assert.deepEqual(drawn(own), ["breaking.svg", "surface.svg"]);
});

test("one CPU is enough, and needs no choice", () => {
  const own = folder(),
    [cpu] = readdirSync("results/speed");
  mkdirSync(join(own, "speed"));
  cpSync(`results/speed/${cpu}`, join(own, "speed", cpu), { recursive: true });
  const { status, stderr } = report("--tables", own);
  assert.equal(status, 0, stderr);
  assert.equal(drawn(own).filter((name) => name.includes(cpu)).length, 6);
  const html = readFileSync(join(own, "report.html"), "utf8");
  assert.ok(!html.includes('class="report chooser"'));
  // The folder of the CPU itself can be given too.
  assert.equal(report("--tables", join(own, "speed", cpu)).status, 0);
});

test("a speed table may have another name, and the page names the file that was read", () => {
  const own = folder(),
    [cpu] = readdirSync("results/speed"),
    manifest = JSON.parse(readFileSync(`results/speed/${cpu}/speed.manifest.json`, "utf8"));
  manifest.sha256["mine.csv"] = manifest.sha256["speed.csv"];
  copy(own, "training");
  for (const into of [join(own, "machine"), own]) {
    mkdirSync(into, { recursive: true });
    cpSync(`results/speed/${cpu}/speed.csv`, join(into, "mine.csv"));
    writeFileSync(join(into, "mine.manifest.json"), JSON.stringify(manifest));
    const { status, stderr } = report("--tables", own);
    assert.equal(status, 0, stderr);
    const html = readFileSync(join(own, "report.html"), "utf8");
    for (const path of [join(into, "mine.csv"), join(own, "training.csv")])
      assert.ok(html.includes(`From ${path.slice(tmpdir().length + 1)}`), path);
    assert.doesNotMatch(html, /From [^<]*speed\.csv/);
  }
});

test("a speed table that lacks rows costs its own pictures only", () => {
  const own = folder(),
    [first, second] = readdirSync("results/speed").filter((cpu) => existsSync(`results/speed/${cpu}/speed.csv`));
  const kept = (cpu, wanted) => {
    const [header, ...rows] = readFileSync(`results/speed/${cpu}/speed.csv`, "utf8").trim().split("\n");
    mkdirSync(join(own, cpu), { recursive: true });
    writeTable(join(own, cpu, "speed.csv"), [header, ...rows.filter((row) => wanted(row.split(",")[0]))].join("\n"));
  };
  kept(first, (op) => op !== "softmax");
  kept(second, () => true);
  let { status, stderr } = report("--tables", own);
  assert.equal(status, 0, stderr);
  const all = ["accuracy-against-speed", "accuracy-against-speed-all", "speed-softmax", "speed-log_softmax"];
  const has = (cpu, ...names) =>
    assert.deepEqual(
      all.filter((name) => existsSync(join(own, `pictures/${name}-${cpu}.svg`))),
      names,
      stderr,
    );
  has(first, "accuracy-against-speed-all", "speed-log_softmax");
  has(second, ...all);
  for (const name of ["accuracy-against-speed", "speed"])
    assert.match(stderr, new RegExp(`left out ${name}: .*${first}/speed.csv has no softmax on one thread`));
  rmSync(join(own, "pictures"), { recursive: true });
  kept(first, (op) => op !== "copy");
  ({ status, stderr } = report("--tables", own));
  assert.equal(status, 0, stderr);
  has(first, "accuracy-against-speed", "accuracy-against-speed-all");
  has(second, ...all);
  for (const op of ["softmax", "log_softmax"])
    assert.match(stderr, new RegExp(`${first}/speed.csv has no copy on one thread, so no picture of ${op}\n`));
  rmSync(join(own, "pictures"), { recursive: true });
  kept(first, () => false);
  ({ status, stderr } = report("--tables", own));
  assert.equal(status, 0, stderr);
  has(first);
  has(second, ...all);
  assert.match(stderr, new RegExp(`left out accuracy-against-speed-all: .*${first}/speed.csv has no rows`));
});

test("a filtered table gives what it has", () => {
  const own = folder(),
    lines = readFileSync("results/accuracy.csv", "utf8").split("\n");
  const keep = ([header, ...rows], wanted) => [header, ...rows.filter(wanted)].join("\n") + "\n";
  writeTable(
    join(own, "accuracy.csv"),
    keep(lines, (row) => row.startsWith("softmax.max_trick.scalar,float32,normal-10,")),
  );
  writeTable(
    join(own, "breaking.csv"),
    keep(readFileSync("results/breaking.csv", "utf8").split("\n"), (row) => /^lab,(naive|clip),/.test(row)),
  );
  const { status, stderr } = report("--tables", own);
  assert.equal(status, 0, stderr);
  for (const name of ["error-against-classes", "error-against-spread", "error-and-bound", "breaking"])
    assert.ok(drawn(own).includes(`${name}.svg`), `${name}: ${stderr}`);
  writeTable(
    join(own, "accuracy.csv"),
    keep(lines, (row) => row.startsWith("softmax.max_trick.scalar,float16,normal-10,")),
  );
  assert.match(
    report("--tables", own).stderr,
    /left out error-against-classes: table accuracy has no such logits in float32/,
  );
});

test("x - max: a type may lack a criterion, and a criterion its classes", async () => {
  const { sheet } = await finite("x-minus-max", {
    x_minus_max: (row) =>
      (row.dtype === "float32" && row.criterion === "half-ulp") || (row.dtype === "float64" && row.classes === "2")
        ? undefined
        : row,
  });
  const cell = (what, classes) => sheet.rows.find(([first]) => first === what)[sheet.header.indexOf(classes)];
  assert.equal(cell("float64, within 1 %", "2 classes"), "");
  assert.equal(cell("float32, within 1 %", "2 classes"), "4.625 (4.605)");
  assert.equal(cell("float64, within 1 %", "10 classes"), "6.8125 (6.802)");
});

test("x - max: a criterion that never holds has no dot, and a table of these has an axis", async () => {
  const never = (row) => ({ ...row, from_gap: "never", difference: "inf", grid_spacing: "" });
  const some = await finite("x-minus-max", {
    x_minus_max: (row) => (row.criterion === "half-ulp" && row.classes === "10" ? never(row) : row),
  });
  assert.match(
    some.sheet.rows.find(([what]) => what === "float32, half an ULP")[some.sheet.header.indexOf("10 classes")],
    /^never \([0-9.]+\)$/,
  );
  await finite("x-minus-max", { x_minus_max: (row) => ({ ...never(row), predicted_gap: "inf" }) });
});

test("accuracy against speed: a table may have no times, or no correct kernel", async () => {
  const [{ id }] = tables.cpus(),
    name = `accuracy-against-speed-${id}`;
  const untimed = await finite(name, { speed: (row) => ({ ...row, time_ns: "", speed: "", memcpy_share: "" }) });
  assert.match(untimed.statement, /^No softmax kernel was both timed and correct/);
  const wrong = await changed(name, { speed: (row) => ({ ...row, outcome: "wrong" }) });
  assert.equal(wrong.statement, untimed.statement);
});

test("regions: a task may have no examples", async () => {
  const none = await finite("regions", { regions: (row) => (row.label === "" ? row : undefined) });
  assert.match(none.statement, /^A linear layer/);
  const some = await finite("regions", { regions: (row) => (row.task === "lab" && row.label !== "" ? undefined : row) });
  assert.doesNotMatch(some.statement, /lab, /);
  assert.match(some.statement, /circles, /);
});

test("regions: a table of examples only is no picture, and a network of NaN has no region", () => {
  const own = folder(),
    [header, ...rows] = readFileSync("results/regions.csv", "utf8").trim().split("\n");
  const label = header.split(",").indexOf("label");
  writeTable(
    join(own, "regions.csv"),
    [header, ...rows.filter((row) => row.split(",")[label] !== "")].join("\n") + "\n",
  );
  copy(own, "breaking");
  assert.match(report("--tables", own).stderr, /left out regions: table regions has no point of a grid/);
  const cells = header.split(",");
  const ofNan = rows.map((row) =>
    row
      .split(",")
      .map((cell, i) => (["class", "probability"].includes(cells[i]) ? "nan" : cells[i] === "as_best" ? "no" : cell))
      .join(","),
  );
  writeTable(join(own, "regions.csv"), [header, ...ofNan].join("\n") + "\n");
  const { status, stderr } = report("--tables", own);
  assert.equal(status, 0, stderr);
  assert.match(readFileSync(join(own, "pictures/regions.svg"), "utf8"), />class nan</);
});

test("a table that no run has written is an error that names it", () => {
  const own = folder(),
    path = (name) => join(own, name);
  copy(own, "breaking", "training");
  const refused = (why) => {
    const { status, stderr } = report("--tables", own);
    assert.equal(status, 6, stderr);
    assert.match(stderr, why);
    assert.ok(!existsSync(path("pictures")));
  };
  const breaking = readFileSync("results/breaking.csv", "utf8"),
    manifest = readFileSync("results/breaking.manifest.json", "utf8");
  writeTable(path("breaking.csv"), "a,b\n1\n");
  refused(/breaking\.csv: line 2: 1 cells, expected 2/);
  writeTable(path("breaking.csv"), "");
  refused(/breaking\.csv: line 1/);
  writeTable(path("breaking.csv"), breaking.slice(0, breaking.indexOf("\n") + 1));
  assert.match(report("--tables", own).stderr, /left out breaking: .*breaking\.csv has no rows/);
  rmSync(path("pictures"), { recursive: true });
  // `maxtrick check` refuses these tables too.
  writeFileSync(path("breaking.csv"), breaking.replace(",20,", ",19,"));
  writeFileSync(path("breaking.manifest.json"), manifest);
  refused(/breaking\.csv is not the file that its manifest describes/);
  writeFileSync(path("breaking.csv"), breaking);
  writeFileSync(path("breaking.md"), "# Breaking\n");
  refused(/breaking\.md is not the file that its manifest describes/);
  rmSync(path("breaking.md"));
  writeFileSync(path("breaking.manifest.json"), manifest.replace("seeds = ", "seeds = 1"));
  refused(/breaking\.manifest\.json: the text of its config does not have the digest beside it/);
  writeFileSync(path("breaking.manifest.json"), "{");
  refused(/breaking\.manifest\.json is not the manifest of a table/);
  rmSync(path("breaking.manifest.json"));
  refused(/breaking\.csv has no manifest/);
  rmSync(path("breaking.csv"));
  mkdirSync(path("breaking.csv"));
  refused(/breaking\.csv is no file/);
});

test("a folder without tables is an error", () => {
  const { status, stderr } = report("--tables", folder());
  assert.equal(status, 6);
  assert.match(stderr, /no table in .* that a picture shows/);
  assert.equal(report("--tables", join(folder(), "absent")).status, 2);
  assert.equal(report("--colour").status, 2);
});

test("what else is in a folder of one's own is kept", () => {
  const own = folder();
  copy(own, "breaking");
  mkdirSync(join(own, "pictures"));
  writeFileSync(join(own, "pictures/mine.svg"), "mine");
  assert.equal(report("--tables", own).status, 0);
  assert.equal(readFileSync(join(own, "pictures/mine.svg"), "utf8"), "mine");
  const elsewhere = folder();
  assert.equal(report("--tables", own, "--into", elsewhere).status, 0);
  assert.deepEqual(drawn(elsewhere), ["breaking.svg", "surface.svg"]);
  execFileSync("cmp", [join(own, "pictures/breaking.svg"), join(elsewhere, "pictures/breaking.svg")]);
});
