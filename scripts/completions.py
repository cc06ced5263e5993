#!/usr/bin/env python3
"""Completions from what the program says of itself: contend help --json | scripts/completions.py DIR.

Writes DIR/contend.bash, DIR/_contend (zsh) and DIR/contend.fish: commands and their words, options,
and of each option what can be given: choices, names of workloads, executors, locks and metrics (also
behind a comma, where lists are taken), or files.
"""
import json
import os
import shlex
import sys

FILES = {"FILE", "PATH", "PLAN", "DIR", "RESULT"}
COMMANDS = []  # names of all of them, for who takes one as a word

BASH_HEAD = """\
# Completion of contend for bash; made from `contend help --json`.

# _contend_values KIND VALUE...: what fits the word, or its part behind the last comma.
_contend_values() {
    local kind=$1 before= word=$cur value
    shift
    if [ "$kind" = list ] && [[ $word == *,* ]]; then
        before=${word%,*},
        word=${word##*,}
    fi
    for value in "$@"; do
        [[ $value == "$word"* ]] && COMPREPLY+=("$before$value")
    done
}

_contend_files() {
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$cur")
}

_contend() {
    local cur=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]} path= i
    COMPREPLY=()
    # "--name=value" comes as three words.
    if [ "$cur" = = ]; then
        cur=
    elif [ "$option" = = ] && ((COMP_CWORD > 2)); then
        option=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    for ((i = 1; i < COMP_CWORD; i++)); do
        case "$path/${COMP_WORDS[i]}" in
"""

BASH_MIDDLE = """\
            path=$path/${COMP_WORDS[i]}
            ;;
        *) ((i > 1)) && break ;;
        esac
    done
    case "$path $option" in
"""

BASH_TAIL = """\
    esac
}

complete -F _contend contend
"""


def leaves(document):
    """(path, command) of all that can be run or have words of their own."""
    for command in document["commands"]:
        yield f"/{command['name']}", command
        for word in command.get("commands", []):
            yield f"/{command['name']}/{word['name']}", word


def values_of(option):
    return option.get("choices") or option.get("known") or []


def is_list(option):
    return "," in option.get("argument", "")


def is_file(option):
    return option.get("argument") in FILES


def takes(option):
    """What stands behind it: nothing, values, lists of values, files, or something of one's own."""
    if option["kind"] == "flag":
        return "nothing"
    if values_of(option):
        return "list" if is_list(option) else "value"
    return "file" if is_file(option) else "own"


def quoted(names):
    return " ".join(shlex.quote(name) for name in names)


def spellings(command):
    for option in command["options"]:
        yield "--" + option["name"]
        if "letter" in option:
            yield "-" + option["letter"]


def choices_of_words(command):
    """Of the words that are no options: those that are known; None where any file may stand."""
    names = [c for a in command["arguments"] for c in a.get("choices", [])]
    if any(a["name"] == "COMMAND" for a in command["arguments"]):
        names = COMMANDS
    return names or ([] if not command["arguments"] else None)


# ---- bash ------------------------------------------------------------------------------------


def bash_option(path, option):
    names = [f"{path} --{option['name']}"]
    if "letter" in option:
        names.append(f"{path} -{option['letter']}")
    lines = ["    " + " | ".join(f"{shlex.quote(name)}" for name in names) + ")"]
    kind = takes(option)
    if kind in ("value", "list"):
        lines.append(f"        _contend_values {kind} {quoted(values_of(option))}")
    elif kind == "file":
        lines.append("        _contend_files")
    return lines + ["        return", "        ;;"]


def bash_words(path, command):
    """What may stand in the place of a word."""
    names = [w["name"] for w in command.get("commands", [])]
    lines = [f"    {shlex.quote(path)})", '        if [[ $cur == -* ]]; then',
             f"            _contend_values value {quoted(spellings(command))}", "        else"]
    known = names or choices_of_words(command)
    if known is None:
        lines.append("            _contend_files")
    else:
        lines.append(f"            _contend_values value {quoted(known)}" if known
                     else "            :")
    return lines + ["        fi", "        ;;"]


def bash(document):
    everything = list(leaves(document))
    lines = ["        " + " | \\\n            ".join(shlex.quote(path) for path, _ in everything) + ")"]
    middle, words = [], []
    for path, command in everything:
        for option in command["options"]:
            if option["kind"] != "flag":
                middle += bash_option(path, option)
        words += bash_words(path, command)
    names = [c["name"] for c in document["commands"]] + ["--help", "--version"]
    words += ["    '')", f"        _contend_values value {quoted(names)}", "        ;;"]
    return (BASH_HEAD + "\n".join(lines) + "\n" + BASH_MIDDLE + "\n".join(middle) +
            '\n    esac\n    case "$path" in\n' + "\n".join(words) + "\n" + BASH_TAIL)


# ---- zsh -------------------------------------------------------------------------------------


def zsh_text(text):
    """Inside the brackets or behind the colon of a specification."""
    for mark in "\\[]:":
        text = text.replace(mark, "\\" + mark)
    return " ".join(text.split())


def zsh_action(option):
    kind = takes(option)
    names = " ".join(zsh_text(v) for v in values_of(option))
    return {"value": f"({names})", "list": f"_sequence compadd - {names}", "file": "_files",
            "own": " "}.get(kind, "")


def zsh_option(option):
    names = ["--" + option["name"]] + (["-" + option["letter"]] if "letter" in option else [])
    text = f"[{zsh_text(option['help'])}]"
    specs = []
    for name in names:
        exclusive = "*" if option["kind"] == "list" else f"({' '.join(names)})"
        if option["kind"] == "flag":
            specs.append(f"{exclusive}{name}{text}")
        else:
            sign = "=" if name.startswith("--") else "+"
            specs.append(f"{exclusive}{name}{sign}{text}:{zsh_text(option['argument'])}:"
                         f"{zsh_action(option)}")
    return specs


def zsh_words(command):
    known = choices_of_words(command)
    if known is None:
        return ["*:file:_files"]
    return [f"*:word:({' '.join(map(zsh_text, known))})"] if known else []


def zsh_leaf(command, indent):
    pad = " " * indent
    specs = [s for option in command["options"] for s in zsh_option(option)] + zsh_words(command)
    return [f"{pad}_arguments -S \\"] + [f"{pad}    {shlex.quote(s)} \\" for s in specs[:-1]] + \
           [f"{pad}    {shlex.quote(specs[-1])}"]


def zsh_described(commands):
    return " ".join(shlex.quote(f"{c['name']}:{c['summary']}") for c in commands)


def zsh(document):
    lines = ["#compdef contend", "# Completion of contend for zsh; made from `contend help --json`.",
             "", "_contend() {", "    local curcontext=\"$curcontext\" state line", "    local -a names",
             "    _arguments -C -S '(- *)--help[all commands]' '(- *)--version[the version]' \\",
             "        '1:command:->command' '*::argument:->argument'", "    case $state in",
             "    command)", f"        names=({zsh_described(document['commands'])})",
             "        _describe command names", "        ;;", "    argument)",
             "        case $words[1] in"]
    for command in document["commands"]:
        lines.append(f"        {command['name']})")
        inside = command.get("commands", [])
        if not inside:
            lines += zsh_leaf(command, 12)
        else:
            lines += ["            if (( CURRENT == 2 )); then",
                      f"                names=({zsh_described(inside)})",
                      "                _describe word names", "            else",
                      "                shift words", "                (( CURRENT-- ))",
                      "                case $words[1] in"]
            for word in inside:
                lines += [f"                {word['name']})", *zsh_leaf(word, 20),
                          "                    ;;"]
            lines += ["                esac", "            fi"]
        lines.append("            ;;")
    return "\n".join(lines + ["        esac", "        ;;", "    esac", "}", "", '_contend "$@"', ""])


# ---- fish ------------------------------------------------------------------------------------


def fish_quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def fish_option(condition, option):
    line = f"complete -c contend -n {fish_quoted(condition)} -l {option['name']}"
    if "letter" in option:
        line += f" -s {option['letter']}"
    kind = takes(option)
    names = " ".join(values_of(option))
    line += {"nothing": " -f", "value": f" -x -a {fish_quoted(names)}",
             "list": f" -x -a {fish_quoted('(__fish_append , ' + names + ')')}", "file": " -r -F",
             "own": " -x"}[kind]
    return line + f" -d {fish_quoted(' '.join(option['help'].split()))}"


def fish_words(condition, command):
    known = choices_of_words(command)
    if known is None:
        return [f"complete -c contend -n {fish_quoted(condition)} -F"]
    return [f"complete -c contend -n {fish_quoted(condition)} -f -a {fish_quoted(' '.join(known))}"] \
        if known else []


def fish(document):
    lines = ["# Completion of contend for fish; made from `contend help --json`.",
             "complete -c contend -f", "complete -c contend -n __fish_use_subcommand -l version -d 'the version'"]
    for command in document["commands"]:
        name, inside = command["name"], command.get("commands", [])
        lines.append(f"complete -c contend -n __fish_use_subcommand -a {name} "
                     f"-d {fish_quoted(command['summary'])}")
        seen = f"__fish_seen_subcommand_from {name}"
        names = " ".join(w["name"] for w in inside)
        for word in inside:
            lines.append(f"complete -c contend -n {fish_quoted(f'{seen}; and not __fish_seen_subcommand_from {names}')} "
                         f"-a {word['name']} -d {fish_quoted(word['summary'])}")
        for one in inside or [command]:
            condition = seen if one is command else f"{seen}; and __fish_seen_subcommand_from {one['name']}"
            lines += [fish_option(condition, option) for option in one["options"]]
            lines += fish_words(condition, one)
    return "\n".join(lines) + "\n"


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: contend help --json | scripts/completions.py DIR")
    document = json.load(sys.stdin)
    if not document.get("schema", "").startswith("contend.help/1"):
        sys.exit("completions: standard input is not what `contend help --json` says")
    COMMANDS.extend(c["name"] for c in document["commands"])
    os.makedirs(sys.argv[1], exist_ok=True)
    for name, text in (("contend.bash", bash(document)), ("_contend", zsh(document)),
                       ("contend.fish", fish(document))):
        with open(os.path.join(sys.argv[1], name), "w", encoding="utf-8") as file:
            file.write(text)


main()
