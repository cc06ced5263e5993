#!/usr/bin/env bash
# ctest: serial, timeout 120, label nosan
# The comparison with hyperfine writes into the result and harms nothing else in it.
. "$(dirname "$0")/lib.sh"

_check() {
    last_command="(cross-check $*)"
    status=0
    timeout 60 "$source_dir/scripts/cross-check" "$@" >out 2>err || status=$?
}

a_result_gets_its_cross_check() {
    command -v hyperfine >/dev/null || return 0
    run run --workload noop --lock none --executor thread,process,coroutine --tasks 2 --rounds 2 -o x.json
    expect_status 0
    cp x.json before.json
    _check "$contend" x.json
    expect_status 0
    expect_valid x.json
    expect_json x.json '[e["executor"] for e in d["cross_check"]] == ["thread", "process", "coroutine"]'
    expect_none x.json '[e for e in d["cross_check"] if e["hyperfine_ns"] <= 0 or e["internal_ns"] <= 0]'
    expect_json x.json '{k: v for k, v in d.items() if k != "cross_check"} ==
        {k: v for k, v in json.load(open("before.json")).items() if k != "cross_check"}'
    local word
    for word in thread process coroutine ratio; do expect_out "$word"; done
    expect_no_temporaries
}

a_second_check_replaces_the_first() {
    command -v hyperfine >/dev/null || return 0
    _check "$contend" x.json
    expect_status 0
    expect_json x.json 'len(d["cross_check"]) == 3'
    [ "$(grep -c '"cross_check"' x.json)" -eq 1 ] || fail "two members"
}

every_other_byte_of_the_result_stays() {
    command -v hyperfine >/dev/null || return 0
    printf '{"schema": "contend.result/1", "odd": [1.10, 123456789012345678901234567890, "\\u00e4 \\"cells\\" "],\n "cells": [ ] }' >odd.json
    _check "$contend" odd.json
    expect_status 0
    expect grep -qF '"odd": [1.10, 123456789012345678901234567890, "\u00e4 \"cells\" "]' odd.json
    expect_json odd.json 'len(d["cross_check"]) == 3 and "internal_ns" not in d["cross_check"][0]'
}

without_hyperfine_there_is_a_note_and_no_failure() {
    mkdir -p few
    local tool
    for tool in bash env dirname python3; do ln -sf "$(command -v $tool)" "few/$tool"; done
    echo '{"schema": "contend.result/1", "cells": []}' >y.json
    status=0
    last_command="(cross-check without hyperfine)"
    PATH=$work/few "$source_dir/scripts/cross-check" "$contend" y.json >out 2>err || status=$?
    expect_status 0
    expect_err 'hyperfine is not installed'
    expect_json y.json '"cross_check" not in d'
}

what_is_no_result_is_refused() {
    command -v hyperfine >/dev/null || return 0
    _check "$contend" nowhere.json
    expect_status 2
    echo '{"cells": []}' >z.json
    _check "$contend" z.json
    expect_status 2
    expect_err 'z.json'
}

once_does_what_it_says() {
    local executor
    for executor in serial thread process coroutine; do
        run once --executor "$executor" --units 0
        expect_status 0
        run once --executor "$executor" --units 5
        expect_status 0
    done
    run once --executor tread --units 5
    expect_refusal 2 '"tread"'
    run once --executor thread --units -1
    expect_refusal 2 '"-1"'
    expect_no_leftovers
}

run_tests
