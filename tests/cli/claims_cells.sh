#!/usr/bin/env bash
# ctest: takes 70, timeout 480, label nosan
# What the claims name is there to be measured: every cell, and every command that is shown.
. "$(dirname "$0")/lib.sh"

every_cell_that_is_asked_for_is_measured() {
    run claims --rounds 1 -o all.json -q --format json
    [ "$status" -le 1 ] || { fail "status $status"; show_run; }
    cp out claims.json
    expect_valid all.json
    expect_none claims.json '[p["reason"] for c in d["claims"] for p in c["parts"]
        if "no cell" in p.get("reason", "") or "has no" in p.get("reason", "")]'
    expect_none all.json '[c["id"] for c in cells if c["status"] != "ok"]'
}

the_commands_shown_can_be_run() {
    local command count=0
    run claims --result all.json --format json
    "${python:-python3}" -c '
import json
for c in json.load(open("out"))["claims"]:
    print(c["command"])' >commands
    while read -r command; do
        count=$((count + 1))
        # shellcheck disable=SC2086
        run ${command#contend } --rounds 1 --task-time 1ms --no-report -o command.json --force -q </dev/null
        [ "$status" -eq 0 ] || { fail "$command"; show_run; }
    done <commands
    [ "$count" -ge 23 ] || fail "only $count commands"
}

run_tests
