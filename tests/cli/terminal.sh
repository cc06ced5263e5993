#!/usr/bin/env bash
# ctest: timeout 480
# Progress and colour are for terminals; files and pipes get plain words.
. "$(dirname "$0")/lib.sh"

tiny="run --workload noop --lock none --executor serial,thread --tasks 1 --rounds 2"

# _on_a_terminal [NAME=VALUE...]: the tiny run with stdout and stderr on a terminal, into typed.
_on_a_terminal() {
    TERM=xterm env "$@" script -qec "$contend $tiny -o tty.json" typed >/dev/null </dev/null
}

_colour=$'\x1b\[[0-9;]*m'

progress_is_silent_when_it_is_not_a_terminal() {
    # shellcheck disable=SC2086
    run $tiny -o quiet.json
    expect_status 0
    expect_no err $'\r'
    expect_no err $'\x1b'
    expect_no out $'\r'
    expect_no out $'\x1b'
}

a_terminal_shows_progress() {
    can_have_a_terminal || return 0
    _on_a_terminal -u NO_COLOR || fail "status $?"
    expect grep -q $'\r' typed
    expect_valid tty.json
}

# What cannot clear a line shows no progress, whatever measures.
a_dumb_terminal_gets_no_escapes() {
    command -v script >/dev/null || return 0
    local command
    for command in "$tiny -o dumb.json" 'duel --pairs 3 -- true -- true' \
        'doctor --inject 0 --trials 1 --budget 50ms'; do
        TERM=dumb script -qc "$contend $command" typed >/dev/null </dev/null
        expect_no typed $'\x1b'
    done
    # And what a terminal would obey is named in the line as well.
    ln -sf "$(type -P true)" $'esc\x9b31m'
    TERM=xterm script -qc "$contend duel --pairs 3 -- true -- ./esc*" typed >/dev/null </dev/null
    expect grep -qa 'esc<9B>31m: measuring' typed
}

no_color_is_respected() {
    can_have_a_terminal || return 0
    _on_a_terminal NO_COLOR=1 || fail "status $?"
    ! grep -q "$_colour" typed || fail "colour in spite of NO_COLOR"
}

the_table_is_the_same_for_a_file_and_a_terminal_without_colour() {
    can_have_a_terminal || return 0
    run report quiet.json
    expect_status 0
    cp out plain
    TERM=xterm NO_COLOR=1 script -qec "$contend report quiet.json" typed >/dev/null </dev/null
    sed -e '/^Script \(started\|done\)/d' -e 's/\r$//' typed >typed.plain
    diff <(sed '/^$/d' plain) <(sed '/^$/d' typed.plain) >difference || {
        fail "the tables differ"
        head -n 6 difference
    }
}

# Expected: a page is as wide as COLUMNS says at a terminal, and what goes to a file is as it always is.
columns_are_those_of_the_terminal_and_no_file_s() {
    command -v script >/dev/null || return 0
    run report quiet.json --tables
    cp out plain
    COLUMNS=50 run report quiet.json --tables
    diff plain out >difference || fail "COLUMNS changed what goes to a file"
    COLUMNS=50 TERM=xterm NO_COLOR=1 script -qec "$contend report quiet.json --tables" typed >/dev/null </dev/null
    sed -e '/^Script \(started\|done\)/d' -e 's/\r$//' typed | awk 'length($0) > 50' >wide
    [ ! -s wide ] || fail "wider than COLUMNS: $(head -n 1 wide)"
    expect grep -q "^  executor" typed
    COLUMNS=nonsense TERM=xterm NO_COLOR=1 script -qec "$contend report quiet.json --tables" odd >/dev/null </dev/null
    expect grep -q "^  executor" odd
}

# Buggy: errors and notes were broken by the terminal, within words; in a file they are whole lines.
what_is_said_aside_is_broken_between_words() {
    local command="report quiet.json --sort taks"
    command -v script >/dev/null || return 0
    # shellcheck disable=SC2086
    run $command
    expect test "$(wc -l <err)" -eq 1
    COLUMNS=60 TERM=xterm script -qec "$contend $command" typed >/dev/null </dev/null
    sed -e '/^Script \(started\|done\)/d' -e 's/\r$//' typed >said
    awk 'length($0) > 60' said >wide
    [ ! -s wide ] || fail "wider than COLUMNS: $(head -n 1 wide)"
    expect test "$(wc -l <said)" -gt 3
    diff <(tr -s ' \n' '\n' <err) <(tr -s ' \n' '\n' <said) >difference || fail "a word is broken: $(head -n 2 difference)"
}

# Expected: from 60 columns on no line is wider than asked for, but by a single word.
what_is_shown_is_no_wider_than_asked_for() {
    local fixtures=$source_dir/tests/fixtures width
    for width in 60 80 100; do
        while read -r words; do
            # shellcheck disable=SC2086
            run $words --width $width
            awk -v width=$width 'length($0) > width && NF > 1' out >wide
            [ ! -s wide ] || fail "$words: wider than $width: $(head -n 1 wide)"
        done <<END
report $fixtures/report/standard.json
report $fixtures/report/standard.json --tables
report $fixtures/report/standard.json --metric all --ci
report $fixtures/report/params.json --tables
compare $fixtures/compare/base.json $fixtures/compare/head.json
compare --fidelity $fixtures/fidelity/emulated.json $fixtures/fidelity/real.json $fixtures/fidelity/real_other.json
list
trace --list
END
    done
}

# Expected: where the id alone tells rows apart, and has no room in each block, rows have numbers; one that failed is named.
# Buggy: later blocks had nothing to tell rows apart by, and the id of a row that failed was nowhere.
rows_are_told_apart_in_each_block() {
    local i
    jq '[.cells[] | select(.id | startswith("spin/none/thread/tasks=2"))][0] as $c | .cells = [range(11) as $i | $c |
        .id = "spin/none/thread/tasks=2/a-variant-of-a-rather-long-name-" + ($i | tostring) |
        if $i == 4 then .status = "failed" | .reason = "it was told to" else . end]' \
        "$source_dir/tests/fixtures/report/standard.json" >ids.json
    run report ids.json --tables --ci --width 80
    expect_status 0
    expect grep -qE '^ +row  executor .* id$' out
    for i in 1 2 11; do
        [ "$(grep -cE "^ +$i  " out)" -eq "$(grep -cE '^ +row ' out)" ] || fail "row $i is not in each block"
    done
    expect grep -qE 'name-4$' out
    expect_out 'failed: it was told to'
    awk 'length($0) > 80' out >wide
    [ ! -s wide ] || fail "too wide: $(head -n 1 wide)"
    # Where the labels that are repeated do it, there are none.
    run report "$source_dir/tests/fixtures/report/standard.json" --tables --ci --width 80
    expect_no out '^ +row '
}

# Expected: rows of a comparison are broken at a terminal, and whole for who searches them.
rows_are_broken_at_a_terminal_and_whole_in_a_pipe() {
    local fixtures=$source_dir/tests/fixtures/compare
    run compare "$fixtures/base.json" "$fixtures/head.json"
    expect grep -qE 'startup_ns .* n 12/12  sees ' out
    can_have_a_terminal || return 0
    COLUMNS=80 TERM=xterm script -qec "$contend compare $fixtures/base.json $fixtures/head.json; $contend trace --list" \
        typed >/dev/null </dev/null
    sed -e '/^Script \(started\|done\)/d' -e 's/\r$//' -e "s/$_colour//g" typed | awk 'length($0) > 80 && NF > 1' >wide
    [ ! -s wide ] || fail "wider than COLUMNS: $(head -n 1 wide)"
    expect_no typed 'startup_ns .* n 12/12  sees '
}

run_tests
