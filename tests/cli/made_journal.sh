#!/usr/bin/env bash
# ctest: timeout 480, label nosan
# What is derived from samples, tried on journals whose values are made: they differ by round, by cell
# and by the place in a round, hold drift, steal and load, so that order, pairing and time show.
. "$(dirname "$0")/lib.sh"

plan=(--workload spin --lock none --executor serial,thread --tasks 1,2 --task-time 1ms --rounds 40
      --budget 60min --no-report)

# A journal of this build and machine whose plan has real units; its own visits are not used.
_real_journal() {
    [ -s real.journal ] && return
    local pid
    "$contend" run "${plan[@]}" -o real.json >/dev/null 2>&1 &
    pid=$!
    for _ in $(seq 3000); do
        [ "$(cat real.json.journal 2>/dev/null | wc -l)" -ge 2 ] && break
        kill -0 $pid 2>/dev/null || break
        sleep 0.05
    done
    kill -KILL $pid
    wait $pid 2>/dev/null
    head -n 1 real.json.journal >real.journal
    rm -f real.json real.json.journal
}

# made ROUNDS PYTHON: made.json from a journal in which throughput_per_s, the noise of launches and
# more are what the functions of PYTHON say: throughput(cell, round), noise(cell, round).
_made() {
    _real_journal
    rm -f made.json made.json.journal
    "${python:-python3}" - "$@" <<'PY'
import json, sys
rounds, text = int(sys.argv[1]), sys.argv[2]
head = json.loads(open("real.journal").readline())
head["plan"]["rounds"] = rounds
def throughput(cell, round): return 1000.0
def noise(cell, round): return {}
exec(text)
with open("made.json.journal", "w") as out:
    out.write(json.dumps(head) + "\n")
    for round in range(rounds):
        for i, cell in enumerate(head["plan"]["cells"]):
            launch = {"duration_ns": 1000000000}
            launch.update(noise(cell, round))
            out.write(json.dumps({"cell": i, "round": round, "id": cell["id"], "launches": [launch],
                "metrics": {"throughput_per_s": {"v": [throughput(cell, round)]},
                            "makespan_ns": {"v": [1e9 + round]}}}) + "\n")
PY
    run run --resume --no-report -o made.json
    expect_status 0
    expect_valid made.json
}

_codes='lambda c: [w["code"] for w in c["warnings"]]'

the_order_of_samples_is_that_of_the_rounds() {
    _made 9 'throughput = lambda cell, round: 1000.0 + 7 * round'
    expect_json made.json 'all(c["metrics"]["throughput_per_s"]["samples"] == [1000.0 + 7 * r for r in range(9)] for c in cells)'
    expect_json made.json 'all([l["round"] for l in c["launches"]] == list(range(9)) for c in cells)'
}

drift_is_told_and_a_level_is_not() {
    _made 20 'throughput = lambda cell, round: 1000.0 * (1 + 0.02 * round) + (round * 7 % 5)'
    expect_none made.json "[c['id'] for c in cells if 'drift' not in ($_codes)(c)]"
    expect_json made.json 'any("+" in w["text"] for c in cells for w in c["warnings"] if w["code"] == "drift")'
    _made 20 'throughput = lambda cell, round: 1000.0 * (1.4 - 0.02 * round) + (round * 7 % 5)'
    expect_none made.json "[c['id'] for c in cells if 'drift' not in ($_codes)(c)]"
    _made 20 'throughput = lambda cell, round: 1000.0 + (round * 7 % 5)'
    expect_none made.json "[(c['id'], c['warnings']) for c in cells if 'drift' in ($_codes)(c)]"
}

two_modes_are_told() {
    _made 24 'throughput = lambda cell, round: (1000.0 if round * 5 % 3 else 2000.0) + (round * 7 % 5)'
    expect_none made.json "[c['id'] for c in cells if 'two_modes' not in ($_codes)(c)]"
}

# The ceiling of a round is that of its own round: both move together, and their ratio stays.
efficiency_is_of_one_round() {
    _made 8 '
def throughput(cell, round):
    level = 1000.0 * (1 + round * 5 % 8)
    return level if cell["executor"] == "serial" else level * 0.5 * cell["tasks"]'
    expect_none made.json '[(c["id"], c["metrics"]["efficiency_ratio"].get("samples")) for c in cells
        if c["executor"] == "thread" and len(set(round(s, 9) for s in c["metrics"]["efficiency_ratio"]["samples"])) != 1]'
}

# What the hypervisor took, what others computed and what a quota held back are told of their launches.
the_ledger_of_noise_is_believed() {
    _made 8 'noise = lambda cell, round: {"steal_ns": 500000000 if round < 3 else 0}'
    expect_none made.json "[c['id'] for c in cells if 'steal' not in ($_codes)(c) or 'unusable' in ($_codes)(c)]"
    expect_json made.json 'all("3 of 8" in w["text"] for c in cells for w in c["warnings"] if w["code"] == "steal")'
    _made 8 'noise = lambda cell, round: {"foreign_cpu_ns": 60000000000 if round % 2 else -30000000}'
    expect_none made.json "[c['id'] for c in cells if 'foreign_load' not in ($_codes)(c) or 'steal' in ($_codes)(c)]"
    expect_json made.json 'all("4 of 8" in w["text"] for c in cells for w in c["warnings"] if w["code"] == "foreign_load")'
    _made 8 'noise = lambda cell, round: {"throttled_ns": 1}'
    expect_none made.json "[c['id'] for c in cells if 'throttled' not in ($_codes)(c) or 'unusable' not in ($_codes)(c)]"
    _made 8 'noise = lambda cell, round: {"steal_ns": 1000, "foreign_cpu_ns": 5000000, "throttled_ns": 0}'
    expect_none made.json "[c['warnings'] for c in cells if {'steal', 'foreign_load', 'throttled', 'unusable'} & set(($_codes)(c))]"
}

# A reader adds steal to what others used: both kept CPUs from the cell.
a_reader_counts_what_was_stolen_with_what_others_used() {
    _made 8 'noise = lambda cell, round: {"steal_ns": 900000000, "foreign_cpu_ns": 0}'
    cp made.json stolen.json
    _made 8 'noise = lambda cell, round: {"steal_ns": 0, "foreign_cpu_ns": 0}'
    run compare made.json stolen.json --all
    cp out stolen.out
    run compare made.json made.json --all
    ! cmp -s out stolen.out || fail "a base and a head that was stolen from compare as two that were not"
}

# Half a line at the end is cut off, so that what is appended next is a line of its own.
what_follows_a_torn_line_is_not_lost() {
    _real_journal
    cp real.journal torn.json.journal
    printf '{"cell": 1, "rou' >>torn.json.journal
    "$contend" run --resume --no-report -o torn.json >/dev/null 2>&1 &
    pid=$!
    for _ in $(seq 3000); do
        [ "$(wc -l <torn.json.journal)" -ge 6 ] && break
        kill -0 $pid 2>/dev/null || break
        sleep 0.05
    done
    kill -KILL $pid
    wait $pid 2>/dev/null
    "${python:-python3}" -c '
import json
lines = open("torn.json.journal").read().split("\n")
for line in lines[:-1]: json.loads(line)' || fail "a line was glued to half of another"
}

run_tests
