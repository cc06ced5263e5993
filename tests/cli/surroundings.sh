#!/usr/bin/env bash
# ctest: takes 50, timeout 360
# What contend is started with, and how long it has run, does not reach a unit; and what becomes of
# a worker that dies before anything is measured.
. "$(dirname "$0")/lib.sh"

witness=${CONTEND_BUILD:-}/tests/plugins/witness.so
shot=${CONTEND_BUILD:-}/tests/plugins/shot.so
[ -f "$witness" ] || skip_all "no plug-in $witness"

# What must be the same, whatever contend was started with.
_same='["descriptors", "environment_bytes", "umask", "ignored", "blocked", "directory",
    "locale_is_c", "stdin_is_null", "arguments_bytes", "timer_slack_ns"]'

# _look NAME WORKLOAD: what units of each kind see, into NAME.json.
_look() {
    run run --plugin "$witness" --workload "$2" --lock none --executor thread,process,spawn,serial \
        --tasks 2 --rounds 1 --budget 1s --seed 1 -o "$1.json"
    expect_status 0
}

_differences() { # A B
    "$python" - "$@" "$_same" <<'EOF'
import ast, json, sys
a, b = ({c["id"]: c for c in json.load(open(f))["cells"]} for f in sys.argv[1:3])
assert a and a.keys() == b.keys()
for key in a:
    for name in ast.literal_eval(sys.argv[3]):
        # Addresses and process ids are among those of a fresh image of a task.
        if name == "arguments_bytes" and a[key]["executor"] == "spawn":
            continue
        x, y = (r[key]["metrics"][name]["samples"] for r in (a, b))
        assert x and y, (key, name)
        if x != y:
            print(key, name, x, y)
EOF
}

a_unit_sees_nothing_of_how_contend_was_started() {
    [ -n "$python" ] || return 0
    _look plain witness
    mkdir -p elsewhere/deep
    (
        cd elsewhere/deep || exit 1
        umask 0077
        trap '' USR1 PIPE CHLD INT QUIT ALRM HUP RTMIN
        exec 5<"$schema" 9>/dev/null 17<&5
        HUGE=$(head -c 100000 /dev/zero | tr '\0' x)
        # A dozen more than one variable may hold.
        for i in 1 2 3 4 5 6 7 8 9 10 11 12; do export "HUGE_$i=$HUGE"; done
        export LC_ALL=C.UTF-8 LANG=de_DE.UTF-8 LANGUAGE=de
        _look ../../odd witness
        [ "$status" -eq 0 ]
    ) || fail "the odd run"
    expect [ -s odd.json ]
    _differences plain.json odd.json >differences || { fail "not to be compared"; cat differences; }
    [ ! -s differences ] || { fail "a unit sees the difference"; cat differences; }
}

a_unit_has_three_descriptors_and_an_empty_input() {
    # Beside 0, 1 and 2 at most those that probes read while units run.
    expect_none plain.json '[(c["id"], c["metrics"]["descriptors"]["samples"]) for c in cells
        if not 7 <= c["metrics"]["descriptors"]["samples"][0] <= 31]'
    expect_none plain.json '[c["id"] for c in cells for m, v in (("umask", 0o22), ("ignored", 0),
        ("blocked", 0), ("locale_is_c", 1), ("stdin_is_null", 1))
        if c["metrics"][m]["samples"] != [v]]'
}

streams_that_are_closed_do_not_matter() {
    [ -n "$python" ] || return 0
    last_command='run with its streams closed'
    "$contend" run --plugin "$witness" --workload witness --lock none \
        --executor thread,process,spawn,serial --tasks 2 --rounds 1 --budget 1s --seed 1 \
        -o closed.json <&- >&- 2>out
    expect [ -s closed.json ]
    _differences plain.json closed.json >differences || { fail "not to be compared"; cat differences; }
    [ ! -s differences ] || { fail "a unit sees the difference"; cat differences; }
}

what_runs_the_users_programs_has_the_users_surroundings() {
    mkdir -p here
    (
        cd here || exit 1
        umask 0027
        FOR_MY_PROGRAM=$(head -c 5000 /dev/zero | tr '\0' x) || exit 1
        export FOR_MY_PROGRAM
        _look ../guest guest
        [ "$status" -eq 0 ]
    ) || fail "the run"
    expect_none guest.json "[c['id'] for c in cells if c['metrics']['umask']['samples'] != [0o27]
        or c['metrics']['environment_bytes']['samples'][0] < 5000
        or c['metrics']['directory']['samples'] != [$(stat -c %i here)]]"
}

a_worker_of_the_last_round_is_as_small_as_one_of_the_first() {
    local sanitizer=${CONTEND_SANITIZER:-}
    # Many cells with many samples each: the coordinator keeps them, and grows.
    run_limit=150 run run --plugin "$witness" --workload witness --lock none,mutex,gil \
        --executor thread,process,serial,coroutine --tasks 1,2,3,4 --rounds 4 --budget 100s --seed 1 \
        -o many.json
    expect_status 0
    expect_json many.json 'all(len(c["metrics"]["rss_anon_bytes"]["samples"]) >= 2 for c in cells)'
    # A sanitizer's own memory comes and goes.
    [ -z "$sanitizer" ] || return 0
    expect_none many.json '[(c["id"], v) for c in cells
        for v in [c["metrics"]["rss_anon_bytes"]["samples"]]
        if abs(v[-1] - v[0]) > 256 * 1024 or max(v) > 2 << 20]'
}

what_units_do_inherit_is_in_the_result() {
    local shown='d["host"]["inherited"]'
    run run --workload noop --lock none --executor serial --tasks 1 --ops 10 --rounds 1 -o kept.json
    expect_json kept.json "$shown['nice'] == $(nice) and set($shown) == {'nice', 'policy', 'aslr', 'transparent_huge_pages'}"
    expect_json kept.json 'd["host"]["limits"].get("stack_bytes", "unlimited") in ("unlimited", '"$(($(ulimit -s | sed s/unlimited/0/) * 1024))"')'
    run_with() {
        "$@" "$contend" run --workload noop --lock none --executor serial --tasks 1 --ops 10 --rounds 1 \
            -o other.json >out 2>err </dev/null || fail "$* contend run"
        expect_valid other.json
    }
    run_with nice -n 7
    expect_json other.json "$shown['nice'] == min(19, $(nice) + 7)"
    if chrt -b 0 true 2>/dev/null; then
        run_with chrt -b 0
        expect_json other.json "$shown['policy'] == 'batch'"
    fi
    if setarch -R true 2>/dev/null; then
        run_with setarch -R
        expect_json other.json "$shown['aslr'] is False"
    fi
}

# ---- Workers that die ----------------------------------------------------------------------

_spin='next(c for c in cells if c["workload"] == "spin" and c["role"] == "measured")'

work_that_dies_in_calibration_fails_and_takes_no_other_along() {
    run run --plugin "$witness" --workload fragile,spin --lock none --executor thread --tasks 2 \
        --task-time 5ms --rounds 1 --budget 1s -o dies.json
    expect_status 3
    expect_json dies.json 'all(c["status"] == "failed" and "calibration: its worker was killed by signal 9"
        in c["reason"] for c in cells if c["workload"] == "fragile")'
    # Calibrated: not one operation, which would be over in microseconds.
    expect_json dies.json "$_spin['ops_per_task'] > 100"
    expect_valid dies.json
}

# Buggy result: status 0, and efficiencies that nobody missed.
a_ceiling_that_dies_is_told_by_the_status() {
    run run --plugin "$witness" --workload fragile --ops 5 --lock none --executor thread --tasks 2 \
        --rounds 1 --budget 1s -o ceiling.json
    expect_status 3
    expect_err '1 cell measured, 1 to compare with FAILED'
    expect_json ceiling.json '[(c["role"], c["status"]) for c in cells if c["status"] != "ok"] == [("control", "failed")]'
    expect_valid ceiling.json
}

work_that_hangs_in_calibration_is_stopped_once() {
    run run --plugin "$witness" --workload fragile,spin -p fragile.hangs=1 --lock none \
        --executor thread,process --tasks 2 --task-time 5ms --timeout 2s --rounds 1 --budget 1s -o hangs.json
    expect_status 3
    expect_json hangs.json 'all(c["status"] == "failed" and "calibration: it did not end in time"
        in c["reason"] for c in cells if c["workload"] == "fragile")'
    expect_json hangs.json "$_spin['metrics']['makespan_ns']['samples'][0] > 1e6"
    expect_no_leftovers
}

a_failed_calibration_is_known_to_a_run_that_goes_on() {
    "$contend" run --plugin "$witness" --workload fragile,sleep -p sleep.duration=200ms --lock none \
        --executor thread --tasks 2 --rounds 40 --budget 100s -o resumed.json >out 2>err </dev/null &
    pid=$!
    await_lines resumed.json.journal 4 '"round"'
    kill -KILL $pid
    wait $pid 2>/dev/null
    expect_no_leftovers
    run run --plugin "$witness" --resume --budget 1s -o resumed.json
    expect_status 3
    expect_json resumed.json 'all(c["status"] == "failed" and "calibration:" in c["reason"]
        for c in cells if c["workload"] == "fragile" and c["executor"] == "thread")'
}

what_was_begun_with_other_plugins_is_not_gone_on_with() {
    cp "$witness" mine.so
    "$contend" run --plugin ./mine.so --workload sleep -p sleep.duration=100ms --lock none --executor thread \
        --tasks 2 --rounds 40 --budget 120s -o mixed.json >out 2>err </dev/null &
    pid=$!
    await_lines mixed.json.journal 2 '"round"'
    kill -KILL $pid
    wait $pid 2>/dev/null
    expect_no_leftovers
    run run --resume -o mixed.json
    expect_refusal 2 'begun by another set of plug-ins' 'mine.so'
    printf x >>mine.so # as if built anew
    run run --resume --plugin ./mine.so -o mixed.json
    expect_refusal 2 'begun by another set of plug-ins'
    mkdir -p moved
    cp "$witness" moved/mine.so
    run run --resume --plugin moved/mine.so --budget 1s -o mixed.json
    expect_status 0
    expect_valid mixed.json
    expect_json mixed.json '[p["file"] for p in d["run"]["plugins"]] == ["mine.so"]'
}

a_launch_of_a_probe_that_is_killed_is_told() {
    run run --plugin "$shot" --workload noop --lock none --executor process --tasks 1 --ops 10 \
        --rounds 2 --budget 20s -o shot.json
    expect_status 0
    expect_json shot.json 'any(w["code"] == "probe_failed" and "probe shot: 1 of its launches" in w["text"]
        and "signal 9" in w["text"] for c in cells for w in c["warnings"])'
    expect_json shot.json 'len([c for c in cells if c["executor"] == "process"][0]["metrics"]
        ["shot_value"]["samples"]) == 1'
    expect_valid shot.json
}

however_many_kinds_of_work_there_are_each_is_sized() {
    local i
    {
        printf '{"summary": "works", "groups": ['
        for i in $(seq 140); do
            printf '%s{"workloads": ["spin"], "locks": ["none"], "executors": ["serial"], "tasks": ["1"],
                "probes": [], "params": {"spin.turns": "%d"}}' "${comma:-}" $((64 + i))
            local comma=,
        done
        printf ']}\n'
    } >works.json
    run_limit=240 run run --suite ./works.json --task-time 1ms --rounds 1 --budget 1s -o sized.json
    expect_status 0
    # An operation is over within a microsecond.  One that was sized while others had the CPU does less.
    expect_json sized.json 'len(cells) >= 140'
    expect_json sized.json 'len([c for c in cells if c["metrics"]["makespan_ns"]["samples"][0] < 1e5]) < 6'
}

# Whoever calls setlocale() in a program means its own texts; documents and options stay as they are.
a_plug_in_puts_no_commas_into_numbers() {
    local abroad=${CONTEND_BUILD:-}/tests/plugins/abroad.so
    [ -e "$abroad" ] || return 0
    mkdir -p locales
    localedef -i de_DE -f UTF-8 "$work/locales/de_DE.UTF-8" >/dev/null 2>&1 ||
        { echo "     there is no German locale to be made"; return 0; }
    local plugin
    for plugin in '' "--plugin $abroad"; do
        # shellcheck disable=SC2086
        LOCPATH=$work/locales LC_ALL=de_DE.UTF-8 run run $plugin --workload sleep,spin --executor fake --lock none \
            --tasks 1,3 -p sleep.duration=1.5ms --seed 7 --rounds 3 -o "numbers.json"
        expect_status 0
        expect_no out '[0-9],[0-9]'
        mv out "said${plugin:+.plugin}"
    done
    expect diff said said.plugin
}

# Valgrind knows no program without a path, and the worker has none.
a_run_under_valgrind_measures() {
    type -P valgrind >/dev/null && valgrind -q "$contend" --version >/dev/null 2>&1 || return 0
    status=0
    last_command='run under valgrind'
    valgrind -q --log-file=valgrind.log "$contend" run --workload noop --lock none --executor thread,spawn --tasks 2 \
        --rounds 1 -q --no-report -o under.json >out 2>err </dev/null || status=$?
    expect_status 0
    expect_json under.json "len(cells) > 1 and all(c['status'] == 'ok' for c in cells)"
}

run_tests
