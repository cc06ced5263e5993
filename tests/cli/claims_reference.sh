#!/usr/bin/env bash
# The claims beside another runtime: its result from a file, from an interpreter, or from none.
. "$(dirname "$0")/lib.sh"

a_result_to_be_judged_is_there() {
    run run --suite claims --workload sleep --rounds 1 --no-report -o own.json -q
    expect_status 0
}

a_reference_from_a_file_stands_beside() {
    run claims --result own.json --only memory,one_at_a_time --reference own.json --format json
    expect_status 0
    cp out claims.json
    expect_json claims.json '"reference" not in d["claims"][0] and d["claims"][1]["reference"]["verdict"] == "not testable here"'
    run claims --result own.json --reference pypy
    expect_refusal 2 '"pypy"' 'cpython'
}

without_an_interpreter_the_rest_is_judged() {
    run claims --result own.json --only memory,one_at_a_time --reference cpython --python /nowhere/python3
    expect_status 0
    expect_out 'no Python interpreter found'
}

an_interpreter_is_asked_for_the_same_cells() {
    run reference cpython -o other.json --cell sleep/gil/thread/tasks=2,duration=1ms --rounds 1 --quiet
    [ "$status" -ne 3 ] || { echo "no Python interpreter here"; return; }
    expect_status 0
    expect_json other.json '[c["id"] for c in cells] == ["sleep/gil/thread/tasks=2,duration=1ms"]'
    run reference cpython -o other.json --cell sleep/gil/fibre/tasks=2
    expect_refusal 2 'sleep/gil/fibre/tasks=2'
    run claims --result own.json --only blocking_releases --rounds 1 --reference cpython --format json -q
    expect_status 0
    cp out claims.json
    expect_json claims.json 'd["reference"]["runtime"].startswith("cpython")'
    expect_json claims.json 'len(d["claims"][0]["reference"]["parts"]) == 1'
    expect_valid own-cpython.json
    expect_no_temporaries
}

# Buggy: it went through "own-cpython.json.new", and so over what a link of that name named; what a
# killed one had left there was taken for this one's.
what_lies_beside_is_not_written_through() {
    [ -e own-cpython.json ] || return 0
    mv own-cpython.json before.json
    echo mine >victim
    ln -s victim own-cpython.json.new
    run claims --result own.json --only blocking_releases --rounds 1 --reference cpython -q
    expect_status 0
    expect_valid own-cpython.json
    expect test "$(cat victim)" = mine
    rm own-cpython.json own-cpython.json.new
    cp before.json own-cpython.json.new
    run claims --result own.json --only blocking_releases --rounds 1 --reference cpython --python /nowhere -q
    expect test ! -e own-cpython.json
    rm own-cpython.json.new
    # Buggy: "/dev/stdin-cpython.json"; of a link it lay where nobody looks.
    mkdir elsewhere
    cp own.json elsewhere/real.json
    ln -s elsewhere/real.json link.json
    run claims --result link.json --only blocking_releases --rounds 1 --reference cpython -q
    expect_status 0
    expect_valid elsewhere/real-cpython.json
    expect test ! -e link-cpython.json
}

run_tests
