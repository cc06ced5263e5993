#!/usr/bin/env bash
# ctest: timeout 600
# One rule for every number a user types: decimal, with the units its help names.  What C takes
# besides (hexadecimal, infinity, blanks around it) is refused everywhere, by its name.
. "$(dirname "$0")/lib.sh"

odd=(0x10 0X1F 0x1p3 ' 7' 1e3 nan inf -inf '+-7' '' '٣')

# A line each: the command, a tab, the option; of the kind asked for.
_options() {
    "$contend" help --json >help.json
    "${python:-python3}" -S - "$1" <<'PY'
import json, sys

def walk(commands, above):
    for command in commands:
        for option in command["options"]:
            if option["kind"] == sys.argv[1]:
                print(above + command["name"], option["name"], sep="\t")
        walk(command.get("commands", []), above + command["name"] + " ")

walk(json.load(open("help.json"))["commands"], "")
PY
}

# _expect_named NAME VALUE
_expect_named() {
    [ "$status" -eq 2 ] || { fail "\"$2\" was taken for $1"; show_run; return; }
    expect_err "$1"
    [ -z "$2" ] || expect_err "$2"
}

# _refuse_all KIND LEAST VALUE...: of every option of that kind each value.
_refuse_all() {
    local kind=$1 least=$2 command option value count=0
    shift 2
    _options "$kind" >options
    while IFS=$'\t' read -r command option; do
        for value in "$@"; do
            # shellcheck disable=SC2086
            run $command "--$option=$value"
            _expect_named "--$option" "$value"
        done
        count=$((count + 1))
    done <options
    [ "$count" -ge "$least" ] || fail "only $count options of kind $kind"
}

every_number_of_an_option_is_decimal() {
    _refuse_all number 60 "${odd[@]}"
}

every_ratio_of_an_option_is_decimal() {
    _refuse_all ratio 4 0x10 0x1p-4 ' 0.1' nan inf -inf ''
}

# What several numbers, or numbers and words, are put together of.
numbers_within_other_options_are_decimal() {
    local value option
    for value in 0x10 ' 7' 1e1 inf; do
        run run --workload noop --dry-run --tasks "$value"
        _expect_named --tasks "$value"
        run run --workload noop --dry-run --tasks "1,$value"
        _expect_named --tasks "$value"
        run run --workload noop --dry-run --executor thread_pool --workers "$value"
        _expect_named --workers "$value"
        run run --workload noop --dry-run --shard "$value/20"
        _expect_named --shard "$value"
        run run --workload noop --dry-run --shard "1/$value"
        _expect_named --shard "$value"
        run advise --cpu 2ms --wait 8ms --concurrency 20 --slo "p99=$value"
        _expect_named --slo "$value"
        run scale --tasks "1,$value" -- true '{n}'
        _expect_named --tasks "$value"
        run report "$source_dir/tests/fixtures/report/standard.json" --filter "tasks>$value"
        _expect_named --filter "$value"
        for option in rounds budget seed tasks interval task-time; do
            run reference cpython "--$option" "$value" -o x.json
            _expect_named "--$option" "$value"
        done
        run spinner thread --seconds "$value"
        _expect_named --seconds "$value"
        run claims "$value"
        _expect_named claim "$value"
    done
}

every_parameter_is_decimal() {
    local kind name parameter unit value count=0
    for kind in workloads locks executors; do
        "$contend" list $kind --json >list.json
        "${python:-python3}" -S - >parameters <<'PY'
import json
for items in json.load(open("list.json")).values():
    for item in items:
        for param in item["params"]:
            if param["unit"] != "text":
                print(item["name"], param["name"], param["unit"], sep="\t")
PY
        while IFS=$'\t' read -r name parameter unit; do
            for value in "${odd[@]}"; do
                run run --dry-run "--${kind%s}" "$name" -p "$name.$parameter=$value"
                _expect_named "$name.$parameter" "$value"
            done
            count=$((count + 1))
        done <parameters
    done
    [ "$count" -ge 30 ] || fail "only $count parameters"
}

# What a program says of itself is read by the same rule.
what_a_program_reports_is_decimal() {
    local value
    for value in 0x10 inf nan 1e999; do
        printf '#!/bin/sh\necho "operations=1 found_ns=%s" >&"$CONTEND_REPORT_FD"\n' "$value" >say
        chmod +x say
        run run --workload command --executor serial --lock none --tasks 1 --rounds 1 -o x.json --force \
            -p command.argv=./say -p command.metrics=found_ns
        expect_status 3
        expect_json x.json "'found_ns=$value' in cells[0]['reason']"
    done
}

run_tests
