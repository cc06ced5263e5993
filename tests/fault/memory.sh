#!/usr/bin/env bash
# ctest: timeout 300, label nosan
# Memory that does not suffice is an error in words or a whole document; never a document that lacks
# a part, never a journal that is gone with what it held.
. "$(dirname "$0")/../cli/lib.sh"

cells=(--workload noop,sleep,spin --executor fake --lock none,gil --tasks 1,4 --seed 7 --rounds 3
       --task-time 100us --no-report)

_whole() {
    "${python:-python3}" - "$1" <<'PY'
import json, sys
d = json.load(open(sys.argv[1]))
ids = [c["id"] for c in d["cells"]]
assert len(ids) == len(set(ids)) == 12, len(ids)
for c in d["cells"]:
    assert c["status"] == "ok" and c["metrics"]["makespan_ns"]["samples"], c["id"]
    assert {"workload", "lock", "executor", "tasks", "params", "launches", "warnings"} <= set(c), c["id"]
    for m in c["metrics"].values():
        assert {"unit", "better", "nature", "source", "samples"} <= set(m)
assert {"id", "seed", "tool", "status", "rounds", "command", "started_at"} <= set(d["run"])
PY
}

_least_kib() {
    local kib=8192
    while ! (ulimit -v $kib && "$contend" --version >/dev/null 2>&1) && [ $kib -lt 1048576 ]; do
        kib=$((kib + 512))
    done
    echo $kib
}

what_is_written_under_a_limit_of_memory_is_whole() {
    local least kib refused=0 done_well=0
    "$contend" run "${cells[@]}" -o all.json 2>/dev/null >&2
    [ "$("${python:-python3}" -c 'import json; print(len(json.load(open("all.json"))["cells"]))')" = 12 ] ||
        fail "the run without a limit has another number of cells than this test knows"
    least=$(_least_kib)
    for kib in $(seq "$least" 384 $((least + 9216))); do
        rm -f low.json low.json.journal
        status=0
        (ulimit -v "$kib"; exec timeout 50 "$contend" run "${cells[@]}" -o low.json >out 2>err </dev/null) ||
            status=$?
        last_command="(ulimit -v $kib) run ${cells[*]}"
        case $status in
        0)
            done_well=$((done_well + 1))
            _whole low.json || { fail "$kib KiB: status 0, and the result is not whole"; show_run; }
            ;;
        2 | 3 | 127)
            refused=$((refused + 1))
            [ -s err ] || fail "$kib KiB: status $status and not a word"
            [ ! -e low.json ] || expect_valid low.json
            ;;
        *) fail "$kib KiB: status $status"; show_run ;;
        esac
    done
    [ "$refused" -gt 0 ] || fail "no limit was low enough to refuse anything"
    [ "$done_well" -gt 0 ] || fail "no limit was high enough to succeed"
}

run_tests
