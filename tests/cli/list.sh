#!/usr/bin/env bash
# What there is, and what would disturb a measurement here.
. "$(dirname "$0")/lib.sh"

each_kind_is_listed_with_a_summary() {
    local kind
    for kind in executors workloads locks probes suites claims; do
        run list "$kind"
        expect_status 0
        expect test -s out
        expect_no out '[[:space:]]$'
        run list "$kind" --json
        expect_status 0
        cp out "$kind.json"
        expect_json "$kind.json" 'd is not None'
    done
}

what_the_def_files_name_is_listed() {
    local pair kind file name
    for pair in executors:bench/executors/executors.def locks:bench/locks/locks.def \
        probes:bench/probes/probes.def workloads:workloads/workloads.def; do
        kind=${pair%%:*}
        file=$source_dir/${pair#*:}
        run list "$kind"
        for name in $(sed -n 's/^[A-Z]*(\([a-z0-9_]*\)).*/\1/p' "$file"); do
            [ "$name" = fake ] && continue
            grep -qw -- "$name" out || fail "contend list $kind lacks $name"
        done
    done
}

the_hidden_executor_stays_hidden() {
    run list executors
    expect_no out '\bfake\b'
}

everything_is_listed_without_a_kind() {
    run list
    expect_status 0
    expect_out thread
    expect_out sleep
    expect_out gil
    expect_out quick
}

the_doctor_answers_in_words_and_in_json() {
    run doctor
    expect_status 0
    expect test -s out
    run doctor --json
    expect_status 0
    cp out doctor.json
    expect_json doctor.json 'd is not None'
}

run_tests
