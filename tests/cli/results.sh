#!/usr/bin/env bash
# ctest: timeout 480, label nosan
# A short run of every cell there is, and what can be read from its result.
. "$(dirname "$0")/lib.sh"
run_limit=150

a_run_of_every_cell_is_complete_and_valid() {
    run run --workload noop,sleep,spin,prime --lock none,mutex,gil \
        --executor serial,thread,process,coroutine --tasks 1,3 --rounds 2 --budget 20s \
        -p sleep.duration=1ms -p prime.number=1000003 --task-time 10ms --seed 7 -o all.json
    expect_status 0
    expect_valid all.json
    expect_json all.json 'd["run"]["status"] == "complete"'
    expect_json all.json 'd["run"]["seed"] == 7'
    expect_json all.json 'len(cells) >= 4 * 3 * 4 * 2'
    expect_none all.json '[(c["id"], c.get("reason")) for c in cells if c["status"] != "ok"]'
    expect test ! -e all.json.journal
    expect_no_temporaries
    expect_no_leftovers
}

each_ok_cell_has_the_headline_metrics() {
    expect_none all.json 'set(m for c in cells if c.get("role", "measured") == "measured"
        for m in ("startup_ns", "lifecycle_ns", "throughput_per_s", "makespan_ns", "efficiency_ratio",
                  "memory_bytes", "lock_wait_ratio", "lock_contended_ratio", "handoffs_per_s",
                  "fairness_ratio", "runqueue_wait_ratio")
        if m not in c["metrics"])'
    expect_none all.json '[(c["id"], m, c["metrics"][m].get("reason")) for c in cells for m in ("startup_ns", "makespan_ns", "throughput_per_s")
        if not (m == "startup_ns" and c["executor"] == "serial") and (not c["metrics"][m]["samples"] or min(c["metrics"][m]["samples"]) <= 0)]'
}

# What is part of a whole is at most all of it: numerator and denominator are of one span.
shares_are_at_most_one() {
    expect_none all.json '[(c["id"], n, max(m["samples"])) for c in cells for n, m in c["metrics"].items()
        if n.endswith("_ratio") and n not in ("efficiency_ratio", "ledger_cost_ratio") and m["samples"]
        and not 0 <= min(m["samples"]) <= max(m["samples"]) <= 1 + 1e-9]'
    expect_json all.json 'any(c["metrics"]["runqueue_wait_ratio"]["samples"] for c in cells)'
}

an_empty_operation_has_no_efficiency_and_the_ceiling_is_the_reference() {
    expect_none all.json '[(c["id"], m) for c in cells for m in [c["metrics"]["efficiency_ratio"]]
        if c["workload"] == "noop" and (m["samples"] or "cycle" not in m["reason"])]'
    expect_none all.json '[(c["id"], m) for c in cells for m in [c["metrics"]["efficiency_ratio"]]
        if c["workload"] != "noop" and (m.get("is_reference", False) != (m["samples"] == []))]'
    expect_json all.json 'sorted(c["id"].split(",")[0] for c in cells if c["metrics"]["efficiency_ratio"].get("is_reference")
        and c["workload"] == "spin") == ["spin/none/serial/tasks=1"]'
    run report all.json --filter workload=spin --metric efficiency_ratio
    expect_status 0
    expect_out reference
    expect test "$(grep -c reference out)" -eq 1
}

sleeping_tasks_sleep_as_long_as_asked() {
    expect_none all.json '[c["id"] for c in cells if c["workload"] == "sleep"
        and min(c["metrics"]["makespan_ns"]["samples"]) < 1000000]'
}

the_text_report_goes_to_stdout() {
    run report all.json
    expect_status 0
    expect test -s out
    expect_out 'thread'
    expect_out 'coroutine'
    expect_no out '\bnan\b|\binf\b'
}

every_format_is_written() {
    local format
    for format in text markdown csv json; do
        run report --format "$format" all.json
        expect_status 0
        expect test -s out
        cp out "report.$format"
    done
    expect_json report.json 'd is not None'
    expect grep -q '^|' report.markdown
    expect grep -q ',' report.csv
    # Each line of the CSV file has as many fields as the first.
    expect "${python:-python3}" -c 'import csv; rows = list(csv.reader(open("report.csv")))
assert len(rows) > 1 and len({len(r) for r in rows}) == 1'
}

two_results_are_reported_side_by_side() {
    run run --workload noop --lock none --executor serial,thread --tasks 1 --rounds 1 -o second.json
    expect_status 0
    run report second.json all.json
    expect_status 0
    expect test -s out
}

the_same_seed_visits_in_the_same_order() {
    run run --workload noop --lock none --executor fake --tasks 1,2 --rounds 2 --seed 5 -o one.json
    expect_status 0
    run run --workload noop --lock none --executor fake --tasks 1,2 --rounds 2 --seed 5 -o two.json
    expect_status 0
    expect_json one.json '[c["metrics"]["makespan_ns"]["samples"] for c in cells] ==
        [c["metrics"]["makespan_ns"]["samples"] for c in json.load(open("two.json"))["cells"]]'
}

missing_directories_of_the_output_are_made() {
    run run --workload noop --lock none --executor serial --tasks 1 --rounds 1 -o new/deep/x.json
    expect_status 0
    expect_valid new/deep/x.json
}

# What was written first is read, replaced and gone on with: its owner may do that.
no_umask_keeps_its_owner_out() {
    local words="run --workload noop --executor fake --tasks 1 --rounds 2 --no-report -q"
    local as='' who
    for who in us nobody; do
        mkdir "$who" && chmod 777 "$who" && cd "$who" || return
        # shellcheck disable=SC2086
        (umask 777 && $as "$contend" $words -o below/made.json && $as "$contend" $words -o below/made.json &&
            $as "$contend" $words && $as "$contend" export below/made.json --to csv -o made.csv &&
            $as "$contend" history add below/made.json --commit a --file h.jsonl &&
            $as "$contend" history add below/made.json --commit b --file h.jsonl) >../out 2>../err </dev/null
        status=$?
        last_command="umask 777, as $who"
        cd ..
        expect_status 0
        expect [ "$(stat -c %a "$who/below/made.json" "$who/made.csv" "$who/h.jsonl" | sort -u)" = 600 ]
        can_be_nobody || return 0
        as=as_nobody
    done
}

run_tests
