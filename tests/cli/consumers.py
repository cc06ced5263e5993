"""Reads an export as the program it is meant for would.

usage: consumers.py SCHEMAS FORMAT FILE [FORMAT FILE]...

JSON formats are checked against the shapes their programs document (SCHEMAS, transcribed), text
formats against their grammars; where the program's own reader is installed it reads the file too.
What cannot be checked here, since the validator or reader is not installed, is printed as a line
"FORMAT FILE REASON".  Exit status 0, or 1 when something is wrong.
"""

import csv
import json
import re
import shutil
import subprocess
import sys

NUMBER = r"[-+]?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?"


class Missing(Exception):
    """What would read the file is not installed."""


def skip(why):
    raise Missing(why)


def check_schema(name, path, schemas):
    try:
        import jsonschema
    except ImportError:
        skip("python's jsonschema is not installed")
    jsonschema.validate(json.load(open(path)), json.load(open(schemas))[name])


def tidied(unit):
    """As benchunit.Tidy names it: words between - * / and blanks; "ns" and "MB" only where they are one."""
    words = re.split(r"([-*/\s])", unit)
    is_above = True
    for i, word in enumerate(words):
        is_above = {"/": False, "*": True}.get(word, is_above)
        words[i] = {"ns": "sec", "MB": "B"}.get(word, word) if is_above else word
    return "".join(words)


def check_benchfmt(path):
    """golang.org/design/14313-benchmark-format, as golang.org/x/perf/benchfmt reads it (Reader, UnitMetadata)."""
    metadata, seen, lines = {}, {}, 0
    longest = 64 * 1024  # of bufio.Scanner
    for line in open(path, "rb"):
        assert line.endswith(b"\n") and len(line) < longest, line[:80]
        line = line.decode("utf-8").rstrip("\n")
        if line.startswith("Benchmark"):
            assert re.fullmatch(rf"Benchmark[^a-z\s]\S* [0-9]+( {NUMBER} \S+)+", line), line
            name, pairs = line.split(" ")[0], line.split(" ")[2:]
            assert all(re.fullmatch(r"[^=]+=.+", part) for part in name.split("/")[1:]), name
            units = [tidied(unit) for unit in pairs[1::2]]
            assert len(units) == len(set(units)) and set(units) <= {unit for unit, _ in metadata}, line
            for unit, value in zip(pairs[1::2], pairs[::2]):
                # What is a time or a size is scaled as one, which takes a word of its own.
                assert not re.search(r"(?<![-])(ns|bytes)$", unit), unit
                seen.setdefault(name, {}).setdefault(unit, []).append(float(value))
            lines += 1
        elif line.startswith("Unit "):
            assert re.fullmatch(r"Unit \S+ (better=(lower|higher)|assume=(nothing|exact))", line), line
            unit, word = line.split(" ")[1:]
            key, value = word.split("=")
            assert metadata.setdefault((tidied(unit), key), value) == value, line
            assert not lines, "metadata behind a line it is of"
        else:
            assert re.fullmatch(r"[a-z][^\sA-Z:]*: .*", line), line
    assert lines > 0
    if not shutil.which("benchstat"):
        skip("benchstat (golang.org/x/perf/cmd/benchstat) is not installed; its grammar was checked")
    read = subprocess.run(["benchstat", path], capture_output=True, text=True, check=False)
    assert read.returncode == 0 and "syntax" not in read.stderr, read.stderr


def check_exposition(path, name):
    text = open(path).read()
    try:
        if name == "openmetrics":
            from prometheus_client.openmetrics.parser import text_string_to_metric_families
        else:
            from prometheus_client.parser import text_string_to_metric_families
    except ImportError:
        skip("python's prometheus_client is not installed")
    families = list(text_string_to_metric_families(text))
    assert families and all(f.type == "gauge" and f.samples for f in families), families
    runs = [f for f in families if f.name.startswith("contend_run_")]
    assert [f.name for f in runs] == ["contend_run_info", "contend_run_started_seconds"], runs
    figures = [s for f in families if f not in runs for s in f.samples]
    assert {s.labels["bound"] for s in figures} == {"center", "lo", "hi"}
    # No label differs from run to run, and no two samples are of one series.
    assert not any("run" in s.labels for s in figures)
    series = [(s.name, *sorted(s.labels.items())) for f in families for s in f.samples]
    assert len(set(series)) == len(series)


def check_junit(path):
    try:
        from junitparser import JUnitXml
    except ImportError:
        skip("python's junitparser is not installed")
    for suite in JUnitXml.fromfile(path):
        before = (suite.tests, suite.failures, suite.errors, suite.skipped)
        suite.update_statistics()
        assert before == (suite.tests, suite.failures, suite.errors, suite.skipped), before


def check_otava_csv(path):
    """What otava's CsvImporter does: every column of every row must be a float."""
    rows = list(csv.reader(open(path, newline=""), delimiter=",", quotechar='"'))
    assert rows[0][:3] == ["time", "commit", "branch"], rows[0][:3]
    assert len(rows) > 1 and len(set(rows[0])) == len(rows[0])
    for row in rows[1:]:
        assert len(row) == len(rows[0])
        assert re.fullmatch(r"[0-9-]+T[0-9:]+Z", row[0]), row[0]
        [float(value) for value in row[3:]]
    assert [r[0] for r in rows[1:]] == sorted(r[0] for r in rows[1:])


def check_csv(path):
    rows = list(csv.DictReader(open(path, newline="")))
    assert rows and all(None not in row and None not in row.values() for row in rows)
    [(float(row["value"]), int(row["round"]), int(row["tasks"])) for row in rows]


def check(name, path, schemas):
    if name == "benchfmt":
        check_benchfmt(path)
    elif name in ("openmetrics", "prometheus"):
        check_exposition(path, name)
    elif name == "junit":
        check_junit(path)
    elif name == "otava-csv":
        check_otava_csv(path)
    elif name == "csv":
        check_csv(path)
    else:
        check_schema(name, path, schemas)


def main():
    schemas, *rest = sys.argv[1:]
    for name, path in zip(rest[::2], rest[1::2]):
        try:
            check(name, path, schemas)
        except Missing as missing:
            print(name, path, missing)
        except Exception as wrong:
            sys.exit(f"{name}: {path}: {type(wrong).__name__}: {str(wrong)[:400]}")


main()
