"""A run that was cut short in whatever way, and what must then hold: the heart of the matrix."""

from . import checks
from .jobs import JOURNAL, RESULT, SIMULATED, exists, undisturbed


def check_cut(box, job, what, older=None):
    """After its end and before anything else: the files a cut run leaves.  Returns its finished visits."""
    box.expect_quiet(what)
    journal = box.read(JOURNAL)
    visits = checks.visits_of(journal)
    if older is not None and box.read(RESULT) == older:
        return visits
    document = checks.check_result(box, RESULT, what)
    if document and older is not None:
        measured = [cell for cell in document["cells"] if cell["status"] == "ok"]
        box.expect("exact", measured, f"{what}: an earlier result was replaced by one with nothing in it")
    if document:
        # What the result shows has been in the journal before, or the run is complete and has none.
        known = {visit["id"] for visit in visits}
        stray = [c["id"] for c in document["cells"] if c["launches"] and c["id"] not in known] if exists(box, JOURNAL) else []
        box.expect("exact", not stray, f"{what}: in the result and not in the journal: {stray[:3]}")
    return visits


def check_resumed(box, job, visits, what, older=None):
    """It goes on, to the same cells; where nothing can be gone on with it says so and begins anew."""
    if not exists(box, JOURNAL):
        return check_complete_or_absent(box, job, what, older)
    ended = box.run("run", "--resume", "--no-report", "-o", RESULT)
    if ended.status == 2 and not visits:
        # Killed before the plan was written: nothing was measured, nothing is lost.
        checks.check_words(box, ended, {2}, f"{what}, resumed")
        box.expect("resumed", checks.whole_lines(box.read(JOURNAL)) == [], f"{what}: refused: {ended}")
        ended = box.run(*job, "--force", "-o", RESULT)
    return check_finished(box, job, ended, visits, what + ", resumed")


def check_complete_or_absent(box, job, what, older):
    """No journal: the run had not begun, or was complete."""
    if exists(box, RESULT) and box.read(RESULT) != older:
        document = checks.check_result(box, RESULT, what)
        if document:
            checks.check_cells(box, document, undisturbed(box.tools, job).ids, what)
        return check_same(box, job, document, what)
    ended = box.run(*job, "-o", RESULT)
    return check_finished(box, job, ended, [], what + ", begun again")


def check_finished(box, job, ended, visits, what):
    checks.check_words(box, ended, {0}, what)
    document = checks.check_result(box, RESULT, what)
    if not box.expect("resumed", document is not None, f"{what}: no result: {ended}"):
        return None
    checks.check_cells(box, document, undisturbed(box.tools, job).ids, what)
    checks.check_kept(box, document, visits, what)
    check_same(box, job, document, what)
    box.expect_quiet(what)
    box.expect_tidy(what, RESULT)
    return document


def check_same(box, job, document, what):
    """On simulated clocks: all that a run which was not hit has, but for the words it was called with."""
    if job == SIMULATED and document:
        wanted = undisturbed(box.tools, job).document
        box.expect("exact", without_command(document) == without_command(wanted),
                   f"{what}: not the same as an undisturbed run")
    return document


def without_command(document):
    """Nor by which path its suite was named: nobody may have a copy of it."""
    run = {name: value for name, value in document["run"].items() if name not in ("command", "suite")}
    return {**document, "run": run}
