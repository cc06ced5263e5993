#!/usr/bin/env bash
# ctest: label nosan
# The planted bugs of tests/mutants/ still fit the sources; planting them is `make mutants`.
. "$(dirname "$0")/lib.sh"

command -v python3 >/dev/null || skip_all "python3 is not installed"

every_rule_fits_the_source_it_is_for() {
    "$source_dir/scripts/mutants" --check >out 2>err || { fail "rules that do not fit"; sed 's/^/  /' out err; }
}

every_rule_names_tests_that_there_are() {
    local test kind name
    for test in $(sed -n 's/^tests: //p' "$source_dir"/tests/mutants/*.mutant); do
        kind=${test%%.*}
        name=${test#*.}
        [ -e "$source_dir/tests/$kind/$name.c" ] || [ -e "$source_dir/tests/$kind/$name.sh" ] ||
            fail "there is no test $test"
    done
}

# A tree of its own with one rule, so that nothing is planted here.
_tree() {
    mkdir -p tree/scripts tree/tests/mutants tree/bench
    cp "$source_dir"/scripts/mutants* tree/scripts/
    printf 'int a;\nint b;\nint b;\n' >tree/bench/a.c
    printf '%s\n' "$@" >tree/tests/mutants/one.mutant
    status=0
    last_command="(scripts/mutants --check)"
    tree/scripts/mutants --check >out 2>err || status=$?
}

a_rule_that_fits_no_more_is_an_error() {
    _tree 'words' 'file: bench/a.c' 'tests: unit.a' '-int a;' '+int c;'
    expect_status 0
    _tree 'words' 'file: bench/a.c' 'tests: unit.a' '-int c;' '+int d;'
    expect_status 1
    expect_out '0 times in bench/a.c'
    _tree 'words' 'file: bench/a.c' 'tests: unit.a' '-int b;' '+int d;'
    expect_status 1
    expect_out '2 times in bench/a.c'
    _tree 'words' 'file: bench/z.c' 'tests: unit.a' '-int b;' '+int d;'
    expect_status 1
    expect_out 'there is no bench/z.c'
}

a_rule_without_a_part_is_refused() {
    _tree 'words' 'file: bench/a.c' '-int a;' '+int c;'
    expect_status 2
    expect_err 'needs words, file:, tests: and a change'
    _tree 'words' 'file: bench/a.c' 'tests: unit.a' 'int a;'
    expect_status 2
    expect_err 'is no line of a change'
}

run_tests
