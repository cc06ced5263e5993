"""The matrix for as long as there is time: see scripts/soak, which is how it is called."""

import argparse
import glob
import hashlib
import os
import platform
import signal
import subprocess
import sys
import time

import matrix
from driver import records

SOURCE = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
PAGE = os.path.join(SOURCE, "docs/reliability.md")
BEGIN, END = "<!-- made by scripts/soak --table --write -->", "<!-- end of what was made -->"
CHUNK_S = 120       # a driver's turn: it first counts calls for some time; then the row furthest behind has the next


def find_build(asked):
    for build in [asked] if asked else ["build/ci", "build/release"]:
        build = os.path.join(SOURCE, build)
        if os.path.exists(os.path.join(build, "contend")) and os.path.exists(os.path.join(build, "tests/refuse_calls")):
            return build
    sys.exit("soak: no build with tests is there; scripts/build ci makes one")


def state_of(build):
    """The folder of what was counted with this contend."""
    with open(os.path.join(build, "contend"), "rb") as file:
        name = hashlib.sha256(file.read()).hexdigest()[:12]
    return os.path.join(SOURCE, "build/soak", name)


class Progress:
    """How far each row is, from the records of all drivers."""

    def __init__(self, rows, column, state):
        self.rows, self.column, self.state = rows, column, state
        self.exhausted = set()
        self.read()

    def read(self):
        self.records = records.read(self.state)
        self.tallies = records.tally(self.records)

    def done(self, row):
        return len(self.tallies[row.name].indices) if row.name in self.tallies else 0

    def share(self, row):
        return self.done(row) / row.target(self.column)

    def next(self, busy):
        """The row furthest behind that nobody works on; None when all are done."""
        left = [row for row in self.rows if row.name not in busy and row.name not in self.exhausted and self.share(row) < 1]
        return min(left, key=self.share, default=None)

    def first(self, row):
        indices = self.tallies[row.name].indices if row.name in self.tallies else ()
        return max(indices, default=-1) + 1


def start_driver(row, first, column, build, state):
    count = max(1, row.target(column) - first)
    command = [sys.executable, matrix.__file__, row.name, os.path.join(build, "contend"), SOURCE, "--build", build,
               "--first", str(first), "--count", str(count), "--seconds", str(CHUNK_S), "--jobs", "1", "--seed", "soak",
               "--records", os.path.join(state, row.name + ".jsonl")]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)


def soak(progress, build, minutes, jobs):
    until = time.monotonic() + minutes * 60
    running = {}    # driver -> (row, first)
    try:
        while running or time.monotonic() < until:
            progress.read()
            while len(running) < jobs and time.monotonic() < until:
                row = progress.next({row.name for row, _ in running.values()})
                if not row:
                    break
                running[start_driver(row, progress.first(row), progress.column, build, progress.state)] = (row, progress.first(row))
            if not running:
                print("all of the column is done")
                break
            time.sleep(0.5)
            for driver in [driver for driver in running if driver.poll() is not None]:
                row, first = running.pop(driver)
                progress.read()
                if progress.first(row) == first:
                    progress.exhausted.add(row.name)     # there are no more than that
    except KeyboardInterrupt:
        print("stopped; the next call goes on here")
    finally:
        for driver in running:
            driver.send_signal(signal.SIGINT)
        for driver in running:
            driver.wait()
    progress.read()


def fuzz(minutes):
    """What reads strangers' bytes has a driver of its own."""
    program = os.path.join(SOURCE, "scripts/fuzz")
    if not os.path.exists(program):
        return 0
    return subprocess.run([program, "--seconds", str(int(minutes * 60))], check=False).returncode


def show_status(progress):
    for row in progress.rows:
        t = progress.tallies.get(row.name, records.Tally())
        print(f"{row.number:2}  {row.name:20} {progress.done(row):7} of {row.target(progress.column):7}"
              f"   lost {t.lost}, orphans {t.orphans}, statuses {t.statuses}, other {t.other}, left out {t.skipped}")
    for line in list(records.findings(progress.records))[:200]:
        print(line)


def table_text(progress, build):
    version = subprocess.run([os.path.join(build, "contend"), "--version"], capture_output=True, text=True, check=False).stdout
    lines = [f"Counted with {version.strip().splitlines()[0]}, {time.strftime('%Y-%m-%d')}, Linux {platform.release()}, "
             f"{os.cpu_count()} CPUs.", "", *records.table(progress.rows, progress.records)]
    left_out = records.reasons(progress.rows, progress.records)
    if left_out:
        lines += ["", "Left out, and why:", "", *left_out]
    return lines


def write_table(lines):
    with open(PAGE, encoding="utf-8") as file:
        text = file.read()
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    if not tail:
        sys.exit(f"soak: {PAGE}: the two marks are not there")
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(head + BEGIN + "\n" + "\n".join(lines) + "\n" + END + tail)


def read_arguments():
    parser = argparse.ArgumentParser(prog="scripts/soak")
    parser.add_argument("--minutes", type=float, default=float(os.environ.get("SOAK_MINUTES") or 60))
    parser.add_argument("--jobs", type=int, default=max(1, (os.cpu_count() or 2) // 2))
    parser.add_argument("--rows", help="names, with commas")
    parser.add_argument("--column", choices=records.COLUMNS, default="nightly")
    parser.add_argument("--build")
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--status", action="store_true")
    return parser.parse_args()


def main():
    asked = read_arguments()
    rows = matrix.all_rows()
    build = find_build(asked.build)
    state = state_of(build)
    if asked.rows:
        unknown = set(asked.rows.split(",")) - {row.name for row in rows}
        if unknown:
            sys.exit(f"soak: --rows: {', '.join(unknown)}: not among {', '.join(row.name for row in rows)}")
        rows = [row for row in rows if row.name in asked.rows.split(",")]
    os.makedirs(state, exist_ok=True)
    progress = Progress(rows, asked.column, state)
    if asked.table or asked.status:
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)    # a reader that goes is no fault
    if asked.table:
        lines = table_text(progress, build)
        return write_table(lines) if asked.write else print("\n".join(lines))
    status = 0
    if not asked.status:
        share = 0.8 if not asked.rows and glob.glob(os.path.join(SOURCE, "scripts/fuzz")) else 1
        soak(progress, build, asked.minutes * share, asked.jobs)
        status = fuzz(asked.minutes * (1 - share)) if share < 1 else 0
    show_status(progress)
    return 1 if status or any(record["wrong"] for record in progress.records) else 0


if __name__ == "__main__":
    sys.exit(main())
