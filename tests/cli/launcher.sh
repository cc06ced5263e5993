#!/usr/bin/env bash
# ctest: takes 70, timeout 400, label nosan
# contend run --launcher: shards through somebody else's engine.  Nothing is lost or counted twice.
. "$(dirname "$0")/lib.sh"

plan=(run --workload noop,spin --lock none,gil --executor fake --tasks 1,2,3 --rounds 3 --ops 1 --seed 7 --no-report)

# Engines, as small as can be.
cat >here.sh <<'SH'
echo "a banner that an engine prints"
exec "$@"
SH
# Its first worker hands on a part of what it is told, and dies of it; later ones do their work.
cat >dies.sh <<'SH'
if mkdir died 2>/dev/null; then
    "$@" | head -n 3
    kill -9 $$
fi
exec "$@"
SH
cat >never.sh <<'SH'
echo "no such host" >&2
exit 255
SH
# The first is silent until somebody else has measured its shard, and tells all of it then.
cat >late.sh <<'SH'
mkdir silent 2>/dev/null || exec "$@"
"$@" >kept
while [ ! -e measured ]; do sleep 0.05; done
cat kept
touch told
SH
# Its first worker takes long enough for the other to be silent; the one behind that of shard 1 tells the
# other that it may speak, and lets it end before there is nothing left to do.
cat >after.sh <<'SH'
for word; do case $word in --shard=*) shard=${word#--shard=} ;; esac; done
mkdir begun 2>/dev/null && sleep 3
if [ -e had_one ]; then
    touch measured
    for i in $(seq 1200); do [ -e told ] || sleep 0.05; done
fi
[ "$shard" != 1/4 ] || touch had_one
exec "$@"
SH
# A node that comes back has its job started anew.
cat >again.sh <<'SH'
"$@" | head -n 2
exec "$@"
SH
# A line is damaged on the way, once.
cat >garbles.sh <<'SH'
mkdir garbled 2>/dev/null || exec "$@"
"$@" | sed '3s/"cell":/"call":/'
SH
cat >other_plan.sh <<'SH'
for word; do
    shift
    case $word in --tasks=*) word=--tasks=1,2 ;; esac
    set -- "$@" "$word"
done
exec "$@"
SH
cat >sleeps.sh <<'SH'
echo $$ >>pids
"$@"
SH

_expect_whole() {
    python3 - "$1" <<'PY' || fail "$1 is not the whole"
import json, sys
whole, merged = (json.load(open(f)) for f in ("whole.json", sys.argv[1]))
for c in merged["cells"]:
    assert "attempts" not in c or c["role"] == "control", c["attempts"]
    c.pop("part", None)
assert [c["id"] for c in merged["cells"]] == [c["id"] for c in whole["cells"]]
assert merged["cells"] == whole["cells"]
assert merged["run"]["status"] == "complete"
PY
    expect [ ! -e "$1.shards" ]
}

what_is_collected_is_the_whole() {
    run "${plan[@]}" -q -o whole.json
    expect_status 0
    run "${plan[@]}" --launcher 'sh here.sh' -o a.json
    expect_status 0
    expect_out a.json
    expect_err '4 of 4 shards measured'
    _expect_whole a.json
    expect_valid a.json
    expect_json a.json 'sorted(p["shard"]["index"] for p in d["run"]["parts"]) == [1, 2, 3, 4]'
    expect_json a.json 'all(p["launched"] == {"by": "sh here.sh", "attempt": 1} for p in d["run"]["parts"])'
}

one_shard_and_many_at_once_are_the_whole_as_well() {
    run "${plan[@]}" --launcher 'sh here.sh' --shards 1 -o one.json
    expect_status 0
    _expect_whole one.json
    run "${plan[@]}" --launcher "sh 'here.sh'" --at-once 3 --shards 6 -o many.json
    expect_status 0
    expect_err '6 of 6 shards measured'
    _expect_whole many.json
}

what_a_lost_worker_had_is_measured_elsewhere() {
    run "${plan[@]}" --launcher 'sh dies.sh' --launcher 'sh here.sh' --shards 3 -o b.json
    expect_status 0
    expect_err 'is lost: sh dies.sh was killed by signal 9'
    expect_err '1 worker lost'
    _expect_whole b.json
    expect_valid b.json
    expect_json b.json '[p["launched"]["by"] for p in d["run"]["parts"] if "lost" in p["launched"]] == ["sh here.sh"]'
}

alone_it_is_measured_by_the_same_launcher() {
    rm -rf died
    run "${plan[@]}" --launcher 'sh dies.sh' --shards 2 -o c.json
    expect_status 0
    _expect_whole c.json
}

a_launcher_that_brings_nothing_is_given_up() {
    run "${plan[@]}" --launcher 'sh never.sh' --launcher 'sh here.sh' --shards 4 -o e.json
    expect_status 0
    expect_err 'sh never.sh ended with status 255: no such host'
    expect_err 'is not asked again'
    _expect_whole e.json
    run "${plan[@]}" --launcher 'sh never.sh' -o none.json
    expect_status 3
    expect_err 'contend: error: 4 of 4 shards were not measured'
    expect [ ! -e none.json.shards ]
    run "${plan[@]}" --launcher 'sh never.sh' --shards 1 -o none.json
    expect_status 3
    expect_err 'contend: error: 1 of 1 shard was not measured'
    run "${plan[@]}" --launcher true -o none.json
    expect_status 3
    expect_err 'true ended with status 0 and brought no result'
}

# Asked once: what is not there now is not there for the second shard either.
a_launcher_that_is_not_there_is_refused_at_once() {
    run "${plan[@]}" --launcher ./no_such_program -o none.json
    expect_refusal 2 './no_such_program cannot be executed: No such file'
    run "${plan[@]}" --launcher 'sh here.sh' --launcher 'no_such_program -N1' -o none.json
    expect_refusal 2 'no_such_program cannot be executed: it is not in PATH'
    run "${plan[@]}" --launcher . -o none.json
    expect_refusal 2 '. cannot be executed'
    expect [ ! -e none.json.shards ]
}

# Lines without an end, and a line without an end; the others measure on meanwhile.
who_writes_without_end_is_lost() {
    printf 'exec yes\n' >lines.sh
    printf 'exec cat /dev/zero\n' >line.sh
    printf 'printf "Welcome.  %%0500d\\n" $(seq 100)\nexec sh here.sh "$@"\n' >greets.sh
    run "${plan[@]}" --launcher 'sh lines.sh' --launcher 'sh line.sh' --launcher 'sh greets.sh' --shards 4 -o wild.json
    expect_status 0
    expect_err 'sh lines.sh wrote what is no journal of contend, and did not stop'
    expect_err 'sh line.sh wrote what is no journal of contend, and did not stop'
    _expect_whole wild.json
    expect_no_leftovers
}

who_comes_late_counts_for_nothing() {
    run "${plan[@]}" --launcher 'sh late.sh' --launcher 'sh after.sh' --lost-after 2s --shards 4 -o f.json
    expect_status 0
    expect_err 'nothing was heard of sh late.sh'
    expect_err 'sh late.sh came late; it is measured already'
    expect_err 'came late and counted for nothing'
    _expect_whole f.json
}

a_job_that_is_started_anew_counts_once() {
    run "${plan[@]}" --launcher 'sh again.sh' --shards 2 -o g.json
    expect_status 0
    expect_err 'sh again.sh began again'
    _expect_whole g.json
}

lines_that_are_damaged_on_the_way_are_asked_for_again() {
    run "${plan[@]}" --launcher 'sh garbles.sh' --shards 2 -o h.json
    expect_status 0
    expect_err 'visits came'
    _expect_whole h.json
}

other_plans_and_other_programs_are_refused() {
    run "${plan[@]}" --launcher 'sh other_plan.sh' -o i.json
    expect_refusal 2 'sh other_plan.sh makes another plan of the same words'
    sed 's/^exec "$@"/exec "$@" --tasks=0/' here.sh >refuses.sh
    run "${plan[@]}" --launcher 'sh refuses.sh' -o i.json
    expect_refusal 2 'sh refuses.sh: ended with status 2: ' --tasks
    expect [ ! -e i.json.shards ]
}

# A count that is damaged is no reason to look for so many shards.
a_damaged_folder_is_discarded_at_once() {
    mkdir damaged.json.shards
    echo '{"schema": "contend.shards/1", "shards": 9000000000000000000}' >damaged.json.shards/run.json
    run "${plan[@]}" --launcher 'sh here.sh' -o damaged.json
    expect_refusal 2 'an unfinished run is there'
    run_limit=60 run "${plan[@]}" --launcher 'sh here.sh' --force --no-report -o damaged.json
    expect_status 0
    expect [ ! -e damaged.json.shards ]
}

clocks_that_disagree_are_told() {
    command -v faketime >/dev/null || { echo "     faketime is not installed"; return; }
    sed 's/^exec/exec faketime -f +2h/' here.sh >ahead.sh
    run run --workload noop --lock none --executor thread --tasks 1 --ops 1 --rounds 1 --launcher 'sh ahead.sh' --no-report -o j.json
    # A faked clock may reach the monotonic one: then contend refuses it, which is another test's.
    [ "$status" -eq 0 ] || { echo "     the clock could not be faked: $(tail -n 1 err)"; return; }
    expect_err 'ahead of this one'
    expect_json j.json 'd["run"]["launched"]["clock_offset_s"] > 7000'
}

wrong_usage_is_explained() {
    run "${plan[@]}" --launcher ' ' -o k.json
    expect_refusal 2 'names no program'
    run "${plan[@]}" --launcher "sh 'x" -o k.json
    expect_refusal 2 'a quote that is not closed'
    run "${plan[@]}" --launcher 'sh here.sh' --shards 13 -o k.json
    expect_refusal 2 '--shards' 13 12
    run "${plan[@]}" --launcher 'sh here.sh' --shard 1/2 -o k.json
    expect_refusal 2 '--launcher' '--shard'
    run "${plan[@]}" --shards 3 -o k.json
    expect_refusal 2 '--shards' '--launcher'
    run "${plan[@]}" --launcher 'sh here.sh' -o -
    expect_refusal 2 '--launcher' 'no file'
    run run --suite './a suite.json' --launcher 'sh here.sh' -o k.json
    expect_refusal 2 'a suite.json' 'pass unchanged'
    run "${plan[@]}" --stream -o k.json
    expect_refusal 2 '--stream'
    run run --resume --launcher 'sh here.sh' -o k.json
    expect_refusal 2 k.json.shards 'no unfinished run'
    expect [ ! -e k.json.shards ]
}

# Cells that take a while, so that there is something to interrupt.
slow=(run --workload sleep --lock none --executor thread --tasks 1,2,3,4 -p sleep.duration=300ms --ops 2 --rounds 2 --seed 7 --no-report)

_start() {
    last_command="${slow[*]} $*"
    "$contend" "${slow[@]}" --launcher 'sh sleeps.sh' "$@" >out 2>err </dev/null &
    pid=$!
    local i
    for i in $(seq 600); do
        [ "$(ls "$output.shards" 2>/dev/null | grep -c '^[0-9]')" -ge 1 ] && return
        kill -0 $pid 2>/dev/null || break
        sleep 0.05
    done
    fail "no shard was ever measured"
    show_run
}

_end() {
    status=0
    wait "$pid" || status=$?
}

an_interrupt_keeps_what_is_whole_and_ends_everything() {
    output=l.json
    _start -o l.json
    kill -INT "$pid"
    _end
    expect_status 130
    expect_err 'go on with: contend run --resume --launcher'
    expect_no_leftovers
    expect_valid l.json
    expect_json l.json '0 < sum(c["role"] == "measured" for c in cells) < 4 and (d["run"]["status"] == "partial" or d["run"]["shard"]["count"] == 4)'
    run "${slow[@]}" --launcher 'sh here.sh' -o l.json
    expect_refusal 2 'an unfinished run is there' --resume --force
    run run --resume --launcher 'sh here.sh' --no-report -o l.json
    expect_status 0
    expect_json l.json 'd["run"]["status"] == "complete" and sum(c["role"] == "measured" for c in cells) == 4'
    expect [ ! -e l.json.shards ]
}

a_coordinator_that_is_killed_is_gone_on_with() {
    output=m.json
    _start -o m.json
    run run --resume --launcher 'sh here.sh' --no-report -o m.json
    expect_refusal 2 'another run collects here'
    kill -KILL "$pid"
    _end
    expect_no_leftovers
    cp m.json.shards/[0-9]*.json .
    run run --resume --launcher 'sh here.sh' --no-report -o m.json
    expect_status 0
    expect_json m.json 'd["run"]["status"] == "complete" and sum(c["role"] == "measured" for c in cells) == 4'
    expect_json m.json '{p["id"] for p in d["run"]["parts"]} >= {json.load(open(f))["run"]["id"] for f in __import__("glob").glob("[0-9]*.json")}'
}

run_tests
