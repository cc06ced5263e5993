"""A box: the directory one injection happens in, what is started there, and what is found wrong.

Everything that is started carries the box's name in its environment, and hands it on to what it
starts itself: so that nothing of it can go unseen, whatever group, session or parent it has.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time

MARK = "CONTEND_TEST_MARK"
DEADLINE_S = 120      # of a command that has no other: long, for machines that do much else
GRACE_S = 10          # what is being torn down may take so long

# What is promised, with the numbers of docs/reliability.md.
PROMISES = {
    "readable": 1,    # what is at the result's path is valid, or absent
    "exact": 2,       # finished cells are what they were; an earlier result is untouched until the new one is whole
    "quiet": 3,       # nothing of ours is running
    "tidy": 4,        # no temporary file, shared memory, control group
    "status": 5,      # the documented exit status
    "words": 6,       # one clear line; no crash, no control characters
    "resumed": 7,     # --resume completes to the same cells
    "in_time": 8,     # it ends within its deadline
    "apart": 9,       # nothing that was hit is in a statistic, and it is named
}


class Unavailable(Exception):
    """This injection is not possible here; the reason is in words."""


class Ended:
    """A command that has ended."""

    def __init__(self, command, status, out, err):
        self.command, self.status, self.out, self.err = command, status, out, err

    def __str__(self):
        return f"{' '.join(self.command)}: status {self.status}, said {self.err.strip()[-400:]!r}"


class Running:
    """A command that was started in a box."""

    def __init__(self, box, command, process, files):
        self.box, self.command, self.process = box, command, process
        self.files = files      # that it speaks to; none: pipes
        self.pid = process.pid

    def kill(self, number):
        """To the process alone; false when it has ended."""
        if self.process.poll() is not None:
            return False
        os.kill(self.pid, number)
        return True

    def runs(self):
        return self.process.poll() is None

    def end(self, within_s=DEADLINE_S):
        """Waits for its end.  What does not end in time is a broken promise, and is killed."""
        texts = ()
        try:
            if self.files:
                self.process.wait(within_s)
            else:
                texts = self.process.communicate(timeout=within_s)
        except subprocess.TimeoutExpired:
            self.box.broken("in_time", f"{' '.join(self.command)}: not ended after {within_s} s")
            for pid in self.box.living():
                kill(pid, signal.SIGKILL)
            self.process.kill()
            self.process.wait()
        if self.files or not texts:
            texts = [contents(file) for file in self.files] or (b"", b"")
        return Ended(self.command, self.process.returncode,
                     *(text.decode("utf-8", "backslashreplace") for text in texts))


def contents(file):
    file.seek(0)
    text = file.read()
    file.close()
    return text


class Box:
    def __init__(self, tools, seed):
        self.tools = tools
        self.draw = random.Random(seed)
        self.directory = tempfile.mkdtemp(prefix="contend-fault.")
        os.chmod(self.directory, 0o755)
        os.mkdir(self.path("tmp"), 0o777)
        self.kind = ""          # which of a row's faults it was
        self.wrong = []         # [promise, text]
        self.shared = shared_memory()
        self.cleaning = []      # functions, called in reverse order at the end

    def path(self, *names):
        return os.path.join(self.directory, *names)

    # ---- What is found wrong ----

    def broken(self, promise, text):
        assert promise in PROMISES
        self.wrong.append([promise, text])

    def expect(self, promise, condition, text):
        if not condition:
            self.broken(promise, str(text))
        return bool(condition)

    # ---- Commands ----

    def environment(self, changes=None):
        kept = {name: value for name, value in os.environ.items()
                if not name.startswith(("CONTEND_", "LD_", "MAKE", "LC_")) and name not in ("LANG", "COLUMNS")}
        kept.update({MARK: self.directory, "TMPDIR": self.path("tmp"), "NO_COLOR": "1", "CONTEND_TURN": "off"})
        worker = os.environ.get("CONTEND_WORKER")  # sanitizers read symbols from a file
        if worker:
            kept["CONTEND_WORKER"] = worker
        for name, value in (changes or {}).items():
            if value is None:
                kept.pop(name, None)
            else:
                kept[name] = value
        return kept

    def start(self, *arguments, before=(), environment=None, **more):
        """Starts contend with these arguments, behind the words of `before`, which name a program."""
        command = [*before, self.tools.contend, *arguments]
        return self.start_command(command, environment=environment, **more)

    def start_command(self, command, environment=None, piped=False, **more):
        """Piped: where files must not grow.  Otherwise files, for who lives on holds nobody up by them."""
        files = [] if piped else [tempfile.TemporaryFile(), tempfile.TemporaryFile()]
        out, err = files or (subprocess.PIPE, subprocess.PIPE)
        more = {"cwd": self.directory, "stdin": subprocess.DEVNULL, "stdout": out, "stderr": err, **more}
        process = subprocess.Popen(command, env=self.environment(environment), **more)
        return Running(self, [os.path.basename(command[0]), *command[1:]], process, files)

    def run(self, *arguments, within_s=DEADLINE_S, **more):
        return self.start(*arguments, **more).end(within_s)

    # ---- Processes ----

    def living(self):
        """Processes of the box, other than zombies."""
        mark = f"{MARK}={self.directory}".encode()
        found = []
        for name in os.listdir("/proc"):
            if name.isdigit() and mark in read_bytes(f"/proc/{name}/environ").split(b"\0") and is_alive(name):
                found.append(int(name))
        return found

    def expect_quiet(self, what):
        until = time.monotonic() + GRACE_S
        while True:
            left = self.living()
            if not left or time.monotonic() > until:
                break
            time.sleep(0.01)
        if left:
            self.broken("quiet", f"{what}: left running: " + "; ".join(map(describe, left)))
            for pid in left:
                kill(pid, signal.SIGKILL)

    # ---- Files ----

    def expect_tidy(self, what, *allowed):
        """No file but those named, in the box and where temporary files go; no shared memory."""
        kept = {"tmp", *allowed}
        left = [name for name in os.listdir(self.directory) if name not in kept]
        left += ["tmp/" + name for name in os.listdir(self.path("tmp"))]
        left += ["shared memory " + name for name in shared_memory() - self.shared if "contend" in name]
        self.expect("tidy", not left, f"{what}: left: {', '.join(sorted(left))}")

    def read(self, name):
        return read_bytes(self.path(name))

    def write(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data)

    def remove(self, *names):
        for name in names:
            try:
                os.unlink(self.path(name))
            except FileNotFoundError:
                pass

    def close(self, keep=False):
        for pid in self.living():
            kill(pid, signal.SIGKILL)
        for clean in reversed(self.cleaning):
            clean()
        if not keep:
            shutil.rmtree(self.directory, ignore_errors=True)


# ---- /proc -----------------------------------------------------------------------------------

def read_bytes(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def state_of(pid):
    """The letter of proc(5), or "" when it is gone."""
    text = read_bytes(f"/proc/{pid}/stat")
    return text[text.rfind(b")") + 2:][:1].decode()


def is_alive(pid):
    return state_of(pid) not in ("", "Z", "X")


def describe(pid):
    words = read_bytes(f"/proc/{pid}/cmdline").replace(b"\0", b" ").decode("utf-8", "replace").strip()
    return f"{pid} {state_of(pid)} {words[:80]}"


def kill(pid, number):
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def children(pid):
    found = []
    try:
        tasks = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return found
    for task in tasks:
        found += map(int, read_bytes(f"/proc/{pid}/task/{task}/children").split())
    return found


def descendants(pid):
    """Those that are alive, each with how many generations it is below."""
    found, level, generation = [], children(pid), 1
    while level:
        found += [(child, generation) for child in level if is_alive(child)]
        level = [grandchild for child in level for grandchild in children(child)]
        generation += 1
    return found


def shared_memory():
    try:
        return set(os.listdir("/dev/shm"))
    except OSError:
        return set()


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)
