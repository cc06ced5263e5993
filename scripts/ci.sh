#!/usr/bin/env bash
# Everything that is checked before a change goes in; the same by hand and in CI (`make test`).
#
#   1. formatting, arrays that fill up in silence, the recorded line coverage
#   2. ci preset (release flags, warnings are errors): all tests
#   3. static analysis, with the flags of that build
#   4. asan preset (AddressSanitizer, UndefinedBehaviorSanitizer): tests labelled as below
#   5. tsan preset (ThreadSanitizer): tests labelled as below
#
# A test that fails is run once more, alone; what passes then is named at the end.
# A failing step does not stop the next.  The last line adds all of it up; the formatting, the
# arrays, the coverage, the analysis and each build count as one.  JOBS in the environment: parallel
# jobs, as many as CPUs otherwise.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

jobs=${JOBS:-$(nproc 2>/dev/null || echo 1)}
passed=0 failed=0 skipped=0 disturbed=
again_most=5 # more that fail are no accident

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
    # More than there are CPUs: of its time a test computes a third, and waits for the rest.
    ctest --preset "$preset" -j "$((2 * jobs + 1))" --no-tests=error --output-junit "$PWD/$report" "$@"
    test_status=$?
    if [ ! -s "$report" ]; then
        count 1
        return
    fi
    all=$(attribute "$report" tests)
    bad=$(attribute "$report" failures)
    left=$(attribute "$report" skipped)
    # Whatever else ctest found wrong must not be lost.
    [ $test_status -eq 0 ] || [ "$bad" -gt 0 ] || failed=$((failed + 1))
    [ "$bad" -eq 0 ] || [ "$bad" -gt "$again_most" ] || run_again "$preset" "$@"
    passed=$((passed + all - bad - left))
    failed=$((failed + bad))
    skipped=$((skipped + left))
}

# run_again NAME [ctest arguments]: the few that failed, once more, with the machine to themselves.
# One that passes then was disturbed, by the others or by the machine's neighbours: it counts as
# passed and is named in the last lines, for it waits for something it should not rely on.
run_again() {
    local preset=$1 report=build/$1/junit-again.xml still failing
    shift
    heading "$preset, what failed, alone"
    failing=$(sed 's/^[0-9]*://' "build/$preset/Testing/Temporary/LastTestsFailed.log" 2>/dev/null)
    rm -f "$report"
    ctest --preset "$preset" -j 1 --rerun-failed --output-junit "$PWD/$report" "$@"
    [ -s "$report" ] || return
    still=$(attribute "$report" failures)
    for name in $failing; do
        grep -q "<testcase name=\"$name\" .*status=\"run\"" "$report" && disturbed+=" $name ($preset)"
    done
    bad=$still
}

scripts/install-browser

heading format
scripts/format.sh --check
count $?
heading arrays
scripts/check-arrays
count $?
heading json
scripts/check-json
count $?
heading coverage
scripts/coverage --check
count $?
run_preset ci
# Those that take a minute; `make analyse` asks the analyzers of gcc and clang, too, which follow paths.
heading analysis
JOBS=$jobs scripts/analyse --tool cppcheck --tool clang-tidy
count $?
run_preset asan -L '^(unit|contract|golden|cli|fuzz)$' -LE '^slow$'
# ThreadSanitizer does not see across processes, has nothing to say of programs without threads, and
# makes threads some ten times dearer.
run_preset tsan -L '^(unit|contract|golden)$' -LE '^slow$'

[ -z "$disturbed" ] || printf '\nfailed beside others and passed alone:%s\n' "$disturbed"
printf '\n%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ]
