#!/usr/bin/env bash
# contend advise: what is said, what it rests on, and what is refused.  Which kind wins here is the
# machine's business, and judged nowhere.
# ctest: takes 55, timeout 300
. "$(dirname "$0")/lib.sh"
run_limit=120
asked=(--cpu 100us --wait 1ms --concurrency 6 --budget 1s --seed 1 --quiet)

# What must hold of any advice.
cat >check.py <<'PY'
import json, sys
d = json.load(open(sys.argv[1]))
faults = []
shapes = d["shapes"]
taken = [s for s in shapes if s["is_taken"]]
measured = [s for s in shapes if "rank" in s]
if "choice" in d:
    if len(taken) != 1 or any(taken[0][k] != d["choice"][k] for k in d["choice"]):
        faults.append("the choice is none of the shapes, or several")
    if not (taken[0]["fits"] and taken[0]["keeps_up"] and taken[0]["meets_slo"]):
        faults.append("what is taken does not do what was asked for")
    if not (taken[0]["is_close"] or taken[0]["rank"] == 1):
        faults.append("what is taken can be told from the best")
    if any(f["kind"] == d["choice"]["kind"] for f in d["flips"]):
        faults.append("another kind that wins is the one that is taken")
elif taken or d["flips"]:
    faults.append("refused, and one taken, or another than none wins")
if [s["rank"] for s in measured] != list(range(1, len(measured) + 1)):
    faults.append("ranks have gaps")
for s in measured:
    if s["units"] < s["processes"] or s["units"] > d["work"]["concurrency"]:
        faults.append(f"units: {s}")
    if s["rounds"] < 1 or s["served_per_s"]["n"] != s["rounds"]:
        faults.append(f"rounds: {s}")
    v = s["served_per_s"]
    if not v["lo"] <= v["center"] <= v["hi"]:
        faults.append(f"interval: {s}")
    if s["p50_ns"]["center"] > s["p99_ns"]["center"] * 1.001 or s["p50_ns"]["center"] < d["work"]["wait_ns"]:
        faults.append(f"times: {s}")
    if f"--executor {s['kind']} " not in s["command"] or f"--tasks {s['units']} " not in s["command"]:
        faults.append(f"command: {s}")
if {s["kind"] for s in shapes} < {"thread", "process", "coroutine"}:
    faults.append("a kind is missing")
print("\n".join(faults[:5]))
sys.exit(1 if faults else 0)
PY

_is_sound() {
    python3 check.py "$1" >faults || { fail "$1"; sed 's/^/  /' faults; }
    expect_document advice-1.json "$1"
}

the_answer_stands_first() {
    run advise "${asked[@]}" --lock gil
    expect_status 0
    head -n 1 out | grep -qE '^[0-9]+ .*: .*/s, p99 .*s, .*B$' || { fail "the first line is no answer"; show_run; }
    expect_out "under a GIL"
    expect_out "contend run --workload request --lock gil"
    [ "$(awk '{ if (length($0) > 80) n++ } END { print n + 0 }' out)" = 0 ] || { fail "more than 80 columns"; show_run; }
}

the_document_is_what_the_schema_says() {
    run advise "${asked[@]}" --payload 4KiB --image 20MiB -o advice.json
    expect_status 0
    _is_sound advice.json
}

requests_at_a_rate_are_answered_at_it() {
    run advise "${asked[@]}" --rate 100/s --lock gil --verify --cpus 64 --format json
    [ "$status" = 0 ] || [ "$status" = 5 ] || { fail "status"; show_run; }
    cp out rate.json
    _is_sound rate.json
}

# Twelve arrivals have a rate of their own, drawn from the seed: known to the last bit whatever the machine does.
what_came_is_known_beside_what_was_meant() {
    local seed
    for seed in 1 2 3; do
        run run --workload request -p request.every=1ms -p request.wait=1us -p request.turns=1 -p request.seed=$seed \
            --executor thread --tasks 4 --ops 3 --lock none --rounds 2 --force --quiet --no-report -o came$seed.json
        expect_status 0
        expect_json came$seed.json 'len(set(cells[0]["metrics"]["offered_per_s"]["samples"])) == 1'
    done
    expect_json came1.json 'cells[0]["metrics"]["offered_per_s"]["samples"][0] > 0'
    python3 - came1.json came2.json came3.json <<'PY' || fail "three seeds drew as many a second"
import json, sys
found = {json.load(open(f))["cells"][0]["metrics"]["offered_per_s"]["samples"][0] for f in sys.argv[1:]}
sys.exit(len(found) != 3)
PY
    run run --workload request -p request.clients=4 -p request.wait=1us -p request.turns=1 \
        --executor thread --tasks 4 --ops 3 --lock none --rounds 1 --force --quiet --no-report -o closed.json
    grep -q 'a request of a closed loop comes with an answer' closed.json || fail "a closed loop has a rate"
}

the_command_of_a_row_runs() {
    local command
    run advise "${asked[@]}" --format json
    command=$(python3 -c 'import json; print(json.load(open("out"))["shapes"][0]["command"])')
    run ${command#contend } --rounds 1 -o row.json --quiet
    expect_status 0
    expect_document result-1.json row.json
}

documents_have_all_of_it() {
    run advise "${asked[@]}" --format markdown
    expect_status 0
    expect grep -qE "another kind wins|no other kind wins" out
    expect_out "process_coroutine"
    run advise "${asked[@]}" -o page.html
    expect_status 0
    grep -q '<title>contend advise' page.html || fail "no page"
}

all_shapes_stay_when_all_are_wanted() {
    run advise "${asked[@]}" --all --format json
    expect_status 0
    python3 - <<'PY' || fail "some were left out"
import json, sys
d = json.load(open("out"))
sys.exit(any(s.get("left_out_after") for s in d["shapes"]))
PY
}

_watched() {
    cat >"$1" <<JSON
{"schema": "contend.watch/1", "threads": [
 {"is_main": true, "runs_ns": 9000, "sleeps_ns": 9000000000},
 {"is_main": false, "runs_ns": 200000000, "sleeps_ns": 800000000, "wants_ns": 5},
 {"is_main": false, "runs_ns": 200000000, "sleeps_ns": 800000000, "wants_ns": 5}],
 "locks": [{"kind": "GIL", "given_up": 1000}]}
JSON
}

a_watched_program_is_a_description() {
    _watched watched.json
    run advise --from watched.json --budget 1s --quiet --format json
    expect_status 0
    python3 - <<'PY' || fail "the description is another one"
import json, sys
w = json.load(open("out"))["work"]
sys.exit(not (w["cpu_ns"] == 400000 and w["wait_ns"] == 1600000 and w["concurrency"] == 2 and w["lock"] == "gil"))
PY
    run advise --from watched.json --requests 4000 --wait 0 --lock none --budget 1s --quiet --format json
    python3 - <<'PY' || fail "what is said goes before what is read"
import json, sys
w = json.load(open("out"))["work"]
sys.exit(not (w["cpu_ns"] == 100000 and w["wait_ns"] == 0 and w["lock"] == "none"))
PY
}

what_no_program_is_read_from_is_refused() {
    echo '{"schema": "contend.result/1"}' >other.json
    run advise --from other.json
    expect_refusal 2
    expect_err 'other.json: no watched program is in it'
    run advise --from missing.json
    expect_refusal 2
    echo '{"schema": "contend.watch/1", "threads": [{"is_main": true, "runs_ns": 5, "sleeps_ns": 5}], "locks": []}' >scale.json
    run advise --from scale.json
    expect_refusal 2
    expect_err '--requests N'
    run advise --cpu 1ms --wait 1ms --concurrency 2 --requests 3
    expect_refusal 2
}

descriptions_that_contradict_themselves_are_refused() {
    run advise --wait 8ms --concurrency 200
    expect_refusal 2
    expect_err '--cpu T'
    run advise --cpu 2ms --wait 8ms
    expect_refusal 2
    expect_err '--concurrency'
    run advise --cpu 2ms --wait 8ms --concurrency 200 --slo p99=5ms
    expect_refusal 2
    expect_err '--slo: 5.00 ms is less than a request takes that waits for nobody (10.0 ms)'
    run advise --cpu 2ms --wait 8ms --concurrency 200 --slo p90=50ms
    expect_refusal 2
    expect_err '--slo: "p90=50ms"'
    run advise --cpu 2ms --wait 8ms --concurrency 1000000 --rate 1M/s
    expect_refusal 2
    expect_err '--rate: 1.00 M/s is more than any kind can reach'
    run advise --cpu 2ms --wait 8ms --concurrency 3 --rate 301/s
    expect_refusal 2
    expect_err '--rate: 301 /s is more than 3 at once can have answered'
    run advise --cpu 2ms --wait 8ms --concurrency 200 --memory 10MiB --image 20MiB
    expect_refusal 2
    expect_err '--memory: 10.0 MiB is less than one process takes'
    run advise --cpu 2 --wait 8ms --concurrency 200
    expect_refusal 2
    run advise --cpu 2ms --wait 2min --concurrency 4
    expect_refusal 2
    expect_err '--timeout: 60.0 s is less than one request takes (120 s)'
}

# Between what CPUs compute and what any kind reaches there are rates that only measuring tells of.
a_rate_that_nothing_reaches_is_said_with_the_highest() {
    local cpus
    cpus=$(python3 -c 'import os; print(len(os.sched_getaffinity(0)))')
    run advise --cpu 5us --wait 0 --concurrency 1000 --rate "$((190000 * cpus))/s" --budget 1s --quiet
    expect_status 5
    head -n 1 out | grep -qE '^--rate: .* is more than any kind reaches here; the most was .*/s, by ' ||
        { fail "it is not said"; show_run; }
}

less_memory_than_any_takes_is_said() {
    run advise "${asked[@]}" --memory 1KiB
    expect_status 5
    expect_out "--memory: 1.00 KiB is less than any kind takes"
}

nothing_runs_on_after_an_interrupt() {
    "$contend" advise --cpu 5ms --wait 20ms --concurrency 50 --budget 60s --quiet >out 2>err &
    local pid=$! status=0
    await_listening "$pid"
    sleep 1.5
    kill -INT "$pid"
    wait "$pid" || status=$?
    [ "$status" = 130 ] || fail "status $status"
    [ ! -s out ] || fail "something was printed"
    expect_err 'interrupted; nothing was written'
}

beside_it_is_a_real_interpreter() {
    command -v /usr/bin/python3 >/dev/null || return 0
    run advise "${asked[@]}" --lock gil --reference cpython --python /usr/bin/python3 --format json
    expect_status 0
    python3 - <<'PY' || { fail "nothing beside it"; show_run; }
import json, sys
d = json.load(open("out"))
rows = d["reference"]
sys.exit(not (d["runtime"].startswith("cpython 3") and rows and all(r["served_per_s"] > 0 and r["p99_ns"] >= 1e6 for r in rows)))
PY
    run advise "${asked[@]}" --reference cpython --python /nonexistent/python3
    expect_status 0
    expect_out 'Nothing'
}

run_tests
