#!/usr/bin/env bash
# ctest: timeout 480
# Results become one: shards of a plan, hosts; what does not go together is refused.
. "$(dirname "$0")/lib.sh"

# Its clock is simulated, so what a cell gives depends on nothing but the cell.
plan=(--workload noop --lock none,gil --executor fake --tasks 1,2,3 --rounds 3 --ops 3 --seed 7 --no-report -q)

# _merge FILE... -o FILE: status 0.
_merge() {
    run merge "$@"
    expect_status 0
}

# _change FROM TO STATEMENT: FROM with Python's d changed; cell(ID) is one of its cells.
_change() {
    "${python:-python3}" - "$@" <<'PY'
import json, sys
d = json.load(open(sys.argv[1]))
def cell(id): return next(c for c in d["cells"] if c["id"] == id)
exec(sys.argv[3])
json.dump(d, open(sys.argv[2], "w"), indent=1)
PY
}

_make_shards() {
    local i
    "$contend" run "${plan[@]}" -o whole.json >out 2>err || fail "the whole could not be measured"
    for i in 1 2 3; do
        "$contend" run "${plan[@]}" --shard "$i/3" -o "shard$i.json" >out 2>err || fail "shard $i could not be measured"
    done
}

shards_together_are_the_whole_plan_in_its_order() {
    _make_shards
    _merge shard3.json shard1.json shard2.json -o merged.json
    expect_valid merged.json shard1.json
    "${python:-python3}" - <<'PY' || fail "the merged shards are not the whole"
import json
whole, merged = (json.load(open(f))for f in ("whole.json", "merged.json"))
assert {c.pop("part").split("#")[1] for c in merged["cells"]} == {"1/3", "2/3", "3/3"}
assert merged["cells"] == whole["cells"]
assert merged["host"] == whole["host"] and merged["run"]["tool"] == whole["run"]["tool"]
assert merged["run"]["status"] == "complete" and merged["run"]["seed"] == 7
assert [p["shard"]["index"] for p in merged["run"]["parts"]] == [1, 2, 3]
PY
}

merging_again_changes_nothing() {
    _merge whole.json whole.json -o same.json
    expect cmp whole.json same.json
    _merge merged.json shard2.json merged.json -o again.json
    expect cmp merged.json again.json
    _merge shard2.json shard1.json -o some.json
    _merge shard3.json some.json -o rest.json
    expect cmp merged.json rest.json
    run merge shard1.json shard2.json shard3.json
    expect_status 0
    printf '%s\n' "$(cat merged.json)" | cmp -s - out || fail "standard output holds something else"
}

missing_shards_are_told_and_leave_it_partial() {
    _merge shard2.json -o lone.json
    expect cmp lone.json shard2.json
    expect_err 'shards 1, 3 of 3 are missing'
    _merge shard1.json shard2.json -o some.json
    expect_err 'shard 3 of 3 is missing'
    expect_json some.json 'd["run"]["status"] == "partial" and all("place" in c for c in cells)'
}

# Somebody took cells out of a shard, or of what was merged; with the shard as it was it is whole again.
cells_that_a_shard_lacks_are_told_and_leave_it_partial() {
    local which lacking
    for which in 'c["role"] == "measured"' 'c["role"] == "control"'; do
        _change shard2.json less.json "c = next(c for c in d['cells'] if $which); d['cells'].remove(c)"
        _merge shard1.json less.json shard3.json -o some.json
        case $which in
        *control*) expect_json some.json 'd["run"]["status"] == "complete"' ;; # another shard has it, too
        *) expect_err 'not whole: 1 of 6 cells of the plan is missing'
            expect_json some.json 'd["run"]["status"] == "partial"' ;;
        esac
        _merge some.json shard2.json -o again.json
        expect_json again.json 'd["run"]["status"] == "complete" and len(cells) == 6'
    done
    _change shard3.json less.json 'd["cells"] = []'
    _merge shard1.json shard2.json less.json -o some.json
    expect_err 'of 6 cells of the plan are missing'
    _change merged.json less.json 'd["cells"] = d["cells"][:4]'
    _merge less.json -o some.json
    expect_err 'not whole: 2 of 6 cells of the plan are missing'
    expect_json some.json 'd["run"]["status"] == "partial"'
    _merge some.json shard1.json shard2.json shard3.json -o again.json
    expect_json again.json 'd["run"]["status"] == "complete" and len(cells) == 6'
}

shards_of_different_plans_are_refused() {
    "$contend" run "${plan[@]}" --tasks 6 --shard 1/3 -o other.json >out 2>err || fail "no other plan"
    run merge shard1.json other.json -o mixed.json
    expect_refusal 2 shard1.json other.json 'different plans'
    [ ! -e mixed.json ] || fail "there is a result"
    "$contend" run "${plan[@]}" --shard 1/2 -o half.json >out 2>err || fail "no half"
    run merge half.json shard2.json -o mixed.json
    expect_refusal 2 half.json shard2.json 'in 2' 'in 3'
}

two_results_of_one_cell_are_refused() {
    _change whole.json other.json 'd["run"]["id"] = "another"
cell("noop/gil/fake/tasks=2")["metrics"]["makespan_ns"]["samples"][1] += 1'
    run merge whole.json other.json -o both.json
    expect_refusal 2 whole.json other.json '"noop/gil/fake/tasks=2"' 'host "virtual"' another
    # Not even of one run, where nothing says which moment was the later one.
    _change whole.json other.json 'cell("noop/gil/fake/tasks=2")["metrics"]["makespan_ns"]["samples"][1] += 1'
    run merge whole.json other.json -o both.json
    expect_refusal 2 'two different results'
}

what_failed_is_kept_with_what_was_measured() {
    _change whole.json failed.json 'd["run"]["id"] = "another"
c = cell("noop/gil/fake/tasks=2")
c.update(status="failed", reason="its worker was killed", metrics={}, launches=[])'
    _merge failed.json whole.json -o kept.json
    _merge whole.json failed.json -o other.json
    expect cmp kept.json other.json
    expect_valid kept.json
    expect_err '1 attempt'
    expect_json kept.json '[c["attempts"]["another"]["reason"] for c in cells if "attempts" in c] == ["its worker was killed"]'
    expect_json kept.json 'all(c["status"] == "ok" for c in cells)'
    _merge kept.json failed.json -o again.json
    expect cmp kept.json again.json
    run report kept.json --tables
    expect_status 0
}

# A ceiling is measured by each shard that refers to it, and each is what its cells are held against.
ceilings_of_all_shards_are_kept() {
    _change shard1.json one.json 'd["run"].update(id="first", started_at="2026-01-01T00:00:01Z")
[x["metrics"]["makespan_ns"]["samples"].append(1) for x in d["cells"] if x["role"] == "control"]'
    _change shard2.json two.json 'd["run"].update(id="second", started_at="2026-01-01T00:00:02Z")
[x["metrics"]["makespan_ns"]["samples"].append(2) for x in d["cells"] if x["role"] == "control"]'
    _merge two.json one.json shard3.json -o ceilings.json
    expect_valid ceilings.json
    expect_json ceilings.json 'len(cells) == 6 and len({c["id"] for c in cells}) == 6'
    expect_json ceilings.json 'sum(len(c.get("attempts", {})) for c in cells) >= 1'
    # The one that was wanted for itself stands.
    expect_json ceilings.json 'all(c["role"] == "measured" for c in cells)'
}

the_later_moment_of_a_run_takes_the_place_of_the_earlier() {
    _change whole.json early.json 'd["run"].update(status="partial", rounds=2)
for c in d["cells"]:
    c["launches"] = c["launches"][:2]
    for m in c["metrics"].values():
        m.pop("launches", None), m.pop("distribution", None)
        m["samples"] = m["samples"][:2]
cell("noop/gil/fake/tasks=3").update(status="skipped", reason="not reached", metrics={}, launches=[])'
    _merge early.json whole.json -o late.json
    expect cmp late.json whole.json
}

hosts_stand_side_by_side() {
    _change whole.json beta.json 'd["host"]["hostname"] = "beta"; d["host"]["kernel"] = "6.1"'
    _merge merged.json beta.json -o hosts.json
    expect_err 'on 2 hosts'
    expect_document results-1.json hosts.json
    expect_json hosts.json '[r["host"]["hostname"] for r in d["results"]] == ["beta", "virtual"]'
    expect_json hosts.json '[len(r["cells"]) for r in d["results"]] == [6, 6]'
    _merge hosts.json shard1.json beta.json -o again.json
    expect cmp hosts.json again.json
    run report hosts.json --cols host --metric makespan --filter lock=gil
    expect_status 0
    grep -qE '^ +beta -+ +virtual' out || fail "the hosts do not stand side by side"
    "$contend" report - --format csv <hosts.json >out || fail "they are not read from a pipe"
    expect grep -q beta out
    run report hosts.json
    expect_out hosts@virtual
    expect_out 'contend report hosts.json --tables'
    run export hosts.json --to csv
    expect_status 0
    expect grep -q beta out
    expect grep -q virtual out
    run compare hosts.json whole.json
    expect_refusal 2 hosts.json 'several hosts' 'merge --host'
    _merge hosts.json --host beta -o alone.json
    run compare alone.json beta.json
    expect_status 0
    run merge hosts.json --host gamma -o none.json
    expect_refusal 2 '--host' gamma
}

one_name_is_one_machine_and_one_program() {
    _change whole.json other.json 'd["host"]["kernel"] = "6.2"'
    run merge whole.json other.json -o none.json
    expect_refusal 2 '"virtual"' kernel '"6.2"'
    _change whole.json other.json 'd["run"]["tool"]["commit"] = "0123abcd4567"'
    run merge whole.json other.json -o none.json
    expect_refusal 2 program commit '"0123abcd4567"'
    _change whole.json one.json 'd["host"]["topology"] = {"source": "hwloc 2.9", "cores": 2}'
    _change whole.json other.json 'd["host"]["topology"] = {"source": "hwloc 2.9", "cores": 4}'
    run merge one.json other.json -o none.json
    expect_refusal 2 topology 'cores is 2 and 4'
    _change whole.json other.json 'd["host"]["hostname"] = ""'
    run merge whole.json other.json -o none.json
    expect_refusal 2 other.json 'which host'
}

clocks_that_disagree_are_told() {
    sed 's/"started_at": "[0-9]*/"started_at": "2999/' whole.json >ahead.json
    run merge ahead.json -o clock.json
    expect_status 0
    expect_err 'ahead.json: host "'
    expect_err 'began it at 2999'
    expect_err 'clocks disagree'
    sed 's/"finished_at": "[0-9]*/"finished_at": "1899/' whole.json >back.json
    run merge back.json -o clock.json
    expect_status 0
    expect_err 'back.json: host "'
    expect_err 'its clock was set back'
    run merge whole.json -o clock.json
    expect_no err 'clocks'
}

# Cells stand in front of what they are of, and one is written with escapes: such a file is read as a tree.
what_is_read_as_a_tree_is_merged_the_same() {
    local i
    for i in 1 2 3; do
        "${python:-python3}" - "shard$i.json" "odd$i.json" <<'PY'
import json, sys
d = json.load(open(sys.argv[1]))
d = {"cells": d.pop("cells"), **d}
json.dump(d, open(sys.argv[2], "w"))
PY
    done
    _merge odd2.json odd3.json odd1.json -o odd.json
    expect cmp odd.json merged.json
    _merge odd2.json shard3.json merged.json odd1.json -o odd.json
    expect cmp odd.json merged.json
    sed 's/"schema": "contend.results/"schema":\n "contend.results/' hosts.json >odd.json
    _merge odd.json odd1.json beta.json -o again.json
    expect cmp hosts.json again.json
}

what_comes_through_pipes_is_merged_the_same() {
    mkfifo pipe another
    cat shard1.json >pipe &
    cat hosts.json >another &
    status=0
    "$contend" merge pipe shard3.json - another -o piped.json <shard2.json >out 2>err || status=$?
    wait
    expect_status 0
    expect cmp piped.json hosts.json
    "$contend" merge shard1.json shard3.json shard2.json 2>err | cmp - <(cat merged.json; echo) || fail "another document goes through a pipe"
    cat pipe >through &
    _merge shard1.json shard3.json shard2.json -o pipe
    wait
    expect cmp through merged.json
    head -c 3000 shard1.json | "$contend" merge - -o none.json >out 2>err && fail "a text that is cut short was merged"
    expect_err stdin
    rm -f pipe another
}

more_files_than_may_be_open_are_merged() {
    local i files=()
    for i in 1 2 3; do
        for _ in {1..30}; do files+=("shard$i.json"); done
    done
    (ulimit -n 24 && exec "$contend" merge "${files[@]}" -o many.json >out 2>err) || fail "90 files are not merged with 24 descriptors: $(cat err)"
    expect cmp many.json merged.json
}

# The first files have been gone through when the last one, a pipe, ends.
_merge_while() {
    cp shard1.json changes.json
    cp merged.json target.json
    mkfifo pipe
    { "$contend" merge changes.json shard2.json pipe -o target.json >out 2>err; echo $? >status; } &
    exec 9>pipe
    cat shard3.json >&9
    sleep 0.3
    eval "$1"
    exec 9>&-
    wait
    status=$(cat status)
    last_command="merge changes.json ... while: $1"
    rm -f pipe
}

files_that_change_meanwhile_are_refused() {
    local change
    for change in 'truncate -s 3000 changes.json' 'sed "s/failed/passed/" shard1.json >changes.json; touch changes.json' 'printf " " >>changes.json'; do
        _merge_while "$change"
        expect_refusal 2 'changes.json: has changed'
        expect cmp target.json merged.json
    done
    # One that has gone, or is another, is still what it was to who has it open.
    for change in 'rm changes.json' 'cp beta.json other.json; mv other.json changes.json'; do
        _merge_while "$change"
        [ "$status" -eq 0 ] || expect grep -q 'changes.json' err
        expect cmp target.json merged.json
    done
    _merge_while true
    expect_status 0
    expect cmp target.json merged.json
    # What was merged may take the place of a part.
    cp shard1.json grows.json
    _merge grows.json shard2.json shard3.json -o grows.json
    expect cmp grows.json merged.json
}

nothing_to_merge_is_refused() {
    echo '{"schema": "contend.results/1", "results": []}' >empty.json
    run merge empty.json -o none.json
    expect_refusal 2 'no result'
    : >empty.json
    run merge empty.json shard1.json -o none.json
    expect_refusal 2 empty.json
    run merge /dev/null -o none.json
    expect_refusal 2 /dev/null
    run merge shard1.json nowhere.json -o none.json
    expect_refusal 2 nowhere.json 'No such file'
    run merge shard1.json . -o none.json
    expect_refusal 2 directory
}

broken_parts_are_refused() {
    local statement
    for statement in 'd["run"]["parts"] = []' 'd["run"]["parts"] = [1]' 'd["run"]["parts"][0] = {"id": 3, "status": "complete"}' \
        'd["run"]["parts"][0]["shard"] = {"index": 4, "count": 3, "plan": "x"}' \
        'd["run"]["parts"][1]["shard"]["count"] = 10**9' 'd["cells"][0]["part"] = "nobody"' 'del d["cells"][0]["part"]' \
        'd["cells"][0]["attempts"] = 3'; do
        _change merged.json broken.json "$statement"
        run merge broken.json whole.json -o none.json
        expect_refusal 2 broken.json
    done
    head -c 3000 hosts.json >cut.json
    run merge cut.json -o none.json
    expect_refusal 2 cut.json
    run report cut.json
    expect_refusal 2 cut.json
    run merge
    expect_refusal 2 'results to merge'
    [ ! -e none.json ] || fail "there is a result"
}

run_tests
