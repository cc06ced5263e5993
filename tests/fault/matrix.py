#!/usr/bin/env python3
"""The fault matrix: puts faults into the real contend and checks what is promised after each.

usage: matrix.py ROW CONTEND SOURCE [--count N | --column change|nightly|release] [--first I]
                 [--seed S] [--records FILE] [--seconds T] [--jobs N] [--keep]
       matrix.py --list

ROW is a file of rows/ without its ending.  An injection is known by its row, its index and the seed: all
that is drawn in it (which job, which moment, whom) follows from these, so

       matrix.py killed_run build/ci/contend . --first 137 --count 1 --keep

is the 138th once more, and keeps its directory.  A row's module says

    NUMBER, FAULT, HOW    of the table in docs/reliability.md
    COUNTS                injections: {"change": with each change, "nightly": of `make soak`}
    inject(box)           one injection; what is wrong goes to box.expect()
    count(tools)          optional: how many there are at the most
    JOBS                  optional: so many injections at once, where most of each is waiting and none looks at how long
                          things take; each is in a box of its own

Exit status: 0 nothing was wrong, 1 something was, 77 nothing could be injected here (and why).
"""

import argparse
import glob
import importlib.util
import multiprocessing
import os
import signal
import sys
import time
from concurrent.futures import ProcessPoolExecutor

sys.dont_write_bytecode = True      # the tree stays as it is
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)


def prefer_python_with_jsonschema():
    """Debian's python has it where another one in the PATH has not."""
    other = "/usr/bin/python3"
    if importlib.util.find_spec("jsonschema") or os.environ.get("FAULT_PYTHON") or not os.path.exists(other):
        return
    os.environ["FAULT_PYTHON"] = other
    os.execv(other, [other, *sys.argv])


prefer_python_with_jsonschema()

from driver import records                  # noqa: E402
from driver.box import PROMISES, Box, Unavailable  # noqa: E402
from driver.tools import Tools              # noqa: E402

PR_SET_PDEATHSIG = 1
WRONG_MOST = 12     # then a row gives up: the rest would say the same


class Row:
    def __init__(self, path):
        self.name = os.path.basename(path)[:-3]
        spec = importlib.util.spec_from_file_location("rows." + self.name, path)
        self.module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.module)
        self.number, self.fault = self.module.NUMBER, self.module.FAULT
        self.counts = self.module.COUNTS

    def target(self, column):
        return self.counts.get(column, self.counts["nightly"])


def all_rows():
    rows = [Row(path) for path in glob.glob(os.path.join(HERE, "rows", "*.py"))]
    return sorted(rows, key=lambda row: (row.number, row.name))


def inject(row, tools, seed, index, keep):
    """One injection; its record."""
    box = Box(tools, f"{seed}/{row.name}/{index}")
    box.index = index
    record = {"row": row.name, "index": index, "kind": "", "wrong": []}
    begin = time.monotonic()
    try:
        record["count"] = row.module.inject(box) or 1
    except Unavailable as reason:
        record["skipped"] = str(reason)
    finally:
        box.close(keep)
    record.update(kind=box.kind, wrong=box.wrong, seconds=round(time.monotonic() - begin, 3))
    if keep:
        print(f"kept: {box.directory}")
    return record


def do_row(row, tools, asked):
    """The first one alone: what it finds out (an undisturbed run, how many calls there are) the others then know."""
    most = getattr(row.module, "count", lambda tools: sys.maxsize)
    indices = range(asked.first, min(asked.first + asked.count, most(tools)))
    until = time.monotonic() + asked.seconds if asked.seconds else float("inf")
    done = do_some(row, tools, asked, indices[:1], until)
    jobs = min(asked.jobs or getattr(row.module, "JOBS", 1), len(indices) - 1)
    if jobs <= 1:
        return done + do_some(row, tools, asked, indices[1:], until)
    sys.stdout.flush()
    here.update(row=row, tools=tools, asked=asked)
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("fork"), initializer=end_with_parent) as pool:
        for part in [pool.submit(do_part, indices[1 + job::jobs], until) for job in range(jobs)]:
            done += part.result()
    return done


here = {}       # what the processes of a row are forked with


def end_with_parent():
    """A driver that is killed, for it took too long, leaves nobody behind."""
    here["tools"].libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def do_part(indices, until):
    return do_some(here["row"], here["tools"], here["asked"], indices, until)


def do_some(row, tools, asked, indices, until):
    done = []
    wrong = 0
    for index in indices:
        if time.monotonic() > until:
            break
        record = inject(row, tools, asked.seed, index, asked.keep)
        done.append(record)
        if asked.records:
            records.append(asked.records, record)
        for line in records.findings([record]):
            print(line, flush=True)
        wrong += bool(record["wrong"])
        if wrong >= WRONG_MOST:
            print(f"given up at injection {index}", flush=True)
            break
    return done


def tell(row, done):
    tally = records.tally(done).get(row.name, records.Tally())
    print(f"row {row.number}, {row.name}: {tally.injections} injections, {tally.lost} lost, {tally.orphans} orphans, "
          f"{tally.statuses} wrong statuses, {tally.other} other")
    for reason, count in tally.reasons.items():
        print(f"left out, {count}: {reason}")
    if any(record["wrong"] for record in done):
        return 1
    return 0 if tally.injections else 77


def main():
    parser = argparse.ArgumentParser(usage=__doc__, add_help=False)
    parser.add_argument("row", nargs="?")
    parser.add_argument("contend", nargs="?")
    parser.add_argument("source", nargs="?")
    parser.add_argument("--build", default=os.environ.get("CONTEND_BUILD"))
    parser.add_argument("--column", choices=records.COLUMNS, default="change")
    parser.add_argument("--count", type=int)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--jobs", type=int)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--records")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--keep", action="store_true")
    asked = parser.parse_args()
    rows = all_rows()
    if asked.list:
        for row in rows:
            print(f"{row.number:2}  {row.name:20} {row.fault} {row.counts}")
        return 0
    row = next((row for row in rows if row.name == asked.row), None)
    if not row or not asked.contend or not asked.source:
        print(f"matrix.py: a row ({', '.join(r.name for r in rows)}), the contend and the source tree are wanted",
              file=sys.stderr)
        return 2
    asked.count = asked.count or row.target(asked.column)
    tools = Tools(asked.contend, asked.source, asked.build or os.path.dirname(os.path.realpath(asked.contend)))
    return tell(row, do_row(row, tools, asked))


if __name__ == "__main__":
    assert len(PROMISES) == 9
    sys.exit(main())
