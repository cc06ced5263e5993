#!/usr/bin/env bash
# ctest: label slow, label nosan, timeout 3000
# A thousand shards of a plan, merged, are the whole run: each cell, each sample, in its order.
. "$(dirname "$0")/lib.sh"

a_thousand_shards_are_the_whole() {
    local tasks plan
    tasks=$(seq -s, 1 500)
    plan=(--workload noop --lock none,gil --executor fake --tasks "$tasks" --rounds 1 --ops 1 --seed 7 --no-report -q)
    timeout 1000 "$contend" run "${plan[@]}" -o whole.json >out 2>err || fail "the whole could not be measured"
    seq 1000 | xargs -P 2 -I{} "$contend" run "${plan[@]}" --shard {}/1000 -o {}.json >out 2>err || fail "a shard could not be measured"
    run_limit=300
    run merge $(seq 1000 | sed 's/$/.json/') -o merged.json
    expect_status 0
    expect_err '1000 cells of 1000 runs on 1 host'
    python3 - <<'PY' || fail "the merged shards are not the whole"
import json
whole, merged = (json.load(open(f)) for f in ("whole.json", "merged.json"))
parts = [c.pop("part") for c in merged["cells"]]
assert len(set(parts)) == 1000, len(set(parts))
assert merged["cells"] == whole["cells"]
assert len(merged["run"]["parts"]) == 1000 and merged["run"]["status"] == "complete"
PY
}

run_tests
