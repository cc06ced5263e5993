"""What must hold after an injection: the promises that are kept in files and words."""

import json
import math
import os
import re
import signal

from .box import Ended, Unavailable  # noqa: F401: rows say checks.Unavailable

DOCUMENTED = {0, 1, 2, 3, 4, 5, 130}
# What no user may see: a crash told by somebody else than contend.
CRASH = re.compile(r"Assertion|[Ss]egmentation|core dumped|Sanitizer|stack smashing|double free|"
                   r"corrupted|terminate called|futex facility|invalid pointer")
# The dynamic loader speaks before contend's first instruction.
LOADER = re.compile(r"error while loading shared libraries|cannot allocate memory in static TLS|cannot allocate TLS data structures|"
                    r"loading the program|relocation|cannot create|cannot map|"
                    r"Fatal glibc error: cannot allocate memory for find-object data", re.I)


def refuse_constant(name):
    raise ValueError(f"{name} is not JSON")


def no_duplicates(pairs):
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        raise ValueError("a member stands twice in one object")
    return dict(pairs)


def parse(data):
    return json.loads(data, parse_constant=refuse_constant, object_pairs_hook=no_duplicates)


# ---- 1, 9: the result ------------------------------------------------------------------------

def check_result(box, name, what):
    """The document there, or None where there is none."""
    data = box.read(name)
    if not data and not os.path.exists(box.path(name)):
        return None
    try:
        document = parse(data)
    except ValueError as problem:
        box.broken("readable", f"{what}: {name}: {problem} ({len(data)} bytes)")
        return None
    problems = box.tools.check_schema(document) if box.tools.check_schema else []
    if problems:
        box.broken("readable", f"{what}: {name}: {problems[0]}")
        return None
    check_apart(box, document, what)
    return document


def check_apart(box, document, what):
    """A cell that failed or was left out says why, and has no number; excluded launches have none."""
    for cell in document["cells"]:
        metrics = cell.get("metrics", {})
        if cell["status"] != "ok":
            box.expect("apart", len(cell.get("reason", "")) >= 8, f"{what}: {cell['id']}: {cell['status']} without a reason")
            with_numbers = [m for m, f in metrics.items() if f["samples"]]
            box.expect("apart", not with_numbers, f"{what}: {cell['id']}: {cell['status']}, with {with_numbers[:3]}")
            continue
        used = [i for i, launch in enumerate(cell["launches"]) if "excluded" not in launch]
        for metric, found in metrics.items():
            launches = found.get("launches", range(len(cell["launches"])))
            stray = [i for i, _ in zip(launches, found["samples"]) if i not in used]
            box.expect("apart", not stray, f"{what}: {cell['id']}: {metric} has samples of excluded launches")
            box.expect("apart", all(map(math.isfinite, found["samples"])), f"{what}: {cell['id']}: {metric} is not finite")


def failed_cells(document):
    return [cell for cell in document["cells"] if cell["status"] == "failed"]


# ---- 5, 6: status and words ------------------------------------------------------------------

def check_words(box, ended: Ended, allowed, what):
    """The status is one of those, and is told in words."""
    status, text = ended.status, ended.err
    if status == 127 and LOADER.search(text):
        return
    box.expect("status", status in allowed, f"{what}: {ended}; allowed: {sorted(allowed)}")
    errors = [line for line in text.splitlines() if line.startswith("contend: error: ")]
    box.expect("words", len(errors) <= 1, f"{what}: {len(errors)} errors: {ended}")
    box.expect("words", not re.search(r"^contend: error: (no|out of) memory$", text, re.M), f"{what}: no memory for what? {ended}")
    box.expect("words", not CRASH.search(text), f"{what}: a crash: {ended}")
    box.expect("words", not re.search(r"[\x00-\x08\x0b-\x1f\x7f\x80-\x9f]", text.replace("\r", "")),
               f"{what}: control characters: {ended}")
    if status == 2:
        box.expect("words", len(errors) == 1 and len(errors[0]) > 26, f"{what}: status 2 without one clear line: {ended}")
    if status == 3:
        box.expect("words", errors or "FAILED" in text or "no cell could be measured" in text,
                   f"{what}: status 3 without a word: {ended}")


def died_of(number):
    """The status of a command that was killed by that signal, with and without a shell between."""
    return {-number, 128 + number}


def interrupted():
    return {130} | died_of(signal.SIGINT)


# ---- 2, 7: what was finished -----------------------------------------------------------------

def whole_lines(data):
    return data[:data.rfind(b"\n") + 1].splitlines() if b"\n" in data else []


def visits_of(journal):
    """The finished visits of a journal, in its order."""
    visits = []
    for line in whole_lines(journal)[1:]:
        try:
            visits.append(json.loads(line))
        except ValueError:
            pass
    return visits


def near(a, b):
    return a == b or abs(a - b) <= 1e-9 * max(abs(a), abs(b))


def check_kept(box, document, visits, what):
    """Each number of the finished visits stands in the result, in front and in its order."""
    kept = {cell["id"]: cell for cell in document["cells"]}
    wanted = {}
    for visit in visits:
        if "error" in visit:
            wanted[visit["id"]] = None      # the whole cell has failed
        for metric, found in visit["metrics"].items():
            if wanted.get(visit["id"], ()) is not None:
                wanted.setdefault(visit["id"], {}).setdefault(metric, []).extend(found["v"])
    for cell, metrics in wanted.items():
        if not box.expect("exact", cell in kept, f"{what}: {cell} is lost"):
            continue
        if metrics is None or kept[cell]["status"] != "ok":
            continue        # it failed later: said, and apart
        for metric, samples in metrics.items():
            got = kept[cell]["metrics"].get(metric, {}).get("samples", [])
            same = len(got) >= len(samples) and all(map(near, samples, got))
            box.expect("exact", same, f"{what}: {cell}: {metric}: {samples[:4]} became {got[:4]}")


def check_cells(box, document, ids, what):
    got = [cell["id"] for cell in document["cells"]]
    box.expect("resumed", sorted(got) == sorted(ids), f"{what}: cells {sorted(set(ids) ^ set(got))[:4]}")
    box.expect("resumed", document["run"]["status"] == "complete", f"{what}: it is {document['run']['status']}")
