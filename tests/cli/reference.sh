#!/usr/bin/env bash
# ctest: takes 45, timeout 480, label nosan
# The same workloads in CPython: the file it writes, what can go wrong on the way, and the table.
. "$(dirname "$0")/lib.sh"

interpreter=${CONTEND_PYTHON:-/usr/bin/python3}
unset CONTEND_PYTHON
"$interpreter" -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null ||
    skip_all "there is no Python 3.9 or later"
export TMPDIR=$work/tmp
mkdir -p "$TMPDIR"
quick="--task-time 20ms --rounds 2 --quiet"

# An environment of its own (as venv makes them), whose interpreter is the real one; once it is to
# run the reference, it does `$2` first.
_python() {
    local version
    version=$("$interpreter" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    mkdir -p "$1/bin" "$1/lib/python$version/site-packages"
    ln -s "$("$interpreter" -c 'import os; print(os.path.realpath("/proc/self/exe"))')" "$1/bin/python"
    echo "home = /usr/bin" >"$1/pyvenv.cfg"
    printf 'def words(): return open("/proc/self/cmdline").read().split(chr(0))[:-1]\n%s\n' "$2" >"$1/fault.py"
    echo "import sys; 'cpython.py' in open('/proc/self/cmdline').read() and exec(open('$PWD/$1/fault.py').read(), {})" \
        >"$1/lib/python$version/site-packages/fault.pth"
}

_shim() {
    printf '#!/bin/sh\n%s\n' "$2" >"$1"
    chmod +x "$1"
}

# Live processes of ours that are interpreters, or stand for one; by the mark in their environment,
# since spawned ones have nothing else in common.
_interpreters() {
    local file pid
    for file in $(grep -lzxF "CONTEND_TEST_MARK=$work" /proc/[0-9]*/environ 2>/dev/null); do
        pid=${file#/proc/}
        pid=${pid%/environ}
        grep -qE '^(python|sleep|hangs)' "/proc/$pid/comm" 2>/dev/null &&
            ! grep -q '^State:[[:space:]]*[ZX]' "/proc/$pid/status" 2>/dev/null && echo "$pid"
    done
    return 0
}

# Nothing of a reference is left: neither processes nor its folder.
_expect_clean() {
    local i
    for i in $(seq 50); do
        [ -z "$(_interpreters)" ] && break
        sleep 0.1
    done
    [ -z "$(_interpreters)" ] || fail "processes were left: $(_interpreters | tr '\n' ' ')"
    [ -n "${1:-}" ] || [ -z "$(ls -A "$TMPDIR")" ] || fail "left in $TMPDIR: $(ls "$TMPDIR")"
}

a_reference_writes_a_valid_result() {
    # shellcheck disable=SC2086
    run reference cpython -o ref.json --python "$interpreter" $quick --seed 5 \
        --workload sleep,spin,mixed --executor thread,process --tasks 1,2 -p sleep.duration=5ms
    expect_status 0
    expect test ! -s out
    expect_valid ref.json
    expect_json ref.json 'd["run"]["status"] == "complete" and d["run"]["seed"] == 5'
    expect_json ref.json 'd["run"]["tool"]["name"] == "cpython-reference"'
    expect_json ref.json 'd["run"]["tool"]["runtime"].startswith("cpython 3.")'
    expect_json ref.json 'len(cells) == 12 and len(cells[0]["launches"]) == 2'
    expect_none ref.json '[c["id"] for c in cells if c["status"] != "ok"]'
    expect_json ref.json 'any(c["id"] in ("sleep/gil/thread/tasks=2,duration=5ms",
        "sleep/none/thread/tasks=2,duration=5ms") for c in cells)'
    expect_none ref.json '[c for c in cells if c["workload"] == "sleep"
        and min(c["metrics"]["makespan_ns"]["samples"]) < 5000000]'
    _expect_clean
}

an_output_in_either_form_is_no_reason_to_measure() {
    run reference cpython -o=x.json --list
    expect_status 0
    expect_out spin
    run reference cpython --list -ox.json
    expect_status 0
    run reference cpython --lis
    expect_refusal 2 'did you mean --list'
    expect test ! -e x.json
    expect test ! -e --list
}

all_workloads_and_executors_can_be_had() {
    run reference cpython --list
    expect_status 0
    local all executors
    all=$(awk '{print $1}' out | paste -sd,)
    executors=serial,thread,process,spawn,coroutine
    run reference cpython -o all.json --task-time 10ms --rounds 1 --quiet --tasks 2 -p prime.number=1000003 \
        -p sleep.duration=1ms --workload "$all" --executor "$executors"
    expect_status 0
    expect_valid all.json
    expect_none all.json '[(c["id"], c["reason"]) for c in cells if c["status"] == "failed"]'
    expect_none all.json '[c["id"] for c in cells if c["status"] == "skipped" and not c["reason"]]'
    expect_json all.json '{c["executor"] for c in cells if c["status"] == "ok"} == set("'$executors'".split(","))'
    _expect_clean
}

an_interval_is_part_of_the_cell() {
    # shellcheck disable=SC2086
    run reference cpython -o i.json $quick --workload spin --tasks 2 --interval 1ms,5ms
    expect_status 0
    expect_json i.json '[c["lock_params"].get("interval", 0) for c in cells] in ([1000000, 5000000], [0, 0])'
    expect_json i.json 'len({c["id"] for c in cells}) == 2'
}

the_report_reads_it() {
    run report ref.json
    expect_status 0
    expect_out 'cpython 3.'
}

a_missing_interpreter_is_named() {
    run reference cpython -o x.json --workload sleep --python /nowhere/python3
    expect_refusal 3 'no Python interpreter found' '/nowhere/python3'
    CONTEND_PYTHON=nowhere-python run reference cpython -o x.json --workload sleep
    expect_refusal 3 'no Python interpreter found' 'nowhere-python'
    expect test ! -e x.json
}

what_is_no_interpreter_at_all_is_said() {
    printf '#!/bin/sh\nprintf "%%s\\n" "$@"\n' >echoes
    printf '#!/bin/sh\necho "contend-python 3.11.2"\necho\necho /bin/ls\n' >nameless
    chmod +x echoes nameless
    for name in echoes nameless; do
        run reference cpython --which --python "./$name"
        expect_refusal 3 "./$name is no Python that can be used: it does not say which it is"
    done
    run reference cpython --which --python ""
    expect_refusal 3 '--python: "" names none'
}

what_is_wrong_with_an_interpreter_is_said() {
    cp ref.json kept.json
    _python prints 'print("hello"); print("{}"); import os; os._exit(0)'
    _python rubbish 'open(words()[-1], "w").write("rubbish"); import os; os._exit(0)'
    _python other 'open(words()[-1], "w").write("{\"schema\": \"contend.result/2\"}"); import os; os._exit(0)'
    _python crashes 'import os; os.kill(os.getpid(), 11)'
    _python refuses 'import os; os.write(2, b"cannot do it"); os._exit(7)'
    _python hangs 'import os, time; os.fork(); time.sleep(600)'
    _python strays 'import os, time; os.fork() or (os.setsid(), os.fork() and os._exit(0), time.sleep(600)); os._exit(7)'
    run reference cpython -o kept.json --workload sleep --python prints/bin/python
    expect_refusal 3 'prints/bin/python wrote no result'
    run reference cpython -o kept.json --workload sleep --python rubbish/bin/python
    expect_refusal 3 'rubbish/bin/python wrote is no result'
    run reference cpython -o kept.json --workload sleep --python other/bin/python
    expect_refusal 3 'other/bin/python wrote is no result'
    run reference cpython -o kept.json --workload sleep --python crashes/bin/python
    expect_refusal 3 'crashes/bin/python' 'signal 11'
    run reference cpython -o kept.json --workload sleep --python refuses/bin/python
    expect_refusal 3 'status 7' 'cannot do it'
    run reference cpython -o kept.json --workload sleep --python hangs/bin/python --timeout 500ms
    expect_refusal 3 'hangs/bin/python' 'in time'
    run reference cpython -o kept.json --workload sleep --python strays/bin/python
    expect_refusal 3 'strays/bin/python' 'status 7'
    expect cmp -s ref.json kept.json
    expect_no_temporaries
    _expect_clean
}

# What stands in PATH may be a script: its start is not the interpreter's.
a_script_is_followed_to_the_interpreter() {
    local real
    real=$("$interpreter" -c 'import sys; print(sys.executable)')
    mkdir -p shims
    _shim shims/python3 "exec $real \"\$@\""
    _shim shims/named "exec bash -c 'exec -a \"\$0\" $real \"\$@\"' \"\$0\" \"\$@\""
    for shim in python3 named; do
        run reference cpython --which --python shims/$shim
        expect_status 0
        expect test "$(cut -d' ' -f2 out | xargs readlink -f)" = "$(readlink -f "$real")"
    done
    PATH=$PWD/shims:$PATH run reference cpython --which --python python3
    expect_status 0
    expect test "$(cut -d' ' -f2 out | xargs readlink -f)" = "$(readlink -f "$real")"
    # The same one twice is one.
    run reference cpython --which --python shims/python3 --python "$real"
    expect_status 0
    expect test "$(wc -l <out)" = 1
    expect_err 'once more'
}

what_is_no_interpreter_is_refused() {
    _shim shims/talks 'echo "no python here"'
    _shim shims/old 'printf "contend-python 3.8.18\ncpython\n/usr/bin/env\n/usr/bin/env\n"'
    _shim shims/pypy 'printf "contend-python 3.10.1\npypy\n/usr/bin/env\n/usr/bin/env\n"'
    _shim shims/lies 'printf "contend-python 3.11.1\ncpython\n/usr/bin/env\n/usr/bin/env\n"'
    _shim shims/ends 'kill -KILL $$'
    _shim shims/floods 'exec yes'
    _shim shims/strays 'setsid sleep 600 >/dev/null 2>&1 & echo "not yet"'
    _shim shims/hidden "printf 'contend-python 3.11.1\ncpython\n$PWD/shims/hidden\n$PWD/shims/hidden\n'"
    run reference cpython -o x.json --workload sleep --python shims/talks
    expect_refusal 3 'shims/talks' 'no python here'
    run reference cpython -o x.json --workload sleep --python shims/ends
    expect_refusal 3 'shims/ends' 'it was killed by signal 9'
    run reference cpython -o x.json --workload sleep --python shims/floods
    expect_refusal 3 'shims/floods' 'wrote more than anybody reads'
    run reference cpython -o x.json --workload sleep --python shims/strays
    expect_refusal 3 'shims/strays' 'not yet'
    _expect_clean
    run reference cpython -o x.json --workload sleep --python shims/old
    expect_refusal 3 'Python 3.8.18' '3.9 or later'
    run reference cpython -o x.json --workload sleep --python shims/pypy
    expect_refusal 3 'pypy, not CPython'
    run reference cpython -o x.json --workload sleep --python shims/lies
    expect_refusal 3 '/usr/bin/env'
    run reference cpython -o x.json --workload sleep --python shims/hidden
    expect_refusal 3 'is a script'
    expect test ! -e x.json
}

several_interpreters_write_a_file_each() {
    _python second 'pass'
    local version
    version=$("$interpreter" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])')
    # A copy is another one, though of the same version.
    rm second/bin/python
    cp "$(readlink -f "$interpreter")" second/bin/python
    run reference cpython -o many.json --workload noop --tasks 1 --rounds 1 --quiet --python "$interpreter" \
        --python second/bin/python
    expect_status 0
    expect_valid "many-$version.json"
    expect_valid "many-$version-2.json"
    expect test ! -e many.json
}

options_that_are_not_understood_are_refused() {
    run reference
    expect_refusal 2 'cpython'
    run reference rubby -o x.json
    expect_refusal 2 '"rubby"'
    run reference cpython
    expect_refusal 2 '-o FILE'
    run reference cpython -o x.json --interval 0
    expect_refusal 2 '--interval' '"0"'
    run reference cpython -o x.json --interval -5ms
    expect_refusal 2 '--interval'
    run reference cpython -o x.json --workload nothing
    expect_refusal 2 '"nothing"' 'sleep'
    run reference cpython -o x.json --tasks 0
    expect_refusal 2 '"0"'
    run reference cpython -o x.json --timeout
    expect_refusal 2 '--timeout'
    run reference cpython --workload sleep -o .
    expect_refusal 2 'directory'
    expect test ! -e x.json
}

a_wrong_result_fails_the_cell() {
    mkdir -p wrong
    cp "$source_dir"/scripts/reference/cpython/*.py wrong/
    sed -i 's/^def smallest_divisor(n):/&\n    return 3/' wrong/bodies.py
    status=0
    "$interpreter" -I wrong/cpython.py --workload prime,sleep --tasks 1 --rounds 2 --task-time 5ms -o w.json \
        -p sleep.duration=1ms --quiet >out 2>err || status=$?
    expect_status 3
    expect_valid w.json
    expect_json w.json '[c["status"] for c in cells] == ["failed", "ok"]'
    expect_json w.json '"smallest divisor" in cells[0]["reason"] and cells[0]["metrics"] == {}'
}

_expect_the_next_removes_it() {
    [ -n "$(ls -A "$TMPDIR")" ] || fail "there was no folder to be left"
    # Not ours to remove: something else lies in it.
    mkdir "$TMPDIR/contend-reference.others"
    touch "$TMPDIR/contend-reference.others/precious"
    run reference cpython --list
    expect_status 0
    expect test "$(ls "$TMPDIR")" = contend-reference.others
    expect test -e "$TMPDIR/contend-reference.others/precious"
    rm -r "$TMPDIR/contend-reference.others"
}

what_was_ignored_stays_ignored() {
    (trap '' HUP; exec "$contend" reference cpython -o hup.json --task-time 1s --workload spin --tasks 1 --rounds 2 \
        --quiet >out 2>err </dev/null) &
    local pid=$!
    for _ in $(seq 100); do
        [ "$(_interpreters | wc -l)" -ge 2 ] && break
        sleep 0.1
    done
    kill -HUP $pid
    wait $pid || fail "it ended with $?"
    expect_json hup.json 'd["run"]["status"] == "complete"'
    _expect_clean
}

nothing_survives_a_kill() {
    local signal pid
    for signal in KILL TERM INT HUP QUIT; do
        "$contend" reference cpython -o k.json --task-time 20s --workload spin --executor process,spawn --tasks 2 \
            --rounds 1 >out 2>err </dev/null &
        pid=$!
        for _ in $(seq 100); do
            [ "$(_interpreters | wc -l)" -ge 4 ] && break
            sleep 0.1
        done
        [ "$(_interpreters | wc -l)" -ge 4 ] || fail "there was nothing to be killed"
        kill -"$signal" $pid
        wait $pid 2>/dev/null
        # After KILL nobody is left to remove the folder, until the next one comes.
        _expect_clean "$([ $signal = KILL ] && echo folder)"
        [ $signal != KILL ] || _expect_the_next_removes_it
    done
}

# Whenever it comes, an interrupt is told by the status; a result that was begun is kept.
an_interrupt_is_told_by_the_status() {
    local pid after
    for after in 0 0.05 0.1 0.2 0.3 0.5 1; do
        rm -f int.json
        "$contend" reference cpython -o int.json -q --workload noop --rounds 50 >out 2>err </dev/null &
        pid=$!
        last_command="reference, interrupted after $after s"
        await_listening $pid
        sleep $after
        kill -INT $pid
        status=0
        wait $pid || status=$?
        expect_status 130
        if [ -e int.json ]; then
            expect_json int.json 'd["run"]["status"] == "partial"'
            expect_err 'interrupted: what was measured is in int.json'
        else
            expect_err 'interrupted; nothing was written'
        fi
    done
}

the_table_compares_what_is_there() {
    run run --workload spin --lock gil --executor thread --tasks 1,2 --task-time 20ms --rounds 2 -o emu.json
    expect_status 0
    run compare --fidelity emu.json ref.json
    expect test "$status" -le 1
    expect_out 'CPU throughput against 1'
    expect_out 'there is no cell'
    expect_out '33 rows: '
    run compare --fidelity emu.json ref.json --format json
    expect test "$status" -le 1
    cp out table.json
    expect_json table.json 'len(d["rows"]) == d["agrees"] + d["differs"] + d["undecided"] + d["missing"]'
    expect_none table.json '[r for r in d["rows"] if r["verdict"] == "missing" and not r.get("reason")]'
    expect_json table.json '[r for r in d["rows"] if r["name"] == "cpu_threads_2"][0]["verdict"] != "missing"'
    run compare --fidelity emu.json ref.json --format markdown
    expect test "$status" -le 1
    expect_out '|:---|---:|'
}

what_cannot_be_compared_is_refused() {
    run compare emu.json ref.json
    expect_status 5
    expect_err '--fidelity'
    run compare --fidelity emu.json
    expect_refusal 2 'two results'
    run compare --fidelity emu.json nowhere.json
    expect_refusal 2 'nowhere.json'
    run compare --fidelity emu.json emu.json
    expect_refusal 2
    run reference cpython -o few.json --workload noop --tasks 1 --rounds 1 --quiet
    run compare --fidelity emu.json few.json
    expect_status 5
    expect_err 'no row in common'
}

run_tests
