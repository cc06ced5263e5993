#!/usr/bin/env bash
# ctest: timeout 480
# The code shown in README.md and docs/ is the code of tests/plugin/ and tests/inside/, and that code
# works: plug-ins are loaded here, what is added inside has unit tests.
#
# A block is bound to its file by the line before it: <!-- tests/plugin/collatz.c -->
. "$(dirname "$0")/../cli/lib.sh"

plugin_dir=${CONTEND_BUILD:-}/tests/plugins

# Writes the block under the mark of that file to "shown"; fails where there is none.
_shown_code() {
    awk -v mark="<!-- $2 -->" '
        $0 == mark { armed = 1; next }
        armed && /^```c$/ { armed = 0; inside = 1; next }
        inside && /^```$/ { found = 1; exit }
        inside { print }
        END { exit !found }' "$1" >shown
}

_needs_modules() {
    [ -n "${CONTEND_BUILD:-}" ] || skip_all "CONTEND_BUILD is not set: not called by ctest"
    expect test -f "$plugin_dir/$1.so"
}

each_marked_block_is_its_file() {
    local page file count=0
    for page in "$source_dir"/README.md "$source_dir"/docs/*.md; do
        while read -r file; do
            count=$((count + 1))
            _shown_code "$page" "$file" || { fail "$page: no block under the mark of $file"; continue; }
            diff "$source_dir/$file" shown >difference || {
                fail "${page#"$source_dir"/} shows other code than $file"
                head -n 10 difference
            }
        done < <(sed -n 's/^<!-- \(tests\/\(plugin\|inside\)\/[a-z_]*\.c\) -->$/\1/p' "$page")
    done
    [ "$count" -ge 8 ] || fail "only $count marked blocks were found"
}

each_file_is_shown_somewhere() {
    local file
    for file in "$source_dir"/tests/{plugin,inside}/*.c; do
        file=${file#"$source_dir"/}
        grep -qxF -- "<!-- $file -->" "$source_dir"/README.md "$source_dir"/docs/*.md ||
            fail "$file is shown nowhere"
    done
}

the_workload_of_the_readme_runs_under_every_executor_and_lock() {
    _needs_modules numbers
    run run --plugin "$plugin_dir/numbers.so" --workload collatz --lock none,mutex,gil --tasks 3 \
        --executor serial,thread,process,coroutine --task-time 1ms --rounds 1 -o numbers.json
    expect_status 0
    expect_valid numbers.json
    expect_json numbers.json 'len([c for c in cells if c["role"] == "measured"]) == 12'
    expect_none numbers.json '[c["id"] for c in cells if c["status"] != "ok"]'
}

the_skeletons_work_together() {
    _needs_modules skeleton
    run run --plugin "$plugin_dir/skeleton.so" --workload tally --lock none,politespin --tasks 1,4 \
        --executor backwards,thread,process,coroutine -p tally.order=down --rounds 2 -o skeleton.json
    expect_status 0
    expect_valid skeleton.json
    expect_json skeleton.json 'len([c for c in cells if c["role"] == "measured"]) == 16'
    expect_none skeleton.json '[c["id"] for c in cells if c["status"] != "ok"]'
    expect_none skeleton.json '[c["id"] for c in cells if any(n != c["tasks"] * c["ops_per_task"]
        for n in c["metrics"]["rows_written"]["samples"])]'
    expect_json skeleton.json 'all(len(c["metrics"]["moved_ratio"]["samples"]) == 2 for c in cells
        if c["executor"] in ("thread", "process"))'
    expect_json skeleton.json 'all("reason" in c["metrics"]["moved_ratio"] for c in cells
        if c["executor"] in ("backwards", "coroutine"))'
}

an_outsider_needs_the_headers_alone() {
    local header
    mkdir -p include
    cp "$source_dir"/bench/contend*.h include/
    for header in numbers skeleton; do mkdir -p "$header"; done
    sed 's,"bench/contend.h",<contend.h>,' "$source_dir/tests/plugin/collatz.c" >numbers/collatz.c
    sed 's,"bench/contend.h",<contend.h>,' "$source_dir/tests/plugin/plugin.c" >numbers/plugin.c
    cc -std=c17 -D_GNU_SOURCE -O2 -shared -fPIC -Iinclude numbers/*.c -o own.so 2>log ||
        { fail "it does not compile"; head -n 5 log; return; }
    run run --plugin own.so --workload collatz --lock none --executor serial --tasks 1 --ops 100 \
        --rounds 1 -o own.json
    expect_status 0
    expect_json own.json 'cells[0]["status"] == "ok"'
}

a_wrong_checksum_fails_the_cell() {
    sed 's,return sum;,return sum + 1;,' "$source_dir/tests/plugin/collatz.c" >wrong.c
    cc -std=c17 -D_GNU_SOURCE -O2 -shared -fPIC -I"$source_dir" wrong.c \
        "$source_dir/tests/plugin/plugin.c" -o wrong.so 2>log || { fail "it does not compile"; return; }
    run run --plugin wrong.so --workload collatz --lock none --executor serial --tasks 1 --ops 100 \
        --rounds 1 -o wrong.json
    expect_status 3
    expect_json wrong.json 'cells[0]["status"] == "failed" and "checksum" in cells[0]["reason"]'
}

run_tests
