"""What was injected and what came of it: one line of JSON each, and the table made from them."""

import json
import os

from .box import PROMISES

COLUMNS = ("change", "nightly", "release")


def append(path, record):
    """One write a line: a driver that is killed loses the injection that was going on."""
    line = json.dumps(record, separators=(",", ":")) + "\n"
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    try:
        os.write(fd, line.encode())
    finally:
        os.close(fd)


def read(directory):
    """All records of a folder; half a line at the end of a file is none."""
    records = []
    for name in sorted(os.listdir(directory)) if os.path.isdir(directory) else []:
        if not name.endswith(".jsonl"):
            continue
        with open(os.path.join(directory, name), encoding="utf-8") as file:
            for line in file:
                try:
                    records.append(json.loads(line))
                except ValueError:
                    pass
    return records


class Tally:
    """Of one row."""

    def __init__(self):
        self.indices, self.injections = set(), 0
        self.lost = self.orphans = self.statuses = self.other = self.skipped = 0
        self.reasons = {}

    def add(self, record):
        if record["index"] in self.indices:
            return
        self.indices.add(record["index"])
        if record.get("skipped"):
            self.skipped += record.get("count", 1)
            self.reasons[record["skipped"]] = self.reasons.get(record["skipped"], 0) + 1
            return
        broken = {promise for promise, _ in record["wrong"]}
        self.injections += record.get("count", 1)
        # What cannot be read, is not what was finished, or does not come back is lost.
        self.lost += bool(broken & {"readable", "exact", "resumed"})
        self.orphans += "quiet" in broken
        self.statuses += "status" in broken
        self.other += bool(broken & {"tidy", "words", "in_time", "apart"})


def tally(records):
    rows = {}
    for record in records:
        rows.setdefault(record["row"], Tally()).add(record)
    return rows


def number(value):
    """Thousands apart, as docs write them."""
    return f"{value:,}".replace(",", " ")


def table(rows, records):
    """The table of docs/reliability.md, in Markdown."""
    tallies = tally(records)
    lines = ["| row | fault | injections | lost | orphans | wrong statuses | other | left out |",
             "|---:|---|---:|---:|---:|---:|---:|---:|"]
    whole = Tally()
    for row in rows:
        t = tallies.get(row.name, Tally())
        counts = (t.injections, t.lost, t.orphans, t.statuses, t.other, t.skipped)
        lines.append(f"| {row.number} | {row.fault} | " + " | ".join(map(number, counts)) + " |")
        for name in ("injections", "lost", "orphans", "statuses", "other", "skipped"):
            setattr(whole, name, getattr(whole, name) + getattr(t, name))
    counts = (whole.injections, whole.lost, whole.orphans, whole.statuses, whole.other, whole.skipped)
    lines.append("| | all | " + " | ".join(map(number, counts)) + " |")
    return lines


def reasons(rows, records):
    """Why injections were left out, a line each."""
    tallies = tally(records)
    lines = []
    for row in rows:
        for reason, count in sorted(tallies.get(row.name, Tally()).reasons.items()):
            lines.append(f"- row {row.number}, {number(count)}: {reason}")
    return lines


def findings(records):
    for record in records:
        for promise, text in record["wrong"]:
            yield f"{record['row']} {record['index']} ({record['kind']}): promise {PROMISES[promise]}, {promise}: {text}"
