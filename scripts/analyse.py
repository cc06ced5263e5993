"""Runs clang-tidy, cppcheck, clang's and gcc's analyzers over bench/ and workloads/, in parallel.

A file is looked at with the flags it is compiled with (build/ci/compile_commands.json), and not
again until it, a header it includes, the tool or its settings change: what was found is kept by a
hash of all of these in build/analyse.  A second run takes seconds.

Versions of these programs differ in what they find, so only those of Debian 12 count; another one
is left out, with the reason (--any-version: it is taken).

scripts/analyse.d/allowed lists what is left as it is, each line with its reason; a line that nothing
matches any more is an error.
"""

import argparse
import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import time

SOURCE = pathlib.Path(__file__).resolve().parent.parent
COMMANDS = SOURCE / "build" / "ci" / "compile_commands.json"
KEPT = SOURCE / "build" / "analyse"
ALLOWED = SOURCE / "scripts" / "analyse.d" / "allowed"
ROOMS = ("bench/", "workloads/")
FINDING = re.compile(r"^(?P<file>[^:\s][^:]*):(?P<line>\d+):(?:\d+:)? (?P<kind>warning|error|style|performance|"
                     r"portability|information): (?P<text>.*) \[(?P<check>[^\]]+)\]$")
DEEP = False  # --deep
TOOLS = {"clang": r"version 14\.", "clang-tidy": r"version 14\.", "cppcheck": r"^Cppcheck 2\.10", "gcc": r"^gcc .* 12\."}


def fail(status, text):
    print(f"analyse: error: {text}", file=sys.stderr)
    sys.exit(status)


def run(command, **more):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", cwd=SOURCE, **more)


class Unit:
    """A source with the flags it is compiled with."""

    def __init__(self, entry):
        self.path = pathlib.Path(entry["file"]).resolve()
        self.name = str(self.path.relative_to(SOURCE))
        words = shlex.split(entry["command"])
        flags, skip = [], False
        for word in words[1:]:
            if skip or word in ("-c", str(entry["file"])):
                skip = False
            elif word in ("-o", "-MF", "-MT"):
                skip = True
            elif not re.match(r"-(O|g|M|Werror|W|ffile-prefix-map)", word):
                flags.append(word)
        # Only gcc's launcher stands before the compiler.
        self.flags = flags[1:] if flags and not flags[0].startswith("-") else flags

    @functools.cache
    def text(self):
        """As the compiler sees it: headers, macros and line numbers are all in it."""
        return run(["gcc", "-E", *self.flags, self.name]).stdout


def units(wanted):
    if not COMMANDS.exists():
        fail(3, "there is no build/ci: scripts/build ci")
    found = {}
    for entry in json.loads(COMMANDS.read_text()):
        path = pathlib.Path(entry["file"]).resolve()
        if not path.is_relative_to(SOURCE) or not path.exists():
            continue
        unit = Unit(entry)
        if unit.name.startswith(ROOMS) and (not wanted or unit.name in wanted):
            found.setdefault(unit.name, unit)
    for name in wanted:
        if name not in found:
            fail(2, f"\"{name}\" is no source of bench/ or workloads/")
    return [found[name] for name in sorted(found)]


def clang_tidy(unit):
    flags = [flag for flag in unit.flags if flag != "-fno-math-errno"]
    return ["clang-tidy", "--quiet", unit.name, "--", *flags, "-Wno-everything"]


def clang_analyzer(unit):
    flags = [flag for flag in unit.flags if flag != "-fno-math-errno"]
    # Of what it finds on all paths of a function nearly all is found on the first ones: a limit of a
    # twentieth of the paths takes an eighth of the time.  --deep takes the limit away.
    limit = [] if DEEP else ["-Xclang", "-analyzer-config", "-Xclang", "max-nodes=20000"]
    off = ["-Xclang", "-analyzer-disable-checker=security.insecureAPI.DeprecatedOrUnsafeBufferHandling"]
    return ["clang", "--analyze", "--analyzer-output", "text", *limit, *off, "-Wno-everything", *flags, unit.name,
            "-o", "/dev/null"]


def gcc_analyzer(unit):
    return ["gcc", *unit.flags, "-O1", "-fanalyzer", "-c", unit.name, "-o", "/dev/null", "-fdiagnostics-plain-output",
            "-fdiagnostics-path-format=none"]


def cppcheck(unit):
    flags = []
    words = iter(unit.flags)
    for word in words:
        if word in ("-I", "-D"):
            flags.append(word + next(words))
        elif word.startswith(("-I", "-D")):
            flags.append(word)
    return ["cppcheck", "--quiet", "--std=c11", "--enable=warning,performance,portability", "--library=posix",
            "--library=gnu", "--inline-suppr", "--max-configs=1", "--suppress=missingIncludeSystem",
            "--template={file}:{line}:{column}: {severity}: {message} [{id}]", "--template-location=", *flags, unit.name]


COMMAND_OF = {"clang": clang_analyzer, "clang-tidy": clang_tidy, "cppcheck": cppcheck, "gcc": gcc_analyzer}


def version_of(tool):
    return run([tool, "--version"]).stdout


def key_of(tool, unit, version):
    """All that its findings depend on."""
    own = (SOURCE / ".clang-tidy").read_text() if tool == "clang-tidy" else ""
    return "\0".join([version, own, *COMMAND_OF[tool](unit), unit.text()])


def look(tool, unit, version):
    """What the tool says of it, kept or new: (text, whether it is new)."""
    kept = KEPT / tool / hashlib.sha256(key_of(tool, unit, version).encode(errors="replace")).hexdigest()
    if kept.exists():
        return kept.read_text(), False
    out = run(COMMAND_OF[tool](unit))
    text = out.stdout
    if out.returncode and not any(FINDING.match(line) for line in text.splitlines()):
        return text + f"\n{unit.name}:1: error: {tool} failed with status {out.returncode} [tool-failed]\n", True
    kept.parent.mkdir(parents=True, exist_ok=True)
    fresh = kept.with_name(f"{kept.name}.{os.getpid()}")
    fresh.write_text(text)
    fresh.rename(kept)
    return text, True


def findings_of(tool, text):
    """{(tool, file, line, check, text)}; what a header holds is found in each file that includes it."""
    out = set()
    for line in text.splitlines():
        found = FINDING.match(line)
        if not found or found["kind"] == "information":
            continue
        path = pathlib.Path(found["file"])
        name = str(path.relative_to(SOURCE)) if path.is_absolute() and path.is_relative_to(SOURCE) else str(path)
        check = found["check"].split(",")[0].removeprefix("-Wanalyzer-").removeprefix("-W")
        if tool == "gcc" and not found["check"].startswith("-Wanalyzer"):
            continue
        if name.startswith(ROOMS) or check == "tool-failed":
            out.add((tool, name, int(found["line"]), check, found["text"]))
    return out


class Allowance:
    """TOOL CHECK FILE, and behind a "#" why."""

    def __init__(self, number, line):
        words, _, why = line.partition("#")
        parts = words.split()
        if len(parts) != 3 or not why.strip():
            fail(2, f"{ALLOWED}:{number}: \"{line}\" is not TOOL CHECK FILE # why")
        self.line, self.words = number, " ".join(parts)
        self.tool, self.check, file = parts
        self.file = re.compile(re.escape(file).replace(r"\*", ".*") + "$")
        self.used = False

    def allows(self, finding):
        tool, name, _, check, _ = finding
        if (tool, check) != (self.tool, self.check) or not self.file.match(name):
            return False
        self.used = True
        return True


def allowances():
    lines = ALLOWED.read_text().splitlines()
    return [Allowance(i, line) for i, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]


def usable(tool, options):
    if not shutil.which(tool):
        print(f"analyse: {tool} is not installed, so it was not asked (scripts/install-deps --tests)", file=sys.stderr)
        return False
    said = version_of(tool)
    if options.any_version or re.search(TOOLS[tool], said, re.MULTILINE):
        return True
    print(f"analyse: {tool} is another version than the one these settings are for, so it was not asked: "
          f"{said.strip().splitlines()[0]}", file=sys.stderr)
    return False


def parse(argv):
    parser = argparse.ArgumentParser(prog="scripts/analyse", description=__doc__.split("\n\n")[0])
    parser.add_argument("files", nargs="*", metavar="FILE", help="only these (default: all)")
    parser.add_argument("--tool", action="append", choices=sorted(TOOLS), help="only this one")
    parser.add_argument("--jobs", type=int, default=int(os.environ.get("JOBS") or os.cpu_count() or 1))
    parser.add_argument("--deep", action="store_true", help="clang's analyzer without a limit (half an hour)")
    parser.add_argument("--any-version", action="store_true", help="take other versions of the tools, too")
    return parser.parse_args(argv)


def main(argv):
    global DEEP
    options = parse(argv)
    DEEP = options.deep
    tools = [tool for tool in options.tool or TOOLS if usable(tool, options)]
    if not tools:
        return 77
    begin = time.monotonic()
    all_units = units(options.files)
    allowed = allowances()
    found, fresh = set(), 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        versions = {tool: version_of(tool) for tool in tools}
        jobs = [(tool, pool.submit(look, tool, unit, versions[tool])) for unit in all_units for tool in tools]
        for tool, job in jobs:
            text, is_fresh = job.result()
            found |= findings_of(tool, text)
            fresh += is_fresh
    left = sorted(finding for finding in found if not any(a.allows(finding) for a in allowed))
    for tool, name, line, check, text in left:
        print(f"{name}:{line}: {text} [{tool}: {check}]")
    unused = [a for a in allowed if not a.used and a.tool in tools] if not options.files else []
    for a in unused:
        print(f"scripts/analyse.d/allowed:{a.line}: \"{a.words}\" is found no more; take the line out")
    print(f"{len(all_units)} files, {', '.join(tools)}: {len(left)} findings, {len(found) - len(left)} allowed "
          f"({fresh} looks were new, {time.monotonic() - begin:.0f} s)", file=sys.stderr)
    return 1 if left or unused else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
