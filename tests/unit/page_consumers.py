"""Reads what page_hostile.c wrote with the readers that others use; exit status 1 where they disagree.

usage: page_consumers.py DIRECTORY COUNT SCHEMA   (files N.csv, .tsv, .junit, .json, .html, .svg; N = 0 is
harmless)
"""

import csv
import html.parser
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


class Tags(html.parser.HTMLParser):
    """The tags outside pictures, whose layout follows the texts' width; and what could act anywhere."""

    def __init__(self):
        super().__init__()
        self.tags, self.open, self.depth, self.acting, self.text = [], [], 0, [], ""

    def handle_starttag(self, tag, attributes):
        self.depth += tag == "svg"
        if not self.depth:
            self.tags.append((tag, sorted(name for name, value in attributes)))
        if tag not in ("meta", "link", "br"):
            self.open.append(tag)
        for name, value in attributes:
            if name.startswith("on") or name == "src" or (name == "href" and value[0] not in "#d"):
                self.acting.append((tag, name, value))

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if self.open and self.open[-1] == tag:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.acting.append(("unbalanced", tag, ""))
        self.depth -= tag == "svg"

    def handle_data(self, data):
        if self.open and self.open[-1] == "h1":
            self.text += data


def tags_of(i):
    parser = Tags()
    with open(path(i, "html"), encoding="utf-8", newline="") as f:
        parser.feed(f.read())
    parser.close()
    return parser


PARTS_OF_PICTURES = {"svg", "title", "desc", "style", "g", "path", "rect", "circle", "text"}

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
        for piece in name.split(";"):  # where fields end in many a language
            if (piece if piece != name else piece.lstrip()).startswith(("=", "+", "-", "@", "\uff1d")):
                complain(i, f"{form}: {piece!r} is a formula")
        if not acts(text) and name.replace("'", "") != text.replace("'", ""):
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

    page, harmless = tags_of(i), tags_of(0)
    if page.tags != harmless.tags:
        differ = [(a, b) for a, b in zip(page.tags, harmless.tags) if a != b][:1]
        complain(i, f"html: another structure: {differ}")
    for what in page.acting:
        complain(i, f"html: {what}")
    if not acts(text) and page.text != text:
        complain(i, f"html: {text!r} became {page.text!r}")

    for element in ElementTree.parse(path(i, "svg")).getroot().iter():
        if element.tag.rpartition("}")[2] not in PARTS_OF_PICTURES:
            complain(i, f"svg: a {element.tag}")
        if any(name.startswith("on") or "href" in name for name in element.attrib):
            complain(i, f"svg: attributes {sorted(element.attrib)}")

sys.exit(failed > 0)
