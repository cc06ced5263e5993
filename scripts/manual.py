#!/usr/bin/env python3
"""Manual pages from what the program says of itself: contend help --json | scripts/manual.py DIR.

Writes contend.1 and contend-COMMAND.1 in mdoc(7), of which `mandoc -T lint` has nothing to say. The
date is that of SOURCE_DATE_EPOCH (or of --date), so that equal sources give equal pages.
"""
import argparse
import datetime
import json
import os
import re
import sys
import textwrap

STATUSES = (
    (0, "fine"),
    (1, "a regression was found, or a claim refuted"),
    (2, "wrong usage, or input that cannot be read"),
    (3, "the run could not be done, or a cell failed"),
    (4, "not decided; with --strict only"),
    (5, "no verdict is possible here"),
    (130, "interrupted; what was measured is in the result"),
)

ENVIRONMENT = (
    ("COLUMNS", "columns of a terminal, where it has more than are wanted"),
    ("NO_COLOR", "if it is set and not empty, nothing is coloured"),
    ("TERM", "a terminal called dumb gets neither colour nor progress"),
)

LITERAL = re.compile(r"\\|^[.']")


def escaped(text):
    """A text inside a line: backslashes, and dashes that are to be copied as they are."""
    return text.replace("\\", "\\e").replace("-", "\\-")


def guarded(line):
    """A line that no request is taken for."""
    return "\\&" + line if line[:1] in (".", "'") else line


def words(text):
    """A paragraph in lines of at most 78 bytes, each sentence on lines of its own."""
    lines = []
    for sentence in re.split(r"(?<=[.!?])\s+", " ".join(text.split())):
        wrapped = textwrap.wrap(escaped(sentence), 74, break_long_words=False,
                                break_on_hyphens=False)
        if wrapped and wrapped[-1].endswith("e.g."):
            wrapped[-1] += "\\&"
        lines += map(guarded, wrapped)
    return lines


def paragraphs(text):
    """Paragraphs parted by empty lines; lines that begin with a blank are as they are."""
    out = []
    for part in re.split(r"\n\s*\n", text.strip("\n")):
        if not part.strip():
            continue
        if out:
            out.append(".Pp")
        if part.startswith(" "):
            out.pop() if out else None
            out += literal(part)
        else:
            out += words(part)
    return out


def literal(text):
    lines = [guarded(escaped(line)) for line in textwrap.dedent(text).rstrip("\n").split("\n")]
    return [".Bd -literal -offset indent", *lines, ".Ed"]


def argument_words(text):
    """Words of a macro's line: what would be punctuation or a macro of its own is text."""
    return " ".join("\\&" + escaped(word) for word in text.split())


def option_head(option):
    head = f"Fl Fl {escaped(option['name'])}"
    if "letter" in option:
        head = f"Fl {option['letter']} , {head}"
    if "argument" in option:
        head += f" Ar {argument_words(option['argument'])}"
    return f".It {head}"


def option_text(option):
    text = option["help"][:1].upper() + option["help"][1:]
    choices = option.get("choices") or option.get("known")
    if choices:
        text += ": " + ", ".join(choices)
    text += "."
    for key in ("default", "without"):
        if key in option:
            text += f" Default: {option[key]}."
    return words(text)


def options_of(command):
    lines = [".Bl -tag -width Ds"]
    for option in command["options"]:
        lines += [option_head(option), *option_text(option)]
    return lines + [".El"]


def arguments_of(command):
    if not command["arguments"]:
        return []
    lines = [".Bl -tag -width Ds"]
    for argument in command["arguments"]:
        text = argument["help"][:1].upper() + argument["help"][1:]
        if "choices" in argument:
            text += ": " + ", ".join(argument["choices"])
        lines += [f".It Ar {argument_words(argument['name'])}", *words(text + ".")]
    return lines + [".El"]


def synopsis(path, command):
    lines = []
    for form in command["usage"]:
        lines += [f".Nm {path}", *map(guarded, textwrap.wrap(
            escaped(form), 74, break_long_words=False, break_on_hyphens=False))]
    return lines


def inner(path, command):
    """A word of a command, under a heading of its own."""
    lines = [f".Ss {path}", *words(sentence(command["summary"]))]
    if command.get("about"):
        lines += [".Pp", *paragraphs(command["about"])]
    return lines + arguments_of(command) + options_of(command)


def sentence(text):
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def page_of(command, date):
    path, name = f"contend {command['name']}", f"contend-{command['name']}"
    inside = command.get("commands", [])
    lines = [f".Dd {date}", f".Dt {name.upper()} 1", ".Os", ".Sh NAME", f".Nm {name}",
             f".Nd {escaped(command['summary'])}", ".Sh SYNOPSIS"]
    for one in inside or [command]:
        lines += synopsis(path if one is command else f"{path} {one['name']}", one)
    lines += [".Sh DESCRIPTION", *paragraphs(command.get("about") or sentence(command["summary"]))]
    lines += arguments_of(command)
    if inside:
        for one in inside:
            lines += inner(f"{path} {one['name']}", one)
    else:
        lines += [".Sh OPTIONS", *options_of(command)]
    statuses = [c["statuses"] for c in [command, *inside] if c.get("statuses")]
    if statuses:
        lines += [".Sh EXIT STATUS"]
        for i, text in enumerate(dict.fromkeys(statuses)):
            lines += ([".Pp"] if i else []) + words(re.sub(r"^Exit status: ?", "", text))
    examples = [c["examples"].rstrip("\n") for c in [command, *inside] if c.get("examples")]
    if examples:
        lines += [".Sh EXAMPLES", *literal("\n".join(examples))]
    return lines + [".Sh SEE ALSO", ".Xr contend 1"]


def overview(document, date):
    lines = [f".Dd {date}", ".Dt CONTEND 1", ".Os", ".Sh NAME", ".Nm contend",
             ".Nd what threads, processes and coroutines cost on this machine", ".Sh SYNOPSIS",
             ".Nm", ".Ar COMMAND", ".Op Ar OPTION ...", ".Nm", ".Fl Fl version",
             ".Sh DESCRIPTION",
             *words("Measures what threads, processes and coroutines cost on this machine: to start, "
                    "to run, and to contend. Each command has a page of its own."),
             ".Bl -tag -width Ds"]
    for command in document["commands"]:
        lines += [f".It Xr contend-{command['name']} 1", *words(sentence(command["summary"]))]
    lines += [".El", ".Sh ENVIRONMENT", ".Bl -tag -width Ds"]
    for name, text in ENVIRONMENT:
        lines += [f".It Ev {name}", *words(sentence(text))]
    lines += [".El", ".Sh EXIT STATUS", ".Bl -tag -width Ds"]
    for status, text in STATUSES:
        lines += [f".It {status}", *words(sentence(text))]
    lines += [".El", ".Sh EXAMPLES", *literal("contend run --suite quick -o quick.json\n"
                                              "contend report quick.json --tables"),
              ".Sh SEE ALSO"]
    names = [c["name"] for c in document["commands"]]
    lines += [f".Xr contend-{n} 1{' ,' if n != sorted(names)[-1] else ''}" for n in sorted(names)]
    return lines


def date_of(seconds):
    day = datetime.datetime.fromtimestamp(int(seconds), datetime.timezone.utc)
    return f"{day:%B} {day.day}, {day.year}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("directory")
    parser.add_argument("--date", default="0", help="seconds since 1970; SOURCE_DATE_EPOCH goes before")
    options = parser.parse_args()
    document = json.load(sys.stdin)
    if not document.get("schema", "").startswith("contend.help/1"):
        sys.exit("manual: standard input is not what `contend help --json` says")
    date = date_of(os.environ.get("SOURCE_DATE_EPOCH") or options.date or "0")
    pages = {"contend": overview(document, date)}
    for command in document["commands"]:
        pages[f"contend-{command['name']}"] = page_of(command, date)
    os.makedirs(options.directory, exist_ok=True)
    for old in os.listdir(options.directory):
        if old.endswith(".1") and old[:-2] not in pages:
            os.remove(os.path.join(options.directory, old))
    for name, lines in pages.items():
        with open(os.path.join(options.directory, name + ".1"), "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")


main()
