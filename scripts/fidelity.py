"""One interleaved run of contend and the reference; called by scripts/fidelity.

Each round is a short run of either, the one that begins alternating, so that drift of the machine
falls on both.  The rounds of a side are then put together: the samples of the same cell one after the
other, the distributions added up.  Summaries are made anew from the samples.
"""

import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "reference"))
import document  # noqa: E402


def merge_metric(parts):
    """parts: (metric, number of launches before it) of each round."""
    made = next((dict(m) for m, _ in parts if m["samples"]), dict(parts[0][0]))
    samples, launches, spreads = [], [], []
    for metric, before in parts:
        samples += metric["samples"]
        launches += [before + i for i in metric.get("launches", range(len(metric["samples"])))]
        if "distribution" in metric:
            spread = metric["distribution"]
            spreads.append({"min": spread["min"], "max": spread["max"],
                            "buckets": dict(map(tuple, spread["buckets"]))})
    if not samples:
        return made
    made.pop("reason", None)
    made.update(samples=samples, launches=launches, summary=document.median_interval(samples))
    if spreads:
        made["distribution"] = document.distribution(spreads)
    return made


def merge_cell(cells):
    good = [cell for cell in cells if cell["status"] == "ok"]
    if not good:
        return cells[0]
    made, parts, before, launches = dict(good[0]), {}, 0, []
    for number, cell in enumerate(good):
        for name, metric in cell["metrics"].items():
            parts.setdefault(name, []).append((metric, before))
        launches += [dict(launch, round=number) for launch in cell.get("launches", [])]
        before = len(launches)
    made["launches"] = launches
    made["metrics"] = {name: merge_metric(found) for name, found in parts.items()}
    for metric in made["metrics"].values():
        if metric.get("launches") == list(range(before)):
            del metric["launches"]
    # Those of one round alone say nothing of all of them.
    made["warnings"] = [] if before >= 6 else [
        {"code": "few_samples", "text": f"{before} samples: an interval at 95 % needs 6"}]
    return made


def merge(paths, output):
    rounds = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            rounds.append(json.load(file))
    made, cells = dict(rounds[-1]), {}
    for one in rounds:
        for cell in one["cells"]:
            cells.setdefault(cell["id"], []).append(cell)
    made["run"] = dict(made["run"], started_at=rounds[0]["run"]["started_at"], rounds=len(rounds),
                       rounds_planned=len(rounds),
                       duration_ns=sum(one["run"].get("duration_ns", 0) for one in rounds))
    made["cells"] = [merge_cell(found) for found in cells.values()]
    with open(output + ".tmp", "w", encoding="utf-8") as file:
        json.dump(made, file, allow_nan=False, separators=(",", ":"))
        file.write("\n")
    os.replace(output + ".tmp", output)


def run(command, output):
    """Runs one side for one round; None when it left no result."""
    done = subprocess.run([*command, "-o", output], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True)
    if done.returncode == 130:
        sys.exit(130)
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        print(f"fidelity: {lines[-1] if lines else command[1] + ' failed'}", file=sys.stderr)
    return output if os.path.exists(output) else None


def main(python, contend, rounds="5", directory="results"):
    if not rounds.isdigit() or not 1 <= int(rounds) <= 1000:
        print(f'fidelity: "{rounds}": expected a number of rounds, 1 to 1000', file=sys.stderr)
        return 2
    sides = [("emulated", [contend, "run", "--suite", "fidelity", "--rounds", "1"]),
             ("real", [contend, "reference", "cpython", "--python", python, "--plan", "fidelity",
                       "--task-time", "400ms", "--rounds", "1", "--quiet"])]
    made = {"emulated": [], "real": []}
    os.makedirs(directory, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="contend-fidelity.") as folder:
        for number in range(int(rounds)):
            for name, command in sides if number % 2 == 0 else sides[::-1]:
                print(f"fidelity: round {number + 1} of {rounds}: {name}", file=sys.stderr)
                path = run(command, os.path.join(folder, f"{name}-{number}.json"))
                if path:
                    made[name].append(path)
        for name, paths in made.items():
            if not paths:
                print(f"fidelity: {name}: there is no result", file=sys.stderr)
                return 3
            merge(paths, os.path.join(directory, f"fidelity-{name}.json"))
    return subprocess.run([contend, "compare", "--fidelity",
                           *(os.path.join(directory, f"fidelity-{n}.json") for n in made)],
                          check=False).returncode


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
