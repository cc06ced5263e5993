#!/usr/bin/env bash
# ctest: takes 80, timeout 600
# A journal may have been edited, cut, copied or locked, and an output may be anything that has a
# name: nothing crashes, nothing good is lost, nothing of others is touched.
. "$(dirname "$0")/lib.sh"

cells=(--workload noop,sleep,spin --executor fake --lock none,gil --tasks 1,4 --seed 7
       --task-time 100us --no-report)

# A journal of a run that was killed, with the plan and two rounds of 12 cells but for one visit: there is
# little left to do.
_cut_run() {
    local pid
    rm -f cut.json cut.json.journal
    "$contend" run "${cells[@]}" --rounds 40 -o cut.json >/dev/null 2>&1 &
    pid=$!
    for _ in $(seq 3000); do
        [ "$(cat cut.json.journal 2>/dev/null | wc -l)" -ge 24 ] && break
        sleep 0.02
    done
    kill -KILL $pid
    wait $pid 2>/dev/null
    head -n 24 cut.json.journal >kept.journal
}

# _edit_each NAME, and a line of python each on stdin: each changes `lines`, the journal's objects, and writes
# it as NAME1.json.journal and so on.  Leaves their number in $count.
_edit_each() {
    count=$("${python:-python3}" -S -c '
import json, sys
number = 0
for number, edit in enumerate(sys.stdin, 1):
    lines = [json.loads(l) for l in open("kept.journal")]
    head, plan, cell = lines[0], lines[0]["plan"], lines[0]["plan"]["cells"][0]
    lines[0]["plan"]["rounds"] = 2
    exec(edit)
    with open(f"{sys.argv[1]}{number}.json.journal", "w") as out:
        out.write("".join((l if isinstance(l, str) else json.dumps(l)) + "\n" for l in lines))
print(number)' "$1")
    [ "${count:-0}" -gt 0 ] || fail "nothing was edited"
}

# _edit NAME EDIT: one of them, as NAME.json.journal.
_edit() {
    local count
    _edit_each "$1" <<<"$2"
    mv "${1}1.json.journal" "$1.json.journal"
}

_resume() {
    run run --resume --no-report -o "$1.json"
}

# Bad lines are named and left out, and everything else counts: the run ends as if they were not there.
# Each is edited first and looked at last, all by one python.
lines_that_are_no_visits_are_named_and_the_rest_is_kept() {
    local count name
    _cut_run
    _edit_each bad <<'ROWS'
lines[5] = "{"
lines[5] = "[1, 2]"
lines[5] = '"text"'
lines[5] = ''
lines[5] = '{"cell": 1, "cell": 2}'
lines[5]["cell"] = 9999
lines[5]["cell"] = -1
lines[5]["cell"] = "1"
lines[5]["id"] = 7
lines[5]["id"] = "noop/none/other/tasks=1"
lines[5]["round"] = -1
lines[5]["round"] = 4294967296
lines[5]["round"] = None
lines[5]["round"] = 999
lines[5]["launches"] = {}
lines[5]["launches"] = [7]
lines[5]["launches"] = lines[5]["launches"] * 99
lines[5]["launches"][0]["duration_ns"] = -1
lines[5]["launches"][0]["duration_ns"] = "1"
lines[5]["launches"][0]["steal_ns"] = -5
lines[5]["launches"][0]["excluded"] = 5
lines[5]["metrics"] = []
lines[5]["metrics"]["invented_ns"] = {"v": [1]}
lines[5]["metrics"]["makespan_ns"] = 7
lines[5]["metrics"]["makespan_ns"] = {"v": ["1"]}
lines[5]["metrics"]["makespan_ns"] = {"v": [1, 2, 3]}
lines[5]["metrics"]["makespan_ns"] = {"v": [1], "l": [7]}
lines[5]["metrics"]["makespan_ns"] = {"v": [1], "l": []}
lines[5]["metrics"]["makespan_ns"] = {"v": [1], "h": [1, 2, 3], "min": 1, "max": 1}
lines[5]["metrics"]["makespan_ns"] = {"v": [1], "h": [-1, 2], "min": 1, "max": 1}
lines[5]["metrics"]["makespan_ns"] = {"v": [1], "h": [1, 99999999999], "min": 1, "max": 1}
lines[5]["error"] = 99
lines[5]["error"] = "1"
lines[6] = dict(lines[5])
lines[7] = lines[6] = dict(lines[5])
ROWS
    for name in $(seq -f 'bad%g' "$count"); do
        _resume "$name"
        expect_status 0
        expect_err 'of the journal could not be used (line '
    done
    expect_valid bad*.json
    expect_none bad1.json '[f for f in __import__("glob").glob("bad*.json") for c in [json.load(open(f))["cells"]]
        if any(len({l["round"] for l in x["launches"]}) < len(x["launches"]) for x in c)
        or sum(len(x["launches"]) for x in c) < 2 * len(c) - 3]'
    [ "$(ls bad*.json | wc -l)" -eq "$count" ] || fail "not every run left a result"
    rm -f bad*.json
}

# A journal as contend writes it, of two rounds: _edit spaces the members out, as somebody does who
# mends a line by hand, and such lines are read as they are.
_seal() {
    "${python:-python3}" - "$1" <<'PY'
import json, sys
def sealed(line):
    line.pop("sum")
    body, value = json.dumps(line, separators=(",", ":"), ensure_ascii=False)[:-1], 0xcbf29ce484222325
    for byte in body.encode():
        value = (value ^ byte) * 0x100000001b3 % 2**64
    return '%s,"sum":"%016x"}\n' % (body, value)
lines = open("kept.journal").readlines()
head = json.loads(lines[0])
assert sealed(dict(head)) == lines[0], "another form of line or sum"
head["plan"]["rounds"] = 2
open(sys.argv[1] + ".json.journal", "w").writelines([sealed(head)] + lines[1:])
PY
}

# A disk that turns a digit into another one: no check of types and ranges would see it.
a_flipped_bit_is_named_and_costs_its_line_alone() {
    local seed line where
    _cut_run
    _seal clean
    cp clean.json.journal clean.journal
    _resume clean
    expect_status 0
    expect_no err 'could not be used'
    "${python:-python3}" -S - >flips <<'PY'
import random
for seed in range(1, 13):
    text = bytearray(open("clean.journal", "rb").read())
    draw = random.Random(seed)
    ends = [i for i, byte in enumerate(text) if byte == 10]
    at = draw.choice(ends[1:-1]) if seed == 12 else draw.randrange(ends[0] + 1, len(text) - 1)
    print(seed, text[:at].count(b"\n") + 1, "end" if text[at] == 10 else "in")
    text[at] ^= 1 << draw.randrange(8)
    open(f"flipped{seed}.json.journal", "wb").write(text)
PY
    while read -r seed line where; do
        _resume "flipped$seed"
        expect_status 0
        # Where the end of a line was hit, nothing is lost.
        if [ "$where" = end ]; then
            expect_no err 'could not be used'
        else
            expect_err "of the journal could not be used (line $line:"
        fi
    done <flips
    [ "$(wc -l <flips)" -eq 12 ] || fail "only $(wc -l <flips) bits were flipped"
    expect_valid flipped*.json
    # That visit alone is lost, or made again where no later one of its cell is there.
    "${python:-python3}" -S - >differ 2>&1 <<'PY' || fail "$(tail -n 1 differ)"
import json
def rounds(file):
    return {c["id"]: sorted(l["round"] for l in c["launches"]) for c in json.load(open(file))["cells"]}
a = rounds("clean.json")
for seed in range(1, 13):
    b = rounds(f"flipped{seed}.json")
    lost = [(k, round) for k in a for round in a[k] if round not in b[k]]
    assert a.keys() == b.keys() and len(lost) <= 1, (seed, lost)
PY
    rm -f clean.json flipped*
}

# Of the first line nothing else can stand in.
a_flipped_bit_in_the_plan_is_refused() {
    "${python:-python3}" -c '
text = bytearray(open("kept.journal", "rb").read())
at = text.index(b"\"rounds\":") + 9
text[at] ^= 1
open("plan.json.journal", "wb").write(text)'
    _resume plan
    expect_refusal 2 'plan.json.journal: line 1: its bytes are not those that were written'
    rm -f plan.json.journal
}

# It is that of the whole run, of rounds of 50 ms and more; the one that was begun is finished.
a_budget_given_when_going_on_is_kept() {
    local pid before
    "$contend" run --workload sleep --lock none --executor thread --tasks 1 -p sleep.duration=50ms \
        --rounds 200 --budget 60s --no-report -o budget.json >/dev/null 2>&1 &
    pid=$!
    for _ in $(seq 3000); do
        [ "$(cat budget.json.journal 2>/dev/null | wc -l)" -ge 8 ] && break
        sleep 0.02
    done
    kill -KILL "$pid"
    wait "$pid" 2>/dev/null
    before=$(($(wc -l <budget.json.journal) - 1))
    run run --resume --budget 300ms --no-report -o budget.json
    expect_status 0
    expect_json budget.json 'd["run"]["status"] == "complete"'
    expect_json budget.json "sum(len(c['launches']) for c in cells) <= $before + 2 * 8"
}

what_a_journal_says_is_no_command_to_a_terminal() {
    _cut_run
    _edit red 'lines[5]["launches"][0]["excluded"] = "\x1b[31m\u202ered"'
    _resume red
    expect_status 0
    expect_valid red.json
    expect_json red.json 'any("red" in l.get("excluded", "") for c in cells for l in c["launches"])'
    expect_none red.json '[l["excluded"] for c in cells for l in c["launches"]
        if set("\x1b\u202e") & set(l.get("excluded", ""))]'
}

# What the whole rests on is refused as a whole, and stays for whoever wants to mend it.
a_plan_or_header_that_is_damaged_is_refused_and_left_there() {
    local count i
    _edit_each plan <<'ROWS'
lines[0] = "{"
lines[0] = "[]"
del lines[:]
head["schema"] = "contend.journal/9"
head["header"] = []
head["header"]["run"] = 7
del head["header"]["run"]["tool"]
del head["plan"]
plan["cells"] = {}
plan["cells"] = []
plan["cells"][2] = 7
plan["rounds"] = 0
plan["rounds"] = -1
plan["rounds"] = "3"
plan["rounds"] = 99999
plan["timer_slack_ns"] = -1
plan["timer_slack_ns"] = 0
plan["timeout_ns"] = 0
plan["budget_ns"] = -7
plan["seed"] = 1.5
cell["control"] = 9999
cell["control"] = -2
cell["control"] = "0"
cell["placement"] = 70000
cell["placement"] = -1
cell["tasks"] = 0
cell["tasks"] = 4294967297
cell["workers"] = -1
cell["batch_ops"] = -1
cell["batch_count"] = 1e300
cell["is_control"] = 1
cell["workload"] = "bogus"
cell["workload"] = 7
cell["params"] = []
cell["params"] = {"bogus": 1}
cell["lock_params"] = 1
plan["cells"][4]["params"] = {"duration": -1}
plan["cells"][4]["params"] = {"duration": "1s"}
cell["own_probes"] = ["bogus"]
cell["own_probes"] = "clock"
cell["skip_reason"] = 7
head["header"]["run"]["tool"]["commit"] = "0123456"
head["header"]["run"]["tool"]["version"] = "0.0.9"
head["header"]["host"]["hostname"] = "elsewhere"
head["header"]["host"]["cpu_quota"] = 1/3
head["header"]["host"]["kernel"] = "1.0"
ROWS
    for i in $(seq "$count"); do
        cp "plan$i.json.journal" before
        _resume "plan$i"
        expect_refusal 2 "plan$i.json.journal"
        cmp -s before "plan$i.json.journal" || fail "the journal was changed by edit $i"
        [ ! -e "plan$i.json" ] || fail "a result was written for edit $i"
    done
    expect_err 'begun by another machine'
    expect_err '--force'
}

# Wherever the file ends, its whole lines count.
a_journal_cut_at_any_byte_is_gone_on_with() {
    local size at
    _edit whole pass
    size=$(stat -c %s whole.json.journal)
    for at in $(seq 1 $((size / 11 + 1)) "$size"); do
        head -c "$at" whole.json.journal >part.json.journal
        _resume part
        if [ "$(head -c "$at" whole.json.journal | wc -l)" -eq 0 ]; then
            expect_refusal 2 part.json.journal 'nothing to go on with'
        else
            expect_status 0
            mv part.json "part$at.json"
        fi
        rm -f part.json.journal
    done
    set -- part*.json
    expect_valid "$@"
    expect_none "$1" '[f for f in __import__("glob").glob("part*.json") for d in [json.load(open(f))]
        if d["run"]["status"] != "complete" or any(len(c["launches"]) != 2 for c in d["cells"])]'
    rm -f part*.json
}

# A run that goes on until it is ended, with its process number in $pid, that holds busy.json.
_living_run() {
    "$contend" run --workload sleep --lock none --executor thread --tasks 1 -p sleep.duration=200ms \
        --rounds 1000 --budget 60min --no-report -o busy.json >/dev/null 2>busy.err &
    pid=$!
    for _ in $(seq 3000); do
        [ "$(cat busy.json.journal 2>/dev/null | wc -l)" -ge 3 ] && break
        sleep 0.02
    done
}

a_second_run_at_the_same_place_is_refused_and_harms_nothing() {
    local pid how name lines
    printf 'precious' >victim
    ln -s victim busy.json.tmp
    _living_run
    lines=$(wc -l <busy.json.journal)
    # By whatever name: of a link too, and of one in a folder that is one.
    mkdir -p elsewhere
    ln -s ../busy.json elsewhere/link.json
    ln -s . folder
    for how in --seed=1 --force --resume; do
        for name in busy.json elsewhere/link.json folder/busy.json; do
            run run --workload noop --lock none --executor fake --tasks 1 "$how" --no-report -o "$name"
            expect_refusal 2 busy.json.journal 'another run is writing here'
        done
    done
    rm -r elsewhere folder
    [ "$(wc -l <busy.json.journal)" -ge "$lines" ] || fail "the journal became shorter"
    kill -INT "$pid"
    wait "$pid"
    [ $? -eq 130 ] || fail "the run in the way ended otherwise"
    expect_valid busy.json
    [ "$(cat victim)" = precious ] || fail "a neighbour's file was written"
    rm -f busy.json.tmp
    run run --resume --no-report -o busy.json --budget 1s
    expect_status 0
    expect_valid busy.json
}

# Stopped before the first visit, whatever the moment: the older result is as it was.
a_run_that_is_stopped_early_leaves_the_older_result() {
    local delay pid code
    run run --workload noop --lock none --executor fake --tasks 1 --no-report -o older.json
    expect_status 0
    cp older.json before.json
    for delay in 0.005 0.02 0.05 0.1 0.2 0.4; do
        "$contend" run --workload spin,prime --lock none --executor thread --tasks 1 --task-time 2s \
            --rounds 3 --no-report -o older.json >/dev/null 2>early.err &
        pid=$!
        await_program "$pid"
        sleep "$delay"
        kill -TERM "$pid" 2>/dev/null # the shell has told what it starts beside it to ignore INT
        wait "$pid"
        code=$?
        # 143: it had not come to listening yet.
        [ "$code" -eq 130 ] || [ "$code" -eq 143 ] || fail "stopped after $delay s: status $code"
        cmp -s older.json before.json || fail "stopped after $delay s: the older result was touched"
        [ ! -e older.json.journal ] || fail "stopped after $delay s: a journal of nothing was left"
    done
}

# What is opened first would get the numbers of what is closed, and be written to as if it were that.
no_file_takes_the_place_of_a_closed_descriptor() {
    local closed
    for closed in '0<&-' '1>&-' '2>&-' '0<&- 1>&- 2>&-'; do
        rm -f closed.json
        eval "\"\$contend\" run --workload noop,spin --lock none --executor fake,thread --tasks 2 \
            --rounds 2 --task-time 1ms --no-report -o closed.json $closed"
        [ $? -eq 0 ] || [ "$closed" != '0<&-' ] || fail "$closed: another status"
        expect_valid closed.json
        expect_json closed.json 'd["run"]["status"] == "complete"'
    done
}

documents_go_where_they_are_sent() {
    run run --workload noop --lock none --executor fake --tasks 1 -o -
    expect_status 0
    cp out stdout.json
    expect_valid stdout.json
    run run --workload noop --lock none --executor fake --tasks 1 -o /dev/null
    expect_status 0
    [ -c /dev/null ] || fail "/dev/null is no device any more"
    mkfifo fifo
    cat fifo >through.json &
    run run --workload noop --lock none --executor fake --tasks 1 -o fifo
    expect_status 0
    wait
    expect_valid through.json
    [ -p fifo ] || fail "the pipe was replaced"
    mkdir -p there
    ln -s there/target.json link.json
    run run --workload noop --lock none --executor fake --tasks 1 --no-report -o link.json
    expect_status 0
    [ -L link.json ] && expect_valid there/target.json
    run run --workload noop --lock none --executor fake --tasks 1 -o ''
    expect_refusal 2 'an empty name'
    run run --workload noop --lock none --executor fake --tasks 1 -o there
    expect_refusal 2 'there: is a directory'
    run run --resume -o /dev/null
    expect_refusal 2 '/dev/null'
    run export stdout.json --to csv -o ''
    expect_refusal 2 'an empty name'
    expect_no_temporaries
}

run_tests
