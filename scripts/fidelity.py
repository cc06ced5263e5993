"""One interleaved run of contend and of one or several interpreters; called by scripts/fidelity.

    six rounds:     of each block of cells: every side measures them, one side right after the other
    after them:     both results are written, `contend compare --fidelity` judges the rounds so far, and
                    what is decided is measured no more
    as time allows: the block that should take the least time to be decided gets a few rounds more,
                    blocks out of sight an equal share of what is left

While a stranger is on these CPUs the turn is that of blocks whose figures are not how fast loops run.

A block holds the cells that one row or several put into relation.  All sides go through them in the
same order, and orders are mirrored from round to round, so that a drift of the machine falls on
numerator and denominator, on emulated and real alike.  Nothing is judged here: the table says which
cells each row needs and what its verdict is.
"""

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
# An isolated interpreter does not look beside the script.
sys.path[:0] = [os.path.join(HERE, "reference", "cpython"), HERE]
import cpython  # noqa: E402
import document  # noqa: E402
from fidelity_cells import BLOCKS, MS, OF_SPEED, Cell  # noqa: E402
from fidelity_pace import Pace  # noqa: E402

SIDE_NS = 180_000 * MS  # each side's share of the time there is
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
FEWEST = 6  # rounds before anything can be decided
MOST_AT_ONCE = 6  # rounds of a block between two looks
OUT_OF_SIGHT = 1000  # rounds: what a row that says no number is taken to lack
GIVE_UP = 3  # failures of a cell, one after the other
AT_MOST_S = 3  # waited for a stranger to go, before a launch
TRIES = 2  # launches of a cell in a round, as long as a stranger was beside the one before


@contextlib.contextmanager
def at_one_cpu(cpu):
    """Whatever is started in it may use that one alone; None: as before."""
    allowed = os.sched_getaffinity(0)
    if cpu is not None:
        os.sched_setaffinity(0, {cpu})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


class Stopped(Exception):
    """A signal came."""


class Wrong(Exception):
    """An option that cannot be meant."""


# ---- The emulated side --------------------------------------------------------------------


class Emulated:
    """`contend cell`, once a launch."""

    name = "emulated"

    def __init__(self, contend, scale):
        self.contend, self.scale, self.ops, self.cells = contend, scale, {}, {}
        self.head = self.describe()

    def describe(self):
        """The head of a result, from the shortest run there is."""
        with tempfile.TemporaryDirectory(prefix="contend-fidelity.") as folder:
            path = os.path.join(folder, "head.json")
            done = self.start(["run", "--workload", "noop", "--executor", "serial", "--tasks", "1",
                               "--rounds", "1", "--quiet", "--no-report", "-o", path])
            if not os.path.exists(path):
                raise self.problem(done)
            with open(path, encoding="utf-8") as file:
                found = json.load(file)
        return {key: found[key] for key in ("run", "host")}

    def start(self, arguments):
        # In a session of its own, as an interpreter's launch is: some kernels share CPUs by session.
        return subprocess.run([self.contend, *arguments], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False, start_new_session=True)

    @staticmethod
    def problem(done):
        lines = done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"]
        return RuntimeError(lines[-1])

    def run(self, arguments):
        done = self.start(arguments)
        try:
            return json.loads(done.stdout)
        except ValueError:
            raise self.problem(done) from None

    def options(self, cell):
        made = ["cell", "--workload", cell.workload, "--lock", cell.lock, "--executor",
                cell.executor, "--tasks", str(cell.tasks)]
        for key, value in cell.params.items():
            made += ["-p", key if "." in key else f"{cell.workload}.{key}"]
            made[-1] += f"={value}"
        return made + list(cell.emulated)

    def size(self, cell, longer):
        """Operations a task and in how many batches, so that all of them take the time together."""
        if cell.ops:
            return ["--ops", str(cell.ops_for(self.scale))]
        if not cell.time_ns:
            return []
        if cell.text not in self.ops:
            aim = cell.time_ns if cell.per_unit else cell.time_ns // cell.tasks
            found = self.run([*self.options(cell), "--calibrate", "--task-time",
                              f"{int(aim * self.scale / cell.slower)}ns"])
            self.ops[cell.text] = found["ops"], found["batches"]
        ops, batches = self.ops[cell.text]
        return ["--ops", str(int(ops * longer)), "--batches", str(batches)]

    def launch(self, cell, longer):
        made = self.run([*self.options(cell), *self.size(cell, longer), "--whole"])
        found = made["cell"]
        if found["status"] != "ok":
            raise RuntimeError(found.get("reason", found["status"]))
        return found


# ---- The real side ------------------------------------------------------------------------


class Real:
    """An interpreter, started anew for every launch."""

    def __init__(self, python, scale):
        self.python, self.scale, self.cells = python, scale, {}
        done = subprocess.run([python, "-I", "-B", cpython.__file__, "--describe"], check=True,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)
        self.head = json.loads(done.stdout)
        self.lock = self.head.pop("lock")
        self.name = self.head["run"]["tool"]["runtime"]

    def plan(self, cell, longer):
        changed = {key: value for key, value in cell.params.items() if "." not in key}
        changed.update(cell.real)
        made = cpython.make_cell(cell.workload, cell.executor, cell.tasks, cell.interval_ns,
                                 max(MS, int(cell.time_ns * self.scale * longer)), changed,
                                 self.lock)
        if cell.ops and not cell.time_ns:
            made["ops"] = cell.ops_for(self.scale)
        return made

    def launch(self, cell, longer):
        made = self.plan(cell, longer)
        answer = cpython.visit(made, self.python)
        if "failure" in answer:
            raise RuntimeError(answer["failure"])
        made["launches"] = [dict(answer, round=0)]
        return json.loads(json.dumps(document.cell_json(made)))


# ---- Results ------------------------------------------------------------------------------


class Kept:
    """What a side found of one cell, round by round."""

    def __init__(self):
        self.rounds, self.found, self.failures, self.failure = [], [], 0, None

    def add(self, number, found):
        self.rounds.append(number)
        self.found.append(found)
        self.failures = 0

    def fail(self, reason):
        self.failures += 1
        if self.failures >= GIVE_UP:
            self.failure = reason


def merge_metric(parts, launches):
    """parts: (index of the launch, metric) of each that has a value."""
    made = dict(parts[0][1])
    samples = [metric["samples"][0] for _, metric in parts]
    made.update(samples=samples, summary=document.median_interval(samples))
    spreads = [{"min": spread["min"], "max": spread["max"],
                "buckets": dict(map(tuple, spread["buckets"]))}
               for spread in (metric.get("distribution") for _, metric in parts) if spread]
    if spreads:
        made["distribution"] = document.distribution(spreads)
    made.pop("launches", None)
    if len(samples) < launches:
        made["launches"] = [index for index, _ in parts]
    return made


def merge_cell(kept):
    made, parts = dict(kept.found[0]), {}
    for index, cell in enumerate(kept.found):
        for name, metric in cell["metrics"].items():
            if metric["samples"]:
                parts.setdefault(name, []).append((index, metric))
    count = len(kept.found)
    made["metrics"] = {name: merge_metric(found, count) for name, found in parts.items()}
    made["launches"] = [dict(cell["launches"][0], round=number)
                        for number, cell in zip(kept.rounds, kept.found)]
    made["launch_distributions"] = {
        name: [cell["metrics"].get(name, {}).get("distribution", {}).get("buckets", [])
               for cell in kept.found] for name in document.BY_LAUNCH if name in made["metrics"]}
    made["warnings"] = [] if count >= 6 else [
        {"code": "few_samples", "text": f"{count} samples: an interval at 95 % needs 6"}]
    return made


def failed_cell(text, kept):
    """A cell of which no launch came to its end, in the words of a result."""
    cell = Cell(text)
    return {"id": text, "role": "measured", "workload": cell.workload, "workload_kind": "",
            "lock": cell.lock, "executor": cell.executor, "tasks": cell.tasks, "workers": 0,
            "placement": "free", "params": {}, "lock_params": {}, "executor_params": {},
            "status": "failed", "reason": document.clean(kept.failure)[:500], "metrics": {},
            "launches": [], "warnings": []}


def write(path, side, session, rounds, is_complete, begin):
    run = dict(side.head["run"], session=session, rounds=rounds,
               status="complete" if is_complete else "partial",
               duration_ns=int((time.monotonic() - begin) * 1e9),
               finished_at=document.now_text(), command=[document.clean(w) for w in sys.argv])
    cells = [merge_cell(kept) if kept.found else failed_cell(text, kept)
             for text, kept in side.cells.items() if kept.found or kept.failure]
    made = {"schema": "contend.result/1", "run": run, "host": side.head["host"], "cells": cells}
    descriptor, temporary = tempfile.mkstemp(".tmp", os.path.basename(path) + ".",
                                             os.path.dirname(path))
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            json.dump(made, file, allow_nan=False, separators=(",", ":"))
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~umask())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def result_names(sides):
    """fidelity-emulated.json, and fidelity-real.json or fidelity-real-3.12.1.json, ..."""
    made, seen = ["fidelity-emulated.json"], {}
    for side in sides[1:]:
        version = side.name.split(" ", 1)[1].replace(" ", "-")
        seen[version] = seen.get(version, 0) + 1
        again = f"-{seen[version]}" if seen[version] > 1 else ""
        made.append(f"fidelity-real-{version}{again}.json" if len(sides) > 2 else
                    "fidelity-real.json")
    return made


# ---- The run ------------------------------------------------------------------------------


class Run:
    def __init__(self, options):
        self.options, self.begin = options, time.monotonic()
        self.draw = random.Random(options.seed)
        self.session = f"{document.now_text()}-{options.seed:08x}"
        self.sides = [Emulated(options.contend, options.time_scale)]
        self.sides += [Real(python, options.time_scale) for python in options.python]
        os.makedirs(options.output, exist_ok=True)
        self.names = result_names(self.sides)
        self.paths = [os.path.join(options.output, name) for name in self.names]
        self.number = 0
        self.measured = {name: 0 for name, _, _ in BLOCKS}  # rounds of each block
        self.first_turn = {name: self.draw.randrange(4) for name, _, _ in BLOCKS}
        self.lasted = {}  # seconds of a block's last round
        self.spent = {}  # seconds it got after the rounds that all have
        # A block's share of the time after the first rounds, about.
        self.share_s = options.budget / 1e9 / (2 * len(BLOCKS))
        self.open = {}  # name -> row of the table
        self.pace = Pace()
        self.shared = [0, 0]  # launches beside a stranger: made again, and kept

    @property
    def passes(self):
        """Rounds of the block that had the most."""
        return max(self.measured.values())

    @property
    def whole_rounds(self):
        """Rounds that every block has of which a row is open."""
        return min((self.measured[block] for block, _, _ in self.needed()), default=0)

    def left_s(self):
        return self.options.budget / 1e9 - (time.monotonic() - self.begin)

    def write(self, paths, is_complete=False):
        for side, path in zip(self.sides, paths):
            write(path, side, self.session, self.passes, is_complete, self.begin)

    def judge(self, paths):
        """Asks for the verdicts of what these files hold; remembers which rows are open."""
        done = subprocess.run([self.options.contend, "compare", "--fidelity", *paths,
                               "--format", "json"], capture_output=True, text=True, check=False)
        try:
            found = json.loads(done.stdout)
        except ValueError:
            sys.exit(f"fidelity: {done.stderr.strip() or 'no table came'}")
        tables, self.open = found.get("references", [found]), {}
        self.check_rows([row["name"] for row in tables[0]["rows"]])
        for table in tables:
            for row in table["rows"]:
                # What is still missing then will not come: a cell fails, or a side has no such figure.
                if row["verdict"] == "undecided" or row["verdict"] == "missing" and \
                        self.measured.get(self.block_of(row), FEWEST) < FEWEST:
                    self.open[row["name"]] = row
        if self.options.rows:
            self.open = {name: row for name, row in self.open.items()
                         if name in self.options.rows}
        return tables

    def check_rows(self, known):
        for name in self.options.rows:
            if name not in known:
                raise Wrong(f'--rows: "{name}" is none of {", ".join(known)}')

    @staticmethod
    def block_of(row):
        """The first block that has all of the row's cells."""
        return next((block for block, members, rows in BLOCKS
                     if set(row["cells"]) <= {cell.text for cell in members}
                     and (not rows or row["name"] in rows)), None)

    def needed(self):
        """Block by block the cells that open rows still need, and after how many rounds one is decided."""
        made = {}
        for row in self.open.values():
            found = made.setdefault(self.block_of(row), [set(), OUT_OF_SIGHT])
            found[0].update(row["cells"])
            found[1] = min(found[1], row.get("rounds_lacking") or OUT_OF_SIGHT)
        made.pop(None, None)
        return [(block, [cell for cell in members if cell.text in made[block][0]], made[block][1])
                for block, members, _ in BLOCKS if block in made]

    def measure_cell(self, block, side, cell, cpu):
        if cell.is_emulated_only and side is not self.sides[0]:
            return
        kept = side.cells.setdefault(cell.text, Kept())
        if kept.failure:
            return
        # A launch is longer by up to one turn of each unit: where it ends within a turn is chance.
        rotation = cell.tasks * cell.interval_ns / max(cell.time_ns * self.options.time_scale, 1)
        longer = 1 + self.draw.random() * min(rotation, 1)
        try:
            # Of two CPUs one may be shared with a stranger.  Of what runs alone, either side does so
            # at the same one in a round; which one is drawn.
            cpu = cpu if cell.is_alone else None
            if block in OF_SPEED:
                found = self.undisturbed(side, cell, longer, cpu)
            else:
                with at_one_cpu(cpu):
                    found = side.launch(cell, longer)
            kept.add(self.number, found)
        except RuntimeError as problem:
            kept.fail(f"{side.name}: {problem}")

    def undisturbed(self, side, cell, longer, cpu):
        """The launch with no stranger at its begin and end; the last of several, where none is so."""
        for attempt in range(TRIES):
            is_own, begin = self.pace.wait(AT_MOST_S), time.monotonic()
            with at_one_cpu(cpu):
                found = side.launch(cell, longer)
            if is_own and self.pace.is_own():
                return found
            if attempt + 1 == TRIES or not self.pace.spend(time.monotonic() - begin):
                break
            self.shared[0] += 1
        self.shared[1] += 1
        return found

    def measure(self, block, cells):
        """One round of a block. Of two rounds one mirrors the other."""
        started, turn = time.monotonic(), self.first_turn[block] + self.measured[block]
        self.number += 1
        cpu = self.draw.choice(sorted(os.sched_getaffinity(0)))
        first = turn // 2 % len(self.sides)
        sides = self.sides[first:] + self.sides[:first]
        if turn % 2:
            sides, cells = sides[::-1], cells[::-1]
        for side in sides:
            for cell in cells:
                self.measure_cell(block, side, cell, cpu)
        self.measured[block] += 1
        self.lasted[block] = time.monotonic() - started
        if self.measured[block] > FEWEST:
            self.spent[block] = self.spent.get(block, 0) + self.lasted[block]

    def may_measure(self, block):
        limit = self.options.rounds
        return self.lasted.get(block, 0) < self.left_s() and \
            (not limit or self.measured[block] < limit)

    def fit(self, todo):
        """Which of these entries suit the moment: beside a stranger, those that no speed is in."""
        if self.pace.is_own():
            return todo
        return [entry for entry in todo if entry[0] not in OF_SPEED] or todo

    def go_on(self, least):
        """One round of a block that lacks some all get, or a few of the one that is decided soonest.

        Returns the block; None: nothing is open, or there is no time.
        """
        todo = [entry for entry in self.needed() if self.may_measure(entry[0])]
        if not todo:
            return None
        self.draw.shuffle(todo)
        fit = self.fit(todo)
        early = [entry for entry in fit if self.measured[entry[0]] < least]
        if early:
            block, cells, _ = min(early, key=lambda entry: self.measured[entry[0]])
            self.measure(block, cells)
            return block
        # What it will have cost, at most a share: six rounds know little of how far rounds differ, and
        # one that a neighbour spoilt makes hundreds of a few.  What it has cost counts, too, so that a
        # row at the end of its tolerance does not starve the others.
        block, cells, lacking = min(fit, key=lambda entry: self.spent.get(entry[0], 0) + min(
            entry[2] * self.lasted[entry[0]], self.share_s))
        # Half of what is in sight: how rounds differ is known better then.
        for _ in range(min(-(-lacking // 2), MOST_AT_ONCE)):
            if self.may_measure(block):
                self.measure(block, cells)
        return block

    def look(self):
        self.write(self.paths)
        self.judge(self.paths)

    def tell(self, number):
        if not self.options.quiet:
            print(f"fidelity: round {number}: {len(self.open)} rows are open, "
                  f"{time.monotonic() - self.begin:.0f} s of {self.options.budget / 1e9:.0f} s",
                  file=sys.stderr)

    def tell_of_strangers(self):
        if any(self.shared) and not self.options.quiet:
            print(f"fidelity: others were on these CPUs during {sum(self.shared)} launches: "
                  f"{self.shared[0]} were made again, {self.shared[1]} count", file=sys.stderr)

    def ask_for_rows(self):
        """All rows, from a table of nothing: results that are there are left alone until then."""
        with tempfile.TemporaryDirectory(prefix="contend-fidelity.") as folder:
            paths = [os.path.join(folder, name) for name in self.names]
            self.write(paths)
            self.judge(paths)

    def go(self):
        self.ask_for_rows()
        least, told = min(FEWEST, self.options.rounds or FEWEST), 0
        while block := self.go_on(least):
            whole = self.whole_rounds
            # With fewer rounds nothing of the block can be decided.
            is_worth_a_look = self.measured[block] >= FEWEST
            if is_worth_a_look:
                self.look()
            if is_worth_a_look or told < whole:
                told = max(told, whole)
                self.tell(told)


def options_of(arguments):
    parser = argparse.ArgumentParser(prog="fidelity", description=__doc__.split("\n", 1)[0])
    parser.add_argument("contend")
    parser.add_argument("--python", action="append", required=True, metavar="P")
    parser.add_argument("--budget", type=budget, metavar="D",
                        help="all of it, at most (3m a side: 6m with one interpreter)")
    parser.add_argument("--rounds", type=int, default=0, metavar="N", help="at most (0: no limit)")
    parser.add_argument("--rows", type=cpython.words, default=[], metavar="A,B",
                        help="these rows alone, by their names in JSON")
    parser.add_argument("--time-scale", type=float, default=1.0, metavar="X",
                        help="all launches so many times as long")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**31))
    parser.add_argument("--quiet", action="store_true")
    parser.add_argument("-o", dest="output", default="results", metavar="FOLDER")
    options = parser.parse_args(arguments)
    options.budget = options.budget or (len(options.python) + 1) * SIDE_NS
    if not 0 <= options.rounds <= 1000:
        parser.error(f'--rounds: "{options.rounds}" is not within 0 to 1000')
    if not 0.01 <= options.time_scale <= 100:
        parser.error(f'--time-scale: "{options.time_scale}" is not within 0.01 to 100')
    return options


def budget(text):
    minutes = text[:-1] if text.endswith("m") and not text.endswith("ms") else None
    return int(cpython.duration(minutes + "s") * 60) if minutes else cpython.duration(text)


def stop(number, _frame):
    for other in STOPS:
        signal.signal(other, signal.SIG_IGN)
    raise Stopped(number)


def main(arguments):
    options = options_of(arguments)
    for number in STOPS:
        # What nohup asked for stays so.
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, stop)
    run = None
    try:
        run = Run(options)
        run.go()
        if not run.passes:
            raise RuntimeError("--budget: there was no time for a single round")
        run.write(run.paths, is_complete=True)
        run.tell_of_strangers()
    except Stopped:
        if run and run.passes:
            run.write(run.paths)
        return 130
    except Wrong as problem:
        print(f"fidelity: {problem}", file=sys.stderr)
        return 2
    except (OSError, RuntimeError, subprocess.CalledProcessError) as problem:
        print(f"fidelity: {problem}", file=sys.stderr)
        return 3
    return subprocess.run([options.contend, "compare", "--fidelity", *run.paths],
                          check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
