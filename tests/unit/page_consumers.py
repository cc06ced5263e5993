"""Reads what page_hostile.c wrote with the readers that others use; exit status 1 where they disagree.

usage: page_consumers.py DIRECTORY COUNT SCHEMA   (files N.csv, .tsv, .junit, .json; N = 0 is harmless)
"""

import csv
import json
import sys
import xml.etree.ElementTree as ElementTree

try:
    import jsonschema
except ImportError:
    jsonschema = None

directory, count = sys.argv[1], int(sys.argv[2])
failed = 0
with open(sys.argv[3], encoding="utf-8") as schema:
    schema = json.load(schema)


def path(i, form):
    return f"{directory}/{i}.{form}"


def complain(i, text):
    global failed
    failed += 1
    print(f"text {i}: {text}")


def acts(text):
    """Whether something in it is named rather than written."""
    return any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or ord(c) >= 0x600 for c in text)


def separated(i, form):
    with open(path(i, form), encoding="utf-8", newline="") as f:
        if form == "csv":
            return list(csv.reader(f, strict=True))
        return list(csv.reader(f, delimiter="\t", quoting=csv.QUOTE_NONE))


def shape(element):
    return [element.tag, sorted(element.attrib), [shape(e) for e in element]]


for i in range(count):
    with open(path(i, "json"), encoding="utf-8") as f:
        page = json.load(f)
    text = page["blocks"][0]["heading"]
    if jsonschema:
        for wrong in jsonschema.Draft202012Validator(schema).iter_errors(page):
            complain(i, f"json: {wrong.message[:200]}")

    for form in "csv", "tsv":
        rows, harmless = separated(i, form), separated(0, form)
        if [len(r) for r in rows] != [len(r) for r in harmless]:
            complain(i, f"{form}: rows of {[len(r) for r in rows]} fields")
        if rows[0] != harmless[0]:
            complain(i, f"{form}: the heads are {rows[0]}")
        name = rows[1][rows[0].index("name")]
        if name.lstrip().startswith(("=", "+", "-", "@", "\uff1d")):
            complain(i, f"{form}: {name!r} is a formula")
        if not acts(text) and name != text and name != "'" + text:
            complain(i, f"{form}: {text!r} became {name!r}")
        if float(rows[1][rows[0].index("start_ns_lo")]) != 37500:
            complain(i, f"{form}: the interval is lost")
        if rows[2][rows[0].index("start_ns")] != "":
            complain(i, f"{form}: what is missing has a value")

    root, harmless = (ElementTree.parse(path(n, "junit")).getroot() for n in (i, 0))
    if shape(root) != shape(harmless):
        complain(i, "junit: another structure")
    if root[0].attrib["failures"] != "1" or root[0].attrib["tests"] != "3":
        complain(i, f"junit: counts {root[0].attrib}")
    if not acts(text) and root[0][0].attrib["classname"] != text:
        complain(i, f"junit: {text!r} became {root[0][0].attrib['classname']!r}")

sys.exit(failed > 0)
