#!/bin/bash
# Traces as their readers meet them: speedscope takes them (npm), and the page of one is looked at.
# ctest: takes 70, timeout 600
# ctest: label nosan
. "$(dirname "$0")/lib.sh" "$@"
[ -d "$source_dir/tests/browser/node_modules/speedscope" ] ||
    skip "no speedscope (npm ci --prefix tests/browser)"
export CONTEND_TURN=off
cd "$work" || exit 1
failed=0

# traced NAME LANES ARGUMENTS..: makes the trace; speedscope knows its lanes, named up to a comma.
traced() {
    local name=$1 lanes
    IFS=, read -ra lanes <<<"$2"
    shift 2
    "$contend" trace "$@" -o "$name.json" >/dev/null 2>err || { echo "FAIL $name: $(cat err)"; failed=$((failed + 1)); return; }
    node "$source_dir/tests/browser/speedscope.mjs" "$pictures/speedscope-$name.png" "$name.json" "${lanes[@]}" ||
        failed=$((failed + 1))
}

traced threads "thread 0,thread 1" --workload spin --for 20ms -p gil.interval=1ms
traced coroutines "coroutine 0,coroutine 2,event loop" --workload sleep --executor coroutine --tasks 3 \
    -p sleep.duration=1ms --ops 5
traced processes "process 0,process 1" --workload mixed --executor process --ops 3
traced convoy "thread 0,thread 1" --scene convoy_short --for 10ms

"$contend" trace --scene convoy --for 20ms -o page.html >/dev/null 2>err || { cat err; failed=$((failed + 1)); }
look trace page.html timeless || failed=$((failed + 1))

[ "$failed" -eq 0 ]
