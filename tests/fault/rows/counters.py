"""Row 14: counters that are refused, missing, or never answer.

ctest: timeout 600, label nosan
"""

from driver import checks
from driver.jobs import RESULT

NUMBER = 14
FAULT = "counters: EPERM, EACCES, ENOSYS, ENOENT, EMFILE, EINVAL, and a call that never returns"
HOW = "seccomp user notification"
COUNTS = {"change": 8, "nightly": 24, "release": 24}

COUNTED = ("run", "--workload", "spin", "--lock", "none", "--executor", "thread,process", "--tasks", "2", "--ops", "2000",
           "--rounds", "1", "--budget", "60s", "--seed", "1", "--no-report")
ERRORS = ("EPERM", "EACCES", "ENOSYS", "ENOENT", "EMFILE", "EINVAL", "HANG", "EBUSY")


def inject(box):
    error = ERRORS[box.index % len(ERRORS)]
    n = 1 if box.index < len(ERRORS) else box.draw.randint(1, 20)
    later = "" if error == "HANG" else "+"
    box.kind = f"perf_event_open:{n}{later}:{error}"
    ended = box.run(*COUNTED, "-o", RESULT, before=box.tools.refusing_calls(box.kind, box.path("tmp/report")))
    refused = b"refused 0" not in box.read("tmp/report")
    box.remove("tmp/report")
    if not refused:
        raise checks.Unavailable("no such call is made here")
    # A hang in the middle of a cell costs that cell; counters that were never there cost nothing.
    checks.check_words(box, ended, {0, 3} if error == "HANG" else {0}, box.kind)
    document = checks.check_result(box, RESULT, box.kind)
    if box.expect("readable", document, f"{box.kind}: no result: {ended}"):
        for cell in document["cells"]:
            counted = [m for m, f in cell["metrics"].items() if f["group"] == "counters" and f["samples"] and not any(f["samples"])]
            box.expect("apart", not [m for m in counted if m in ("instructions", "cycles")],
                       f"{box.kind}: {cell['id']}: {counted} are 0 in place of unknown")
    box.expect_quiet(box.kind)
    box.expect_tidy(box.kind, RESULT)
