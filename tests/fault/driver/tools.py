"""What there is to put faults in with, and why something is not there."""

import ctypes
import ctypes.util
import json
import os
import shutil
import subprocess

from .box import Unavailable, read_bytes

CLONE_NEWNS, MS_REC, MS_PRIVATE, MNT_DETACH = 0x20000, 0x4000, 1 << 18, 2
NOBODY = 65534


def find_schema_checker(source):
    """A function of a document that returns what is wrong with it; None without python's jsonschema."""
    try:
        import jsonschema
    except ImportError:
        return None
    with open(os.path.join(source, "results/schema/result-1.json"), encoding="utf-8") as file:
        schema = json.load(file)
    whole = jsonschema.validators.validator_for(schema)(schema)
    one_cell = whole.evolve(schema=schema["properties"]["cells"]["items"])
    known = {}      # cells that were checked: those of simulated runs are the same again and again

    def errors(validator, document, where=""):
        return [f"{where}{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in validator.iter_errors(document)]

    def check(document):
        """What is wrong with it.  Its cells one by one, which says the same and is had for less."""
        cells = document.get("cells") if isinstance(document, dict) else None
        if not isinstance(cells, list) or not cells:
            return errors(whole, document)
        found = errors(whole, {**document, "cells": cells[:1]})
        for number, cell in enumerate(cells[1:], 1):
            text = json.dumps(cell, sort_keys=True)
            if text not in known:
                known[text] = errors(one_cell, cell, f"cells/{number}/")
            found += known[text]
        return found
    return check


class Tools:
    def __init__(self, contend, source, build):
        self.contend, self.source, self.build = map(os.path.realpath, (contend, source, build))
        self.check_schema = find_schema_checker(self.source)
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.is_root = os.geteuid() == 0
        self.mounts_are_own = False
        self.works = {}     # what was tried once: name -> reason why not, or ""

    def built(self, name):
        """A program or library that the tests' build makes."""
        path = os.path.join(self.build, "tests", name)
        if not os.path.exists(path):
            raise Unavailable(f"{name} is not in this build")
        return path

    def program(self, name, package):
        path = shutil.which(name)
        if not path:
            raise Unavailable(f"{name} is not installed (Debian: {package})")
        return path

    def try_once(self, name, command, why):
        """Whether the command works here, tried once a process."""
        if name not in self.works:
            try:
                tried = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.PIPE, timeout=20, check=False)
                text = tried.stderr.decode("utf-8", "replace").strip().splitlines()
                self.works[name] = "" if tried.returncode == 0 else f"{why} ({text[-1] if text else tried.returncode})"
            except (OSError, subprocess.TimeoutExpired) as problem:
                self.works[name] = f"{why} ({problem})"
        if self.works[name]:
            raise Unavailable(self.works[name])

    # ---- System calls and allocations ----

    def refusing_calls(self, rule, report):
        """The words that stand before a command."""
        refuser = self.built("refuse_calls")
        self.try_once("seccomp", [refuser, "count", "/dev/null", "/bin/true"],
                      "system calls cannot be refused here: no seccomp user notification")
        return [refuser, rule, report]

    def refusing_allocations(self, box, rule):
        """The environment of a command, and a function that tells (allocations, refused)."""
        library = self.built("contend_refuse_allocations.so")
        box.write("counts", bytes(8))
        where = box.path("counts")

        def counts():
            data = read_bytes(where)
            return int.from_bytes(data[:4], "little"), int.from_bytes(data[4:8], "little")
        return {"LD_PRELOAD": library, "CONTEND_REFUSED_ALLOCATION": f"{rule}:{where}"}, counts

    # ---- Namespaces ----

    def own_mounts(self):
        """From here on what this process mounts is seen by it and its children alone, and ends with it."""
        if self.mounts_are_own:
            return
        if self.libc.unshare(CLONE_NEWNS) or self.libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None):
            raise Unavailable("no mounts of one's own here: " + os.strerror(ctypes.get_errno()))
        self.mounts_are_own = True

    def mount(self, box, kind, where, options=""):
        self.own_mounts()
        if self.libc.mount(kind.encode(), where.encode(), kind.encode(), 0, options.encode()):
            raise Unavailable(f"{kind} cannot be mounted: " + os.strerror(ctypes.get_errno()))
        box.cleaning.append(lambda: self.libc.umount2(where.encode(), MNT_DETACH))

    def unshare(self, *words):
        """The words that stand before a command: unshare(1) with these options."""
        path = self.program("unshare", "util-linux")
        self.try_once("unshare " + " ".join(words), [path, *words, "true"],
                      f"unshare {' '.join(words)} is not permitted")
        return [path, *words]

    def as_nobody(self, box, before, words):
        """A command of contend's as somebody without rights: how it ends.

        The box is open to all from here on; files among the words may stand where nobody may go, and are copied."""
        if not self.is_root:
            raise Unavailable("only root can become nobody")
        nobody = [self.program("setpriv", "util-linux"), "--reuid", str(NOBODY), "--regid", str(NOBODY),
                  "--clear-groups"]
        for directory in (box.directory, box.path("tmp")):
            os.chmod(directory, 0o777)
        self.try_once("nobody", [*nobody, "test", "-x", box.directory], "nobody may not enter where tests are made")
        copies = {word: box.path("tmp", f"for-nobody-{number}") for number, word in enumerate((self.contend, *words))
                  if os.path.isabs(word) and os.path.isfile(word)}
        for word, copy in copies.items():
            shutil.copy(word, copy)
            os.chmod(copy, 0o755)
        try:
            return box.start_command([*nobody, *before, *(copies.get(word, word) for word in (self.contend, *words))]).end()
        finally:
            for copy in copies.values():
                os.unlink(copy)

    # ---- Control groups ----

    def group(self, box, controller, **settings):
        """A control group below ours: the words that put a command into it.

        Settings are named as in version 2 (memory_max, pids_max, cpuset_cpus)."""
        names_of_1 = {"memory_max": "memory.limit_in_bytes", "pids_max": "pids.max", "cpuset_cpus": "cpuset.cpus"}
        root, is_2 = find_group(controller)
        if not root:
            raise Unavailable(f"there is no control group with the controller {controller}")
        group = os.path.join(root, "contend-fault-" + os.path.basename(box.directory))
        try:
            os.mkdir(group)
            box.cleaning.append(lambda: remove_group(group))
            if controller == "cpuset" and not is_2:
                for name in ("cpuset.mems", "cpuset.cpus"):
                    put(group, name, read_bytes(os.path.join(root, name)).decode().strip())
            for name, value in settings.items():
                put(group, name.replace("_", ".", 1) if is_2 else names_of_1[name], str(value))
        except OSError as problem:
            raise Unavailable(f"no control group can be made here: {problem}") from None
        box.group = group
        return ["sh", "-c", 'echo $$ >"$0/cgroup.procs" && exec "$@"', group]


def put(group, name, value):
    with open(os.path.join(group, name), "w", encoding="ascii") as file:
        file.write(value)


def remove_group(group):
    import time
    for _ in range(100):
        try:
            return os.rmdir(group)
        except OSError:
            time.sleep(0.05)
    return None


def find_group(controller):
    """The directory of this process's group for that controller, and whether it is of version 2."""
    for line in read_bytes("/proc/self/cgroup").decode().splitlines():
        number, names, path = line.split(":", 2)
        if controller in names.split(","):
            for root in (f"/sys/fs/cgroup/{names}", f"/sys/fs/cgroup/{controller}"):
                for candidate in (root + path, root):
                    if os.path.isdir(candidate):
                        return candidate, False
        if number == "0" and os.path.exists("/sys/fs/cgroup/cgroup.controllers"):
            candidate = "/sys/fs/cgroup" + path
            if controller in read_bytes(os.path.join(candidate, "cgroup.subtree_control")).decode().split():
                return candidate, True
    return None, False
