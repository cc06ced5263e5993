#!/usr/bin/env bash
# ctest: label slow, label nosan, timeout 3000
# Many shards of a plan, merged, are the whole run: each cell, each sample, in its order.
# MANY_SHARDS in the environment: how many, an even number; 1000 take six minutes on two CPUs.
. "$(dirname "$0")/lib.sh"

many_shards_are_the_whole() {
    local tasks plan count=${MANY_SHARDS:-120}
    tasks=$(seq -s, 1 $((count / 2)))
    plan=(--workload noop --lock none,gil --executor fake --tasks "$tasks" --rounds 1 --ops 1 --seed 7 --no-report -q)
    timeout 1000 "$contend" run "${plan[@]}" -o whole.json >out 2>err || fail "the whole could not be measured"
    seq "$count" | xargs -P 2 -I{} "$contend" run "${plan[@]}" --shard "{}/$count" -o {}.json >out 2>err || fail "a shard could not be measured"
    run_limit=300
    run merge $(seq "$count" | sed 's/$/.json/') -o merged.json
    expect_status 0
    expect_err "$count cells of $count runs on 1 host"
    python3 - "$count" <<'PY' || fail "the merged shards are not the whole"
import json, sys
whole, merged = (json.load(open(f)) for f in ("whole.json", "merged.json"))
parts = [c.pop("part") for c in merged["cells"]]
assert len(set(parts)) == int(sys.argv[1]), len(set(parts))
assert merged["cells"] == whole["cells"]
assert len(merged["run"]["parts"]) == int(sys.argv[1]) and merged["run"]["status"] == "complete"
PY
}

run_tests
