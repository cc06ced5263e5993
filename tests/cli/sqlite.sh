#!/usr/bin/env bash
# contend export --to sqlite: results as tables, asked with the sqlite3 shell.
. "$(dirname "$0")/lib.sh"

standard=$source_dir/tests/fixtures/report/standard.json

"$contend" export "$standard" --to sqlite -o probe.db >out 2>err ||
    ! grep -q 'built where SQLite was not' err || skip_all "this contend was built without SQLite"
command -v sqlite3 >/dev/null || skip_all "the sqlite3 shell is not installed"
rm -f probe.db

# _ask DATABASE SQL: its answer, columns divided by "|".
_ask() {
    sqlite3 -bail -batch "$1" "$2"
}

# _expect_answer DATABASE SQL ANSWER
_expect_answer() {
    local answer
    answer=$(_ask "$1" "$2" 2>&1)
    [ "$answer" = "$3" ] || fail "$2: \"$answer\", and not \"$3\""
}

# What no table may hold twice or lack: counted in the files by another program.
_expect_counts() {
    local database=$1 counts
    shift
    counts=$(python3 - "$@" <<'PY'
import json, sys
seen = {}
for path in sys.argv[1:]:
    d = json.load(open(path))
    for r in d.get("results", [d]):
        for c in r["cells"]:
            run = c.get("part", r["run"]["id"] + ("#%d/%d" % (r["run"]["shard"]["index"], r["run"]["shard"]["count"]) if "shard" in r["run"] else ""))
            seen[r["host"]["hostname"], run, c["id"]] = c
metrics = [m for c in seen.values() for m in c["metrics"].values()]
print(len(seen), len(metrics), sum(len(m["samples"]) for m in metrics), sep="|")
PY
)
    _expect_answer "$database" "SELECT (SELECT count(*) FROM cells), (SELECT count(*) FROM metrics), (SELECT count(*) FROM samples)" "$counts"
    _expect_answer "$database" "PRAGMA integrity_check; PRAGMA foreign_key_check" ok
}

_fake() {
    run run --workload noop,spin --lock none,gil --executor fake --tasks 1,2,3 --rounds 3 --ops 1 --seed 7 --no-report -q "$@"
    expect_status 0
}

all_of_a_result_is_there() {
    run export "$standard" --to sqlite -o a.db
    expect_status 0
    expect [ ! -s out ]
    _expect_counts a.db "$standard"
    python3 - "$standard" a.db <<'PY' || fail "a value differs"
import json, sqlite3, sys
cells = json.load(open(sys.argv[1]))["cells"]
db = sqlite3.connect(sys.argv[2])
for c in cells:
    for name, m in c["metrics"].items():
        n, center, reason = db.execute("SELECT m.n, m.center, m.reason FROM metrics m JOIN cells c ON c.id = m.cell WHERE c.cell = ? AND m.metric = ?",
                                       (c["id"], name)).fetchone()
        values = [v for v, in db.execute("SELECT s.value FROM samples s JOIN metrics m ON m.id = s.metric JOIN cells c ON c.id = m.cell "
                                         "WHERE c.cell = ? AND m.metric = ? ORDER BY s.place", (c["id"], name))]
        assert values == m["samples"], (c["id"], name)
        assert n == len(values) or not values, (c["id"], name, n)
        assert values or center is None or "summary" in m, "a number that nobody measured"
        assert reason == m.get("reason"), (c["id"], name)
PY
}

the_same_again_changes_nothing() {
    run export "$standard" --to sqlite -o b.db
    _ask b.db .dump >first
    run export "$standard" "$standard" --to sqlite -o b.db
    expect_status 0
    expect_err 'were there already'
    expect_err '0 cells of 2 results'
    _ask b.db .dump >second
    expect cmp -s first second
}

shards_and_what_they_are_merged_to_are_the_same_cells() {
    _fake --shard 1/2 -o one.json
    _fake --shard 2/2 -o two.json
    run merge one.json two.json -o both.json
    expect_status 0
    run export one.json two.json --to sqlite -o c.db
    expect_status 0
    _expect_counts c.db one.json two.json
    run export both.json --to sqlite -o c.db
    expect_status 0
    expect_err '0 cells of 1 result added'
    _expect_counts c.db one.json two.json
    run export both.json --to sqlite -o d.db
    _expect_counts d.db both.json
    _expect_answer d.db "SELECT count(*), min(shards), max(status) FROM runs" "2|2|complete"
    _expect_answer d.db "SELECT count(DISTINCT cell) FROM measured" 12
}

several_hosts_stand_side_by_side() {
    sed 's/"hostname": "[^"]*"/"hostname": "far"/' one.json >far.json
    run export one.json far.json --to sqlite -o e.db
    expect_status 0
    _expect_answer e.db "SELECT count(*) FROM hosts" 2
    _expect_answer e.db "SELECT count(DISTINCT hostname) FROM measured WHERE cell = (SELECT min(cell) FROM measured)" 2
    run merge one.json far.json -o hosts.json
    run export hosts.json --to sqlite -o e.db
    expect_err '0 cells of 2 results'
}

of_a_run_at_two_moments_the_later_counts() {
    _fake -o later.json
    python3 - <<'PY'
import json
d = json.load(open("later.json"))
d["run"]["status"] = "partial"
for c in d["cells"]:
    c["launches"] = c["launches"][:1]
    for m in c["metrics"].values():
        m["samples"] = m["samples"][:1]
        m.pop("launches", None)
        m["summary"] = {}
json.dump(d, open("earlier.json", "w"))
PY
    run export earlier.json --to sqlite -o f.db
    expect_status 0
    run export later.json --to sqlite -o f.db
    expect_status 0
    _expect_counts f.db later.json
    _expect_answer f.db "SELECT count(*), max(status) FROM runs" "1|complete"
    run export earlier.json --to sqlite -o f.db
    expect_err '0 cells of 1 result'
    _expect_counts f.db later.json
}

other_values_under_the_same_name_are_refused() {
    python3 - <<'PY'
import json
d = json.load(open("later.json"))
m = next(m for m in d["cells"][0]["metrics"].values() if m["samples"])
m["samples"][0] += 1
json.dump(d, open("other.json", "w"))
PY
    _ask f.db .dump >first
    run export "$standard" other.json --to sqlite -o f.db
    expect_refusal 2 other.json 'with other values' f.db
    _ask f.db .dump >second
    expect cmp -s first second
}

what_is_no_database_of_ours_is_left_alone() {
    run export "$standard" --to sqlite
    expect_refusal 2 '--to sqlite' '-o FILE'
    run export "$standard" --to sqlite -o -
    expect_refusal 2 '-o FILE'
    run export "$standard" --to sqlite -o /dev/null
    expect_refusal 2 '-o FILE'
    run export "$standard" --to sqlite --metric all -o g.db
    expect_refusal 2 --metric
    printf 'a text, and rather more of it than a header has: %0200d\n' 0 >text.db
    cp text.db kept
    run export "$standard" --to sqlite -o text.db
    expect_refusal 2 text.db 'is no SQLite database'
    expect cmp -s text.db kept
    sqlite3 other.db 'CREATE TABLE mine (a)'
    run export "$standard" --to sqlite -o other.db
    expect_refusal 2 other.db "not one of contend's"
    _expect_answer other.db "SELECT group_concat(name) FROM sqlite_master" mine
    run export "$standard" --to sqlite -o h.db
    sqlite3 h.db 'PRAGMA user_version = 9'
    run export "$standard" --to sqlite -o h.db
    expect_refusal 2 h.db 'version 9'
    run export "$standard" --to sqlite -o /proc/no/folder.db
    expect_refusal 2 "/proc/no: cannot be created"
    run export missing.json --to sqlite -o i.db
    expect_refusal 2 missing.json
    expect [ ! -e i.db ]
}

# Each ```sql block of the page is asked, and has an answer.
# To SQLite these are no files, and what is added to them is gone.
a_name_is_that_of_a_file() {
    local name
    for name in ':memory:' 'file:shared.db?mode=memory'; do
        run export "$standard" --to sqlite -o "$name"
        expect_status 0
        expect test -s "./$name"
    done
    run export "$standard" --to sqlite -o ''
    expect_refusal 2 'an empty name is no file'
    run export "$standard" --to sqlite -o kept.db
    chmod 444 kept.db
    run export "$standard" --to sqlite -o kept.db
    expect_refusal 2 'kept.db: is there and read-only'
    ln -s target.db link.db
    run export "$standard" --to sqlite -o link.db
    expect_status 0
    expect test -L link.db -a -s target.db
}

# Where it is not needed it is not loaded: it would be in every command's start.
sqlite_is_loaded_by_who_writes_a_database() {
    local words
    for words in --version 'list executors' "export $standard --to csv"; do
        # shellcheck disable=SC2086
        LD_DEBUG=files LD_DEBUG_OUTPUT=$PWD/loaded "$contend" $words >out 2>err
        grep -q libsqlite3 loaded.* && fail "contend $words loads SQLite"
        rm -f loaded.*
    done
    mkdir -p broken
    echo 'no library' >broken/libsqlite3.so.0
    LD_LIBRARY_PATH=$PWD/broken run export "$standard" --to sqlite -o never.db
    expect_refusal 3 'no SQLite here (libsqlite3-0)'
    expect [ ! -e never.db ]
}

the_questions_of_the_page_have_answers() {
    run export "$standard" later.json --to sqlite -o all.db
    awk '/^```sql/ {inside = 1; n++; next} /^```/ {inside = 0} inside {print > ("question" n ".sql")}' "$source_dir/docs/exports.md"
    expect [ -e question1.sql ]
    local question
    for question in question*.sql; do
        sqlite3 -bail -batch all.db ".read $question" >answer 2>&1 || fail "$question: $(cat answer)"
        expect [ -s answer ]
    done
}

run_tests
