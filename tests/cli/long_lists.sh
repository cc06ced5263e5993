#!/usr/bin/env bash
# Lists longer than anybody thought of: all of it is taken, or refused in words; never a part.
. "$(dirname "$0")/lib.sh"

_repeat() { # TIMES WORD...
    local i times=$1
    shift
    for i in $(seq "$times"); do printf '%s\n' "$@"; done
}

the_last_of_many_parameters_counts() {
    mapfile -t many < <(_repeat 400 -p sleep.duration=3ms)
    run run --workload sleep --executor fake --lock none --tasks 1 --rounds 1 -q --no-report -o p.json \
        "${many[@]}" -p sleep.duration=2ms --stack dense
    expect_refusal 2 'coroutine.stack=dense'
    run run --workload sleep --executor fake --lock none --tasks 1 --rounds 1 -q --no-report -o p.json \
        "${many[@]}" -p sleep.duration=2ms
    expect_status 0
    expect_json p.json 'all(c["params"]["duration"] == 2000000 for c in cells if not c["id"].startswith("sleep/none/serial"))'
}

_suite() { # NAME TASKS: cells without launches of their own
    printf '{"rounds": 1, "groups": [{"workloads": ["noop"], "locks": ["none"], "executors": ["fake"],
        "probes": [], "ops": 1, "tasks": [%s]}]}' "$2" >"$1"
}

each_of_many_numbers_of_tasks_is_a_cell() {
    _suite few.json 1
    run run --suite ./few.json -q --no-report -o t.json --tasks "$(seq -s, 70)"
    expect_status 0
    expect_json t.json '{c["tasks"] for c in cells if c["executor"] == "fake"} >= set(range(1, 71))'
    run report t.json --scaling --format json
    expect_status 0
    expect_json out 'max(len(s["points"]) for s in d["sweeps"]) == 70'
}

a_suite_may_name_as_many() {
    _suite many.json "$(seq -s, 70)"
    run run --suite ./many.json -q --no-report -o s.json
    expect_status 0
    expect_json s.json '{c["tasks"] for c in cells if c["executor"] == "fake"} >= set(range(1, 71))'
}

a_long_word_is_no_shorter_one() {
    local long
    long=$(printf 'sleep%0200d' 0)
    run run --workload "$long" -o l.json
    expect_refusal 2 "$long"
    run run --workload sleep -p "sleep.$long=1" -o l.json
    expect_status 2
}

commands_that_differ_at_their_end_are_rows_of_their_own() {
    local same
    same=$(printf 'x%.0s' $(seq 300))
    printf '{"results": [{"command": "%s one", "times": [1, 1.1]}, {"command": "%s two", "times": [2, 2.1]},
        {"command": "%s three", "times": [3, 3.1]}]}' "$same" "$same" "$same" >hyper.json
    run import hyper.json --from hyperfine -o imported.json
    expect_status 0
    run report imported.json --format json --rows id
    expect_status 0
    expect_json out 'sum(len(t["rows"]) for t in d["tables"]) == 3'
    run report imported.json --format csv
    expect_out "$same one"
    expect_out "$same three"
    run report imported.json --format json --rows id --filter "name=$same two"
    expect_status 0
    expect_json out 'sum(len(t["rows"]) for t in d["tables"]) == 1'
}

more_parameters_than_anybody_has_tell_cells_apart() {
    "${python:-python3}" - p.json <<'PY'
import json, sys
d = json.load(open(sys.argv[1]))
cell = [c for c in d["cells"] if c["executor"] == "fake"][0]
cells = []
for i in range(3):
    c = json.loads(json.dumps(cell))
    c["id"] += f",p39={i}"
    for k in range(40):
        c["params"][f"p{k}"] = 7
        c.setdefault("param_units", {})[f"p{k}"] = "count"
    c["params"]["p39"] = i
    cells.append(c)
d["cells"] = cells
json.dump(d, open("wide.json", "w"))
PY
    run report wide.json --format json
    expect_status 0
    expect_json out 'sum(len(t["rows"]) for t in d["tables"]) == 3'
    expect_out '"p39"'
}

many_results_have_all_their_sentences() {
    local i files=()
    for i in $(seq 9); do
        sed "s/\"hostname\": *\"[^\"]*\"/\"hostname\": \"host$i\"/; s/\"id\": *\"2[^\"]*\"/\"id\": \"run$i\"/" \
            "$source_dir/tests/fixtures/report/standard.json" >"s$i.json"
        files+=("s$i.json")
    done
    run report s1.json --sentences --format markdown
    expect_status 0
    run report "${files[@]}" --sentences --format markdown
    expect_status 0
    for i in $(seq 9); do expect grep -qE "host$i|s$i.json" out; done
    grep -cE '(host|s)[0-9]+(\.json)?:' out >said
    [ "$(cat said)" -ge 18 ] || fail "only $(cat said) sentences of nine results"
}

the_three_hundredth_file_of_a_side_is_read() {
    mapfile -t many < <(_repeat 300 p.json)
    run compare p.json -- "${many[@]}" missing.json
    expect_refusal 2 'missing.json'
}

run_tests
