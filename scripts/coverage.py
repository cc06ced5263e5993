"""Reads what gcovr counted: a table by room, what is left by reason, and docs/coverage.md."""

import collections
import datetime
import json
import pathlib
import re
import subprocess
import sys

SOURCE = pathlib.Path(__file__).resolve().parent.parent
GROUPS = SOURCE / "scripts" / "coverage.d" / "groups"
RECORD = SOURCE / "docs" / "coverage.md"
LEAST = 0.90
# The record speaks of this tree while so many of its lines are what they were in number.
DRIFT_MOST = 0.05
BEGIN, END = "<!-- made by scripts/coverage: begin -->", "<!-- end -->"


def fail(text, status=1):
    print(f"coverage: {text}", file=sys.stderr)
    sys.exit(status)


def room_of(path):
    """bench/judge/duel/judge.c -> judge/duel; bench/main.c -> (top)."""
    parent = str(pathlib.PurePath(path).parent)
    return parent.removeprefix("bench").strip("/") or "(top)"


def read_lines(data):
    """{file: {line: count}}; a line counted in several programs is run where any ran it."""
    files = collections.defaultdict(dict)
    for entry in json.loads(pathlib.Path(data).read_text())["files"]:
        lines = files[entry["file"]]
        for line in entry["lines"]:
            if not line.get("gcovr/noncode"):
                number = line["line_number"]
                lines[number] = max(lines.get(number, 0), line["count"])
    return {file: lines for file, lines in files.items() if file.startswith("bench/") and lines}


def share(run, all_):
    return f"{100 * run / all_:.1f} %" if all_ else "-"


def read_groups():
    groups = []
    for row in GROUPS.read_text().splitlines():
        if row and not row.startswith("#"):
            name, pattern, why = row.split("\t")
            groups.append((name, pattern, why))
    return groups


def group_of(groups, file, text):
    for name, pattern, _ in groups:
        if pattern.startswith("@") and re.search(pattern[1:], file):
            return name
        if not pattern.startswith("@") and re.search(pattern, text):
            return name
    return "other"


def statement(source, number):
    """The line and what belongs to it: a branch's condition stands above it, a text below."""
    return " ".join(source[max(0, number - 3) : number + 2])


def left_over(files, groups):
    """[(group, file, line, text)] of what no test ran."""
    out = []
    for file in sorted(files):
        source = (SOURCE / file).read_text().splitlines()
        for number, count in sorted(files[file].items()):
            if count == 0 and number <= len(source):
                text = source[number - 1].strip()
                out.append((group_of(groups, file, statement(source, number)), file, number, text))
    return out


def by_room(files):
    rooms = collections.defaultdict(lambda: [0, 0])
    for file, lines in files.items():
        rooms[room_of(file)][0] += sum(count > 0 for count in lines.values())
        rooms[room_of(file)][1] += len(lines)
    return dict(sorted(rooms.items()))


def table(files):
    rows = ["| room | lines | run | share |", "|:---|---:|---:|---:|"]
    for room, (run, all_) in by_room(files).items():
        rows.append(f"| {room} | {all_} | {run} | {share(run, all_)} |")
    run, all_ = totals(files)
    return rows + [f"| **all** | **{all_}** | **{run}** | **{share(run, all_)}** |"]


def totals(files):
    run = sum(count > 0 for lines in files.values() for count in lines.values())
    return run, sum(len(lines) for lines in files.values())


def source_lines():
    return sum(len(path.read_text().splitlines()) for path in (SOURCE / "bench").rglob("*.[ch]"))


def reasons(left, groups):
    counts = collections.Counter(group for group, *_ in left)
    rows = ["| why no test runs them | lines |", "|:---|---:|"]
    told = set()
    for name, _, why in groups:
        if counts[name] and name not in told:
            told.add(name)
            rows.append(f"| **{name}**: {why} | {counts[name]} |")
    rows.append(f"| other: listed by `scripts/coverage --show bench` | {counts['other']} |")
    return rows


def record(data, target):
    files = read_lines(data)
    if not files:
        fail("gcovr found no line of bench/", 3)
    groups = read_groups()
    left = left_over(files, groups)
    run, all_ = totals(files)
    commit = subprocess.run(["git", "-C", SOURCE, "rev-parse", "--short", "HEAD"], text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.strip()
    part = [BEGIN, "",
            f"{share(run, all_)} of {all_} lines, measured at {commit or 'no commit'} on "
            f"{datetime.date.today()}; bench/ had {source_lines()} lines of text.", "",
            *table(files), "", *reasons(left, groups), "", END]
    path = pathlib.Path(target)
    text = path.read_text()
    before, rest = text.split(BEGIN, 1)
    path.write_text(before + "\n".join(part) + rest.split(END, 1)[1])
    print("\n".join(table(files)))
    print()
    print("\n".join(reasons(left, groups)))
    return 0 if run >= LEAST * all_ else 1


def show(data, where):
    groups = read_groups()
    files = {file: lines for file, lines in read_lines(data).items() if file.startswith(where.rstrip("/"))}
    for group, file, number, text in left_over(files, groups):
        print(f"{file}:{number}: [{group}] {text}")
    return 0


def check():
    """What is recorded, and whether it still speaks of this tree."""
    found = re.search(r"([\d.]+) % of \d+ lines, measured at (\w+).* had (\d+) lines of text",
                      RECORD.read_text().replace("\n", " "))
    if not found:
        fail("docs/coverage.md holds no figure yet, so there is none to check: make coverage", 77)
    figure, commit, then = float(found[1]), found[2], int(found[3])
    now = source_lines()
    if figure < 100 * LEAST:
        fail(f"docs/coverage.md says {figure} %, and {100 * LEAST:.0f} % are wanted")
    if abs(now - then) > DRIFT_MOST * then:
        fail(f"docs/coverage.md says {figure} %, but of another tree: it was measured at {commit}, when bench/ had "
             f"{then} lines, and it has {now} now, so nothing is known: make coverage", 77)
    print(f"{figure} % of the lines of bench/ are run, measured at {commit} ({now - then:+d} lines since)")
    return 0


def main(argv):
    if argv[:1] == ["record"]:
        return record(argv[1], argv[2])
    if argv[:1] == ["show"]:
        return show(argv[1], argv[2])
    return check()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
