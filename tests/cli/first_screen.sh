#!/usr/bin/env bash
# The first thing that is seen of a result fits a screen, and does not say more than it knows.
. "$(dirname "$0")/lib.sh"

fixture=$source_dir/tests/fixtures/report/standard.json
fake="--executor fake --rounds 6 --seed 3 --task-time 100us"

# changed NAME PYTHON: a copy of the stored result after these statements about d and cells.
_changed() {
    "${python:-python3}" - "$fixture" "$1" "$2" <<'PY'
import json, sys
d = json.load(open(sys.argv[1]))
cells = d["cells"]
exec(sys.argv[3])
json.dump(d, open(sys.argv[2], "w"))
PY
}

_fits() { # LINES COLUMNS
    [ "$(wc -l <out)" -le "$1" ] || { fail "$(wc -l <out) lines, not $1"; show_run; }
    [ "$(wc -L <out)" -le "$2" ] || { fail "a line of $(wc -L <out) columns, not $2"; show_run; }
}

a_result_s_first_screen_fits_24_lines_of_80_columns() {
    cp "$fixture" standard.json
    run report standard.json
    expect_status 0
    _fits 23 80
    expect_out 'standard.json'
    expect_out 'contend report standard.json --tables'
    expect_out 'thread'
    expect_out 'startup'
    expect_out 'lock'
    expect_no out '(^|[^a-z])[a-z]+-$'
}

# Buggy: room was kept for sentences that there were none of, and a row was left out.
every_row_is_there_where_nothing_is_to_be_said() {
    _changed unusable.json 'for c in cells: c["warnings"] = [{"code": "unusable", "text": "others had the CPUs"}]'
    run report unusable.json
    expect_status 0
    _fits 23 80
    expect grep -qE '^coroutine ' out
    _changed one.json 'd["cells"] = [c for c in cells if c["id"] == "spin/gil/thread/tasks=2"]'
    run report one.json
    expect_out 'Nothing speaks against these numbers: the cell was not disturbed.'
}

# Expected: what is shown takes the room. Buggy: a mark that turns text around counted as nothing and was shown as <U+202E>.
names_that_are_shown_longer_than_they_are_fit_all_the_same() {
    _changed marks.json 'for c in cells:
    c["id"] = c["id"].replace("gil", "\u202e\u202e\u202egil").replace("thread", "\u2066" * 9)
    c["lock"] = c["lock"].replace("gil", "\u202e\u202e\u202egil")
    c["executor"] = c["executor"].replace("thread", "\u2066" * 9)
d["host"]["hostname"] = "\u202e" * 300'
    run report marks.json
    expect_status 0
    _fits 23 80
    expect_out '<U+202E>'
}

# A share whose interval tells no more than a size is no "49 %".
a_share_that_is_rough_is_called_so() {
    _changed rough.json 'for c in cells:
    if c["id"] == "spin/gil/thread/tasks=2": c["metrics"]["lock_wait_ratio"] = {"unit": "ratio", "samples": [.1, .2, .3, .4, .6, .7, .8]}'
    run report rough.json --format html -o rough.html
    grep -q '2 tasks of spin wait roughly 40 % of their time for gil as threads' rough.html || fail "not called rough"
    grep -q 'spin wait 49 %' rough.html && fail "another share"
    cp "$fixture" sure.json
    run report sure.json --format html -o sure.html
    grep -q '2 tasks of spin wait 49 % of their time for gil as threads' sure.html || fail "called rough"
}

# Buggy: "2.0 to 2.0 times", of single rounds whose intervals have no ends, and "- to -" of zeros.
what_nobody_can_tell_is_not_said() {
    _changed single.json 'for c in cells:
    for m in c["metrics"].values():
        m["samples"] = m["samples"][:1]; m.pop("launches", None); m.pop("summary", None)
        if m["samples"]: m["summary"] = dict(center=m["samples"][0], lo=m["samples"][0], hi=m["samples"][0], level=0, n=1)
    c["launches"] = c["launches"][:1]'
    run report single.json --format html -o single.html
    expect grep -q 'do roughly [0-9.]* times the work of one' single.html
    expect_no single.html '[^a-z]([0-9.-]+) to \1[^0-9]'
    run report single.json --tables --sentences
    expect_out 'What it means'
    expect_no out 'about as much \(roughly (1\.[3-9]|[2-9])'
    _changed zeros.json 'for c in cells:
    for m in c["metrics"].values():
        if m["samples"]: m["samples"] = [0] * 7; m["summary"] = dict(center=0, lo=0, hi=0, level=.98, n=7)'
    run report zeros.json
    expect_no out '- to -'
}

# Buggy: "Nothing speaks against these numbers" of a run that was cut short, and of no numbers at all.
nothing_speaks_for_what_is_not_there() {
    _changed partial.json 'd["run"]["status"] = "partial"; d["cells"] = [c for c in cells if c["id"] == "spin/gil/thread/tasks=2"]'
    run report partial.json
    expect_out 'What not to trust: the run was cut short.'
    _changed bare.json 'for c in cells: c.update(status="ok", metrics={}, warnings=[])'
    run report bare.json
    expect_out 'Nothing was measured.'
    expect_no out 'Nothing speaks against'
}

no_lock_is_not_under_a_lock() {
    _changed locks.json 'd["cells"] = [c for c in cells if c["executor"] == "thread" and c["workload"] == "spin"]
d["cells"] += [dict(c, lock="mutex", id=c["id"].replace("/gil/", "/mutex/")) for c in d["cells"] if c["lock"] == "gil"]'
    run report locks.json
    expect_out 'do most without a lock'
}

a_run_ends_with_it() {
    # shellcheck disable=SC2086
    run run --workload noop,sleep,spin --lock none,gil --tasks 1,4 $fake -o own.json
    expect_status 0
    _fits 23 80
    expect_out 'JSON: own.json'
    expect_out 'contend report own.json --tables'
}

narrow_terminals_get_narrow_lines() {
    local width
    cp "$fixture" standard.json
    for width in 60 70 80 100 140; do
        run report standard.json --width $width
        expect_status 0
        _fits 60 $width
    done
}

tables_are_one_option_away() {
    run report standard.json --tables
    expect_status 0
    expect_out 'sleep, lock none'
    expect_out 'makespan'
    # Whoever shapes tables wants them.
    run report standard.json --rows tasks --cols executor --filter workload=spin
    expect_out 'spin, lock none'
    run report standard.json --sentences
    expect_out 'What it means'
    run report standard.json --format csv
    cp out bare.csv
    run report standard.json --tables --format csv
    cmp -s out bare.csv || fail "programs get something else without --tables"
}

# Buggy: sentences and numbers of cells that others disturbed, with nothing beside them.
unusable_cells_are_marked_and_nothing_is_said_of_them() {
    _changed busy.json 'for c in cells:
    c["warnings"] = [{"code": "unusable", "text": "others used the CPUs"}]'
    run report busy.json
    expect_status 0
    _fits 23 80
    expect_out 'UNUSABLE'
    expect_out 'not to be relied on'
    expect grep -qE 'thread .*[a-z]\?' out
    expect_no out '^ *\* '
    _changed some.json 'for c in cells:
    if c["workload"] == "noop": c["warnings"] = [{"code": "unusable", "text": "others used the CPUs"}]'
    run report some.json
    expect_out 'not said what starting costs'
    expect_no out 'Starting and ending'
}

# Buggy: where some rows are disturbed, a sentence of the others looks whole.
a_pool_s_sentence_rests_on_no_unusable_cell() {
    _changed pool.json 'import copy
base = [c for c in cells if c["workload"] == "noop" and c["executor"] == "thread"][0]
pool = copy.deepcopy(base)
pool.update(executor="thread_pool", workers=2, id="noop/none/thread_pool/tasks=1,workers=2")
for name, value in (("pool_start_ns", 1e5), ("lifecycle_ns", 100.0)):
    m = copy.deepcopy(base["metrics"]["lifecycle_ns"])
    m["samples"] = [value] * 7
    m.pop("summary", None); m.pop("distribution", None); m.pop("histogram", None)
    pool["metrics"][name] = m
cells.append(pool)'
    run report pool.json --sentences
    expect_out 'A pool pays off'
    _changed spoilt.json "$(printf '%s' "$(cat <<'PY'
d = json.load(open("pool.json")); cells = d["cells"]
[c for c in cells if c["executor"] == "thread_pool"][0]["warnings"] = [{"code": "unusable", "text": "x"}]
PY
)")"
    run report spoilt.json --sentences
    expect_no out 'A pool pays off'
}

what_is_partial_says_so() {
    _changed cut.json 'd["run"]["status"] = "partial"; d["run"]["rounds_planned"] = 40'
    run report cut.json
    expect_status 0
    expect_out 'partial'
    expect_out '40'
    _fits 23 80
}

what_failed_or_was_skipped_is_counted() {
    _changed odd.json 'c = [c for c in cells if c["workload"] == "spin"][0]
c["status"] = "failed"; c["reason"] = "signal 11"; c["metrics"] = {}'
    run report odd.json
    expect_out '2 FAILED (the first: signal 11)'
}

# A hostile name is text, whatever it holds.
names_act_on_nothing() {
    _changed hostile.json 'd["host"]["hostname"] = "red\u202e<script>"; d["run"]["suite"] = "=cmd|x"'
    run report hostile.json
    expect_status 0
    expect_out 'red<U+202E><script>'
}

# What nobody limits is made to fit: names of 63 letters, a reason of a thousand, rows and warnings without end,
# results beside each other; and no line is longer than the terminal, so that no word is broken within.
whatever_it_is_of_it_fits() {
    local shape width files
    "${python:-python3}" - "$fixture" <<'PY' >shapes
import copy, json, sys
base = json.load(open(sys.argv[1]))
long = ("a_name_as_long_as_that_of_a_plug_in_may_be_" * 2)[:62]
AXES = ["workload", "lock", "executor"]

def rename(d, key, old, new):
    for c in d["cells"]:
        if c[key] == old:
            parts = c["id"].split("/")
            parts[AXES.index(key)] = c[key] = new
            c["id"] = "/".join(parts)

def multiply(d, key, like, count, name):
    for c in [c for c in d["cells"] if c[key] == like]:
        for i in range(count):
            other = copy.deepcopy(c)
            parts = c["id"].split("/")
            parts[AXES.index(key)] = other[key] = name % i
            other["id"] = "/".join(parts)
            d["cells"].append(other)

def write(name, change, copies=1):
    for i in range(copies):
        d = copy.deepcopy(base)
        d["run"]["id"] = f"{name}{i}"
        change(d)
        json.dump(d, open(f"{name}{i}.json", "w"))
    print(name, " ".join(f"{name}{i}.json" for i in range(copies)))

def all_long(d):
    for key, names in (("workload", ["sleep", "spin", "noop"]), ("executor", ["thread", "process", "coroutine", "serial"]),
                       ("lock", ["gil"])):
        for i, name in enumerate(names):
            rename(d, key, name, f"{long}{i}")
    d["host"].update(hostname="h" * 64 + ".example" * 20, cpu="A CPU With A Long Name " * 6, kernel="6.1-" + "v" * 60)
    d["run"]["suite"] = "s" * 60

def each(**fields):
    def change(d):
        for i, c in enumerate(d["cells"]):
            c.update({k: v(i) if callable(v) else v for k, v in fields.items()})
    return change

write("executor", lambda d: rename(d, "executor", "thread", long))
write("lock", lambda d: rename(d, "lock", "gil", long))
write("workload", lambda d: rename(d, "workload", "sleep", long))
write("everything", all_long)
write("wide", lambda d: (rename(d, "executor", "thread", "\u7ebf\u7a0b" * 15), d["host"].update(hostname="\u4e3b" * 60)))
write("rows", lambda d: multiply(d, "executor", "thread", 30, "executor_%d"))
write("locks", lambda d: (d.update(cells=[c for c in d["cells"] if c["executor"] == "thread" and c["workload"] == "spin"]),
                          multiply(d, "lock", "gil", 20, long[:50] + "%d")))
write("reasons", lambda d: [c.update(reason="goes on and on " * 60 + "x" * 200) for c in d["cells"] if c["status"] != "ok"])
write("failed", each(status="failed", reason="signal 11", metrics={}))
write("unusable", each(warnings=[{"code": "unusable", "text": "others"}]))
write("warned", each(warnings=lambda i: [{"code": f"a_warning_{i}_{k}", "text": "t"} for k in range(6)]))
write("partial", lambda d: (d["run"].update(status="partial"), d.update(cells=d["cells"][:5])))
write("empty", lambda d: d.update(cells=[]))
write("one", lambda d: d.update(cells=d["cells"][:1]))
write("two", lambda d: None, 2)
write("five", lambda d: None, 5)
write("three_long", all_long, 3)
PY
    while read -r shape files; do
        for width in 60 61 66 72 79 80 81 100 132 200; do
            # shellcheck disable=SC2086
            run report $files --width $width
            expect_status 0
            if [ "$width" -ge 80 ]; then _fits 24 "$width"; else _fits 60 "$width"; fi
        done
        [ "$failed_checks" -eq 0 ] || { fail "$shape"; return; }
    done <shapes
    [ "$(wc -l <shapes)" -gt 15 ] || fail "few shapes"
}

# Buggy: two definitions of one thing, 132 times on the screen and 134 at once on the page.
the_page_says_what_the_screen_says() {
    cp "$fixture" standard.json
    run report standard.json --width 200
    sed -n 's/^  \* //p' out >screen
    run report standard.json --format html
    sed -n 's/^<p class="meaning">\(.*\)<\/p>$/\1/p' out >page
    [ "$(wc -l <screen)" -ge 2 ] || { cat screen; fail "few sentences"; }
    while read -r sentence; do
        grep -qxF -- "$sentence" page || { cat page; fail "the page does not say: $sentence"; }
    done <screen
}

# Nothing is made up of a file that does not say it, and a cell counts once, whatever its metrics.
what_was_imported_is_told_as_its_file_has_it() {
    cat >benchmarks.json <<'END'
{"context": {"host_name": "h", "num_cpus": 2}, "benchmarks": [
 {"name": "BM_a_longer_name", "run_type": "iteration", "real_time": 0, "cpu_time": 0, "time_unit": "ns"},
 {"name": "BM_one", "run_type": "iteration", "real_time": 5, "cpu_time": 5, "time_unit": "ns"}]}
END
    run import benchmarks.json -o benchmarks.result.json
    run report benchmarks.result.json
    expect_out 'google-benchmark on h (2 CPUs), date not stated'
    expect_out 'name=BM_a_longer_name'
    expect_out 'not_above_zero (1 cell)'
    sed 's/"real_time": 5/"real_time": 10/' benchmarks.json >slower.json
    run import slower.json -o slower.result.json
    run compare benchmarks.result.json slower.result.json --metric time_ns
    expect_out '+100 %  5.0 ns -> 10 ns  n 1/1'
    run import "$source_dir/tests/fixtures/import/pyperf.json" -o pyperf.result.json
    run report pyperf.result.json
    expect_no out 'Linux Linux'
}

nothing_measured_is_said() {
    _changed none.json 'cells.clear()'
    run report none.json
    expect_status 0
    expect_out 'Nothing was measured'
}

run_tests
