"""Row 3: it is asked to end, once or twice, from a terminal or not, and whoever reads it goes.

ctest: timeout 600, label nosan
"""

import fcntl
import os
import pty
import signal
import termios
import time

from driver import checks, jobs
from driver.cut import check_cut, check_resumed
from driver.jobs import REAL, RESULT, SIMULATED, SIZED, undisturbed

NUMBER = 3
FAULT = "SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGINT twice, Ctrl-C at a terminal, a reader that goes"
HOW = "own driver, pseudo-terminal"
COUNTS = {"change": 30, "nightly": 1000, "release": 10000}

KINDS = {"run": 50, "twice": 12, "terminal": 10, "reader": 10, "duel": 10, "reference": 4, "claims": 4}
NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGXCPU)


def pick_job(box):
    return box.draw.choice((SIMULATED, SIMULATED, REAL, SIZED))


def asked_to_end(box, running, job, number, again=False):
    jobs.sleep_within(box, undisturbed(box.tools, job).seconds)
    running.kill(number)
    if again:
        time.sleep(box.draw.uniform(0, 0.01))
        running.kill(number)
    return running.end()


def check_ended(box, job, ended, number, older=None, may_die=False):
    """It had finished, or says that it was interrupted.  Before its first steps are done a signal may kill it."""
    what = box.kind
    was_early = ended.status == -number and not jobs.exists(box, RESULT) and not ended.err
    if not was_early:
        checks.check_words(box, ended, {0, 130} | ({-int(number)} if may_die else set()), what)
    if ended.status == 130:
        box.expect("words", "interrupted" in ended.err, f"{what}: 130 without a word: {ended}")
    visits = check_cut(box, job, what, older)
    if ended.status == 130:
        box.expect_tidy(what, RESULT, jobs.JOURNAL)
        if not visits:
            box.expect("tidy", not jobs.exists(box, jobs.JOURNAL) or jobs.exists(box, RESULT),
                       f"{what}: a journal without anything to go on with")
    check_resumed(box, job, visits, what, older)


def run(box):
    job, number = pick_job(box), box.draw.choice(NUMBERS)
    box.kind += ", " + number.name
    older = None
    if box.draw.random() < 0.25:
        box.run(*SIMULATED, "--force", "-o", RESULT)
        older = box.read(RESULT)
    ended = asked_to_end(box, box.start(*job, "-o", RESULT), job, number)
    check_ended(box, job, ended, number, older)


def twice(box):
    """The second ends it at once; what is on disk is as good as after the first."""
    job = pick_job(box)
    ended = asked_to_end(box, box.start(*job, "-o", RESULT), job, signal.SIGINT, again=True)
    check_ended(box, job, ended, signal.SIGINT, may_die=True)


def terminal(box):
    """Ctrl-C reaches all of the foreground, workers and units too: only the coordinator may act."""
    job = pick_job(box)
    try:
        ours, theirs = pty.openpty()
    except OSError as problem:
        raise checks.Unavailable(f"no pseudo-terminal here: {problem}") from None
    try:
        running = box.start(*job, "-o", RESULT, stdin=theirs, start_new_session=True,
                            preexec_fn=lambda: fcntl.ioctl(theirs, termios.TIOCSCTTY, 0))
        jobs.sleep_within(box, undisturbed(box.tools, job).seconds)
        os.write(ours, b"\x03")
        ended = running.end()
    finally:
        os.close(theirs)
        os.close(ours)
    check_ended(box, job, ended, signal.SIGINT)


def reader(box):
    """`contend run | head -1`: the result is whole all the same."""
    job = tuple(word for word in pick_job(box) if word != "--no-report")
    read, write = os.pipe()
    running = box.start(*job, "-o", RESULT, stdout=write)
    os.close(write)
    if box.draw.random() < 0.5:
        os.read(read, 1)
    os.close(read)
    ended = running.end()
    checks.check_words(box, ended, {0, 3} if "--no-report" in job else {0, 2, 3}, "its reader has gone")
    document = checks.check_result(box, RESULT, "its reader has gone")
    if box.expect("readable", document, f"its reader has gone: no result: {ended}"):
        box.expect("resumed", document["run"]["status"] == "complete", "its reader has gone: partial")
    box.expect_quiet("its reader has gone")
    box.expect_tidy("its reader has gone", RESULT)


def duel(box):
    number = box.draw.choice(NUMBERS)
    box.kind += ", " + number.name
    running = box.start("duel", "--budget", "20s", "--quiet", "-o", "duel.json", "--",
                        "sh", "-c", "sleep 0.01 & wait", "--", "sh", "-c", "setsid sleep 0.01; sleep 0.01")
    time.sleep(box.draw.uniform(0, 1.5))
    running.kill(number)
    ended = running.end()
    if ended.status != -number or ended.err:
        checks.check_words(box, ended, {0, 1, 130}, box.kind)
    if ended.status == 130:
        told = "is in duel.json" if jobs.exists(box, "duel.json") else "nothing was written"
        box.expect("words", told in ended.err, f"{box.kind}: without a word of its document: {ended}")
    box.expect_quiet(box.kind)
    box.expect_tidy(box.kind, "duel.json")


def check_told(box, ended):
    if ended.status == 130:
        box.expect("words", "interrupted" in ended.err, f"{box.kind}: 130 without a word: {ended}")


def reference(box):
    number = box.draw.choice(NUMBERS + (signal.SIGKILL,))
    box.kind += ", " + number.name
    running = box.start("reference", "cpython", "--workload", "sleep", "--rounds", "2", "-o", RESULT)
    time.sleep(box.draw.uniform(0, 2))
    running.kill(number)
    ended = running.end()
    if ended.status != -number:
        checks.check_words(box, ended, {0, 2, 3, 130}, box.kind)
    check_told(box, ended)
    checks.check_result(box, RESULT, box.kind)
    box.expect_quiet(box.kind)
    if number == signal.SIGKILL:
        box.run("reference", "cpython", "--list")   # the next one clears up
    box.expect_tidy(box.kind, RESULT)


def claims(box):
    number = box.draw.choice(NUMBERS)
    box.kind += ", " + number.name
    running = box.start("claims", "--only", "lost_updates", "--rounds", "2", "-o", RESULT)
    time.sleep(box.draw.uniform(0, 2))
    running.kill(number)
    ended = running.end()
    if ended.status != -number:
        checks.check_words(box, ended, {0, 1, 130}, box.kind)
    check_told(box, ended)
    checks.check_result(box, RESULT, box.kind)
    box.expect_quiet(box.kind)
    box.expect_tidy(box.kind, RESULT, jobs.JOURNAL)


def inject(box):
    box.kind = box.draw.choices(list(KINDS), list(KINDS.values()))[0]
    {"run": run, "twice": twice, "terminal": terminal, "reader": reader, "duel": duel, "reference": reference,
     "claims": claims}[box.kind](box)
