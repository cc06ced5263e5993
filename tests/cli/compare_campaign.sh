#!/usr/bin/env bash
# ctest: label nosan
# The campaign of pairs of stored results: what it plants is found where it is large enough to be, and it
# calls a word false that is.
. "$(dirname "$0")/lib.sh"

template=$source_dir/tests/fixtures/report/standard.json

_campaign() {
    status=0
    last_command="(compare-campaign $*)"
    "$source_dir/scripts/compare-campaign" --contend "$contend" "$@" >out 2>err </dev/null || status=$?
}

# Figures that hardly differ from moment to moment: no word is said of the same program.
nothing_is_said_of_the_same_program() {
    _campaign --made 9,0.001,0.001 --pairs 4 --plant 0 "$template"
    expect_status 0
    expect_out '**A/A**: 0 false words, in 0 of 4 pairs'
    expect_out '**+0 % planted**: 0 false words, in 0 of 4 pairs; found in 0 pairs'
}

a_large_change_is_found_on_the_side_it_was_planted() {
    _campaign --made 9,0.001,0.001 --pairs 4 --plant 3 "$template"
    expect_status 0
    expect_out '**+300 % planted**: 0 false words, in 0 of 4 pairs; found in 4 pairs'
    # By turns in the head (slower) and in the base (faster), and in nothing else.
    expect grep -qE '^\| planted cpu \| `throughput_per_s` \| ([1-9][0-9]*) \| \1 \| 0 \| 0 \| 0 \| .* \| 100 % \|' out
    expect grep -qE '^\| io \| `throughput_per_s` \| 0 \| 0 \|' out
}

false_words_are_counted_and_are_a_failure() {
    # Two results with other throughputs altogether: each word said of them is false.
    sed 's/"run": {"id": "/&other-/' "$template" >one.json
    "$python" - one.json two.json <<'PYTHON'
import json, sys
d = json.load(open(sys.argv[1]))
for c in d["cells"]:
    c["launches"] = []
    for m in c["metrics"].values():
        if m["nature"] == "noisy" and m["group"] == "throughput":
            m["samples"] = [s * 50 for s in m["samples"]]
json.dump(d, open(sys.argv[2], "w"))
PYTHON
    _campaign --pairs 2 one.json two.json --option=--allow --option=machine
    expect_status 1
    expect grep -qE '^\*\*A/A\*\*: [1-9][0-9]* false words, in 2 of 2 pairs' out
}

mistakes_are_named() {
    _campaign "$template"
    expect_status 2
    expect_err 'two results are needed'
    _campaign --made 9,x,1 "$template"
    expect_status 2
    expect_err 'ROUNDS,MOMENT,ROUND'
    printf '{}' >empty.json
    _campaign empty.json "$template"
    expect_status 2
    expect_err 'empty.json: not a result of contend'
}

[ -n "$python" ] || skip_all "no python3 with jsonschema"
run_tests
