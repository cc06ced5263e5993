#!/usr/bin/env bash
# ctest: timeout 480, label nosan
# A launch whose clock was set, or whose CPUs were taken away meanwhile, is named and not used.
. "$(dirname "$0")/../cli/lib.sh"

library=${CONTEND_CLOCK_LIBRARY:-}
[ -f "$library" ] || skip_all "no library that sets a clock"

# Neither calibration nor launches of probes: every reading is a worker's that measures.
cat >steady.suite.json <<'EOF'
{"summary": "two kinds of units", "groups": [{"workloads": ["spin"], "locks": ["none"],
    "executors": ["thread", "serial"], "tasks": ["2"], "placements": ["free", "same", "spread"], "probes": []}]}
EOF
steady=(run --suite ./steady.suite.json --ops 20000 --rounds 2 --budget 100s --seed 1)

_excluded='[(c, l["excluded"]) for c in cells for l in c["launches"] if "excluded" in l]'

_is_told() {
    rm -f mark set.json
    LD_PRELOAD=$library CONTEND_CLOCK=$1:40:$PWD/mark run "${steady[@]}" -o set.json
    expect_status 0
    expect [ -e mark ]
    expect_valid set.json
    expect_json set.json "len($_excluded) == 1"
    expect_none set.json "[why for c, why in $_excluded if not __import__('re').search('$2', why)]"
    expect_json set.json "all(len(m['samples']) <= 1 for c, why in $_excluded for m in c['metrics'].values())"
    expect_json set.json "all('excluded' in [w['code'] for w in c['warnings']] for c, why in $_excluded)"
    # A sample that is there is of this run, which takes minutes at most.
    expect_none set.json '[(c["id"], m) for c in cells for m, f in c["metrics"].items()
        if f["unit"] == "ns" and max(f["samples"], default=0) > 1e12]'
    run report set.json --tables
    expect_out 'excluded: 1 of 2 launches not used'
}

# No clock of the machine says less than 0: back to half of what it says.
_half_the_uptime_ns() {
    awk '{ printf "%d", $1 * 5e8 }' /proc/uptime
}

a_clock_that_goes_back_is_told() {
    _is_told "-$(_half_the_uptime_ns)" 'ran backwards'
}

a_clock_that_leaps_is_told() {
    _is_told 3600000000000 'was set meanwhile: it says 3600 s where'
}

a_clock_that_is_set_back_by_less_than_a_launch_is_told() {
    _is_told -5000000 'was set meanwhile|ran backwards'
}

work_whose_clock_cannot_be_read_fails_in_calibration() {
    rm -f mark
    LD_PRELOAD=$library CONTEND_CLOCK=-$(_half_the_uptime_ns):40:$PWD/mark run run --workload spin --lock none \
        --executor serial --tasks 1 --rounds 1 --budget 20s --task-time 2ms -o sized.json
    expect_status 3
    expect_json sized.json 'all("calibration: its clock ran backwards" in c["reason"] for c in cells)'
}

nothing_is_excluded_where_nothing_was_touched() {
    run "${steady[@]}" -o still.json
    expect_status 0
    expect_json still.json "$_excluded == []"
}

cpus_that_are_taken_away_are_told() {
    local i cpu
    command -v taskset >/dev/null && [ "$(nproc)" -gt 1 ] || return 0
    cpu=$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')
    "$contend" "${steady[@]}" --rounds 40 -o less.json >out 2>err </dev/null &
    pid=$!
    for i in $(seq 400); do
        [ "$(grep -c '"round"' less.json.journal 2>/dev/null)" -ge 12 ] 2>/dev/null && break
        sleep 0.02
    done
    [ "$i" -lt 400 ] || fail "no round was seen"
    taskset -cp "$cpu" $pid >/dev/null
    status=0
    wait $pid || status=$?
    # A cell whose second visit was too late has none at all.
    expect_status 0
    expect_valid less.json
    expect_json less.json 'all("excluded" not in c["launches"][0] for c in cells)'
    expect_json less.json 'all("1 in place of" in c["launches"][-1]["excluded"] for c in cells)'
    expect_json less.json 'all(len(c["metrics"]["makespan_ns"]["samples"])
        == len([l for l in c["launches"] if "excluded" not in l]) for c in cells)'
}

run_tests
