#!/usr/bin/env bash
# Options that take "A,B,C": a name twice and an empty one are refused, not left out in silence.
. "$(dirname "$0")/lib.sh"

base=$source_dir/tests/fixtures/compare/base.json
head=$source_dir/tests/fixtures/compare/head.json
measures=(run --workload noop --executor fake --lock none --tasks 1 --rounds 1 -q --no-report -o r.json)

# _refuses A B ARGUMENTS...: LIST among them is a list of A and B.
_refuses() {
    local a=$1 b=$2 list words
    shift 2
    for list in "$a,$a" "$a,$b,$a"; do
        words=("${@/LIST/$list}")
        run "${words[@]}"
        expect_refusal 2 "names $a twice"
    done
    for list in "$a," ",$a" "$a,,$b" ,; do
        words=("${@/LIST/$list}")
        run "${words[@]}"
        expect_refusal 2 'has an empty word'
    done
}

# Buggy: the second one was ignored, and a comma at the end too.
names_of_what_is_shown() {
    _refuses executor lock report "$base" --rows LIST
    _refuses startup_ns throughput_per_s report "$base" --metric LIST
    _refuses startup_ns throughput_per_s export "$base" --to csv --metric LIST
    _refuses startup_ns throughput_per_s compare "$base" "$head" --metric LIST
    _refuses startup_ns throughput_per_s history add "$base" --file h.jsonl --commit c --metric LIST
    expect test ! -e h.jsonl
}

names_of_what_is_measured() {
    _refuses noop sleep "${measures[@]}" --workload LIST
    _refuses none gil "${measures[@]}" --lock LIST
    _refuses fake thread "${measures[@]}" --executor LIST
    _refuses 1 2 "${measures[@]}" --tasks LIST
    _refuses free same "${measures[@]}" --placement LIST
    _refuses startup memory claims --only LIST
    _refuses 1 2 doctor --inject LIST
    _refuses 1 2 scale --tasks LIST -- sh -c ': {n}'
    _refuses sleep spin reference cpython --workload LIST -o p.json
    _refuses mutex ticket duel --workload spin --set executor=thread,process --lock LIST -o r.json
    _refuses noop spin duel --set lock=mutex,ticket --workload LIST -o r.json
    _refuses thread process duel --workload spin --set lock=mutex,ticket --executor LIST -o r.json
    _refuses 1 2 duel --workload spin --set lock=mutex,ticket --tasks LIST -o r.json
    run reference go,go -o p.json
    expect_refusal 2 '"go" is named twice'
    expect test ! -e r.json -a ! -e p.json
}

# Buggy: a metric that no cell has was left out, where another was there.
a_history_has_each_metric_that_was_named() {
    run history add "$base" --file h.jsonl --commit c --metric startup_ns,strtup_ns
    expect_refusal 2 'no measured cell has one of the metrics strtup_ns'
    expect test ! -e h.jsonl
}

# Buggy: "thread|" and a comma at the end were taken.
conditions_are_whole() {
    local filter
    for filter in 'executor=thread|' 'executor=|thread' 'executor=thread||process' 'executor=thread,' \
        'executor=thread,,lock=none' ,; do
        run report "$base" --filter "$filter"
        expect_refusal 2 'is not a condition such as'
    done
    run report "$base" --filter 'executor=thread|serial,lock=none' --tables
    expect_status 0
}

run_tests
