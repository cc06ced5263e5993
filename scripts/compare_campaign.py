#!/usr/bin/env python3
"""What `contend compare` says of pairs of stored results of one program, with and without a planted change.

    for i in 1 2 3 4 5 6 7 8; do make bench NAME=moment$i; done
    scripts/compare-campaign results/moment*.json

Each trial draws two of the results, which differ by their moments alone.  In half of the trials nothing
is changed (A/A): each `slower` or `faster` is a false word.  In the other half one of the two, by turns the
base and the head, is made worse by --plant in all cells that compute (workload kind cpu): rates are
divided, times multiplied, sample by sample.  There a word is right only of those rows, and only of that
side.  Counts are given by kind of row: what a cell does, and the metric.

--made ROUNDS,MOMENT,ROUND puts made figures in place of the measured ones: each cell's center, times a
draw for the moment and one for each round (standard deviations of their logarithms; 9,0.01,0.02).  That
shows what a design of runs and a rule of judging give each other, on any machine.

The table is Markdown.  Exit status: 0; 1 when a word was false; 2 for wrong usage or input.
"""

import argparse
import collections
import copy
import json
import math
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile

PLANTED_KINDS = {"cpu"}
PLANTED_GROUPS = {"throughput", "latency", "cpu"}
BLIND_MOST = 100  # as a relative change: beyond a factor of a hundred nothing would be seen
WORDS = ["slower", "faster", "same", "shifted", "undecided", "not comparable"]


def refuse(text):
    print(f"compare-campaign: {text}", file=sys.stderr)
    sys.exit(2)


def load(path):
    try:
        with open(path, encoding="utf-8") as file:
            result = json.load(file)
    except (OSError, ValueError) as problem:
        refuse(f"{path}: {problem}")
    if not isinstance(result, dict) or result.get("schema") != "contend.result/1":
        refuse(f"{path}: not a result of contend")
    return result


# ---- Changed results ---------------------------------------------------------------------


def scaled(metric, factor):
    metric["samples"] = [value * factor for value in metric["samples"]]
    for key in ("center", "lo", "hi"):
        if key in metric.get("summary", {}):
            metric["summary"][key] *= factor


def is_planted(cell, metric):
    return (cell["workload_kind"] in PLANTED_KINDS and cell["role"] == "measured"
            and metric["group"] in PLANTED_GROUPS and metric["nature"] == "noisy"
            and metric["better"] != "neutral")


def planted(result, change):
    """The result as of a program whose computing takes longer by that change."""
    worse = copy.deepcopy(result)
    for cell in worse["cells"]:
        for metric in cell["metrics"].values():
            if is_planted(cell, metric):
                scaled(metric, 1 / (1 + change) if metric["better"] == "higher" else 1 + change)
    return worse


def made(result, rounds, moment_sd, round_sd, rng):
    """The same cells with figures drawn around their centers."""
    other = copy.deepcopy(result)
    other["run"]["id"] += f"-{rng.getrandbits(32):08x}"
    for cell in other["cells"]:
        cell["launches"] = [{"round": i, "duration_ns": 1, "foreign_cpu_ns": 0, "steal_ns": 0} for i in range(rounds)]
        for metric in cell["metrics"].values():
            if metric["nature"] != "noisy" or not metric["samples"] or min(metric["samples"]) <= 0:
                continue
            center = statistics.median(metric["samples"]) * math.exp(rng.gauss(0, moment_sd))
            metric["samples"] = [center * math.exp(rng.gauss(0, round_sd)) for _ in range(rounds)]
            metric.pop("launches", None)
            ordered = sorted(metric["samples"])
            metric["summary"] = {"center": statistics.median(ordered), "lo": ordered[0], "hi": ordered[-1],
                                 "level": 0.75 if rounds < 6 else 0.95, "n": rounds}
    return other


# ---- Trials ------------------------------------------------------------------------------


def compare(contend, base, head, directory, options):
    paths = []
    for name, result in (("base", base), ("head", head)):
        paths.append(os.path.join(directory, name + ".json"))
        with open(paths[-1], "w", encoding="utf-8") as file:
            json.dump(result, file)
    done = subprocess.run([contend, "compare", *paths, "--format", "json", *options],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode not in (0, 1, 4):
        refuse(f"contend compare: {done.stderr.strip() or done.returncode}")
    return json.loads(done.stdout)["rows"]


def draw_pairs(count, trials, rng):
    """Ordered pairs of different results; none again before all have come."""
    every = [(a, b) for a in range(count) for b in range(count) if a != b]
    pairs = []
    while len(pairs) < trials:
        rng.shuffle(every)
        pairs += every
    return pairs[:trials]


class Tally:
    """Words by kind of row, and what was false among them."""

    def __init__(self):
        self.words = collections.defaultdict(collections.Counter)
        self.blind = collections.defaultdict(list)
        self.false = []
        self.trials_with_false = 0
        self.trials_with_right = 0

    def add(self, trial, result, rows, worse_side):
        cells = {cell["id"]: cell for cell in result["cells"]}
        before, found = len(self.false), False
        for row in rows:
            cell = cells[row["cell"]]
            is_target = worse_side is not None and is_planted(cell, cell["metrics"][row["metric"]])
            kind = ("planted " if is_target else "") + cell["workload_kind"], row["metric"]
            self.words[kind][row["verdict"]] += 1
            if cell["metrics"][row["metric"]]["nature"] == "noisy":
                # Without the field it could have seen nothing.
                self.blind[kind].append(row.get("detectable", math.inf))
            right = {"head": "slower", "base": "faster"}.get(worse_side) if is_target else None
            found |= right is not None and row["verdict"] == right
            if row["verdict"] in ("slower", "faster") and row["verdict"] != right:
                self.false.append((trial, row["cell"], row["metric"], row["verdict"]))
        self.trials_with_false += len(self.false) > before
        self.trials_with_right += found

    def table(self):
        lines = ["| cells | metric | " + " | ".join(WORDS) + " | right | could have seen |", "|:---|:---|" + "---:|" * 8]
        for kind in sorted(self.words):
            words = self.words[kind]
            judged = sum(words.values()) - words["not comparable"]
            said = words["slower"] + words["faster"]
            right = f"{100 * said / judged:.0f} %" if kind[0].startswith("planted") and judged else ""
            seen = statistics.median(self.blind[kind] or [0])
            blind = f"{100 * seen:+.0f} %" if seen < BLIND_MOST else "nothing"
            lines.append(f"| {kind[0]} | `{kind[1]}` | " + " | ".join(str(words[word]) for word in WORDS)
                         + f" | {right} | {blind} |")
        return "\n".join(lines)


def campaign(arguments, results):
    rng = random.Random(arguments.seed)
    tallies = {"A/A": Tally(), f"+{arguments.plant * 100:g} % planted": Tally()}
    with tempfile.TemporaryDirectory(prefix="contend-compare-campaign.") as directory:
        for planting, tally in enumerate(tallies.values()):
            for trial, (a, b) in enumerate(draw_pairs(len(results), arguments.pairs, rng)):
                base, head = results[a], results[b]
                if arguments.made:
                    base, head = (made(results[a], *arguments.made, rng) for _ in range(2))
                side = ("head", "base")[trial % 2] if planting else None
                if side == "head":
                    head = planted(head, arguments.plant)
                elif side == "base":
                    base = planted(base, arguments.plant)
                rows = compare(arguments.contend, base, head, directory, arguments.options)
                tally.add(trial, base, rows, side)
    return tallies


def made_of(text):
    try:
        rounds, moment_sd, round_sd = text.split(",")
        numbers = int(rounds), float(moment_sd), float(round_sd)
    except ValueError:
        raise argparse.ArgumentTypeError(f'"{text}" is not ROUNDS,MOMENT,ROUND such as 9,0.01,0.02') from None
    if numbers[0] < 2 or min(numbers[1:]) < 0:
        raise argparse.ArgumentTypeError(f'"{text}": at least 2 rounds, and no spread below 0')
    return numbers


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", nargs="+", metavar="RESULT")
    parser.add_argument("--contend", default=str(pathlib.Path(__file__).resolve().parent.parent / "build/release/contend"))
    parser.add_argument("--pairs", type=int, default=100, help="of each kind (100)")
    parser.add_argument("--plant", type=float, default=0.10, help="by how much computing takes longer (0.10)")
    parser.add_argument("--made", type=made_of, metavar="ROUNDS,MOMENT,ROUND", help="made figures in place of measured ones")
    parser.add_argument("--option", dest="options", action="append", default=[], help="one more word for contend compare")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    results = [load(path) for path in arguments.results]
    if len(results) < 2 and not arguments.made:
        refuse("at least two results are needed: a pair is of two moments (--made draws them from one)")
    if arguments.made and len(results) < 2:
        results *= 2
    tallies = campaign(arguments, results)
    print(f"{len(arguments.results)} results, {arguments.pairs} pairs of each kind, seed {arguments.seed}"
          + (", made figures: {} rounds, moments {:g}, rounds {:g}".format(*arguments.made) if arguments.made else ""))
    for name, tally in tallies.items():
        found = f"; found in {tally.trials_with_right} pairs" if name != "A/A" else ""
        print(f"\n**{name}**: {len(tally.false)} false words, in {tally.trials_with_false} of {arguments.pairs} pairs{found}\n")
        print(tally.table())
        for trial, cell, metric, word in tally.false[:10]:
            print(f"\nfalse: pair {trial + 1}: {cell} {metric}: {word}")
    return 1 if any(tally.false for tally in tallies.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
