"""Commands that are refused something at each place in turn: system calls, allocations.

Each is small enough to be run thousands of times, and together they go through what contend does with the
system: measuring, going on, reading, showing, writing elsewhere, duelling.
"""

import json
import os
import re

from . import checks, jobs
from .cut import check_cut, check_resumed
from .jobs import JOURNAL, PROBED, RESULT, SIMULATED, SIZED, TINY, undisturbed

OLDER = b'{"what was here": "before"}\n'


def kept_in(words):
    """What was measured and its place did not take: the file that the error names."""
    return re.findall(r"what was measured is in \./(contend-kept-\w{6}\.\w+)", words)


def is_json(text):
    try:
        return isinstance(json.loads(text), (dict, list))
    except ValueError:
        return False


class Place:
    """A command, what it needs before, and what must hold afterwards."""

    def __init__(self, name, words, allowed, prepare=None, output=None, job=None, schema=None):
        self.name, self.words, self.allowed = name, words, allowed
        self.prepare_more, self.output, self.job = prepare, output, job
        self.schema = schema    # of the output, where no two are the same

    def prepare(self, box):
        if self.prepare_more:
            self.prepare_more(box)
        if self.output:
            box.write(self.output, OLDER)

    def check(self, box, ended, what):
        checks.check_words(box, ended, self.allowed, what)
        if self.job:
            self.check_run(box, ended, what)
        else:
            box.expect_quiet(what)
        if self.output:
            self.check_output(box, ended, what)
        if not self.job:
            kept = kept_in(ended.err)
            box.expect_tidy(what, "in.json", "part.json", "h.jsonl", "holds", "t.json",
                            *([self.output] if self.output else []), *kept)
            for name in kept:
                box.expect("readable", is_json(box.read(name)), f"{what}: {name} is no document: {ended}")

    def check_run(self, box, ended, what):
        visits = check_cut(box, self.job, what)
        box.expect_tidy(what, RESULT, JOURNAL)
        document = checks.check_result(box, RESULT, what) if jobs.exists(box, RESULT) else None
        failed = checks.failed_cells(document) if document else []
        if ended.status == 0:
            box.expect("readable", document is not None, f"{what}: status 0 and no result")
            box.expect("status", not failed, f"{what}: status 0 with {[c['reason'] for c in failed[:2]]}")
        if document and document["run"]["status"] == "complete":
            checks.check_cells(box, document, undisturbed(box.tools, self.job).ids, what)
            checks.check_kept(box, document, visits, what)
        elif ended.status != 127:
            check_resumed(box, self.job, visits, what)

    def check_output(self, box, ended, what):
        """Elsewhere: what was there, or the new one as a whole."""
        now = box.read(self.output)
        if now == OLDER:
            box.expect("status", ended.status != 0, f"{what}: status 0, and nothing was written")
            return
        if self.schema:
            check_document(box, self.output, self.schema, what)
            return
        box.remove(self.output)
        again = box.run(*self.words)
        box.expect("exact", now == box.read(self.output), f"{what}: {len(now)} bytes were written, {len(box.read(self.output))} are due: {again}")


def check_document(box, name, schema, what):
    """One of those that are never the same twice: whole, and by its schema."""
    try:
        document = checks.parse(box.read(name))
    except ValueError as problem:
        box.broken("readable", f"{what}: {name}: {problem}")
        return
    box.expect("readable", document.get("schema") == schema, f"{what}: {name} is of {document.get('schema')}")


def with_watched(box):
    """A program of two threads that wait for each other; from its own build, so it is no shell's or interpreter's."""
    os.symlink(box.tools.built("watched_holds"), box.path("holds"))


def cut_journal(box):
    """A journal of finished visits: the plan and half of them."""
    lines = checks.whole_lines(made_journal(box.tools))
    box.write(JOURNAL, b"\n".join(lines[:len(lines) // 2]) + b"\n")


_journal = []


def made_journal(tools):
    """All lines of a simulated run: killed as late as it takes to have them."""
    from .box import Box
    import signal
    if not _journal:
        box = Box(tools, 0)
        try:
            for lines in (17, 15, 12, 8):
                running = box.start(*SIMULATED, "-o", RESULT)
                late = jobs.wait_for_journal(box, running, lines)
                running.kill(signal.SIGKILL)
                running.end()
                if late and checks.whole_lines(box.read(JOURNAL)):
                    break
                box.remove(JOURNAL, RESULT)
            _journal.append(box.read(JOURNAL)[:box.read(JOURNAL).rfind(b"\n") + 1])
        finally:
            box.close()
    return _journal[0]


def with_result(box):
    box.write("in.json", undisturbed(box.tools, SIMULATED).bytes)


def with_parts(box):
    """Two runs of one plan: what failed in the second is kept beside what stands, and the rest is measured again."""
    with_result(box)
    document = checks.parse(box.read("in.json"))
    document["run"]["id"] = "another"
    document["cells"] = document["cells"][:2]
    document["cells"][0].update(status="failed", reason="its worker was killed", metrics={}, launches=[])
    box.write("part.json", json.dumps(document).encode())


def with_measured(box):
    """What others measured: an export of hyperfine's shape."""
    times = [0.5, 0.25, 0.375]
    box.write("in.json", json.dumps({"results": [{"command": "sort", "mean": 0.375, "times": times}]}).encode())


PLACES = (
    Place("run", (*TINY, "-o", RESULT), {0, 2, 3}, job=TINY),
    Place("run, sized", (*SIZED, "-o", RESULT), {0, 2, 3}, job=SIZED),
    Place("run, probes", (*PROBED, "-o", RESULT), {0, 2, 3}, job=PROBED),
    Place("resume", ("run", "--resume", "--no-report", "-o", RESULT), {0, 2, 3}, prepare=cut_journal, job=SIMULATED),
    Place("report", ("report", "in.json"), {0, 2, 3}, prepare=with_result),
    Place("report, JSON", ("report", "in.json", "--format", "json"), {0, 2, 3}, prepare=with_result),
    Place("compare", ("compare", "in.json", "in.json"), {0, 2, 3, 5}, prepare=with_result),
    Place("export", ("export", "in.json", "--to", "csv", "-o", "out.csv"), {0, 2, 3}, prepare=with_result, output="out.csv"),
    Place("merge", ("merge", "in.json", "part.json", "-o", "out.json"), {0, 2, 3}, prepare=with_parts, output="out.json"),
    Place("import", ("import", "in.json", "-o", "out.json"), {0, 2, 3}, prepare=with_measured, output="out.json"),
    Place("page", ("report", "in.json", "-o", "out.html"), {0, 2, 3}, prepare=with_result, output="out.html"),
    Place("tables", ("report", "in.json", "--tables", "-o", "out.tex"), {0, 2, 3}, prepare=with_result, output="out.tex"),
    Place("history", ("history", "add", "in.json", "--file", "h.jsonl", "--commit", "a" * 40), {0, 2, 3}, prepare=with_result),
    Place("duel", ("duel", "--pairs", "2", "--budget", "1s", "--quiet", "--", "true", "--", "true"), {0, 2, 3, 5}),
    Place("scale", ("scale", "--tasks", "1,2", "--rounds", "2", "--budget", "100ms", "--quiet", "-o", "s.json", "--", "sh", "-c", ": {n}"),
          {0, 2, 3}, output="s.json", schema="contend.scale/1"),
    Place("advise", ("advise", "--cpu", "1ms", "--wait", "1ms", "--concurrency", "2", "--budget", "300ms", "--quiet", "-o", "a.json"),
          {0, 2, 3, 5}, output="a.json", schema="contend.advice/1"),
    Place("trace", ("trace", "--workload", "spin", "--lock", "gil", "--tasks", "2", "--for", "2ms", "--events", "64",
                    "-o", "t.json"), {0, 2, 3}, output="t.json", schema="contend.trace/1"),
    Place("timeline", ("trace", "--workload", "spin", "--tasks", "2", "--for", "2ms", "--events", "64"), {0, 2, 3}),
    # Its own end is the program's, which may be refused something as well: 127 where it could not be loaded,
    # 9 where it got no thread.
    Place("watch", ("watch", "-o", "w.json", "--timeline", "t.json", "--", "./holds", "mutex", "2", "20", "100", "50"),
          {0, 1, 2, 3, 5, 9, 127}, prepare=with_watched, output="w.json", schema="contend.watch/1"),
    Place("list", ("list", "workloads", "--json"), {0, 2, 3}),
    Place("doctor", ("doctor",), {0, 2, 3}),
)


def spread(draw, counts):
    """(place, what, n) for each n up to the count of (place, what): rare ones first, each kind in turn."""
    lanes = []
    for (place, what), count in sorted(counts.items(), key=str):
        numbers = list(range(1, count + 1))
        draw.shuffle(numbers)
        lanes.append([(place, what, n) for n in numbers])
    draw.shuffle(lanes)
    order = []
    while lanes:
        for lane in lanes:
            order.append(lane.pop())
        lanes = [lane for lane in lanes if lane]
    return order
