#!/usr/bin/env bash
# ctest: label slow, label nosan, timeout 600
# Results of many plain cells are read and reported in memory that is stated in docs/scale.md, a cell.
. "$(dirname "$0")/lib.sh"

cells=40000

_make() {
    [ -e base.json ] && return
    "${python:-python3}" "$source_dir/tests/perf/make_result.py" $cells 3 3 1 >base.json &
    "${python:-python3}" "$source_dir/tests/perf/make_result.py" $cells 3 3 2 1.1 >head.json
    wait
}

# _within BYTES_A_CELL EXTRA_KIB ARGUMENTS...: what is not of cells is the window that files are read
# through, and libraries; an allocator reserves 64 MiB more for a second thread.
_within() {
    local kib=$(($(least_memory_kib) + $1 * cells / 1024 + $2))
    shift 2
    last_command="$* within $kib KiB"
    status=0
    with_memory $kib "$contend" "$@" >out 2>err || status=$?
    expect_status 0
}

the_first_screen_takes_little_memory_a_cell() {
    _make
    _within 1536 24576 report base.json
    expect_out "$cells cells"
}

tables_take_little_memory_a_cell() {
    _make
    _within 2560 40960 report base.json --tables
    expect test "$(grep -c '/s' out)" -ge $cells
}

comparing_takes_little_memory_a_cell() {
    _make
    _within 5120 131072 compare base.json head.json
    expect_out "of $((3 * cells)) rows"
}

# Buggy: the text of all cells stood in memory beside them.
exporting_takes_no_more_memory_than_reading() {
    local format
    _make
    for format in csv benchfmt prometheus openmetrics junit google-benchmark github-benchmark pyperf bencher \
        otava-csv otava-json; do
        _within 1536 40960 export base.json --to $format -o all.$format
        expect test "$(cat all.$format* | tr , '\n' | wc -l)" -gt $cells
    done
}

run_tests
