"""Runs the frameworks that are installed on the inputs of configs/conventions.toml.

frameworks_test.py PROGRAM CONFIG: `PROGRAM run CONFIG` gives the value of each stated formula. Every definition with
`run = true` has a call here, and a result that differs from the value is a failure. The calls use float64, except
oneDNN, which has float32 and is called by `PROGRAM eval`.
"""

import csv
import math
import pathlib
import subprocess
import sys
import tempfile
import tomllib
import warnings

import scipy
import scipy.special
import scipy.stats
import torch
import torch.masked
import torch.nn.functional as F

# Values have 12 digits, and softmax and losses of a few numbers have a few roundings of 2^-53.
TOLERANCE = 1e-11
# The versions that the config states, as the libraries name them. Debian's PyTorch 1.13.1 calls itself 1.13.0.
VERSIONS = {"scipy": (scipy.__version__, "1.10."), "pytorch": (torch.__version__, "1.13."), "onednn": ("", "")}


def tensor(values):
    return torch.tensor(values, dtype=torch.float64)


def labels(given):
    return torch.tensor(given["labels"])


def gradient(given):
    logits = tensor(given["logits"]).requires_grad_()
    F.cross_entropy(logits, tensor(given["targets"]), reduction="sum").backward()
    return logits.grad


def pairs(function, given):
    return function(given["targets"][0], given["probabilities"][0]).sum()


TORCH = {
    "plus_infinity": lambda g: torch.softmax(tensor(g["logits"]), 1),
    "minus_infinity": lambda g: torch.softmax(tensor(g["logits"]), 1),
    "masked_row": lambda g: torch.masked.softmax(tensor(g["logits"]), 1, mask=torch.tensor(g["mask"]) == 1),
    "no_classes": lambda g: torch.logsumexp(tensor([]), 0),
    "default_axis": lambda g: F.softmax(tensor(g["logits"]).reshape(g["shape"])),
    "integer_logits": lambda g: torch.softmax(torch.tensor(g["logits"]), 1),
    "temperature_zero": lambda g: F.gumbel_softmax(tensor(g["logits"]), tau=0),
    "label_smoothing": lambda g: F.cross_entropy(
        tensor(g["logits"]), labels(g), label_smoothing=g["smoothing"], reduction="none"
    ),
    "weighted_mean": lambda g: F.cross_entropy(tensor(g["logits"]), labels(g), tensor(g["class_weights"])),
    "all_ignored": lambda g: F.cross_entropy(tensor(g["logits"]), labels(g), ignore_index=g["ignored_label"]),
    "ignored_label": lambda g: F.cross_entropy(
        tensor(g["logits"]), labels(g), ignore_index=g["ignored_label"], reduction="none"
    ),
    "label_out_of_range": lambda g: F.cross_entropy(tensor(g["logits"]), labels(g)),
    "log_of_zero": lambda g: torch.stack(
        [
            F.binary_cross_entropy(tensor(row[label]), tensor(1.0))
            for row, label in zip(g["probabilities"], g["labels"])
        ]
    ),
    "sum_of_probabilities": lambda g: F.nll_loss(tensor(g["probabilities"]).log(), labels(g), reduction="none"),
    "zero_target": lambda g: F.kl_div(tensor(g["probabilities"]).log(), tensor(g["targets"]), reduction="sum"),
    "sum_of_targets": gradient,
    "pos_weight": lambda g: F.binary_cross_entropy_with_logits(
        tensor(g["logits"]), tensor(g["targets"]), pos_weight=tensor(g["pos_weight"]), reduction="none"
    ),
    "infinite_logit": lambda g: F.binary_cross_entropy_with_logits(
        tensor(g["logits"]), tensor(g["targets"]), reduction="none"
    ),
}
SCIPY = {
    "plus_infinity": lambda g: scipy.special.softmax(g["logits"], axis=1),
    "minus_infinity": lambda g: scipy.special.softmax(g["logits"], axis=1),
    "no_classes": lambda g: scipy.special.logsumexp([]),
    "default_axis": lambda g: scipy.special.softmax(tensor(g["logits"]).reshape(g["shape"]).numpy()),
    "integer_logits": lambda g: scipy.special.softmax(torch.tensor(g["logits"]).numpy(), axis=1),
    "log_of_zero": lambda g: [
        scipy.special.rel_entr(1, row[label]) for row, label in zip(g["probabilities"], g["labels"])
    ],
    "sum_of_probabilities": lambda g: [
        scipy.stats.entropy([float(k == label) for k in range(len(row))], row)
        for row, label in zip(g["probabilities"], g["labels"])
    ],
    "zero_target": lambda g: pairs(scipy.special.rel_entr, g),
}


def onednn(program, given):
    logits = ",".join(str(x) for x in given["logits"][0])
    said = subprocess.run(
        [program, "eval", "softmax", f"--logits={logits}", "--variant", "softmax.onednn", "--format", "csv", "-q"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    (row,) = [row for row in csv.DictReader(said.splitlines()) if row["variant"] == "softmax.onednn"]
    return [float(word) for word in row["result"].split()]


def numbers(result):
    """The numbers of an array of any shape, in order."""
    if hasattr(result, "tolist"):
        result = result.tolist()
    if isinstance(result, (list, tuple)):
        return [x for part in result for x in numbers(part)]
    return [float(result)]


def same(value, result):
    if math.isnan(value) or math.isinf(value) or value == 0:
        return str(value) == str(result) or value == result
    return abs(result - value) <= TOLERANCE * abs(value)


def agrees(text, call):
    """Whether the call gives the value, and what it gives."""
    try:
        given = numbers(call())
    except (ValueError, RuntimeError, IndexError, TypeError) as error:
        return text == "refused", f"raises {type(error).__name__}: {error}"
    if text == "refused":
        return False, f"gives {given}"
    values = [float(word) for word in text.split()]
    return len(values) == len(given) and all(map(same, values, given)), f"gives {given}"


def rows_of(program, config):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program, "run", config, "-o", folder, "--quiet"], check=True, capture_output=True)
        with open(pathlib.Path(folder) / (pathlib.Path(config).stem + ".csv"), newline="") as table:
            return list(csv.DictReader(table))


def main():
    warnings.simplefilter("ignore")
    program, config = sys.argv[1:]
    with open(config, "rb") as file:
        given = {question["name"]: question for question in tomllib.load(file)["question"]}
    calls = {"pytorch": TORCH, "scipy": SCIPY, "onednn": {}}
    for name in ("plus_infinity", "minus_infinity"):
        calls["onednn"][name] = lambda g: onednn(program, g)
    failures, done, skipped = [], 0, set()
    called = {(framework, name) for framework, own in calls.items() for name in own}
    for row in rows_of(program, config):
        key = (row["framework"], row["question"])
        if not row["run"]:
            if key in called:
                failures.append(f"{key}: there is a call, but the config does not say run = true")
            continue
        if key not in called:
            failures.append(f"{key}: the config says run = true, but there is no call")
            continue
        version, stated = VERSIONS[row["framework"]]
        if not version.startswith(stated):
            skipped.add(f"skipped: {row['framework']} {version} is installed, and the config states {stated}")
            continue
        holds, said = agrees(row["value"], lambda: calls[row["framework"]][row["question"]](given[row["question"]]))
        done += 1
        if not holds:
            failures.append(f"{key}: {row['formula']} gives {row['value']}, but the framework {said}")
    for line in [*sorted(skipped), *failures]:
        print(line)
    print(f"{done} calls, {len(failures)} failures")
    return 1 if failures else 77 if skipped and done == 0 else 0


sys.exit(main())
