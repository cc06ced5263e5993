"""The whole-command cross-check; called by scripts/cross-check.

`contend once --executor E --tasks T --units N` starts, runs and joins N empty units, T at a time,
and exits.  With t(N) the time of the whole command as hyperfine sees it (-N: no shell in between),

    (t(k) - t(0)) / k

is what one unit costs, seen from outside: starting the program and ending it cancel out.  The
result's lifecycle_ns says the same from inside; T is the number of tasks of the cell it is taken
from, because units that live side by side cost something else than one after the other.  The
commands are visited in several rounds, so that drift falls on all of them.  A command's time is a
sum over its units, so what it says of one is a mean; a mean it is from inside, too.  Where a unit's
time has two modes (the CPU that is to run a thread is awake, or is not) a mean and a low quantile
differ by two or three, with nothing wrong on either side.  Others can only lengthen a run: of the
commands the fastest tenth counts, and from inside what lies above the 99th percentile does not.

Outside BAND one of the two is wrong.  That is said, and the run carries it as a warning, unless one
of the two figures is one that others made: the result marks its own, and hyperfine's is one where
other programs had more than OTHERS of the machine meanwhile.

Only the standard library is used.  The result is edited as text: what was there stays byte for
byte, cross_check and the warning are put in or replaced.
"""

import json
import os
import resource
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

# Executor and units: enough that what is looked for is well above the 0.1 ms by which starting
# a command varies, and few enough that all of it stays below ten seconds.
PLAN = [("thread", 400), ("process", 200), ("coroutine", 20000)]
ROUNDS = 3
RUNS = 7
TIME_LIMIT_S = 60
BAND = (0.5, 2)
WARNING = "cross_check"  # its code among run.warnings
LOW = 0.1
CUT = 0.99
OTHERS = 0.2  # of all CPUs' time, as for the warning foreign_load


def note(text):
    print(f"cross-check: {text}", file=sys.stderr)


def first_line(text):
    lines = text.strip().splitlines()
    return lines[-1] if lines else "it said nothing"


def command_of(contend, executor, tasks, units):
    at_once = ["--tasks", str(tasks)] if tasks else []  # None: all of them
    return [contend, "once", "--executor", executor, *at_once, "--units", str(units)]


def takes_tasks(contend):
    """Whether this binary's `once` can make its units a few at a time."""
    done = subprocess.run([contend, "once", "--help"], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True)
    return "--tasks" in done.stdout


def works(command):
    """Runs the command once; the reason in words when it does not do what it should."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=TIME_LIMIT_S)
    except (OSError, subprocess.TimeoutExpired) as problem:
        return str(problem)
    return None if done.returncode == 0 else first_line(done.stderr)


def hyperfine(commands):
    """Seconds of each run, a list per command."""
    with tempfile.TemporaryDirectory(prefix="contend-cross-check.") as directory:
        path = os.path.join(directory, "times.json")
        words = ["hyperfine", "-N", "--style", "none", "-w", "1", "-r", str(RUNS),
                 "--export-json", path]
        words += [shlex.join(command) for command in commands]
        done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise RuntimeError("hyperfine failed: " + first_line(done.stderr))
        with open(path, encoding="utf-8") as file:
            return [result["times"] for result in json.load(file)["results"]]


def hyperfine_version():
    done = subprocess.run(["hyperfine", "--version"], capture_output=True, text=True)
    words = done.stdout.split()
    return words[-1] if words else "unknown"


def busy_s():
    """CPU time that the machine has used, in seconds; None where that is not to be seen."""
    try:
        with open("/proc/stat", encoding="ascii") as file:
            user, nice, system, _, _, irq, softirq, *_ = map(int, file.readline().split()[1:])
    except (OSError, ValueError):
        return None
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def own_s():
    """CPU time of this program and of all that it has started and seen end, in seconds."""
    return sum(sum(resource.getrusage(who)[:2])
               for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


class Others:
    """The share of the machine that other programs have from now on."""

    def __init__(self):
        self.at_s, self.busy_s, self.own_s = time.monotonic(), busy_s(), own_s()

    def share(self):
        busy = busy_s()
        if busy is None or self.busy_s is None:
            return 0.0
        room_s = (time.monotonic() - self.at_s) * os.cpu_count()
        return max(0.0, (busy - self.busy_s) - (own_s() - self.own_s)) / room_s


def measure(contend, plan):
    """Nanoseconds a unit by executor; plan is a list of (executor, tasks, units)."""
    runs = [(executor, tasks, units) for executor, tasks, k in plan for units in (0, k)]
    times = {run: [] for run in runs}
    for _ in range(ROUNDS):
        for run, seconds in zip(runs, hyperfine([command_of(contend, *run) for run in runs])):
            times[run] += seconds
    return {executor: (low(times[executor, tasks, k]) - low(times[executor, tasks, 0])) * 1e9 / k
            for executor, tasks, k in plan}


def low(values):
    """The 10th percentile, as contend takes it of samples (definition 7 of Hyndman and Fan)."""
    if len(values) < 2:
        return values[0]
    return statistics.quantiles(values, n=round(1 / LOW), method="inclusive")[0]


def mean_of_buckets(buckets):
    """The mean of all repetitions but the slowest hundredth; buckets begin within 2 % of what they hold."""
    left = total = max(1, round(CUT * sum(count for _, count in buckets)))
    weighted = 0
    for value, count in sorted(buckets):
        taken = min(count, left)
        weighted += value * taken
        left -= taken
    return weighted / total


def mean_of_metric(metric):
    """What a unit costs: of single repetitions where the result has them; None without a value."""
    buckets = (metric.get("distribution") or {}).get("buckets") or []
    samples = metric.get("samples") or []
    if buckets:
        return mean_of_buckets(buckets)
    return statistics.fmean(samples) if samples else (metric.get("summary") or {}).get("center")


def made_by_others(cell):
    """Why the cell's figure is not what a unit costs, or None."""
    for warning in cell.get("warnings", []):
        if warning.get("code") in ("kept_waiting", "unusable"):
            return warning.get("text")
    shares = cell.get("metrics", {}).get("lifecycle_others_ratio", {}).get("samples")
    share = statistics.fmean(shares) if shares else 0
    return others_text(share) if share > OTHERS else None


def others_text(share):
    return f"other programs used {share * 100:.0f} % of the machine"


def internal_figure(result, executor):
    """Mean lifecycle_ns, tasks and doubts of the cell most like single empty units; None, 1, None without."""
    best = None
    for cell in result.get("cells", []):
        if cell.get("executor") != executor or cell.get("status") != "ok":
            continue
        figure = mean_of_metric(cell.get("metrics", {}).get("lifecycle_ns", {}))
        if figure is None:
            continue
        rank = (cell.get("workload") != "noop", cell.get("placement", "free") != "free",
                cell.get("lock") != "none", cell.get("tasks", 0))
        if best is None or rank < best[0]:
            best = (rank, figure, made_by_others(cell))
    return (best[1], max(best[0][-1], 1), best[2]) if best else (None, 1, None)


def members(text):
    """Where the members of the outermost object stand: {key: (start of value, end of value)}."""
    decoder = json.JSONDecoder()
    blank = " \t\r\n"

    def skip(at):
        while text[at] in blank:
            at += 1
        return at

    found = {}
    at = skip(text.index("{") + 1)
    while text[at] != "}":
        key, at = decoder.raw_decode(text, at)
        start = skip(skip(at) + 1)
        _, at = decoder.raw_decode(text, start)
        found[key] = (start, at)
        at = skip(at)
        if text[at] == ",":
            at = skip(at + 1)
    return found


def with_member(text, key, value):
    """The document with that member put in before "cells", or replaced; the rest untouched."""
    spread = "\n" in text.strip()
    new = json.dumps(value, indent=2 if spread else None, allow_nan=False)
    if spread:
        new = new.replace("\n", "\n  ")
    found = members(text)
    if key in found:
        start, end = found[key]
        return text[:start] + new + text[end:]
    label = json.dumps("cells")
    at = text.rindex(label, 0, found["cells"][0])
    return text[:at] + json.dumps(key) + ": " + new + (",\n  " if spread else ", ") + text[at:]


def write_atomic(path, text):
    temporary = path + ".tmp"
    try:
        with open(temporary, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise
    directory = os.open(os.path.dirname(path) or ".", os.O_RDONLY)
    os.fsync(directory)
    os.close(directory)


def human(ns):
    """Three digits, 11.0 us, in the unit in which the rounded number is below 1000."""
    if ns is None:
        return "-"
    rounded = float(f"{ns:.3g}")
    for unit, factor in (("ns", 1), ("us", 1e3), ("ms", 1e6), ("s", 1e9)):
        if abs(rounded) < 1000 * factor or unit == "s":
            shown = rounded / factor
            return f"{shown:.{max(0, 2 - exponent(shown))}f} {unit}"


def exponent(value):
    return int(f"{value:e}".split("e")[1]) if value else 0


def human_ratio(ratio):
    """Two digits whatever its size: 0.95, 3.6, 1/360; never 0.00."""
    if ratio is None:
        return "-"
    if ratio < 0.1:
        return "1/" + human_ratio(1 / ratio)
    rounded = float(f"{ratio:.2g}")
    return f"{rounded:.{max(0, 1 - exponent(rounded))}f}"


def judgement(ratio, doubt):
    if ratio is None:
        return "-"
    if BAND[0] <= ratio <= BAND[1]:
        return "agrees"
    return "not judged" if doubt else "OUTSIDE"


def with_run_warning(text, words):
    """The document with that warning of the cross-check, and no older one, among run.warnings."""
    if "run" not in members(text):
        return text
    start, end = members(text)["run"]
    run = text[start:end]
    others = [w for w in json.loads(run).get("warnings", []) if w.get("code") != WARNING]
    warnings = others + ([{"code": WARNING, "text": words}] if words else [])
    if not warnings and "warnings" not in members(run):
        return text
    new = json.dumps(warnings, ensure_ascii=False)
    found = members(run)
    if "warnings" in found:
        at, to = found["warnings"]
        return text[:start] + run[:at] + new + run[to:] + text[end:]
    separator = ", " if found else ""
    return text[:start] + '{"warnings": ' + new + separator + run[1:] + text[end:]


def table(rows):
    """Aligned columns: the first to the left, the others to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0])] + [c.rjust(w) for c, w in zip(row[1:], widths[1:])]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def main(contend, path):
    if shutil.which(contend) is None:
        note(f"{contend}: there is no such program")
        return 2
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        result = json.loads(text)
        if not str(result.get("schema", "")).startswith("contend.result/1"):
            raise ValueError("not a contend.result/1")
        members(text)["cells"]
    except (OSError, ValueError, KeyError, AttributeError, IndexError) as problem:
        note(f"{path}: {problem}")
        return 2

    plan = []
    a_few_at_a_time = takes_tasks(contend)
    for executor, units in PLAN:
        _, tasks, _ = internal_figure(result, executor)
        tasks = tasks if a_few_at_a_time else None
        units = -(-units // (tasks or 1)) * (tasks or 1)
        reason = next(filter(None, (works(command_of(contend, executor, tasks, n))
                                    for n in (0, units))), None)
        if reason:
            note(f"{executor} left out: {reason}")
        else:
            plan.append((executor, tasks, units))
    if not plan:
        return 3
    others = Others()
    try:
        outside = measure(contend, plan)
    except (OSError, RuntimeError) as problem:
        note(str(problem))
        return 3

    share = others.share()
    beside = f"{others_text(share)} beside hyperfine" if share > OTHERS else None
    version = hyperfine_version()
    entries = []
    rows = [("one empty unit", "by contend", "by hyperfine", "ratio", "")]
    outliers, doubts = [], []
    for executor, tasks, units in plan:
        entry = {"executor": executor, "units": units}
        inside, _, doubt = internal_figure(result, executor)
        doubt = doubt or beside
        ratio = None
        if inside is not None:
            entry["internal_ns"] = round(inside, 3)
        entry["hyperfine_ns"] = round(outside[executor], 3)
        if inside and outside[executor] > 0:
            ratio = float(f"{outside[executor] / inside:.4g}")
            entry["ratio"] = ratio
            entry["judgement"] = judgement(ratio, doubt).lower()
        entry["hyperfine_version"] = version
        entry["command"] = shlex.join(["contend"] + command_of(contend, executor, tasks, units)[1:])
        entries.append(entry)
        rows.append((executor, human(inside), human(outside[executor]), human_ratio(ratio),
                     judgement(ratio, doubt)))
        words = (f"{executor}: {human(inside)} by contend, {human(outside[executor])} by hyperfine, "
                 f"ratio {human_ratio(ratio)}")
        if rows[-1][-1] == "OUTSIDE":
            outliers.append(words)
        elif rows[-1][-1] == "not judged":
            doubts.append(f"{executor} ({doubt})")

    warning = f"outside {BAND[0]} to {BAND[1]}: " + "; ".join(outliers) if outliers else None
    try:
        text = with_member(text, "cross_check", entries)
        write_atomic(path, with_run_warning(text, warning))
    except OSError as problem:
        note(f"{path}: the cross-check could not be written: {problem.strerror}")
        return 3
    print(f"\nSeen from outside: whole commands timed by hyperfine {version}\n")
    print(table(rows))
    print(f"\nWithin {BAND[0]} to {BAND[1]} what contend says of itself is what a stopwatch sees; "
          "the two were taken one\nafter the other, each as a mean over many units.")
    if doubts:
        print("Not judged, because others made one of the figures: " + "; ".join(doubts))
    if warning:
        print(f"cross-check: {warning}: one of the two is wrong, and the result says so")
    return 0


sys.exit(main(sys.argv[1], sys.argv[2]))
