#!/usr/bin/env bash
# ctest: label slow, label nosan, timeout 600
# Merging takes little memory a cell: what it is told to do without is many times what all cells would take.
. "$(dirname "$0")/lib.sh"

# 40 000 cells with three metrics each are 58 MB of text, and took 6 KB each, 240 MB, when all were in memory.
many_cells_are_merged_in_little_memory() {
    local least files
    mkdir parts
    "${python:-python3}" "$source_dir/tests/perf/make_shards.py" 100 400 parts || fail "no shards"
    files=(parts/shard*.json)
    least=$(least_memory_kib)
    last_command="merge of 100 shards within $((least + 65536)) KiB"
    status=0
    with_memory $((least + 65536)) "$contend" merge "${files[@]}" -o merged.json >out 2>err || status=$?
    expect_status 0
    expect_err '40000 cells of 100 runs on 1 host'
    [ "$(grep -c '"place"' merged.json)" = 0 ] || fail "cells still have their places"
    [ "$(grep -c '^   "id": ' merged.json)" = 40000 ] || fail "cells are missing"
}

# Each of the shards has measured the ceiling, and what was merged comes again with all of its parts.
merging_again_takes_no_more() {
    last_command="merge of what was merged and its parts"
    status=0
    with_memory $(($(least_memory_kib) + 65536)) "$contend" merge parts/shard7?.json merged.json -o again.json >out 2>err || status=$?
    expect_status 0
    expect cmp merged.json again.json
}

run_tests
