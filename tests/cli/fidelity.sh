#!/usr/bin/env bash
# ctest: timeout 360, label nosan
# One interleaved run of contend and an interpreter, short: what it writes and what the table makes of it.
. "$(dirname "$0")/lib.sh"

interpreter=${CONTEND_PYTHON:-/usr/bin/python3}
unset CONTEND_PYTHON
"$interpreter" -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null ||
    skip_all "there is no Python 3.9 or later"

_fidelity() {
    status=0
    "$source_dir"/scripts/fidelity "$contend" --python "$interpreter" "$@" >out 2>err </dev/null || status=$?
}

a_short_run_has_rounds_of_both_sides() {
    _fidelity --rows switches_2_5ms,late_1_p50,unforced_late --rounds 2 --time-scale 0.1 --seed 7 -o results
    expect test "$status" -le 1
    expect_valid results/fidelity-emulated.json
    expect_valid results/fidelity-real.json
    expect_json results/fidelity-emulated.json 'd["run"]["status"] == "complete" and d["run"]["session"] != ""'
    for side in emulated real; do
        cp results/fidelity-$side.json $side.json
        expect_none $side.json '[c["id"] for c in cells if c["status"] != "ok"]'
        # A launch is of one round, and rounds come in order.
        expect_none $side.json '[c["id"] for c in cells
            if sorted({l["round"] for l in c["launches"]}) != [l["round"] for l in c["launches"]]]'
        expect_none $side.json '[c["id"] for c in cells if c["workload"] == "mixed" and
            len(c["launch_distributions"]["io_latency_ns"]) != len(c["launches"])]'
    done
    expect test "$(_session emulated.json)" = "$(_session real.json)"
}

_session() {
    "$interpreter" -c 'import json, sys; print(json.load(open(sys.argv[1]))["run"]["session"])' "$1"
}

the_table_reads_rounds() {
    expect_out '2 rounds: 6 is the least'
    run compare --fidelity emulated.json real.json --format json
    expect test "$status" -le 1
    cp out table.json
    expect_json table.json 'd["interleaved"] and len(d["rows"]) == 33'
    expect_json table.json '[r["rounds"] for r in d["rows"] if r["name"] in ("switches_2_5ms", "late_1_p50")] == [2, 2]'
    expect_none table.json '[r["name"] for r in d["rows"] if r["verdict"] in ("undecided", "missing") and not r["reason"]]'
    expect_none table.json '[r["name"] for r in d["rows"] if not r["cells"]]'
    # Only what was asked for was measured.
    expect_json table.json '{r["name"] for r in d["rows"] if r["verdict"] == "undecided"} >=
        {"switches_2_5ms", "late_1_p50", "unforced_late"}'
    expect_json table.json '[r for r in d["rows"] if r["name"] == "sleepers_200"][0]["verdict"] == "missing"'
}

# Sides of two moments are told from those of one run.
other_moments_are_no_rounds() {
    sed 's/"session":"[^"]*"/"session":"another"/' real.json >other.json
    run compare --fidelity emulated.json other.json --format json
    expect test "$status" -le 1
    cp out table.json
    expect_json table.json 'd["interleaved"] is False'
    run compare --fidelity emulated.json other.json
    expect_out 'measured at two moments'
}

several_real_sides_have_a_column_each() {
    sed -e 's/"id":"2/"id":"another-2/' -e 's/"runtime":"cpython /"runtime":"cpython 0./' real.json >second.json
    run compare --fidelity emulated.json real.json second.json
    expect test "$status" -le 1
    expect_out 'cpython 0.3'
    run compare --fidelity emulated.json real.json second.json --format json
    cp out table.json
    expect_json table.json '[len(t["rows"]) for t in d["references"]] == [33, 33]'
    run compare --fidelity emulated.json real.json second.json --format markdown
    expect_out '| tolerance | cpython'
}

# Each row of the table has a block of cells that all sides measure; a row is never without one.
all_rows_are_measured() {
    _fidelity --rounds 1 --time-scale 0.02 --quiet -o all
    expect test "$status" -le 1
    run compare --fidelity all/fidelity-emulated.json all/fidelity-real.json --format json
    cp out table.json
    expect_none table.json '[(r["name"], r["reason"]) for r in d["rows"] if "there is no cell" in r.get("reason", "")]'
    expect_none all/fidelity-emulated.json '[(c["id"], c["reason"]) for c in cells if c["status"] != "ok"]'
    expect_none all/fidelity-real.json '[(c["id"], c["reason"]) for c in cells if c["status"] != "ok"]'
}

what_is_not_understood_is_refused() {
    _fidelity --rounds -1
    expect_status 2
    _fidelity --budget soon
    expect_status 2
    expect_err 'soon'
    _fidelity --rows nothing_of_that_name
    expect_status 2
    expect_err 'nothing_of_that_name' 'cpu_threads_2'
    "$source_dir"/scripts/fidelity "$contend" --python /nowhere/python3 >out 2>err && status=0 || status=$?
    expect_status 3
    expect_err '/nowhere/python3'
}

# A run that comes to nothing leaves what was there.
a_result_that_is_there_is_kept_until_there_is_another() {
    mkdir -p kept
    echo before >kept/fidelity-real.json
    _fidelity --budget 1ms -o kept --quiet --rows switches_2_5ms
    expect test "$(cat kept/fidelity-real.json)" = before
    expect_status 3
    expect_err 'no time'
}

one_cell_is_printed_as_a_result_holds_it() {
    run cell --workload spin --lock gil --executor thread --tasks 2 --ops 20000 --batches 20 --whole --probe hold
    expect_status 0
    cp out cell.json
    expect_json cell.json 'd["schema"] == "contend.cell/1" and d["cell"]["id"] == "spin/gil/thread/tasks=2"'
    expect_json cell.json 'd["cell"]["metrics"]["lock_hold_ns"]["distribution"]["n"] >= 2'
    expect_json cell.json 'len(d["cell"]["launches"]) == 1'
    run cell --workload spin --lock gil --executor thread --tasks 2 --whole --probe nothing
    expect_refusal 2 '"nothing"'
}

# What a machine does to a loop, made up: a stranger comes for two probes in six, and for good.
a_stranger_is_told_by_our_own_loop() {
    cat >pace.py <<'EOF'
import sys
sys.path.insert(0, sys.argv[1] + "/scripts")
import fidelity_pace as pace

clock, loop = [0.0], [300]
pace.time.monotonic = lambda: clock[0]
pace.loop_ns = lambda: loop[0]


def later(seconds):
    clock[0] += seconds


pace.time.sleep = later


def asked(ns):
    clock[0], loop[0] = clock[0] + 0.01, ns
    return told.is_own()


told = pace.Pace()
assert [asked(ns) for ns in (300, 310, 360, 520, 500, 305) * 20] == \
    [True, True, True, False, False, True] * 20
# A first probe has nothing to be held against.
assert pace.Pace().is_own()
# Patience comes to an end, and grows with time.
loop[0] = 600
assert not told.wait(1e9)
assert told.spent_s >= pace.AT_ONCE_S and not told.spend(pace.AT_ONCE_S)
later(pace.AT_ONCE_S / pace.SHARE)
assert told.spend(pace.AT_ONCE_S)
# What has been so for a minute is this machine's pace.
later(pace.MEMORY_S + 1)
assert asked(600) and not asked(900)
EOF
    "$interpreter" pace.py "$source_dir" >out 2>err && status=0 || status=$?
    expect_status 0
}

# What spin does is checked, whichever language it is done in.
both_kinds_of_work_are_checked() {
    cat >work.py <<'EOF'
import sys
sys.path.insert(0, sys.argv[1] + "/scripts/reference/cpython")
import bodies

for work in (bodies.Turns(64), bodies.Divisors(16)):
    for _ in range(10):
        work()
    assert work.is_right(10) and not work.is_right(11), work
larger, smaller = bodies.Divisors(3).larger[0], bodies.Divisors(3).smaller[0]
assert smaller < larger < 2**60 <= larger + smaller
EOF
    "$interpreter" work.py "$source_dir" >out 2>err && status=0 || status=$?
    expect_status 0
}

# Nothing is left by a run that is told to end.
a_signal_ends_it_with_what_there_is() {
    local signal
    for signal in INT TERM HUP; do
        rm -rf cut out err
        setsid "$source_dir"/scripts/fidelity "$contend" --python "$interpreter" --rows switches_2_50ms \
            --time-scale 0.1 -o cut >out 2>err </dev/null &
        for _ in $(seq 300); do
            grep -qs 'round 1:' err && break
            sleep 0.1
        done
        kill -"$signal" $!
        status=0
        wait $! || status=$?
        expect_status 130
        expect_valid cut/fidelity-emulated.json
        expect_json cut/fidelity-emulated.json 'd["run"]["status"] == "partial"'
        expect test "$(ls cut | wc -l)" = 2
    done
}

run_tests
