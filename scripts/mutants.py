"""Plants deliberate bugs, one at a time, and runs the tests that should see each.

A rule is a file tests/mutants/NAME.mutant: what would go wrong, in words; a line "file:" with the
source; a line "tests:" with the tests that should see it; and the change as in a diff, lines with
"-" replaced by those with "+" (" ": stays).  The old lines must be in the file exactly once: a rule
that no longer fits is an error, for it would guard nothing.

Works in a copy of the tree (build/mutants), which is kept, so that a second run builds little.
First all named tests are run without any bug: one that fails there can see nothing.  A test that
was passed before and fails with the bug has killed it.

With --record what came of each goes into the table of docs/mutants.md; rows of those not tried this
time stay, each with the commit it was tried at.

Exit status: 0 all killed, 1 some survived or a rule does not fit, 2 wrong usage, 3 no build.
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

SOURCE = pathlib.Path(__file__).resolve().parent.parent
RULES = SOURCE / "tests" / "mutants"
RECORD = SOURCE / "docs" / "mutants.md"
BEGIN, END = "<!-- made by scripts/mutants: begin -->", "<!-- end -->"
COPY = SOURCE / "build" / "mutants"
BUILD = COPY / "build" / "ci"
# A hang is an end, too, and is told apart from a test that says what is wrong.
TIMEOUT_S = 120


def fail(status, text):
    print(f"mutants: error: {text}", file=sys.stderr)
    sys.exit(status)


class Rule:
    """One bug: where it is planted, and who should see it."""

    def __init__(self, path):
        self.name = path.stem
        self.words, self.file, self.tests = [], None, []
        old, new = [], []
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if line.startswith("file: "):
                self.file = line[6:].strip()
            elif line.startswith("tests: "):
                self.tests = line[7:].split()
            elif line.startswith("#"):
                continue
            elif self.file and line[:1] in ("-", " "):
                old.append(line[1:])
            elif self.file and line[:1] == "+":
                pass
            elif self.file and line:
                fail(2, f"{path}:{number}: \"{line}\" is no line of a change (-, + or blank)")
            elif line:
                self.words.append(line)
            if self.file and line[:1] in ("+", " "):
                new.append(line[1:])
        if not (self.words and self.file and self.tests and old):
            fail(2, f"{path}: needs words, file:, tests: and a change")
        self.old = "".join(line + "\n" for line in old)
        self.new = "".join(line + "\n" for line in new)

    def misfit(self, tree):
        """Why it cannot be planted; None: it can."""
        path = tree / self.file
        if not path.is_file():
            return f"there is no {self.file}"
        count = len(re.findall(f"^(?={re.escape(self.old)})", path.read_text(), re.MULTILINE))
        return None if count == 1 else f"its old lines are {count} times in {self.file}"

    def plant(self, tree):
        path = tree / self.file
        text = "\n" + path.read_text()
        path.write_text(text.replace("\n" + self.old, "\n" + self.new, 1)[1:])


def run(command, **more):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)


def copy_tree():
    """What git knows, as it lies here; files that are the same keep their time."""
    listed = run(["git", "-C", SOURCE, "ls-files", "-co", "--exclude-standard", "-z"])
    if listed.returncode:
        fail(3, "this is no git tree: what belongs to it is not known")
    names = {name for name in listed.stdout.split("\0") if name and (SOURCE / name).exists()}
    for name in sorted(names):
        source, target = SOURCE / name, COPY / name
        if source.is_dir():
            continue
        if target.exists() and source.read_bytes() == target.read_bytes():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
    for folder in ("bench", "workloads", "tests", "scripts"):
        for path in (COPY / folder).rglob("*"):
            if path.is_file() and str(path.relative_to(COPY)) not in names:
                path.unlink()


def build(targets, jobs):
    return run(["cmake", "--build", BUILD, "-j", str(jobs), *(["--target", *targets] if targets else [])])


def targets_of(tests):
    """The programs that these tests run; scripts run contend itself."""
    targets = set()
    for test in tests:
        kind, name = test.split(".", 1)
        targets.add(f"{kind}_{name}" if kind in ("unit", "contract", "fuzz") else "contend")
    return sorted(targets)


def run_tests(tests, stop_early):
    """{test: "passed" | "failed" | "hung" | "skipped" | "absent"}; tests not come to are left out."""
    pattern = "^(" + "|".join(re.escape(test) for test in tests) + ")$"
    command = ["ctest", "--test-dir", BUILD, "-R", pattern, "--timeout", str(TIMEOUT_S)]
    out = run(command + (["--stop-on-failure"] if stop_early else []))
    states = {}
    for line in out.stdout.splitlines():
        found = re.match(r"\s*\d+/\d+ Test\s+#\d+: (\S+) \.*\s*(\*\*\*)?(\S+)", line)
        if found:
            name, _, word = found.groups()
            states[name] = {"Passed": "passed", "Skipped": "skipped", "Timeout": "hung"}.get(word, "failed")
    return states


def baseline(rules, jobs):
    print(f"building {BUILD.relative_to(SOURCE)} without a bug", file=sys.stderr)
    configured = run(["cmake", "--preset", "ci"], cwd=COPY)
    built = build([], jobs) if configured.returncode == 0 else configured
    if built.returncode:
        print(built.stdout[-4000:], file=sys.stderr)
        fail(3, "the tree does not build")
    tests = sorted({test for rule in rules for test in rule.tests})
    print(f"running {len(tests)} tests without a bug", file=sys.stderr)
    states = run_tests(tests, False)
    for test in tests:
        state = states.get(test, "absent")
        if state != "passed":
            print(f"mutants: {test} is {state} without any bug and can see none", file=sys.stderr)
    return {test for test in tests if states.get(test) == "passed"}


def try_rule(rule, able, jobs):
    """(verdict, more): killed, survived, or what is wrong with the rule."""
    tests = [test for test in rule.tests if test in able]
    if not tests:
        return "unseen", "none of its tests passes without it"
    path = COPY / rule.file
    before, stat = path.read_bytes(), path.stat()
    rule.plant(COPY)
    try:
        built = build(targets_of(tests), jobs)
        if built.returncode:
            lines = [line for line in built.stdout.splitlines() if ": error: " in line]
            return "unfit", "does not compile: " + (lines or ["?"])[0]
        states = run_tests(tests, True)
    finally:
        path.write_bytes(before)
        os.utime(path)  # newer than what was built with the bug
    for test, state in states.items():
        if state in ("failed", "hung"):
            return "killed", f"{test}{' (hung)' if state == 'hung' else ''}"
    return "survived", " ".join(tests)


def recorded():
    """{name: (verdict, by, commit)} of the table that there is."""
    table = RECORD.read_text().split(BEGIN, 1)[1].split(END, 1)[0]
    rows = {}
    for line in table.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if len(cells) == 5 and cells[0].startswith("`") and cells[2] != "not tried":
            rows[cells[0].strip("`")] = tuple(cells[2:])
    return rows


def record(results):
    """Writes the table; `results` is {name: (verdict, by)} of those that were tried."""
    commit = run(["git", "-C", SOURCE, "rev-parse", "--short", "HEAD"]).stdout.strip()
    rules = chosen([])
    known = recorded()
    rows = {**known, **{name: (*result, commit) for name, result in results.items()}}
    states = [rows.get(rule.name, ("not tried", "", ""))[0] for rule in rules]
    lines = [BEGIN, "", f"{states.count('killed')} of {len(rules)} planted bugs are seen, "
             f"{states.count('not tried')} were not tried.", "",
             "| bug | what goes wrong | came of it | seen by | at |", "|:---|:---|:---|:---|:---|"]
    for rule in rules:
        verdict, by, when = rows.get(rule.name, ("not tried", "", ""))
        words = " ".join(rule.words).replace("|", "\\|")
        lines.append(f"| `{rule.name}` | {words} | {verdict} | {by} | {when} |")
    before, rest = RECORD.read_text().split(BEGIN, 1)
    RECORD.write_text(before + "\n".join([*lines, "", END]) + rest.split(END, 1)[1])


def survivors(rules):
    """Rules of which the table says that no test saw them; those not tried yet are only named."""
    known = recorded()
    untried = [rule.name for rule in rules if rule.name not in known]
    if untried:
        print(f"not tried yet, as far as docs/mutants.md knows: {' '.join(untried)}")
    bad = [rule for rule in rules if known.get(rule.name, ("killed",))[0] != "killed"]
    for rule in bad:
        print(f"{known[rule.name][0]:8} {rule.name}: so says docs/mutants.md; a test is missing")
    return len(bad)


def parse(argv):
    parser = argparse.ArgumentParser(prog="scripts/mutants", description=__doc__.split("\n\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these (default: all)")
    parser.add_argument("--list", action="store_true", help="name the bugs, plant none")
    parser.add_argument("--check", action="store_true", help="only see that each rule still fits")
    parser.add_argument("--record", action="store_true", help="write what came of each into docs/mutants.md")
    parser.add_argument("--kinds", metavar="LIST", help="only tests of these kinds: unit,contract")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="parallel compilers")
    return parser.parse_args(argv)


def chosen(names):
    rules = {path.stem: Rule(path) for path in sorted(RULES.glob("*.mutant"))}
    for name in names:
        if name not in rules:
            fail(2, f"\"{name}\" is no mutant (scripts/mutants --list names them)")
    return [rules[name] for name in names] if names else list(rules.values())


def misfits(rules):
    bad = [(rule, why) for rule in rules if (why := rule.misfit(SOURCE))]
    for rule, why in bad:
        print(f"unfit    {rule.name}: {why}")
    return len(bad)


def main(argv):
    options = parse(argv)
    rules = chosen(options.names)
    if options.list:
        for rule in rules:
            print(f"{rule.name}\n    {' '.join(rule.words)}\n    {rule.file}: {' '.join(rule.tests)}")
        return 0
    if misfits(rules):
        return 1
    if options.check:
        if RECORD.exists() and survivors(rules):
            return 1
        print(f"{len(rules)} rules fit")
        return 0
    if options.kinds:
        for rule in rules:
            rule.tests = [test for test in rule.tests if test.split(".")[0] in options.kinds.split(",")]
        rules = [rule for rule in rules if rule.tests]
    copy_tree()
    able = baseline(rules, options.jobs)
    counts, results = {}, {}
    for rule in rules:
        begin = time.monotonic()
        verdict, more = try_rule(rule, able, options.jobs)
        counts[verdict] = counts.get(verdict, 0) + 1
        # A bug that some of its tests did not see may be seen by those that were left out.
        if verdict != "survived" or not options.kinds:
            results[rule.name] = (verdict, more)
        if options.record:  # whatever comes later
            record(results)
        print(f"{verdict:8} {rule.name} ({time.monotonic() - begin:.0f} s): {more}", flush=True)
    print(", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items())))
    return 0 if set(counts) <= {"killed"} else 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
