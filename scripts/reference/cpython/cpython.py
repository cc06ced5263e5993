#!/usr/bin/env python3
"""The reference: contend's workloads in the CPython that runs this, as a contend.result/1 file.

    cpython.py [--workload A,B] [--executor thread,process] [--tasks 1,2,4] [--interval 5ms]
               [--task-time 500ms] [-p mixed.mode=echo] [--rounds 5] [--budget 60s] [--seed N] -o FILE
    cpython.py --cell sleep/gil/thread/tasks=10,duration=10ms -o FILE      cells one by one
    cpython.py --plan fidelity -o FILE      the cells of the fidelity table
    cpython.py --trace -o FILE              one cell with its events, contend.trace/1
    cpython.py --list                       workloads and executors
    cpython.py --describe                   this interpreter, as the head of a result

Every launch runs in an interpreter of its own, so that nothing of one cell is left for the next.
Cells are visited in rounds, in an order shuffled by the seed.  Standard library only, 3.9 or later.
Exit status: 0 done, 2 wrong usage, 3 a cell failed or the file cannot be written, 130 interrupted.
"""

import argparse
import difflib
import json
import os
import random
import re
import signal
import subprocess
import sys
import time

if sys.version_info < (3, 9):
    sys.exit("cpython.py: error: needs Python 3.9 or later")
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import bodies  # noqa: E402
import document  # noqa: E402
import launch  # noqa: E402
import trace  # noqa: E402

UNITS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}
DEFAULT_INTERVAL_NS = 5_000_000
VISIT_LIMIT_S = 150  # of one launch, whatever its task time


def duration(text):
    found = re.fullmatch(r"([0-9.]+)\s*(ns|us|ms|s)", text)  # a bare number is none, as in contend
    try:
        ns = int(round(float(found[1]) * UNITS[found[2]])) if found else 0
    except ValueError:
        ns = 0
    if ns <= 0:
        raise argparse.ArgumentTypeError(f'"{text}" is no duration above 0 with its unit, such as 5ms')
    return ns


def words(text):
    return [word for word in text.split(",") if word]


def counts(text):
    if not all(re.fullmatch("[0-9]{1,6}", word) and int(word) > 0 for word in words(text)):
        raise argparse.ArgumentTypeError(f'"{text}": expected whole numbers above 0, such as 1,2,4')
    return [int(word) for word in words(text)]


def assignment(text):
    found = re.fullmatch(r"([a-z0-9_]+)\.([a-z0-9_]+)=(.+)", text)
    if not found or found[1] not in bodies.WORKLOADS or \
            found[2] not in bodies.WORKLOADS[found[1]].params:
        raise argparse.ArgumentTypeError(f'"{text}" is no parameter of a workload here')
    default, unit = bodies.WORKLOADS[found[1]].params[found[2]]
    try:
        value = found[3] if unit is None else duration(found[3]) if unit == "ns" else int(found[3])
    except ValueError:
        raise argparse.ArgumentTypeError(f'"{text}": expected a whole number') from None
    if unit is None and value not in ("sleep", "echo"):
        raise argparse.ArgumentTypeError(f'"{text}": expected sleep or echo')
    if unit not in (None, "ns") and value <= 0:
        raise argparse.ArgumentTypeError(f'"{text}": expected a number above 0')
    return found[1], found[2], value


# ---- Cells --------------------------------------------------------------------------------


def has_gil():
    return getattr(sys, "_is_gil_enabled", lambda: True)()


def exact(value, unit):
    """10000000 ns -> "10ms", as contend writes it in ids."""
    if unit != "ns":
        return str(value)
    for name in ("s", "ms", "us"):
        if value % int(UNITS[name]) == 0:
            return f"{value // int(UNITS[name])}{name}"
    return f"{value}ns"


def make_cell(name, executor, tasks, interval, task_time, changed=None, lock=None):
    workload = bodies.WORKLOADS[name]
    params = {key: default for key, (default, _) in workload.params.items()}
    params.update(changed or {})
    lock = lock or ("gil" if has_gil() else "none")
    identity = f"{name}/{lock}/{executor}/tasks={tasks}"
    for key, (default, unit) in workload.params.items():
        if params[key] != default:
            identity += f",{key}={exact(params[key], unit)}"
    if lock == "gil" and interval != DEFAULT_INTERVAL_NS:
        identity += f",gil.interval={exact(interval, 'ns')}"
    skip = None
    if executor in workload.without:
        skip = f"{name} is not for the executor {executor}"
    elif tasks < workload.least:
        skip = f"{name} needs {workload.least} tasks"
    units = {key: unit for key, (_, unit) in workload.params.items() if unit}
    return {"id": identity, "workload": name, "kind": workload.kind, "lock": lock,
            "executor": executor, "tasks": tasks, "params": params, "units": units,
            "interval": interval, "task_time": task_time, "skip": skip}


def cell_name(text):
    """What contend calls a cell: WORKLOAD/LOCK/EXECUTOR/tasks=N, then parameters."""
    found = re.fullmatch(r"([a-z0-9_]+)/(gil|none)/([a-z0-9_]+)/tasks=([0-9]{1,6})((?:,[^,=]+=[^,=]+)*)",
                         text)
    if not found or found[1] not in bodies.WORKLOADS or found[3] not in launch.EXECUTORS or \
            int(found[4]) < 1:
        raise argparse.ArgumentTypeError(f'"{text}" names no cell there is here, such as '
                                         'sleep/gil/thread/tasks=10,duration=10ms')
    interval, changed = DEFAULT_INTERVAL_NS, {}
    for word in words(found[5]):
        key, value = word.split("=")
        if key == "gil.interval":
            interval = duration(value)
        else:
            _, name, changed[name] = assignment(f"{found[1]}.{word}")
    return found[1], found[3], int(found[4]), interval, changed


def cells_one_by_one(options):
    """Those named by --cell, each once."""
    cells = [make_cell(name, executor, tasks, interval, options.task_time, changed)
             for name, executor, tasks, interval, changed in options.cell]
    return list({cell["id"]: cell for cell in cells}.values())


def cells_of_options(options):
    changed = {}
    for name, key, value in options.param:
        changed.setdefault(name, {})[key] = value
    return [make_cell(name, executor, tasks, interval, options.task_time, changed.get(name))
            for name in options.workload for executor in options.executor
            for tasks in options.tasks for interval in options.interval]


def fidelity_cells(options):
    """What the fidelity table reads; those with rare events last longer."""
    t, ms, usual = options.task_time, 1_000_000, DEFAULT_INTERVAL_NS
    cells = [make_cell("spin", "thread", n, usual, max(t, n * t // 2)) for n in (1, 2, 4, 8)]
    cells += [make_cell("spin", "process", n, usual, t) for n in (1, 2, 4)]
    cells += [make_cell("spin", "thread", n, i, 2 * t if i == ms else 4 * t)
              for n in (2, 4) for i in (ms, 50 * ms)]
    cells += [make_cell("prime", x, n, usual, t)
              for x, n in (("serial", 2), ("thread", 2), ("thread", 4), ("process", 2))]
    cells += [make_cell("mixed", "thread", n, usual, (3 if n > 2 else 1) * t, {"mode": mode})
              for mode in ("sleep", "echo") for n in (1, 2, 3, 5)]
    cells += [make_cell("mixed", "process", 5, usual, t)]
    cells += [make_cell("sleep", "thread", 200, usual, t)]
    return cells + [make_cell("release", "thread", n, usual, t) for n in (1, 2)]


# ---- Visits -------------------------------------------------------------------------------


def visit(cell, python=sys.executable):
    """One launch in a new interpreter; its answer, or {"failure": reason}. Leaves nothing behind."""
    command = [python, "-I", "-B", os.path.abspath(__file__), "--visit",
               str(os.getpid()), json.dumps(cell)]
    # Its own process group: whatever it started can be ended with it.
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        out, problems = child.communicate(timeout=VISIT_LIMIT_S + 4 * cell["task_time"] / 1e9)
    except subprocess.TimeoutExpired:
        return {"failure": "a launch did not end in time"}
    finally:
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        child.wait()
    try:
        return json.loads(out)
    except ValueError:
        lines = problems.strip().splitlines()
        return {"failure": lines[-1] if lines else f"the interpreter ended with {child.returncode}"}


def run_rounds(cells, options, on_round):
    """Visits all cells once a round. Returns whether it was let come to its end."""
    order, begin, last = random.Random(options.seed), time.monotonic(), 0.0
    work = [cell for cell in cells if not cell["skip"]]
    for number in range(options.rounds):
        started = time.monotonic()
        if number and options.budget and started - begin + last > options.budget / 1e9:
            break
        order.shuffle(work)
        for cell in work:
            if cell.get("failure"):
                continue
            answer = visit(cell)
            if "failure" in answer:
                cell["failure"] = answer["failure"]
            else:
                answer["round"] = number
                cell.setdefault("launches", []).append(answer)
        last = time.monotonic() - started
        on_round(number + 1)
        if not options.quiet:
            print(f"reference: round {number + 1} of {options.rounds}, {last:.1f} s",
                  file=sys.stderr)


def options_of(arguments):
    parser = argparse.ArgumentParser(prog="cpython.py", description=__doc__.split("\n")[0])
    parser.add_argument("--workload", type=words, default=None, metavar="A,B")
    parser.add_argument("--executor", type=words, default=["thread"], metavar="A,B")
    parser.add_argument("--tasks", type=counts, default=None, metavar="N,N")
    parser.add_argument("--interval", type=lambda t: [duration(w) for w in words(t)],
                        default=[DEFAULT_INTERVAL_NS], metavar="D,D", help="switch interval (5ms)")
    parser.add_argument("--task-time", type=duration, default=None, metavar="D",
                        help="how long a task works, where it has no end of its own (500ms)")
    parser.add_argument("-p", "--param", type=assignment, action="append", default=[],
                        metavar="W.P=V")
    parser.add_argument("--cell", type=cell_name, action="append", default=[], metavar="ID",
                        help="a cell by its name in a result; may be given again")
    parser.add_argument("--plan", choices=["fidelity"], help="the cells of the fidelity table")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--budget", type=duration, help="no round begins that would exceed it")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--quiet", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--trace", action="store_true", help="one cell of threads with its events")
    parser.add_argument("-o", dest="output", metavar="FILE")
    options = parser.parse_args(arguments)
    traced = options.trace
    options.workload = options.workload or (["spin"] if traced else ["sleep", "spin"])
    options.tasks = options.tasks or ([2] if traced else [1, 2, 4])
    options.task_time = options.task_time or (100_000_000 if traced else 500_000_000)
    if traced and options.executor != ["thread"]:
        parser.error(f'--executor: "{",".join(options.executor)}": only threads can be traced')
    if traced and (options.plan or options.cell or
                   any(len(l) > 1 for l in (options.workload, options.tasks, options.interval))):
        parser.error("--trace: one workload, one number of tasks, one interval")
    if traced and options.workload[0] not in trace.WORKLOADS:
        parser.error(f'--workload: "{options.workload[0]}" is none that stamps what it does '
                     f'({", ".join(trace.WORKLOADS)})')
    if traced and options.tasks[0] > 256:
        parser.error(f'--tasks: "{options.tasks[0]}" is too large for a picture (1 to 256)')
    for kind, known in (("workload", bodies.WORKLOADS), ("executor", launch.EXECUTORS)):
        for word in getattr(options, kind):
            if word not in known:
                near = difflib.get_close_matches(word, known, 1)
                parser.error(f'--{kind}: "{word}" is unknown{f"; did you mean {near[0]}?" if near else ""} '
                             f'({", ".join(known)})')
    if not 1 <= options.rounds <= 1000:
        parser.error(f'--rounds: "{options.rounds}" is not within 1 to 1000')
    if not options.list and not options.output:
        parser.error("-o FILE is needed")
    if options.seed is None:
        options.seed = random.SystemRandom().randrange(2**31)
    return options


def write_trace(options, cell, header):
    sys.setswitchinterval(cell["interval"] / 1e9)
    source = "cpython %d.%d.%d" % sys.version_info[:3]
    try:
        traced = trace.document(cell, {key: header[key] for key in ("run", "host")}, source)
        with open(options.output, "w", encoding="utf-8") as out:
            json.dump(traced, out)
    except (OSError, RuntimeError) as problem:
        print(f"cpython.py: error: {problem}", file=sys.stderr)
        return 3
    return 0


def main(arguments):
    # Started by contend, this one dies with it: contend has asked for that.
    if arguments[:1] == ["--visit"]:
        bodies.die_with_parent(int(arguments[1]))
        print(json.dumps(launch.launch(json.loads(arguments[2]))))
        return 0
    if arguments[:1] == ["--describe"]:
        print(json.dumps({"lock": "gil" if has_gil() else "none",
                          **document.header(options_of(["-o", "-"]), arguments)}))
        return 0
    options = options_of(arguments)
    if options.list:
        for name, workload in bodies.WORKLOADS.items():
            executors = [x for x in launch.EXECUTORS if x not in workload.without]
            print(f"{name:10} {workload.kind:8} {' '.join(executors)}")
        return 0
    cells = (fidelity_cells(options) if options.plan else cells_one_by_one(options) if options.cell
             else cells_of_options(options))
    header = document.header(options, ["cpython.py", *arguments])
    if options.trace:
        return write_trace(options, cells[0], header)

    def write(rounds, status):
        document.write(options.output, header, cells, rounds, status)

    done = [0]

    def on_round(number):
        done[0] = number
        write(number, "partial")

    try:
        write(0, "partial")
        run_rounds(cells, options, on_round)
        write(done[0], "complete")
    except KeyboardInterrupt:
        return 130
    except OSError as problem:
        print(f"cpython.py: error: {problem}", file=sys.stderr)
        return 3
    for cell in cells:
        if cell.get("failure"):
            print(f"cpython.py: error: {cell['id']}: {cell['failure']}", file=sys.stderr)
    return 3 if any(cell.get("failure") for cell in cells) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
