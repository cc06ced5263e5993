"""Row 10: a journal that is cut, or whose bytes, lines or order changed.

ctest: takes 85, timeout 600, label nosan

First cuts, at every byte: from the last backwards, so that few of them go through whole visits; then mutations.
"""

from driver import checks, everywhere
from driver.cut import check_finished
from driver.jobs import JOURNAL, RESULT, SIMULATED, undisturbed

NUMBER = 10
FAULT = "a journal cut at any byte; bits flipped, lines doubled, swapped, lost, joined"
HOW = "generator"
COUNTS = {"change": 266, "nightly": 100000, "release": 1000000}
JOBS = 3


def cut_at(box, journal, index):
    """With each change the cuts lie evenly over all bytes, and go through all of them in turn at night."""
    stride = max(1, len(journal) // 266)
    size = len(journal)
    at = (index * stride + index * stride // size) % size
    box.kind = f"cut at byte {at} of {size}"
    return journal[:at]


def flip(box, journal):
    at, bit = box.draw.randrange(len(journal)), box.draw.randrange(8)
    box.kind = f"bit {bit} of byte {at} flipped"
    return journal[:at] + bytes([journal[at] ^ 1 << bit]) + journal[at + 1:]


def change_lines(box, journal):
    lines = journal.splitlines(keepends=True)
    first, more = lines[:1], lines[1:]
    way = box.draw.choice(("doubled", "swapped", "lost", "joined", "garbage", "empty"))
    i, j = box.draw.randrange(len(more)), box.draw.randrange(len(more))
    box.kind = f"line {i + 2} {way}"
    if way == "doubled":
        more.insert(j, more[i])
    elif way == "swapped":
        more[i], more[j] = more[j], more[i]
    elif way == "lost":
        del more[i]
    elif way == "joined":
        more[i] = more[i].rstrip(b"\n")
    elif way == "garbage":
        more.insert(i, bytes(box.draw.randrange(256) for _ in range(box.draw.randint(1, 300))) + b"\n")
    else:
        more.insert(i, b"\n")
    return b"".join(first + more)


def unknown_samples(box, document):
    """Numbers that no undisturbed run has; a line that was lost is fewer of them, and never another."""
    wanted = {cell["id"]: cell["metrics"] for cell in undisturbed(box.tools, SIMULATED).document["cells"]}
    for cell in document["cells"]:
        for metric, found in cell["metrics"].items():
            due = list(wanted[cell["id"]][metric]["samples"])
            for sample in found["samples"]:
                if sample not in due:
                    yield f"{cell['id']}: {metric}: {sample}"
                    break
                due.remove(sample)


def check(box, journal, ended):
    what = box.kind
    whole = checks.whole_lines(journal)
    if ended.status == 2:
        # The first line is what everything rests on.
        checks.check_words(box, ended, {2}, what)
        box.expect("exact", box.read(JOURNAL)[:len(journal)] in (journal, journal[:journal.rfind(b"\n") + 1]),
                   f"{what}: refused, and the journal changed")
        intact = whole and whole[0] == everywhere.made_journal(box.tools).splitlines()[0]
        box.expect("resumed", not intact, f"{what}: refused with an intact plan: {ended}")
        return
    checks.check_words(box, ended, {0}, what)
    document = checks.check_result(box, RESULT, what)
    if not box.expect("resumed", document, f"{what}: no result: {ended}"):
        return
    checks.check_cells(box, document, undisturbed(box.tools, SIMULATED).ids, what)
    unknown = list(unknown_samples(box, document))
    box.expect("exact", not unknown, f"{what}: numbers that were not measured: {unknown[:2]}")


def inject(box):
    journal = everywhere.made_journal(box.tools)
    if box.index % 3 != 2:
        changed = cut_at(box, journal, box.index - box.index // 3)
    else:
        changed = flip(box, journal) if box.draw.random() < 0.5 else change_lines(box, journal)
    box.write(JOURNAL, changed)
    ended = box.run("run", "--resume", "--no-report", "-o", RESULT)
    if box.kind.startswith("cut") and ended.status == 0:
        check_finished(box, SIMULATED, ended, [], box.kind)
    else:
        check(box, changed, ended)
    box.expect_quiet(box.kind)
    box.expect_tidy(box.kind, RESULT, JOURNAL)
