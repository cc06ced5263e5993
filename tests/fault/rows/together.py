"""Row 16: several at once in one directory; a reader beside a writer.

ctest: timeout 600, label nosan

Data races are looked for by ThreadSanitizer in a build of its own (scripts/ci.sh).
"""

import os
import signal
import time

from driver import checks, jobs
from driver.cut import check_cut, check_finished, check_resumed
from driver.jobs import JOURNAL, RESULT, SIMULATED, undisturbed

NUMBER = 16
FAULT = "two runs on one result, runs that choose their names in the same second, readers beside a writer"
HOW = "own driver"
COUNTS = {"change": 8, "nightly": 500, "release": 2000}


def second_run(box):
    """It is refused, whatever it asks for, and the first is as if it had been alone."""
    more = box.draw.choice(((), ("--force",), ("resume",)))
    box.kind = "a second run " + " ".join(more)
    first = box.start(*SIMULATED, "-o", RESULT)
    second = []
    # As often as there is time; the first look may come before it has taken its lock.
    while first.runs() and len(second) < 6:
        if not jobs.exists(box, JOURNAL):
            time.sleep(0.001)
            continue
        words = ("run", "--resume", "--no-report") if more == ("resume",) else (*SIMULATED, *more)
        second.append(box.run(*words, "-o", RESULT))
        if second[-1].status == 0:
            break       # the first had ended
    ended = first.end()
    for other in second:
        checks.check_words(box, other, {0, 2}, box.kind)
        if other.status == 2:
            said = "another run is writing here" in other.err or "no unfinished run" in other.err or "unfinished" in other.err
            box.expect("words", said, f"{box.kind}: {other}")
    check_finished(box, SIMULATED, ended, [], box.kind)


def own_names(box):
    """Each has a result of its own."""
    box.kind = "names of the same second"
    os.mkdir(box.path("results"))
    count = box.draw.randint(2, 5)
    words = [word for word in SIMULATED if word != "--no-report"]
    running = [box.start(*words, "--no-report") for _ in range(count)]
    ended = [one.end() for one in running]
    for one in ended:
        checks.check_words(box, one, {0}, box.kind)
    results = [name for name in os.listdir(box.path("results")) if name.endswith(".json")]
    box.expect("exact", len(results) == count, f"{box.kind}: {count} runs, {len(results)} results: {ended[-1]}")
    for name in results:
        checks.check_result(box, os.path.join("results", name), box.kind)
    box.expect_quiet(box.kind)
    box.expect_tidy(box.kind, "results")


def readers(box):
    """Whenever it is read, it is whole."""
    box.kind = "readers beside a writer"
    running = box.start(*SIMULATED, "-o", RESULT)
    read = 0
    while running.runs():
        data = box.read(RESULT)
        if data:
            try:
                checks.parse(data)
                read += 1
            except ValueError as problem:
                box.broken("readable", f"{box.kind}: {problem}")
                break
    check_finished(box, SIMULATED, running.end(), [], box.kind)
    return max(read, 1)


def killed_beside(box):
    """The first is killed while a second waits to go on in its place: one of them finishes it."""
    box.kind = "killed beside one that resumes"
    first = box.start(*SIMULATED, "-o", RESULT)
    jobs.sleep_within(box, undisturbed(box.tools, SIMULATED).seconds)
    first.kill(signal.SIGKILL)
    others = [box.start("run", "--resume", "--no-report", "-o", RESULT) for _ in range(2)]
    first.end()
    ended = [other.end() for other in others]
    for other in ended:
        checks.check_words(box, other, {0, 2}, box.kind)
    visits = check_cut(box, SIMULATED, box.kind)
    check_resumed(box, SIMULATED, visits, box.kind)


KINDS = (second_run, own_names, second_run, readers, killed_beside, second_run)


def inject(box):
    undisturbed(box.tools, SIMULATED)
    return KINDS[box.index % len(KINDS)](box)
