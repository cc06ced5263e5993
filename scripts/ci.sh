#!/usr/bin/env bash
# Everything that is checked before a change goes in; the same by hand and in CI (`make test`).
#
#   1. formatting, and arrays that fill up in silence
#   2. ci preset (release flags, warnings are errors): all tests
#   3. asan preset (AddressSanitizer, UndefinedBehaviorSanitizer): tests labelled as below
#   4. tsan preset (ThreadSanitizer): tests labelled as below
#
# A failing step does not stop the next.  The last line adds all of it up; the formatting, the
# arrays and each build count as one.  JOBS in the environment: parallel jobs, as many as CPUs otherwise.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

jobs=${JOBS:-$(nproc 2>/dev/null || echo 1)}
passed=0 failed=0 skipped=0

heading() { printf '\n== %s ==\n' "$*"; }

# Counts one check by its exit status.
count() {
    case $1 in
    0) passed=$((passed + 1)) ;;
    77) skipped=$((skipped + 1)) ;;
    *) failed=$((failed + 1)) ;;
    esac
}

# The number of an attribute of <testsuite> in a JUnit file.
attribute() {
    sed -n "s/.*[[:space:]]$2=\"\([0-9]*\)\".*/\1/p" "$1" | head -n 1
}

# run_preset NAME [ctest arguments]: build, test, add up.
run_preset() {
    local preset=$1 report build_status test_status all bad left
    shift
    heading "$preset"
    scripts/build "$preset" "$jobs"
    build_status=$?
    count $build_status
    [ $build_status -eq 0 ] || return
    report=build/$preset/junit.xml
    rm -f "$report"
    ctest --preset "$preset" -j "$jobs" --no-tests=error --output-junit "$PWD/$report" "$@"
    test_status=$?
    if [ ! -s "$report" ]; then
        count 1
        return
    fi
    all=$(attribute "$report" tests)
    bad=$(attribute "$report" failures)
    left=$(attribute "$report" skipped)
    passed=$((passed + all - bad - left))
    failed=$((failed + bad))
    skipped=$((skipped + left))
    # Whatever else ctest found wrong must not be lost.
    [ $test_status -eq 0 ] || [ "$bad" -gt 0 ] || failed=$((failed + 1))
}

heading format
scripts/format.sh --check
count $?
heading arrays
scripts/check-arrays
count $?
run_preset ci
run_preset asan -L '^(unit|contract|golden|cli)$' -LE '^slow$'
# ThreadSanitizer does not see across processes and makes threads some ten times dearer.
run_preset tsan -L '^(unit|contract|golden)$' -LE '^slow$'

printf '\n%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ]
