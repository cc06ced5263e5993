#!/usr/bin/env bash
# Input that is too much of something is refused in one line that names the bound.
. "$(dirname "$0")/lib.sh"

# A thing 10^6 deep.
_deep() {
    printf '%s' "$1"
    head -c 1000000 /dev/zero | tr '\0' '['
    printf '\n'
}

_refused_in_a_line() {
    expect_status 2
    expect_err "$1"
    [ "$(wc -l <err)" -eq 1 ] || { fail "more than a line"; show_run; }
}

what_is_nested_too_deep_says_how_deep_it_may_be() {
    _deep '{"schema": "contend.result/1", "x": ' >deep.json
    run report deep.json
    _refused_in_a_line 'nested more than 2048 deep'
    run import deep.json -o x.json
    _refused_in_a_line 'nested more than 2048 deep'
    run run --suite ./deep.json -o x.json
    _refused_in_a_line 'nested more than 2048 deep'
    run history add deep.json --commit 1234567 --file h.jsonl
    _refused_in_a_line 'nested more than 2048 deep'
    cp deep.json x.json.journal
    run run --resume -o x.json
    _refused_in_a_line 'nested more than 2048 deep'
}

# The smallest stack that is not refused suffices for what is nested as deep as it may be.
the_least_stack_suffices_for_the_deepest() {
    run run --workload noop --executor fake --lock none --tasks 1 --rounds 1 -q --no-report -o flat.json
    "${python:-python3}" - <<'PY'
text = open("flat.json").read()
for name, begin, end in ("list", "[", "]"), ("object", '{"a":', "}"):
    deep = begin * 2040 + "1" + end * 2040
    open(name + ".json", "w").write(text.replace('"host": {', '"host": {"x": ' + deep + ", ", 1))
PY
    local name words kib=1024
    for name in list object; do
        for words in "report $name.json" "report $name.json --format json" "compare $name.json flat.json" \
            "merge $name.json $name.json -o both.json" "export $name.json --to sqlite -o x.db" \
            "history add $name.json --commit 1234567 --replace --file h.jsonl"; do
            status=0
            last_command="$words, with a stack of $kib KiB"
            # shellcheck disable=SC2086
            (ulimit -S -s $kib && exec "$contend" $words) >out 2>err </dev/null || status=$?
            expect_status 0
        done
    done
    (ulimit -S -s $((kib - 4)) && exec "$contend" list) >out 2>err </dev/null || status=$?
    expect_refusal 3 'may not grow to 1 MiB'
}

# The files have holes: they take no room, and are not read.
what_is_too_large_says_how_large_it_may_be() {
    truncate -s 1200M large.json
    run report large.json
    _refused_in_a_line 'larger than 536870912 bytes'
    run import large.json -o x.json
    _refused_in_a_line 'larger than 1073741824 bytes'
    run run --suite ./large.json -o x.json
    _refused_in_a_line 'larger than 16777216 bytes'
    run history show --file large.json
    _refused_in_a_line 'larger than 1073741824 bytes'
}

a_cell_with_too_many_metrics_says_how_many_it_may_have() {
    {
        printf '{"schema": "contend.result/1", "run": {"id": "r", "status": "complete"}, "host": {"hostname": "h"}, '
        printf '"cells": [{"id": "a/b/c/tasks=1", "workload": "a", "lock": "b", "executor": "c", "tasks": 1, '
        printf '"status": "ok", "metrics": {"m_ns": {"unit": "ns", "samples": [1]}'
        printf ', "m%d_ns": {"unit": "ns", "samples": [1]}' $(seq 1024)
        printf '}}]}\n'
    } >many.json
    run report many.json
    _refused_in_a_line 'cells[0].metrics: 1025 of them (at most 1024)'
}

a_text_with_a_nul_is_none() {
    printf '*/a 5%%\n\0*/b 5%%\n' >t.txt
    run duel --tolerances t.txt --budget 1s -- true -- true
    _refused_in_a_line 'byte 8 is a NUL'
}

what_a_file_says_does_not_act_on_the_terminal() {
    printf '{"groups": [], "a\\u001b[31m\\u202eb": 1}' >suite.json
    run run --suite ./suite.json -o x.json
    _refused_in_a_line '<U+001B>[31m<U+202E>b'
}

run_tests
