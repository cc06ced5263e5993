#!/usr/bin/env bash
# What somebody sees who types before reading.
. "$(dirname "$0")/lib.sh"

commands="run report compare duel claims reference list doctor"

help_is_printed_on_stdout_and_names_each_command() {
    local word
    run --help
    expect_status 0
    expect test ! -s err
    for word in $commands; do expect_out "$word"; done
    expect_no out 'once'
}

each_command_has_help_with_its_options() {
    local word
    for word in $commands; do
        run "$word" --help
        expect_status 0
        expect_out "contend $word"
        expect_out '--help'
        expect test ! -s err
        run "$word" -h
        expect_status 0
    done
}

help_lines_fit_a_terminal() {
    local word
    for word in '' $commands; do
        # shellcheck disable=SC2086
        run $word --help
        [ "$(wc -L <out)" -le 120 ] || fail "contend $word --help: a line of $(wc -L <out) columns"
    done
}

the_version_is_printed() {
    run --version
    expect_status 0
    expect grep -qE '^contend [0-9]+\.[0-9]+\.[0-9]+' out
}

no_command_is_wrong_usage() {
    run
    expect_status 2
    expect test -s err
    expect test ! -s out
}

an_unknown_command_names_the_nearest() {
    run rnu
    expect_refusal 2 '"rnu"' 'run'
    run reprot
    expect_refusal 2 '"reprot"' 'report'
    run xxxxxxxxxx
    expect_refusal 2 '"xxxxxxxxxx"'
}

an_unknown_option_names_the_nearest() {
    local word
    run run --worklaod sleep
    expect_refusal 2 '--worklaod' '--workload'
    for word in $commands; do
        run "$word" --no-such-option-at-all
        expect_refusal 2 '--no-such-option-at-all'
    done
}

a_closed_stdout_is_not_a_crash() {
    status=0
    "$contend" run --help >&- 2>err || status=$?
    [ "$status" -le 3 ] || fail "status $status"
    "$contend" list executors 2>err | true
    expect_no err 'core dumped'
}

run_tests
