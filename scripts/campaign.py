#!/usr/bin/env python3
"""Measures how often `contend duel` is wrong, and what it finds, beside the methods in use.

Two loops of about 20 ms, one in one thread, one of two threads that share a lock, the latter with a
CPU for each thread and with one for both; each on the machine as it is and with a bursty neighbour on
every CPU; programs that are the same and programs with so much work planted that they take some per
cent longer.  What was planted is known, so each answer is right or wrong.

  duel     contend duel, one run
  welch    hyperfine, one program after the other, Welch's t test on its times, p < 0.05
  utest    the same times as ten means a side, Mann-Whitney U test, p < 0.05 (google/benchmark, benchstat)
  tenth    the same times, means more than 10 % apart (github-action-benchmark at 110 %)

Each trial is one line of JSON in the file of rows; a campaign that was cut goes on where it stopped.
"""

import argparse
import json
import math
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parent / "campaign.d" / "loop.c"
SCHEMA = "contend.campaign/3"
METHODS = {"duel": ["duel"], "sequential": ["welch", "utest", "tenth"]}
TOOLS = [tool for tools in METHODS.values() for tool in tools]

# What is run, what is planted in it, and how duel is told to run it.
LOOPS = {
    "cpu": ("cpu", [0.0, 0.02, 0.05], []),
    "lock": ("lock", [0.0, 0.05], ["--placement", "spread"]),
    "lock, 1 CPU": ("lock", [0.0, 0.05], ["--placement", "lanes", "--gate", "cpu_ns"]),
}
# Of these the other methods have no counterpart.
DUEL_ALONE = {"lock, 1 CPU"}


# ---- The programs ------------------------------------------------------------------------


def build(directory):
    """Two builds of the same code, as long as each other and yet not the same file."""
    sides = []
    for label in ("base", "head"):
        program = directory / f"loop_{label}"
        subprocess.run(
            [os.environ.get("CC", "cc"), "-O2", "-pthread", f'-DLABEL="{label}"', "-o", program, SOURCE],
            check=True,
        )
        sides.append(str(program))
    return sides


def once_s(program, loop, count):
    begin = time.perf_counter()
    subprocess.run([program, loop, str(count)], check=True)
    return time.perf_counter() - begin


def calibrate(program, loop):
    """The count that fills 20 ms, and the share of the time that it rules: starting costs the same."""
    count, wall = 10000, 0
    while wall < 0.010:
        count *= 2
        wall = statistics.median(once_s(program, loop, count) for _ in range(25))
    count = int(count * 0.020 / wall)
    # What the same count once more takes; in pairs, for the machine's speed changes.
    again = [once_s(program, loop, 2 * count) / once_s(program, loop, count) - 1 for _ in range(51)]
    return {"count": count, "share": round(min(1, statistics.median(again)), 4)}


def longer(calibrated, planted):
    """The count of a head that takes so much longer as a whole."""
    return round(calibrated["count"] * (1 + planted / calibrated["share"]))


class Neighbour:
    """Bursts on every CPU this process may use."""

    def __init__(self, program, wanted):
        self.program, self.wanted, self.children = program, wanted, []

    def __enter__(self):
        if self.wanted:
            cpus = sorted(os.sched_getaffinity(0))
            self.children = [subprocess.Popen([self.program, "burst", str(cpu)]) for cpu in cpus]
        return self

    def __exit__(self, *_):
        for child in self.children:
            child.kill()
            child.wait()


def machine_ticks():
    """All CPU time of this machine and what a hypervisor took of it, in ticks."""
    ticks = [int(word) for word in pathlib.Path("/proc/stat").read_text().split("\n")[0].split()[1:9]]
    return sum(ticks), ticks[7]


# ---- The methods ----------------------------------------------------------------------------


def log_beta_fraction(a, b, x):
    """The continued fraction of the incomplete beta function (Lentz's method)."""
    tiny = 1e-300
    c, d = 1.0, 1 - (a + b) * x / (a + 1)
    d = 1 / (d if abs(d) > tiny else tiny)
    h = d
    for m in range(1, 300):
        for numerator in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 + numerator * d
            d = 1 / (d if abs(d) > tiny else tiny)
            c = 1 + numerator / c
            c = c if abs(c) > tiny else tiny
            h *= d * c
        if abs(d * c - 1) < 1e-12:
            break
    return h


def incomplete_beta(a, b, x):
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    if x < (a + 1) / (a + b + 2):
        return front * log_beta_fraction(a, b, x) / a
    return 1 - front * log_beta_fraction(b, a, 1 - x) / b


def welch_p(x, y):
    """Two-sided p of Welch's test."""
    vx, vy = statistics.variance(x) / len(x), statistics.variance(y) / len(y)
    if vx + vy == 0:
        return 1.0
    t = (statistics.fmean(x) - statistics.fmean(y)) / math.sqrt(vx + vy)
    df = (vx + vy) ** 2 / (vx**2 / (len(x) - 1) + vy**2 / (len(y) - 1))
    return incomplete_beta(df / 2, 0.5, df / (df + t * t))


def u_test_p(x, y):
    """Two-sided exact p of the Mann-Whitney U test, by counting; ties count half."""
    u = sum((a > b) + 0.5 * (a == b) for a in x for b in y)
    n, m = len(x), len(y)
    counts = {(0, 0): {0: 1}}

    def ways(i, j):
        if (i, j) not in counts:
            total = {}
            if i:
                for k, w in ways(i - 1, j).items():
                    total[k + j] = total.get(k + j, 0) + w
            if j:
                for k, w in ways(i, j - 1).items():
                    total[k] = total.get(k, 0) + w
            counts[(i, j)] = total
        return counts[(i, j)]

    table = ways(n, m)
    extreme = min(u, n * m - u)
    tail = sum(w for k, w in table.items() if k <= extreme)
    return min(1.0, 2 * tail / sum(table.values()))


def block_means(times, blocks=10):
    size = len(times) / blocks
    return [statistics.fmean(times[int(i * size) : int((i + 1) * size)]) for i in range(blocks)]


def claim(differs, ratio):
    return ("slower" if ratio > 1 else "faster") if differs else "none"


def run_duel(options, base, head, seed, told):
    command = [options.contend, "duel", "--quiet", "--format", "json", "--seed", str(seed)]
    command += ["--priority", options.priority]
    command += ["--budget", f"{options.seconds}s", *told, "--", *base, "--", *head]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1, 5):
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
    document = json.loads(done.stdout)
    comparison = document["comparisons"][0]
    row = next(r for r in comparison["rows"] if r["gated"])
    seconds = comparison["measured"]["seconds"] + comparison.get("confirmed", {}).get("seconds", 0)
    verdict = "control fired" if comparison["control_fired"] else row["verdict"]
    return [("duel", verdict, row["effect"].get("center_ratio"), seconds, row["effect"]["n"])]


def run_sequential(options, base, head, directory):
    """hyperfine as its users run it, and three readings of its times."""
    out = directory / "hyperfine.json"
    runs = max(10, int(options.seconds / 2 / 0.021))
    begin = time.perf_counter()
    subprocess.run(
        ["hyperfine", "-N", "--style", "none", "--runs", str(runs), "--export-json", str(out)]
        + [" ".join(base), " ".join(head)],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    seconds = time.perf_counter() - begin
    x, y = (r["times"] for r in json.loads(out.read_text())["results"])
    ratio = statistics.fmean(y) / statistics.fmean(x)
    bx, by = block_means(x), block_means(y)
    u_ratio = statistics.median(by) / statistics.median(bx)
    n = len(x)
    return [
        ("welch", claim(welch_p(x, y) < 0.05, ratio), ratio - 1, seconds, n),
        ("utest", claim(u_test_p(bx, by) < 0.05, u_ratio), u_ratio - 1, seconds, n),
        ("tenth", claim(ratio > 1.1 or ratio < 1 / 1.1, ratio), ratio - 1, seconds, n),
    ]


# ---- The campaign ---------------------------------------------------------------------------


def settings():
    return [
        (loop, noise, planted)
        for loop, (_, all_planted, _) in LOOPS.items()
        for noise in ("quiet", "neighbour")
        for planted in all_planted
    ]


def read_rows(path):
    if not path.exists():
        return None, []
    rows = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        try:
            rows.append(json.loads(line))
        except ValueError:
            # The last line of a campaign that was killed may be cut.
            print(f"{path}: line {number} is not whole and is left out", file=sys.stderr)
    return (rows[0], rows[1:]) if rows and rows[0].get("schema") == SCHEMA else (None, [])


def begin_rows(path, options, sides):
    header, rows = read_rows(path)
    if not header and path.exists() and path.stat().st_size:
        sys.exit(f"{path}: not the rows of a campaign like this one ({SCHEMA}), and is left alone")
    if header:
        for name in ("seed", "seconds", "priority"):
            if header.get(name) != getattr(options, name):
                sys.exit(f"{path}: made with another --{name}: {header.get(name)}")
    else:
        programs = {program for program, _, _ in LOOPS.values()}
        header = {
            "schema": SCHEMA,
            "seed": options.seed,
            "seconds": options.seconds,
            "priority": options.priority,
            "calibrated": {program: calibrate(sides[0], program) for program in sorted(programs)},
            "cpus": len(os.sched_getaffinity(0)),
            "kernel": os.uname().release,
            "contend": subprocess.run(
                [options.contend, "--version"], capture_output=True, text=True, check=True
            ).stdout.strip(),
        }
    # Rewritten, so that a cut line is gone and the next one begins a line.
    path.write_text("".join(json.dumps(row) + "\n" for row in [header, *rows]))
    return header, rows


def run_trial(options, header, sides, directory, setting, trial, method):
    loop, noise, planted = setting
    program, _, told = LOOPS[loop]
    calibrated = header["calibrated"][program]
    base = [sides[0], program, str(calibrated["count"])]
    head = [sides[1], program, str(longer(calibrated, planted))]
    before = machine_ticks()
    with Neighbour(sides[0], noise == "neighbour"):
        time.sleep(0.2)
        if method == "duel":
            seed = random.Random(f"{options.seed}/{setting}/{trial}").randrange(2**31)
            answers = run_duel(options, base, head, seed, told)
        else:
            answers = run_sequential(options, base, head, directory)
    ticks, stolen = (a - b for a, b in zip(machine_ticks(), before))
    return [
        {
            "trial": trial,
            "loop": loop,
            "noise": noise,
            "planted": planted,
            "tool": tool,
            "verdict": verdict,
            "estimate": estimate,
            "seconds": round(seconds, 3),
            "n": n,
            "load": os.getloadavg()[0],
            "steal_ratio": round(stolen / max(1, ticks), 4),
        }
        for tool, verdict, estimate, seconds, n in answers
    ]


def run(options, sides, directory, path):
    header, rows = begin_rows(path, options, sides)
    done = {(r["trial"], r["loop"], r["noise"], r["planted"], r["tool"]) for r in rows}
    with path.open("a") as out:
        most = max(options.trials, options.identical)
        for trial in range(most):
            order = [s for s in settings() if trial < (options.trials if s[2] else options.identical)]
            random.Random(f"{options.seed}/{trial}").shuffle(order)
            for setting in order:
                for method in options.methods:
                    if (trial, *setting, METHODS[method][0]) in done:
                        continue
                    if method == "sequential" and (setting[0] in DUEL_ALONE or trial >= options.beside):
                        continue
                    new = run_trial(options, header, sides, directory, setting, trial, method)
                    # One write, so that a method's tools are all there or none.
                    out.write("".join(json.dumps(row) + "\n" for row in new))
                    out.flush()
                    rows += new
            print(f"trial {trial + 1} of {most}", file=sys.stderr)
    return header, rows


# ---- The table ------------------------------------------------------------------------------


def share(hits, total):
    return f"{100 * hits / total:.1f} % ({hits}/{total})" if total else "-"


def cell(rows, planted):
    if not rows:
        return "-", "-", "-"
    claimed = [r for r in rows if r["verdict"] in ("slower", "faster")]
    found = claimed if planted == 0 else [r for r in rows if r["verdict"] == "slower"]
    errors = [abs(r["estimate"] - planted) for r in rows if r["estimate"] is not None]
    error = f"{100 * statistics.fmean(errors):.2f}" if errors else "-"
    return share(len(found), len(rows)), error, f"{statistics.fmean(r['seconds'] for r in rows):.1f}"


def table(header, rows):
    tools = [t for t in TOOLS if any(r["tool"] == t for r in rows)]
    lines = [
        f"{header['contend']}, {header['cpus']} CPUs, Linux {header['kernel']}, "
        f"{header['seconds']:g} s a comparison, seed {header['seed']}, duel --priority {header['priority']}",
        "",
        "Said of identical programs (planted 0 %), or found of what was planted; then the estimate's mean "
        "absolute error in percentage points and the mean time of a comparison in seconds.",
        "",
        "| loop | machine | planted | " + " | ".join(f"{t} | error | s" for t in tools) + " |",
        "|---|---|--:|" + "--:|" * (3 * len(tools)),
    ]
    for loop, noise, planted in settings():
        cells = []
        for tool in tools:
            mine = [
                r
                for r in rows
                if (r["loop"], r["noise"], r["planted"], r["tool"]) == (loop, noise, planted, tool)
            ]
            cells += cell(mine, planted)
        lines.append(f"| {loop} | {noise} | {100 * planted:g} % | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--contend", default="contend", help="the contend to measure")
    parser.add_argument("--trials", type=int, default=20, help="of each setting (20)")
    parser.add_argument(
        "--identical", type=int, help="of each setting with identical programs (as many as --trials)"
    )
    parser.add_argument(
        "--beside", type=int, help="of each setting by the sequential methods (as many as by duel)"
    )
    parser.add_argument("--priority", default="auto", choices=["auto", "raise", "keep"], help="of duel (auto)")
    parser.add_argument("--seconds", type=float, default=5, help="a comparison (5)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--methods", default="duel,sequential", help="duel, sequential (hyperfine's), or both"
    )
    parser.add_argument("-o", "--output", default="results/campaign.jsonl", help="rows, one JSON a line")
    parser.add_argument("--table", action="store_true", help="only print the table of the rows there are")
    options = parser.parse_args()
    options.methods = options.methods.split(",")
    path = pathlib.Path(options.output)
    if options.table:
        header, rows = read_rows(path)
        if not header:
            sys.exit(f"{path}: no rows of a campaign")
        print(table(header, rows), end="")
        return
    if not shutil.which(options.contend):
        sys.exit(f"--contend: {options.contend} is no program")
    options.contend = shutil.which(options.contend)
    unknown = set(options.methods) - set(METHODS)
    if unknown:
        sys.exit(f"--methods: {', '.join(sorted(unknown))} is unknown (duel, sequential)")
    if "sequential" in options.methods and not shutil.which("hyperfine"):
        sys.exit("hyperfine is not here; --methods duel leaves it out")
    if options.identical is None:
        options.identical = options.trials
    if options.beside is None:
        options.beside = max(options.trials, options.identical)
    if options.trials < 1 or options.seconds <= 0 or options.beside < 0 or options.identical < 0:
        sys.exit("--trials and --seconds must be above 0, --identical and --beside not below")
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="contend-campaign.") as name:
        directory = pathlib.Path(name)
        header, rows = run(options, build(directory), directory, path)
    print(table(header, rows), end="")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
