#!/usr/bin/env bash
# ctest: takes 40, timeout 600, label nosan
# Other runtimes asked the six questions: what is written, and what a runtime can do wrong.  The runtimes
# here are folders of the test's own, run by the shell; real ones are asked where they are.
. "$(dirname "$0")/lib.sh"

export TMPDIR=$work/tmp
mkdir -p "$TMPDIR"
run_limit=300

# A runtime in a folder: NAME, and what its units.sh does first.
_runtime() {
    mkdir -p "$1"
    cat >"$1/runtime.json" <<'END'
{ "schema": "contend.runtime/1", "summary": "a shell that says what it is told", "find": ["sh"],
  "ask": ["{found}", "version.sh"], "version_behind": "fake ", "least": "1.1", "package": "none",
  "run": ["{found}", "units.sh"],
  "units": [ { "name": "unit", "traits": ["shared_heap", "preemptive"], "batch": 1, "memory": [2, 4], "most": 10000,
               "meanings": { "switch": "nobody switches" } },
             { "name": "other", "traits": ["parallel", "kernel_units"], "batch": 10, "memory": [2, 4], "most": 100,
               "without": { "future": "it knows no future" } } ] }
END
    echo 'echo "fake 1.2.3"' >"$1/version.sh"
    { printf '%s\n' "$2"; cat <<'END'; } >"$1/units.sh"
case $1 in
startup) echo '{"lifecycle_ns": [100, 110, 120]}'; [ "$3" != 1 ] || echo '{"startup_ns": [10, 20]}' ;;
memory) for n in $3 $5; do echo "{\"ready\": $n}"; read -r _; done ;;
switch) echo '{"switch_ns": [7, 9]}' ;;
future) echo '{"future_ns": [50]}'; echo '{"ops": 4, "sum": 10}' ;;
compute) i=0; while [ $i -lt "$3" ]; do echo "{\"unit\": [0, $4, 1000, 1000]}"; i=$((i + 1)); done ;;
sleepers) echo "{\"slept\": [5, $((5 + $4)), $3]}" ;;
mixed) echo '{"io_latency_ns": [1000, 5000, 2000]}'; c=1; i=2; while [ $i -lt "$3" ]; do c=$c,1; i=$((i + 1)); done
    echo "{\"computed\": [$c]}" ;;
esac
echo '{"end": true}'
END
}

# Nothing is left: neither processes of ours nor the folder.
_expect_clean() {
    local i left
    for i in $(seq 50); do
        left=$(pgrep -f "^sleep 61[0-9]$" | while read -r pid; do
            grep -qzxF "CONTEND_TEST_MARK=$work" "/proc/$pid/environ" 2>/dev/null && echo "$pid"
        done)
        [ -z "$left" ] && break
        sleep 0.1
    done
    [ -z "$left" ] || fail "processes were left: $left"
    [ -z "$(ls -A "$TMPDIR")" ] || fail "left in $TMPDIR: $(ls "$TMPDIR")"
}

a_folder_is_a_runtime() {
    _runtime good ''
    run reference ./good --quick -o good.json --seed 7
    expect_status 0
    expect test ! -s out
    expect_err 'good 1.2.3'
    expect_err 'round 1 of 1'
    expect_valid good.json
    expect_json good.json 'd["run"]["status"] == "complete" and d["run"]["seed"] == 7'
    expect_json good.json 'd["run"]["runtimes"][0]["name"] == "good" and d["run"]["runtimes"][0]["version"] == "1.2.3"'
    expect_json good.json '{c["executor"] for c in cells} == {"good_unit", "good_other"}'
    expect_none good.json '[c["id"] for c in cells if c["status"] == "failed"]'
    _expect_clean
}

# What it says becomes the numbers of contend's own cells.
what_it_says_is_what_stands_there() {
    cat >check.py <<'END'
import json
cells = {c["id"]: c for c in json.load(open("good.json"))["cells"]}
def samples(cell, metric): return cells[cell]["metrics"][metric]["samples"]
assert samples("noop/none/good_unit/tasks=1", "lifecycle_ns") == [110]
assert samples("noop/none/good_unit/tasks=1", "startup_ns") == [15]
assert samples("switch/none/good_unit/tasks=2", "switch_ns") == [8]
assert "nobody switches" in cells["switch/none/good_unit/tasks=2"]["metrics"]["switch_ns"]["source"]
assert samples("future/none/good_unit/tasks=1", "future_ns") == [50]
# Of those that nobody makes 200 of, what one of them takes.
assert list(cells["noop/none/good_other/tasks=200"]["metrics"]) == ["memory_bytes"]
assert samples("sleep/none/good_unit/tasks=200", "makespan_ns") == [1e8]
assert samples("sleep/none/good_unit/tasks=200", "throughput_per_s") == [2000]
assert samples("mixed/none/good_unit/tasks=2", "io_latency_ns") == [2000]
assert samples("mixed/none/good_unit/tasks=2", "io_latency_longest_ns") == [5000]
one, two = (samples(f"prime/none/good_unit/tasks={n},number=1000003", "throughput_per_s")[0] for n in (1, 2))
assert abs(two / one - 2) < 1e-9, (one, two)
assert cells["future/none/good_other/tasks=1"]["reason"] == "it knows no future"
assert cells["sleep/none/good_other/tasks=200"]["status"] == "skipped"
assert "means of 10 in a row" in cells["noop/none/good_other/tasks=1"]["metrics"]["lifecycle_ns"]["source"]
memory = cells["noop/none/good_unit/tasks=200"]["metrics"]["memory_bytes"]
assert memory["samples"] == [] and memory["reason"] or memory["samples"][0] > 0
END
    expect python3 check.py
    run report good.json --tables
    expect_status 0
    expect_out good_unit
    # Each of the six questions has its figure there.
    sed -n '/^switch, /,/^$/p' out >switch.txt
    expect grep -q 'good_unit .*8.0 ns' switch.txt
    sed -n '/^future, /,/^$/p' out >future.txt
    expect grep -q 'good_unit .*50 ns' future.txt
    # And in which way a number means something else, once.
    expect_out 'switch_ns: nobody switches (switch/none/good_unit/tasks=2)'
    sed -n '/^mixed, /,/^$/p' out >mixed.txt
    expect grep -q 'good_unit .*2.0 us .*5.0 us' mixed.txt
    run report good.json --format html
    expect_status 0
    expect_out good_unit
    expect_out '<svg'
    expect_out 'nobody switches'
}

# Each of them costs its own cells alone.
what_a_runtime_does_wrong_is_one_line() {
    local name
    _runtime rubbish 'echo "Hello, world"; exit 0'
    _runtime silent 'exit 0'
    _runtime dies 'echo "Error: no more" >&2; kill -SEGV $$'
    _runtime wrong '[ "$1" != future ] || { echo "{\"future_ns\": [5]}"; echo "{\"ops\": 4, \"sum\": 11}"; exit 0; }'
    _runtime unended '[ "$1" != switch ] || { printf "{\"switch_ns\": [7, 9]}\n{\"end\": true}"; exit 0; }; [ "$1" != future ] || { printf "{\"fut"; exit 0; }'
    _runtime early '[ "$1" != sleepers ] || { echo "{\"slept\": [5, 6, 200]}"; exit 0; }'
    _runtime strays 'setsid sleep 611 >/dev/null 2>&1 & sleep 612 >/dev/null 2>&1 &'
    _runtime hangs '[ "$1" != switch ] || sleep 613'
    _runtime floods '[ "$1" != switch ] || yes "{}" | tr -d "\\n"'
    for name in rubbish silent dies wrong unended early strays hangs floods; do
        run reference "./$name,./good" --quick -o "$name.json" --timeout 4s
        expect_status 3
        expect test "$(grep -c '^contend: error: ' err)" = 1
        expect_valid "$name.json"
        expect_none "$name.json" '[c["id"] for c in cells if c["executor"].startswith("good") and c["status"] == "failed"]'
        expect_json "$name.json" 'any(c["executor"] == "good_unit" and c["status"] == "ok" for c in cells)'
        _expect_clean
    done
    expect_none rubbish.json '[c["reason"] for c in cells if c["status"] == "failed" and "\"Hello, world\" is no line of an answer" not in c["reason"]]'
    expect_none silent.json '[c["reason"] for c in cells if c["status"] == "failed" and "it ended without \"end\"" not in c["reason"]]'
    expect_none dies.json '[c["reason"] for c in cells if c["status"] == "failed" and not ("signal 11" in c["reason"] and "no more" in c["reason"])]'
    expect_json wrong.json '[c["reason"] for c in cells if c["status"] == "failed"] == ["wrong: the children'"'"'s values do not add up"]'
    expect_json unended.json '[c["reason"] for c in cells if c["status"] == "failed"] == ["unended: \"{\"fut\" is no line of an answer"]'
    expect_json early.json '"woken too early" in [c["reason"] for c in cells if c["status"] == "failed"][0]'
    expect_json strays.json '"left 2 processes running" in [c["reason"] for c in cells if c["status"] == "failed"][0]'
    expect_json strays.json 'any(c["reason"].startswith("not asked again after ") for c in cells if c["status"] == "skipped")'
    expect_json hangs.json '"did not end in time and was killed" in [c["reason"] for c in cells if c["status"] == "failed"][0]'
    expect_json floods.json '"a line of it has no end" in [c["reason"] for c in cells if c["status"] == "failed"][0]'
}

what_it_has_not_got_is_skipped() {
    _runtime modest '[ "$1" != mixed ] || { echo "{\"skip\": \"no module of that kind\"}"; echo "{\"end\": true}"; exit 0; }'
    run reference ./modest --quick -o modest.json
    expect_status 0
    expect_json modest.json '[c["reason"] for c in cells if c["workload"] == "mixed" and c["executor"] == "modest_unit"][0] == "no module of that kind"'
}

what_is_too_old_or_not_there_is_said() {
    _runtime old ''
    sed -i 's/"least": "1.1"/"least": "1.10"/' old/runtime.json
    _runtime gone ''
    sed -i 's/"find": \["sh"\]/"find": ["no-such-program"]/' gone/runtime.json
    run reference ./old --quick -o x.json
    expect_refusal 3 'is old 1.2.3; 1.10 or later is needed'
    run reference ./gone --quick -o x.json
    expect_refusal 3 'there is no no-such-program in PATH (Debian: none)'
    expect test ! -e x.json
    run reference ./gone,./good --quick -o both.json
    expect_status 0
    expect_json both.json '[(c["status"], c["reason"][:24]) for c in cells if c["executor"] == "gone_unit"] == [("skipped", "there is no no-such-prog")]'
}

# What is asked which version it is may do anything at all.
what_does_not_say_which_it_is_is_told_why() {
    _runtime mute ''
    local how says
    while IFS='|' read -r how says; do
        printf '%s\n' "$how" >mute/version.sh
        run reference ./mute --quick -o x.json
        expect_refusal 3 "sh does not say which mute it is: it $says"
        expect test "$(wc -l <err)" = 1
        expect test ! -e x.json
        _expect_clean
    done <<'END'
exit 0|says nothing
echo "fake -1.2"|says "fake -1.2"
echo "fake NaN"|says "fake NaN"
echo; echo "Hello, world"|says "Hello, world"
echo "fake 1.2.3"; exit 3|ended with status 3
kill -KILL $$|was killed by signal 9
exec yes|wrote more than anybody reads and was killed
setsid sleep 615 >/dev/null 2>&1 & sleep 616 & echo no|says "no"
END
}

# Its start would be measured with each process.
a_script_that_starts_it_is_refused() {
    _runtime shimmed ''
    sed -i 's/"find": \["sh"\]/"find": ["my-shell"]/' shimmed/runtime.json
    mkdir -p shims
    printf '#!/bin/sh\nexec sh "$@"\n' >shims/my-shell
    chmod +x shims/my-shell
    PATH=$PWD/shims:$PATH run reference ./shimmed --quick -o x.json
    expect_refusal 3 'shims/my-shell is a script that starts something else, and its start would be measured'
    expect test ! -e x.json
}

a_program_is_compiled_first() {
    _runtime compiled ''
    sed -i 's/"run": \["{found}", "units.sh"\]/"build": [["cp", "units.sh", "{build}\/made.sh"]], "run": ["{found}", "{build}\/made.sh"]/' \
        compiled/runtime.json
    run reference ./compiled --quick -o compiled.json
    expect_status 0
    expect_err 'compiling the program for compiled'
    _runtime broken ''
    sed -i 's/"run": /"build": [["sh", "-c", "echo units.sh:3: error: no such thing >\&2; exit 1"]], "run": /' broken/runtime.json
    run reference ./broken --quick -o x.json
    expect_status 3
    expect_err 'cannot be compiled: sh ended with status 1: units.sh:3: error: no such thing'
    _runtime unmade ''
    sed -i 's/"run": \["{found}", "units.sh"\]/"build": [["true"]], "run": ["{found}", "{build}\/made.sh"]/' unmade/runtime.json
    run reference ./unmade --quick -o x.json
    expect_status 3
    expect_err 'cannot be compiled: nothing failed, and there is no {build}/made.sh'
    expect test ! -e x.json
    _expect_clean
}

what_is_no_runtime_is_refused() {
    local typed meant
    while read -r typed meant; do
        run reference "$typed" -o x.json
        expect_refusal 2 "\"$typed\" is no runtime that is known, did you mean $meant?"
    done <<'END'
nod node
nodejs node
golang go
goroutin go
python cpython
python3 cpython
cpython311 cpython
jruby ruby
pypy3 pypy
c++ cpp
tokio rust
END
    run reference cobol -o x.json
    expect_refusal 2 '"cobol" is no runtime that is known (cpython, '
    run reference cpython,,go -o x.json
    expect_refusal 2 'between two commas'
    run reference go,go -o x.json
    expect_refusal 2 '"go" is named twice'
    run reference --all go -o x.json
    expect_refusal 2 '--all'
    run reference -o x.json
    expect_refusal 2 'a runtime is needed'
    run reference go
    expect_refusal 2 '-o FILE'
    run reference go -o x.json --rounds 0
    expect_refusal 2 '--rounds: "0"'
    run reference go -o x.json --workload spin
    expect_refusal 2 '--workload' '"go" does not run'
    mkdir -p empty
    run reference ./empty -o x.json
    expect_refusal 2 './empty/runtime.json' 'a folder with a runtime.json'
    _runtime odd ''
    sed -i 's/"traits": \["shared_heap", "preemptive"\]/"traits": ["magic"]/' odd/runtime.json
    run reference ./odd -o x.json
    expect_refusal 2 './odd/runtime.json: "traits": "magic"'
    _runtime odd ''
    sed -i 's/"package": "none"/"enviroment": {}/' odd/runtime.json
    run reference ./odd -o x.json
    expect_refusal 2 './odd/runtime.json: "enviroment" is unknown; did you mean environment?'
    _runtime odd ''
    sed -i 's/"batch": 1,/"btch": 1,/' odd/runtime.json
    run reference ./odd -o x.json
    expect_refusal 2 './odd/runtime.json' '"batch": expected a whole number'
    _runtime odd ''
    sed -i 's/"without": { "future"/"without": { "futures"/' odd/runtime.json
    run reference ./odd -o x.json
    expect_refusal 2 './odd/runtime.json: "futures" is unknown; did you mean future?'
    _runtime odd ''
    sed -i 's/"package": "none"/"program_of": "cobol"/' odd/runtime.json
    run reference ./odd -o x.json
    expect_refusal 2 './odd/runtime.json: "program_of": there is no runtime "cobol"'
    expect test ! -e x.json
}

nothing_survives_an_interrupt() {
    _runtime long '[ "$1" != switch ] || sleep 614'
    "$contend" reference ./long,./good --quick -o long.json >out 2>err &
    local pid=$! i
    for i in $(seq 1200); do
        pgrep -f '^sleep 614$' >/dev/null && break
        sleep 0.1
    done
    kill -INT $pid
    wait $pid
    expect test $? -eq 130
    expect_err 'interrupted: what was measured is in long.json'
    expect_valid long.json
    expect_json long.json 'd["run"]["status"] == "partial"'
    _expect_clean
}

# Those that are installed, in a short look: order, counts and checksums are the program's own checks.
real_runtimes_answer() {
    run reference --which --all
    expect_status 0
    expect_out 'node '
    if ! grep -q '^cpp [0-9]' out; then
        echo "skipped: there is no C++ compiler"
        return
    fi
    run reference cpp --quick -o cpp.json
    expect_status 0
    expect_none cpp.json '[(c["id"], c["reason"]) for c in cells if c["status"] != "ok"]'
    expect_json cpp.json '[c for c in cells if c["id"] == "noop/none/cpp_coroutine/tasks=200"][0]["metrics"]["memory_bytes"]["samples"][0] > 0'
    expect_json cpp.json 'all(min(c["metrics"]["makespan_ns"]["samples"]) >= 100000000 for c in cells if c["workload"] == "sleep")'
    # Who computes on a loop does so for a quarter of 60 ms each time, and only sleeps beside that count.
    expect_json cpp.json '[c for c in cells if c["id"] == "mixed/none/cpp_coroutine/tasks=2"][0]["metrics"]["io_latency_ns"]["samples"][0] >= 13e6'
    _expect_clean
}

# Beside one that computes on a loop each sleep lasts a quarter of the time at least: those when nobody
# computes any more are no answer.
only_sleeps_beside_computing_count() {
    local python=/usr/bin/python3 name
    [ -x $python ] || python=python3
    for name in asyncio uvloop trio gevent; do
        timeout 60 $python -B "$source_dir/scripts/reference/cpython/units.py" mixed $name 2 40000000 1000000 >said.txt ||
            fail "$name: status $?"
        grep -q '"skip"' said.txt && continue
        expect $python -c '
import json
lines = [json.loads(line) for line in open("said.txt")]
assert min(lines[0]["io_latency_ns"]) >= 8000000, lines'
    done
}

# What is held while memory is read has begun and is blocked: a loop that was never run holds less.
ready_means_that_they_have_begun() {
    cat >ready.py <<'END'
import io, sys
sys.path.insert(0, sys.argv[1])
import units
for name in "thread", "gevent":
    try:
        kind = units.KINDS[name]()
    except units.Missing as why:
        print("skipped:", why)
        continue
    begun, seen, wait = [], [], kind.wait
    kind.wait = lambda gate: (begun.append(1), wait(gate))
    units.say = lambda ready: seen.append((ready, len(begun)))
    sys.stdin = io.StringIO("\n\n")
    units.memory(kind, 3, 700)
    assert seen == [(3, 3), (700, 700)], (name, seen)
END
    local python=/usr/bin/python3 # Debian's, which has Debian's gevent
    [ -x $python ] || python=python3
    timeout 60 $python -B ready.py "$source_dir/scripts/reference/cpython" || fail 'they had not begun'
}

run_tests
