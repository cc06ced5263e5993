#!/usr/bin/env bash
# ctest: serial, timeout 240, label nosan
# Duels of sides with known answers: what one side alone leaves out, does now and then, or owes to
# its surroundings.
. "$(dirname "$0")/lib.sh"

side=${CONTEND_BUILD:-$(dirname "$contend")}/tests/side
[ -x "$side" ] || { echo "no $side"; exit 77; }

# A duel of side against side: _duel BASE'S PLANTS -- HEAD'S PLANTS, judged by what they print.
_duel() {
    local base=() head=() into=base
    for plant in "$@"; do
        if [ "$plant" = -- ]; then into=head; else eval "$into+=(\"\$plant\")"; fi
    done
    run duel -q ${options-} -- "$side" work=200 "${base[@]}" -- "$side" work=200 "${head[@]}"
}

_row() {
    printf '[r for r in d["comparisons"][0]["rows"] if r["metric"] == "%s"][0]' "$1"
}

# Other rows being the same does not let it pass.
what_head_leaves_out_at_times_is_never_the_same() {
    options='--metrics --pairs 30 --format json' _duel metrics=100 -- metrics=100 missing=60
    expect_status 5
    expect_json out "$(_row cost_ns)['verdict'] == 'not comparable'"
    expect_json out "$(_row steady_ns)['verdict'] == 'same'"
    expect_json out "(lambda m: 0 < m['head'] < m['samples'] and m['base'] == 0 and m['lopsided'])($(_row cost_ns)['missing'])"
    for format in text markdown junit github; do
        options="--metrics --pairs 30 --format $format" _duel metrics=100 -- metrics=100 missing=60
        expect_status 5
        expect grep -qE 'head lacks it in [0-9]+ of [0-9]+ samples, base in 0' out
    done
}

what_base_leaves_out_is_counted_likewise() {
    options='--metrics --pairs 30' _duel metrics=100 missing=50 -- metrics=100
    expect_status 5
    expect grep -qE 'base lacks it in [0-9]+ of [0-9]+ samples, head in 0' out
}

# Both leave out as much: what is left is judged, and the counts stand beside it.
what_both_leave_out_alike_is_told() {
    options='--metrics --pairs 40 --seed 3 --format json' _duel metrics=100 missing=40 -- metrics=100 missing=40
    expect_json out "$(_row cost_ns)['verdict'] in ('same', 'undecided', 'not comparable')"
    expect_json out "(lambda m: m['base'] > 0 and m['head'] > 0)($(_row cost_ns)['missing'])"
}

a_metric_that_head_has_lost_does_not_pass_and_a_new_one_does() {
    options='--metrics --pairs 10' _duel metrics=100 -- metrics=100 missing=100
    expect_status 5
    expect_out 'only base has this metric, in all of 10 samples'
    options='--metrics --pairs 10' _duel metrics=100 missing=100 -- metrics=100
    expect_status 0
    expect_out 'only head has this metric'
}

values_without_a_ratio_are_counted() {
    options='--metrics --pairs 30' _duel metrics=100 -- metrics=100 zero=50
    expect_status 5
    expect grep -qE 'head is 0 in [0-9]+ of [0-9]+ pairs, base in 0' out
    options='--metrics --pairs 30' _duel metrics=100 -- metrics=100 negative=50
    expect_status 5
    expect grep -qE 'head is 0 or less in [0-9]+ of [0-9]+ pairs, base in 0' out
    # No errors here and none there is no difference.
    options='--metrics --pairs 10' _duel metrics=100 zero=100 -- metrics=100 zero=100
    expect_status 0
    expect_out 'same 2'
}

a_side_that_fails_now_and_then_is_no_verdict() {
    local plant words
    for plant in crash exit silent rubbish infinite; do
        case $plant in
        crash) words='head was killed by signal 11' ;;
        exit) words='head ended with status 7' ;;
        silent) words='head printed nothing' ;;
        *) words='head printed no valid JSON' ;;
        esac
        options='--metrics --pairs 60' _duel metrics=100 -- metrics=100 $plant=25
        expect_refusal 3 "$words"
    done
    options='--pairs 60 --timeout 1s' _duel -- hang=25
    expect_refusal 3 'head did not end within 1 s'
}

# Net time is not known just there where it takes longer.
# As one of many cells crashes in a new build: what was found of the others is kept.
a_cell_that_crashes_costs_its_own_comparison_alone() {
    printf '#!/bin/bash\n[[ "$*" != *counter* ]] || kill -SEGV $$\nexec "%s" "$@"\n' "$contend" >at_once
    printf '#!/bin/bash\n[[ "$*" != *counter* || "$*" = *--calibrate* ]] || kill -SEGV $$\nexec "%s" "$@"\n' "$contend" >later
    chmod +x at_once later
    for head in at_once later; do
        rm -f kept.json
        run duel -q --pairs 2 --workload noop,counter,spin --tasks 1 -o kept.json -- "$contend" -- "./$head"
        expect_status 3
        expect_err 'contend: error: head was killed by signal 11'
        expect_out 'No verdict: head was killed'
        expect_out '1 of 3 comparisons could not be run'
        expect_document duel-1.json kept.json
        expect_json kept.json '["failure" in c for c in d["comparisons"]] == [False, True, False] and d["status"] == "no verdict"'
        expect_json kept.json '[any(r["gated"] for r in c["rows"]) for c in d["comparisons"]] == [True, False, True]'
        run history add kept.json --commit 1 --file "$head.jsonl"
        expect_status 0
    done
    run duel -q --pairs 2 --workload noop,counter --tasks 1 -f junit -- "$contend" -- ./later
    expect_status 3
    expect_out '<error message="could not be run'
    # Where none is whole nothing is written.
    run duel -q --pairs 2 --workload counter --lock none,mutex --tasks 1 -o none.json -- "$contend" -- ./later
    expect_refusal 3 'head was killed'
    expect [ ! -e none.json ]
}

what_a_child_takes_now_and_then_is_not_lost() {
    [ -e /proc/self/schedstat ] || return 0
    local i
    for i in 1 2 3; do
        options='--budget 4s --format json' _duel work=4000 -- work=4000 child=25:11
        expect_json out "[r['metric'] for r in d['comparisons'][0]['rows'] if r['gated']] == ['wall_ns']"
        expect_json out "$(_row wall_ns)['verdict'] in ('slower', 'undecided')"
        expect_json out "(lambda m: m['head'] > 0 and m['base'] == 0)($(_row wall_ns)['net_missing'])"
    done
    # The same work, by a child: a finding in words, and never the same.
    options='--budget 3s' _duel work=4000 -- work=4000 child=25:1
    expect_out 'a finding, and never the same'
    expect_no out 'same 1'
    # Always by children: that is how it is, and wall time is judged from the start.
    options='--pairs 10 --format json' _duel child=100:1 -- child=100:1
    expect_json out "[r['metric'] for r in d['comparisons'][0]['rows'] if r['gated']] == ['wall_ns']"
    expect_json out "'net_missing' not in $(_row wall_ns)"
}

# What a side prints of itself is exact here: any verdict but "no verdict" would be the path's.
what_surroundings_do_fires_the_control() {
    mkdir -p old a/place/with/a/longer/name/than/the/other/one
    cp "$side" old/side
    cp "$side" a/place/with/a/longer/name/than/the/other/one/side
    local plant
    for plant in name=1 environment=5 directory=5; do
        run duel -q --metrics -- ./old/side work=300 metrics=100 "$plant" \
            -- ./a/place/with/a/longer/name/than/the/other/one/side work=300 metrics=100 "$plant"
        expect_status 5
        expect_out 'IT FIRED'
    done
    run duel -q --metrics --format json -- ./old/side work=300 metrics=100 \
        -- ./a/place/with/a/longer/name/than/the/other/one/side work=300 metrics=100
    expect_status 0
    expect_json out "$(_row cost_ns)['verdict'] == 'same'"
    expect_json out "$(_row cost_ns)['null']['n'] >= $(_row cost_ns)['control_pairs_least']"
    expect_json out 'd["comparisons"][0]["identical"] is False'
}

# Same bytes, other files beside them.
equal_programs_that_load_other_files_are_two_sides() {
    mkdir -p one two
    printf '#!/bin/sh\nexec sleep 0.001\n' >one/real
    printf '#!/bin/sh\nexec sleep 0.05\n' >two/real
    printf '#!/bin/sh\nexec "$(dirname "$0")/real"\n' >one/start
    cp one/start two/start
    chmod +x one/* two/*
    run duel -q --pairs 24 --seed 1 -- one/start -- two/start
    expect_status 1
    expect_out 'the program files are equal'
}

# The clock's step limits what is read off a clock here, no average of a side's own.
short_operations_have_no_floor_unless_asked() {
    local unit
    for unit in ns us s; do
        for value in 5 20; do
            printf '#!/bin/sh\necho '\''{"schema": "contend.sample/1", "metrics": {"op": {"value": %s, "unit": "%s"}}}'\''\n' \
                "$value" "$unit" >"op$value"
            chmod +x "op$value"
        done
        run duel -q --metrics --pairs 30 -- ./op5 -- ./op20
        expect_status 1
        expect_out '1 % (threshold)'
        run duel -q --metrics --pairs 30 --floor 100s -- ./op5 -- ./op20
        expect_status 0
        expect_out '(floor)'
    done
}

one_pair_is_no_change() {
    printf '#!/bin/sh\nsleep 0.0$1\n' >nap
    chmod +x nap
    run duel -q --pairs 1 -o one.json -- ./nap 1 -- ./nap 5
    expect_status 0
    expect_no out '[0-9] %[^(]* undecided'
    expect_json one.json "all('center_ratio' not in r['effect'] for r in d['comparisons'][0]['rows'])"
    run history add one.json --commit abc --anchor def --file h.jsonl
    expect_refusal 2 'no comparison has a gated row'
    [ ! -s h.jsonl ] || fail 'one pair became a point'
}

a_side_may_have_dashes_and_many_words_of_its_own() {
    run duel -- env -- true -- sleep 0.02
    expect_refusal 2 '"--" stands 2 times' '--- HEAD'
    run duel -q --pairs 12 -- env -- true --- env -- sleep 0.05
    expect_status 1
    expect_out 'base  env -- true'
    run duel -- true --- false --- true
    expect_refusal 2 '"---" stands 2 times'
    run duel -q --pairs 2 -- true $(seq 2000) -- true $(seq 2000)
    expect_status 0
    expect_out '.. (2001 words)'
}

a_side_that_is_built_anew_in_the_middle_is_no_verdict() {
    cp "$side" head
    (sleep 0.5 && cp "$side" new && mv new head) &
    run duel -q --budget 3s --threshold 0 -- "$side" -- ./head
    wait
    expect_refusal 3 'head: ./head changed while it was measured'
}

# What an interpreter is told to run is as much the side as the interpreter is.
a_script_that_changes_in_the_middle_is_no_verdict() {
    printf 'sleep 0.01\n' >base.sh
    cp base.sh head.sh
    (sleep 1 && printf 'sleep 0.02\n' >new.sh && mv new.sh head.sh) &
    run duel -q --budget 4s --threshold 0 -- sh base.sh -- sh head.sh
    wait
    expect_refusal 3 'head: head.sh changed while it was measured'
    cp base.sh head.sh
    (sleep 1 && printf '# in place\n' >>base.sh) &
    run duel -q --budget 4s --threshold 0 -- sh base.sh -- sh head.sh
    wait
    expect_refusal 3 'base: base.sh changed while it was measured'
}

# Expected: it ends, and says what happened to the script.  Buggy: each sample behind the pipe waited
# for its timeout, and the words were that it "did not end in time".
a_script_whose_place_is_taken_is_no_verdict() {
    local change
    for change in 'mkfifo pipe && mv pipe head.sh' 'rm head.sh' 'chmod 0 head.sh'; do
        rm -f head.sh base.sh
        printf 'sleep 0.01\n' >base.sh
        cp base.sh head.sh
        (sleep 1 && eval "$change") &
        run duel -q --budget 4s --threshold 0 --timeout 20s -- sh base.sh -- sh head.sh
        wait
        expect_refusal 3 'head.sh changed while it was measured: no verdict'
    done
    cp "$side" head
    (sleep 0.5 && chmod -x head) &
    run duel -q --budget 3s --threshold 0 -- "$side" -- ./head
    wait
    expect_refusal 3 'head: ./head changed while it was measured'
}

what_a_side_writes_itself_is_no_change() {
    echo 0 >log
    run duel -q --pairs 6 -- sh -c 'date +%N >"$1"' base log -- sh -c 'sleep 0.02; date +%N >"$1"' head log
    expect_status 1
    expect_out 'slower'
}

# Its file is looked at as a stream: to know it again costs no memory.
a_program_of_any_size_is_a_side() {
    cp "$(type -P true)" large
    truncate -s 1100M large
    status=0
    (ulimit -v 400000 && exec "$contend" duel -q --pairs 2 -- ./large -- ./large) >out 2>err </dev/null || status=$?
    last_command='duel of a program of 1100 MB in 400 MB'
    expect_status 0
    expect_out 'the same file with the same arguments'
    rm -f large
}

# What comes behind contend's own --plugin is code of a side; another program may mean anything by it.
a_side_may_have_an_option_called_plugin() {
    mkfifo named
    run_limit=30 run duel -q --pairs 2 -- echo --plugin nowhere -- echo --plugin named
    expect_status 0
    run duel -q --pairs 2 --workload spin --plugin nowhere.so --plugin missing.so
    [ "$status" -eq 2 ] || [ "$status" -eq 3 ] || { fail "expected a refusal"; show_run; }
    expect_err 'nowhere.so'
}

# As sudo is where nobody but its owner may read it.
a_program_that_may_not_be_read_is_a_side() {
    can_be_nobody || return 0
    mkdir -p unread && cp "$(type -P true)" unread/one && cp unread/one unread/two && chmod 111 unread/*
    as_nobody "$contend" duel -q --pairs 2 --format json -- unread/one -- unread/two >out 2>err </dev/null
    status=$?
    last_command='duel of programs that may not be read'
    expect_status 0
    expect_json out '(lambda c: c["base"]["code_fnv1a64"] is None and not c["identical"])(d["comparisons"][0])'
    expect_document duel-1.json out
    as_nobody "$contend" duel -q --pairs 2 --format json -- unread/one -- unread/one >out 2>err </dev/null
    expect_json out 'd["comparisons"][0]["identical"]'
}

output_does_not_fill_the_memory() {
    options='--pairs 2' _duel noisy=300 -- noisy=300
    expect_status 0
    options='--metrics --pairs 2' _duel metrics=100 noisy=3 -- metrics=100
    expect_refusal 3 'base printed more than 1 MiB'
    options='--metrics --pairs 2' _duel metrics=100 noisy=2000 -- metrics=100
    expect_refusal 3 'base wrote more than 16 MiB'
}

what_is_ignored_at_the_start_stays_ignored() {
    (trap '' HUP; exec "$contend" duel -q --budget 2s --threshold 0 -- sleep 0.02 -- sleep 0.02 >out 2>err) &
    pid=$!
    sleep 0.7
    kill -HUP "$pid"
    status=0
    wait "$pid" || status=$?
    [ "$status" -eq 0 ] || { fail "expected status 0, had $status"; cat err; }
    status=0
    env --ignore-signal=CHLD "$contend" duel -q --pairs 5 -- "$side" crash=100 -- true >out 2>err || status=$?
    [ "$status" -eq 3 ] || fail "expected status 3, had $status"
}

# A path with a blank was two words to who copied the line.
the_commands_of_a_report_can_be_copied() {
    run duel --pairs 2 -q -- sh -c 'exit 0' -- sh -c 'exit 0' "it's one"
    expect_out "base  sh -c 'exit 0'"
    expect_out "head  sh -c 'exit 0' 'it'\\''s one'"
}

run_tests
