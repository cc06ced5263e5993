"""Row 8: the kernel kills for want of memory.

ctest: timeout 600, serial, label nosan
"""

from driver import checks
from driver.jobs import HUNGRY, JOURNAL, RESULT, exists

NUMBER = 8
FAULT = "the kernel kills for want of memory: a unit, a worker, the coordinator"
HOW = "memory control group"
COUNTS = {"change": 4, "nightly": 50, "release": 200}


def inject(box):
    mebibytes = box.draw.choice((4, 6, 8, 12, 16, 24, 32, 48))
    words = box.tools.group(box, "memory", memory_max=mebibytes << 20)
    box.kind = f"{mebibytes} MiB"
    ended = box.run(*HUNGRY, "-o", RESULT, before=words)
    what = box.kind
    if ended.status not in checks.died_of(9):
        checks.check_words(box, ended, {0, 2, 3}, what)
    document = checks.check_result(box, RESULT, what) if exists(box, RESULT) else None
    failed = checks.failed_cells(document) if document else []
    if ended.status in (0, 3):
        box.expect("status", (ended.status == 3) == bool(failed) or "error" in ended.err, f"{what}: {ended}")
    for cell in failed:
        box.expect("apart", "emory" in cell["reason"] or "allocate" in cell["reason"] or "mmap" in cell["reason"],
                   f"{what}: {cell['id']}: {cell['reason']}")
    box.expect_quiet(what)
    box.expect_tidy(what, RESULT, JOURNAL)
    if exists(box, JOURNAL):
        visits = checks.visits_of(box.read(JOURNAL))
        again = box.run("run", "--resume", "--no-report", "-o", RESULT)
        if again.status == 2 and not visits:
            return
        checks.check_words(box, again, {0, 3}, what + ", resumed")
        document = checks.check_result(box, RESULT, what + ", resumed")
        if box.expect("resumed", document, f"{what}, resumed: no result: {again}"):
            checks.check_kept(box, document, visits, what + ", resumed")
