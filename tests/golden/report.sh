#!/bin/bash
# ctest: label notsan
# `contend report` on stored results, byte for byte.
. "$(dirname "$0")/lib.sh" report "$@"
# Paths stand in the output: they must not depend on where the tree lies.
cd "$source_dir/tests/fixtures/report" || exit 1

golden headline_80.txt report standard.json --sentences --width 80
golden headline_120.txt report standard.json --sentences --width 120
golden headline_200.txt report standard.json --sentences --width 200
golden headline.md report standard.json --format markdown --sentences
golden headline.csv report standard.json --format csv
golden headline.json report standard.json --format json --sentences
golden headline.tex report standard.json --tables --format latex
golden headline.tsv report standard.json --format tsv
golden headline.xml report standard.json --format junit
golden headline_github.txt report standard.json --format github
golden pivot.txt report standard.json --rows tasks --cols executor --filter workload=spin \
    --metric throughput_per_s --ratio --width 120
golden sorted.txt report standard.json --filter workload=spin --metric throughput_per_s --rows executor,tasks \
    --sort throughput_per_s --width 100
golden sorted_back.txt report standard.json --filter workload=spin --metric throughput_per_s --sort -tasks --width 100
golden relative.txt report standard.json --filter workload=spin --relative-to executor=thread --sort throughput --ci \
    --metric startup_ns,throughput_per_s --width 120
golden relative_to_nothing.txt report standard.json --relative-to executor=thred
golden relative_to_lock.txt report standard.json --filter workload=spin --relative-to lock=nine
golden relative_without_value.txt report standard.json --relative-to thread
golden sorted_by_nothing.txt report standard.json --sort colour
golden hosts.txt report host_a.json host_b.json --sentences --width 100
golden params.txt report params.json --tables --width 100
golden params_cols.txt report params.json --cols duration --metric wakeups_count,startup_ns --width 100
golden params.md report params.json --tables --format markdown
golden params.csv report params.json --format csv --metric all
golden params.tex report params.json --tables --format latex
golden controls.txt report params.json --filter role=control --width 80
golden empty.txt report empty.json --tables
golden unjudged.txt report empty.json --format junit
golden scaling.txt report standard.json --scaling --width 100
golden scaling.md report standard.json --scaling --format markdown
golden scaling.csv report standard.json --scaling --format csv
golden scaling.json report standard.json --scaling --format json
golden scaling.tex report standard.json --scaling --format latex
# Looks and scripts have files of their own.
golden_bare() {
    local name=$1
    shift
    "$contend" "$@" | sed -e '/<style>/,/<\/style>/d' -e '/<script>/,/<\/script>/d' >"$work/out"
    same "$name" "$work/out"
}
golden_bare page.html report host_a.json --format html
golden_bare ladder.svg report standard.json --plot ladder
golden_bare throughput.svg report standard.json --plot throughput
golden_bare scaling.svg report standard.json --plot scaling
golden_bare latency.svg report ../../golden/run/fake.json --plot latency
golden latency.json report ../../golden/run/fake.json --plot latency --format json
golden ladder.json report standard.json --plot ladder --format json
golden newer.txt report broken/next_version.json
golden broken.txt report broken/samples_is_text.json
golden twice.txt report host_a.json host_a.json
golden filter.txt report standard.json --filter 'executer=thread'
golden help.txt report --help

[ "$failed" -eq 0 ]
