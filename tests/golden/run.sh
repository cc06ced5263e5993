#!/usr/bin/env bash
# `contend run` with the simulated executor, byte for byte: tables, result file, and what a run in
# two halves gives.
. "$(dirname "$0")/lib.sh" run "$@"
cd "$work" || exit 1
export COLUMNS=100

options=(--executor fake --lock none,gil --tasks 1,4 --rounds 6 --seed 7 --task-time 100us)
# The default sleep is a tenth of a second of virtual time: it costs nothing.
"$contend" run --workload noop,sleep,spin "${options[@]}" -o fake.json >fake.txt 2>fake.err ||
    failed=$((failed + 1))
# How long the simulation itself took is the one thing that differs.
sed -i 's/, [0-9.]* s$/, N s/' fake.err
same fake.txt fake.txt
same fake.err fake.err
same fake.json fake.json

# The same again gives the same bytes.
mv fake.json first.json
"$contend" run --workload noop,sleep,spin "${options[@]}" -o fake.json >/dev/null 2>&1
cmp first.json fake.json || failed=$((failed + 1))

# A journal that lacks its last visits, and half of one: going on ends in the same result.
"$contend" run --workload noop,sleep,spin "${options[@]}" --rounds 7 -o cut.json >/dev/null 2>&1 &
pid=$!
for _ in $(seq 3000); do # a loaded machine takes its time
    [ "$(cat cut.json.journal 2>/dev/null | wc -l)" -ge 20 ] && break
    kill -0 $pid 2>/dev/null || break
    sleep 0.02
done
kill -9 $pid
wait $pid 2>/dev/null
if [ -f cut.json.journal ]; then
    printf '{"cell": 1, "rou' >>cut.json.journal
    "$contend" run --resume -o cut.json >/dev/null 2>&1 || failed=$((failed + 1))
fi
"$contend" run --workload noop,sleep,spin "${options[@]}" --rounds 7 -o whole.json >/dev/null 2>&1
sed 's/"whole.json"/"cut.json"/' whole.json >whole_renamed.json
cmp cut.json whole_renamed.json || failed=$((failed + 1))

[ "$failed" -eq 0 ]
