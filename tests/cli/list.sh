#!/usr/bin/env bash
# What there is, and what would disturb a measurement here.
. "$(dirname "$0")/lib.sh"

each_kind_is_listed_with_a_summary() {
    local kind
    for kind in executors workloads locks probes suites claims; do
        run list "$kind"
        expect_status 0
        expect test -s out
        expect_no out '[[:space:]]$'
        run list "$kind" --json
        expect_status 0
        cp out "$kind.json"
        expect_json "$kind.json" 'd is not None'
    done
}

what_the_def_files_name_is_listed() {
    local pair kind file name
    for pair in executors:bench/executors/executors.def locks:bench/locks/locks.def \
        probes:bench/probes/probes.def workloads:workloads/workloads.def; do
        kind=${pair%%:*}
        file=$source_dir/${pair#*:}
        run list "$kind"
        for name in $(sed -n 's/^[A-Z]*(\([a-z0-9_]*\)).*/\1/p' "$file"); do
            [ "$name" = fake ] && continue
            grep -qw -- "$name" out || fail "contend list $kind lacks $name"
        done
    done
}

the_hidden_executor_stays_hidden() {
    run list executors
    expect_no out '\bfake\b'
}

everything_is_listed_without_a_kind() {
    run list
    expect_status 0
    expect_out thread
    expect_out sleep
    expect_out gil
    expect_out quick
}

the_doctor_answers_in_words_and_in_json() {
    run doctor
    expect_status 0
    expect test -s out
    run doctor --json
    expect_status 0
    cp out doctor.json
    expect_json doctor.json 'd is not None'
}

each_format_shows_what_there_is() {
    local format
    for format in text markdown csv tsv latex json; do
        run list locks --format $format
        expect_status 0
        expect_out gil
    done
    run list locks --format csv
    "${python:-python3}" - out <<'PY' || fail "no table of locks"
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1], newline=""), strict=True))
assert {"none", "gil", "mutex"} <= {r["name"] for r in rows}, rows
assert all(None not in r and r["summary"] for r in rows), rows
PY
    run list --format junit
    expect_refusal 2 'nothing is judged here' 'markdown'
    run list --format jsn
    expect_refusal 2 '"jsn"' 'json'
}

the_doctor_speaks_to_jobs() {
    run doctor --format junit
    expect_status 0
    "${python:-python3}" - out <<'PY' || fail "the findings are no test cases"
import sys, xml.etree.ElementTree as tree
suite = tree.parse(sys.argv[1]).getroot()[0]
assert suite.attrib["failures"] == "0" and int(suite.attrib["tests"]) == len(suite) > 10
assert "clock" in {case.attrib["classname"] for case in suite}
PY
    run doctor --format github
    expect_status 0
    expect_out 'title=contend doctor::'
}

what_the_harness_adds_is_a_table_in_each_format() {
    run doctor --overhead --format csv
    expect_status 0
    [ "$(head -n 1 out)" = what,bare,bare_ns,harness_ns,difference_ns,ratio ] || { fail "the heads are not the keys"; show_run; }
    [ "$(wc -l <out)" -eq 5 ] || { fail "not four comparisons"; show_run; }
    run doctor --overhead --json
    cp out overhead.json
    expect_json overhead.json '[r["what"] for r in d["overhead"]] == ["operation", "thread lifecycle", "process lifecycle", "process lifecycle"]'
    expect_json overhead.json 'all(r["bare_ns"] > 0 and r["harness_ns"] > 0 for r in d["overhead"])'
}

run_tests
