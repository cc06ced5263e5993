#!/usr/bin/env bash
# contend history: adding, judging, accepting, chaining, exporting; and what goes wrong with files.
. "$(dirname "$0")/lib.sh"

# points FILE COUNT STEP_AT STEP [ANCHOR] [MACHINE] [FIRST]: COUNT points of two series with 1 % of
# noise; the first moves by STEP from commit number STEP_AT on. Commits are numbered from FIRST.
_points() {
    "${python:-python3}" - "$@" <<'PY'
import json, random, sys
path, count, at, step = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
anchor, machine, first = (sys.argv[5:] + ["v1", "m1", "0"][len(sys.argv) - 5:])[:3]
random.seed(int(first) + 7)
with open(path, "a") as out:
    for i in range(int(first), int(first) + count):
        moved = 1 + step if i >= at else 1
        value = lambda unit, better, r: {"unit": unit, "better": better, "ratio": r, "median": 1e6 * r}
        out.write(json.dumps({
            "schema": "contend.history/1", "kind": "point", "commit": "c%03d" % i, "anchor": anchor,
            "machine": machine, "time": "2026-01-01T00:%02d:00Z" % (i % 60), "series": {
                "spin/makespan_ns": value("ns", "lower", moved * (1 + random.gauss(0, .01))),
                "queue/throughput_per_s": value("per_s", "higher", 1 + random.gauss(0, .01))}}) + "\n")
PY
}

# A result of a fake executor: made in no time, with a commit of its own.
_result() {
    run run --workload noop --lock none --executor fake --tasks 1 --rounds 2 --seed 1 -o "$1"
    expect_status 0
}

# duel FILE RATIO BASE_HASH: a document of a duel with one gated row, and one that is not.
_duel() {
    cat >"$1" <<JSON
{"schema": "contend.duel/1", "run": {"finished_at": "2026-01-02T03:04:05Z"},
 "host": {"cpu": "test", "architecture": "x86_64", "cpus_allowed": 2, "virtualization": "kvm", "noise": {"steal_ratio": 0.01}},
 "comparisons": [{"name": "spin", "control_fired": ${4:-false}, "base": {"code_fnv1a64": "$3"}, "head": {}, "rows": [
  {"metric": "makespan_ns", "unit": "ns", "better": "lower", "gated": true, "base": 100, "head": 105,
   "effect": {"center_ratio": $2, "lo_ratio": -0.01, "hi_ratio": 0.2, "n": 40}},
  {"metric": "cpu_ns", "unit": "ns", "better": "lower", "gated": false, "effect": {"center_ratio": 1}}]}]}
JSON
}

# Each line of a file is what results/schema/history-1.json says; left out without a validator.
_valid_lines() {
    [ -n "$python" ] || return 0
    "$python" - "$source_dir/results/schema/history-1.json" "$1" <<'PY' >validity 2>&1 || fail "$1: $(tail -n 1 validity)"
import json, sys, jsonschema
check = jsonschema.Draft202012Validator(json.load(open(sys.argv[1])))
lines = [json.loads(line) for line in open(sys.argv[2])]
assert lines
for line in lines:
    check.validate(line)
PY
}

a_step_for_the_worse_is_found_and_named() {
    _points step.jsonl 40 30 0.05
    run history check --file step.jsonl
    expect_status 1
    expect_out 'worse  spin/makespan_ns'
    expect_out 'a step at c030 (last good c029)'
    expect_no out 'queue/throughput_per_s'
    run history check --file step.jsonl --format json
    expect_status 1
    expect_json out 'd["worse"] == 1 and d["judged"] == 2'
    expect_json out '[(c["kind"], c["direction"], c["first_bad"]) for s in d["series"] for c in s["changes"]] == [("step", "worse", "c030")]'
    expect_json out '0.03 < d["series"][0]["changes"][0]["change_ratio"] < 0.07'
    run history check --file step.jsonl --format markdown
    expect_status 1
    expect_out '| **worse** | spin/makespan\_ns |'
    # What jobs read: each series is a case, and what is wrong an annotation.
    run history check --file step.jsonl --format junit
    expect_status 1
    expect_out 'tests="2" failures="1" errors="0" skipped="0"'
    expect "${python:-python3}" -c 'import xml.dom.minidom as x; x.parse("out")'
    run history check --file step.jsonl --format github
    expect_status 1
    expect_out '::error title=worse%3A spin::spin makespan_ns: +'
    expect_out '::notice title=contend history check::2 series of 40 commits: 1 worse, 1 steady'
    expect_no out 'queue'
}

nothing_and_improvements_pass() {
    _points quiet.jsonl 40 99 0
    run history check --file quiet.jsonl
    expect_status 0
    expect_out '2 series of 40 commits: 2 steady'
    _points better.jsonl 40 30 -0.06
    run history check --file better.jsonl
    expect_status 0
    expect_out 'better  spin/makespan_ns'
}

a_lone_spike_is_no_change_and_a_regression_taken_back_is_told_apart() {
    _points spike.jsonl 30 99 0
    _points spike.jsonl 1 0 3 v1 m1 30
    _points spike.jsonl 10 99 0 v1 m1 31
    run history check --file spike.jsonl
    expect_status 0
    run history show --file spike.jsonl
    expect_out '1 lone spike'
    _points back.jsonl 20 99 0
    _points back.jsonl 15 0 0.08 v1 m1 20
    _points back.jsonl 15 99 0 v1 m1 35
    run history check --file back.jsonl
    expect_status 0
    expect_out 'recovered  spin/makespan_ns'
}

a_regression_after_a_larger_improvement_fails() {
    "${python:-python3}" - <<'PY'
import json, random
random.seed(5)
with open("masked.jsonl", "w") as out:
    for i in range(130):
        r = (1 if i < 60 else .8 if i < 100 else .88) * (1 + random.gauss(0, .01))
        out.write(json.dumps({"schema": "contend.history/1", "kind": "point", "commit": "c%03d" % i, "anchor": "v1",
            "machine": "m1", "time": "2026-01-01T00:00:00Z", "series": {"spin/makespan_ns": {
                "unit": "ns", "better": "lower", "ratio": r, "median": 1e6 * r}}}) + "\n")
PY
    run history check --file masked.jsonl
    expect_status 1
    expect_out 'worse  spin/makespan_ns'
    run history check --file masked.jsonl --format json
    expect_status 1
    expect_json out '[(c["direction"], c["first_bad"]) for c in d["series"][0]["changes"]] == [("better", "c060"), ("worse", "c100")]'
    expect_json out 'd["series"][0]["changes"][1]["last_good"] == "c099" and 0 <= d["series"][0]["dependence"] < 1'
    # Accepted, it is quiet, and the improvement stands.
    run history accept c100 --file masked.jsonl --reason 'a bounded queue'
    run history check --file masked.jsonl
    expect_status 0
    expect_out 'accepted  spin/makespan_ns'
}

the_same_seed_says_the_same() {
    run history check --file step.jsonl --format json --seed 3
    cp out first
    run history check --file step.jsonl --format json --seed 3
    expect cmp out first
}

accepted_changes_are_quiet_and_say_why() {
    cp step.jsonl accept.jsonl
    run history accept c030 --file accept.jsonl
    expect_refusal 2 '--reason'
    run history accept c999 --reason x --file accept.jsonl
    expect_refusal 2 '"c999"' 'accept.jsonl'
    run history accept c029..c031 --series 'queue/*' --reason 'the other one' --file accept.jsonl
    expect_status 0
    run history check --file accept.jsonl
    expect_status 1
    run history accept c029..c031 --series 'spin/*' --reason 'a bounded queue' --file accept.jsonl
    expect_status 0
    run history check --file accept.jsonl
    expect_status 0
    expect_out 'accepted  spin/makespan_ns'
    expect_out 'a bounded queue'
    _valid_lines accept.jsonl
    # A change after it is another one.
    _points accept.jsonl 10 0 0.2 v1 m1 40
    run history check --file accept.jsonl
    expect_status 1
    expect_out 'c040'
}

too_few_points_are_no_verdict() {
    _points few.jsonl 7 99 0
    run history check --file few.jsonl
    expect_status 5
    expect_err 'nothing can be judged yet: the longest series has 7 points, 8 are needed'
    run history show --file few.jsonl
    expect_status 0
    expect_out 'not judged: 7 points, 8 are needed'
}

a_new_anchor_continues_the_series_when_a_commit_links_them() {
    # c019 is the new anchor: as head against v1 it was 10 % slower, so it is the link.
    _points chain.jsonl 20 10 0.1 v1
    _points chain.jsonl 20 99 0 c019 m1 20
    run history check --file chain.jsonl --format json
    expect_json out 'd["series"][0]["regimes"][0]["anchor"] == "c019" and len(d["series"][0]["regimes"]) == 2'
    expect_json out '[c["first_bad"] for c in d["series"][0]["changes"]] == ["c010"]'
    expect_json out 'len(d["series"][0]["points"]) == 40 and 0.8 < d["series"][0]["points"][0]["value"] < 0.97'
    # Without a link the parts are judged apart, and it is said.
    _points apart.jsonl 20 10 0.1 v1
    _points apart.jsonl 20 99 0 other m1 20
    run history show --file apart.jsonl
    expect_status 0
    expect_out 'one of 2 parts judged apart'
    # A commit measured on both machines links those.
    _points machines.jsonl 20 99 0 v1 m1
    _points machines.jsonl 20 0 0.3 v1 m2 19
    run history check --file machines.jsonl --format json
    expect_json out 'len(d["series"][0]["regimes"]) == 2 and d["worse"] == 0'
}

results_are_added_as_raw_medians_once() {
    _result r.json
    run history add r.json --file raw.jsonl --commit aaaaaaa --metric makespan_ns
    expect_status 0
    expect_out 'raw medians'
    run history add r.json --file raw.jsonl --commit aaaaaaa --metric makespan_ns
    expect_refusal 2 'line 1 has commit aaaaaaa' '--replace'
    run history add r.json --file raw.jsonl --commit aaaaaaabbb --metric makespan_ns
    expect_refusal 2 'line 1 has commit aaaaaaa'
    run history add r.json --file raw.jsonl --commit aaaaaaa --metric makespan_ns --replace
    expect_status 0
    expect test "$(wc -l <raw.jsonl)" -eq 2
    _valid_lines raw.jsonl
    run history show --file raw.jsonl --format json
    expect_json out 'd["commits"] == 1 and len(d["series"][0]["points"]) == 1 and d["series"][0]["value"] == "ns"'
    run history add r.json --file raw.jsonl --commit b --anchor a
    expect_refusal 2 '--anchor' 'duel'
    run history add r.json --file raw.jsonl --commit b --metric no_such
    expect_refusal 2 'no_such'
    sed -E 's/"sanitizer": *(null|"[^"]*")/"sanitizer": "address"/' r.json >sanitized.json
    run history add sanitized.json --file raw.jsonl --commit b --metric makespan_ns
    expect_refusal 5 'with a sanitizer (address)'
    sed -E 's/"commit": *"[^"]*"/"commit": "unknown"/' r.json >nameless.json
    run history add nameless.json --file raw.jsonl --metric makespan_ns
    expect_refusal 2 'does not say which commit was measured' '--commit ID'
    expect test "$(wc -l <raw.jsonl)" -eq 2
}

duels_are_added_as_ratios_to_their_base() {
    _duel d.json 0.05 00ff00ff00ff00ff
    run history add d.json --file duel.jsonl --commit abc
    expect_status 0
    expect_out 'anchor code-00ff00ff00ff00ff'
    run history add d.json --file duel.jsonl --commit abc --anchor v1.0
    expect_status 0
    run history show --file duel.jsonl --format json
    # One commit measured against both anchors links them: one series.
    expect_json out '[(s["series"], len(s["regimes"])) for s in d["series"]] == [("spin/makespan_ns", 2)]'
    expect_json out 'abs(d["series"][0]["points"][0]["value"] - 1.05) < 1e-9'
    _duel noisy.json 0.05 00ff00ff00ff00ff true
    run history add noisy.json --file duel.jsonl --commit def
    expect_refusal 5 'A/A control'
    sed 's/"rows"/"lines"/' d.json >broken.json
    run history add broken.json --file duel.jsonl --commit def
    expect_refusal 2 'broken.json: comparisons[0]: "rows" is missing'
    expect test "$(wc -l <duel.jsonl)" -eq 2
    _valid_lines duel.jsonl
}

the_commit_is_gits_where_the_file_does_not_say() {
    command -v git >/dev/null || return 0
    mkdir tree
    git -C tree init -q
    git -C tree -c user.name=t -c user.email=t@example.org commit -q --allow-empty -m one
    (cd tree && "$contend" history add ../d.json --file ../git.jsonl) >out 2>err || fail "add failed"
    expect_out "commit $(git -C tree rev-parse HEAD)"
    mkdir bare
    (cd bare && GIT_CEILING_DIRECTORIES=$work "$contend" history add ../d.json --file ../git.jsonl) >out 2>err
    status=$?
    expect_refusal 2 'd.json: does not say which commit' '--commit'
}

many_may_add_at_once_and_no_line_is_lost() {
    local i
    for i in $(seq 20); do
        "$contend" history add d.json --file many.jsonl --commit "n$i" >/dev/null 2>>many.err &
    done
    wait
    expect test ! -s many.err
    expect test "$(wc -l <many.jsonl)" -eq 20
    run history show --file many.jsonl --format json
    expect_json out 'd["commits"] == 20'
    # The same commit by many: one is taken.
    for i in $(seq 8); do
        "$contend" history add d.json --file same.jsonl --commit same >/dev/null 2>&1 &
    done
    wait
    expect test "$(wc -l <same.jsonl)" -eq 1
    expect_no_leftovers
}

a_cut_file_loses_the_cut_line_alone() {
    local bytes
    bytes=$(stat -c %s step.jsonl)
    # Cut anywhere: what is whole is read, and adding goes on behind it.
    for cut in 1 20 700; do
        head -c $((bytes - cut)) step.jsonl >cut.jsonl
        run history show --file cut.jsonl --format json
        expect_status 0
        [ "$cut" -eq 1 ] || expect_err 'is no JSON'
        run history add d.json --file cut.jsonl --commit after-the-cut
        expect_status 0
        run history show --file cut.jsonl --format json
        expect_status 0
        expect_out 'after-the-cut'
        expect_json out 'd["commits"] >= 39'
    done
}

a_full_disk_takes_nothing_away() {
    [ -w /dev/full ] || return 0
    cp step.jsonl full.jsonl
    (ulimit -f $(($(stat -c %s full.jsonl) / 1024)) && trap '' XFSZ && exec "$contend" history add d.json --file full.jsonl --commit full) >out 2>err
    status=$?
    [ "$status" -eq 3 ] || [ "$status" -eq 2 ] || { fail "expected a refusal"; show_run; }
    expect cmp step.jsonl full.jsonl
}

# A line that nobody could read would take the file from everybody.
what_could_not_be_read_again_is_not_added() {
    _result named.json
    cp step.jsonl safe.jsonl
    local bad
    for bad in $'a\nb' $'\x1b[31m' "$(printf '%0100000d' 0 | tr 0 $'\t')"; do
        run history add named.json --file safe.jsonl --commit "$bad"
        expect_refusal 2 'commit: a control character'
        run history add named.json --file safe.jsonl --commit x --anchor "$bad"
        [ "$status" -eq 2 ] || { fail "expected a refusal"; show_run; }
        run history accept "$(_first_commit safe.jsonl)" --file safe.jsonl --reason "$bad"
        expect_refusal 2 'a control character'
    done
    run history add named.json --file safe.jsonl --commit ''
    expect_refusal 2 '--commit: "" names none'
    expect cmp step.jsonl safe.jsonl
    local format
    for format in json text; do
        run history check --file safe.jsonl --also "$format=safe.jsonl"
        expect_refusal 2 'safe.jsonl: is what is read'
    done
    run history check --file safe.jsonl --also text=two --also json=two
    expect_refusal 2 'two is named twice'
    # Buggy: the second one took the place of the first, without a word.
    run history check --file safe.jsonl -o two --also json=two
    expect_refusal 2 'two is what -o names'
    expect test ! -e two
    expect cmp step.jsonl safe.jsonl
    run history export --file safe.jsonl --to otava-csv -o ''
    expect_refusal 2 'names no directory'
}

_first_commit() {
    sed -n '1s/.*"commit": *"\([^"]*\)".*/\1/p' "$1"
}

# However surely it is seen: what is a ten-millionth, or back since, is nothing to look after.
what_is_tiny_or_back_is_not_watched() {
    "${python:-python3}" -S - <<'PY'
import json

def write(name, ratios):
    with open(name, "w") as file:
        for i, ratio in enumerate(ratios):
            file.write(json.dumps({
                "schema": "contend.history/1", "kind": "point", "commit": f"{i + 1:07x}", "anchor": "v1",
                "machine": "m", "time": f"2026-01-{i % 28 + 1:02}T00:00:00Z",
                "series": {"a/x_ns": {"unit": "ns", "better": "lower", "ratio": ratio, "median": 1000 * ratio}}}) + "\n")

write("tiny.jsonl", [1.0] * 15 + [1.0000001] * 15)
write("back.jsonl", [1.0] * 10 + [1.2] * 4 + [1.0] * 12)
write("still.jsonl", [1.0] * 10 + [1.2] * 4)
PY
    run history check --file tiny.jsonl
    expect_status 0
    expect_out '1 steady'
    run history check --file back.jsonl
    expect_status 0
    expect_no out 'watch'
    run history check --file still.jsonl
    grep -qE '1 (watch|worse)' out || { fail 'a change that is still there is not named'; show_run; }
}

# A pipe would be read until its end, which whoever adds to it holds open itself.
what_cannot_be_added_to_is_refused() {
    local file
    _result added.json
    mkfifo pipe.jsonl
    for file in pipe.jsonl /dev/null - .; do
        run_limit=10 run history add added.json --file "$file" --commit a
        expect_refusal 2 "$file"
    done
    expect test ! -e ./-
}

bad_files_are_refused_in_one_line() {
    run history check --file missing.jsonl
    expect_refusal 2 'missing.jsonl'
    printf 'not json\nnor this\n' >foreign.jsonl
    run history check --file foreign.jsonl
    expect_refusal 2 'foreign.jsonl' 'line 1' 'not a history'
    _result whole.json
    run history check --file whole.json
    expect_refusal 2 'whole.json'
    sed 's,history/1,history/9,' step.jsonl >newer.jsonl
    run history check --file newer.jsonl
    expect_refusal 2 'newer.jsonl: line[1]: schema "contend.history/9"'
    sed '3s/"ratio": [0-9.]*/"ratio": -1/' step.jsonl >negative.jsonl
    run history check --file negative.jsonl
    expect_refusal 2 'line[3].series.spin/makespan_ns.ratio: -1 is not above 0'
    : >empty.jsonl
    run history check --file empty.jsonl
    expect_refusal 5 'empty.jsonl: holds no measured commit'
    printf '{"schema": "contend.result/1"' >torn.json
    run history add torn.json --file x.jsonl --commit a
    expect_refusal 2 'torn.json: line 1'
    expect test ! -e x.jsonl
}

bad_usage_is_refused() {
    run history
    expect_refusal 2 'add, show, check'
    run history chek
    expect_refusal 2 '"check"'
    run history check --file step.jsonl --series 'nothing*'
    expect_refusal 2 '--series' 'nothing*'
    run history check --file step.jsonl --alpha 0
    expect_refusal 2 '--alpha'
    run history add
    expect_refusal 2 'needs one file'
    run history export --file step.jsonl
    expect_refusal 2 '--to'
    run history accept a..b..c --reason x --file step.jsonl
    expect_refusal 2 'not in'
}

narrow_terminals_and_plain_ones_are_respected() {
    LC_ALL=C run history show --file step.jsonl --width 40
    expect_status 0
    [ "$(awk '{ if (length($0) > m) m = length($0) } END { print m }' out)" -le 40 ] || fail "wider than 40 columns"
    ! LC_ALL=C grep -q '[^ -~]' out || fail "not plain ASCII"
    expect_no out $'\033'
    LC_ALL=C.UTF-8 run history show --file step.jsonl
    expect_out '█'
}

what_an_import_does_not_say_is_absent() {
    local line='{"schema": "contend.history/1", "kind": "point", "commit": "c2", "series": {"x/time_ns":
 {"unit": "ns", "better": "lower", "median": 1}}, "machine": "unknown CPU", "time": ""}'
    run import "$source_dir/tests/fixtures/import/hyperfine_1.json" -o imported.json
    expect_status 0
    run history add imported.json --file undated.jsonl --commit c1 --metric time_ns
    expect_status 0
    expect_json undated.jsonl '"time" not in d and "machine" not in d and d["commit"] == "c1"'
    _valid_lines undated.jsonl
    run history add imported.json --file undated.jsonl --commit c1 --metric time_ns
    expect_refusal 2 "line 1 has commit c1 on this machine"
    # As it was written before.
    tr -d '\n' <<<"$line" >>undated.jsonl
    run history add imported.json --file undated.jsonl --commit c2 --metric time_ns
    expect_refusal 2 "line 2 has commit c2 on this machine"
    run history show --file undated.jsonl
    expect_status 0
    run history export --to otava-csv -o undated --file undated.jsonl
    expect_refusal 2 "commit c1"
    expect test ! -e undated
}

# Buggy result: what an export left out of a damaged file was told of by all words but this one.
an_export_says_what_it_skipped() {
    { cat step.jsonl; printf '{"schema": "contend.hist'; } >cut.jsonl
    run history export --file cut.jsonl --to otava-csv -o cut
    expect_status 0
    expect_err 'and was skipped'
    run history export --file none.jsonl --to otava-csv -o none
    expect_status 2
}

exports_are_what_otava_reads() {
    run history export --to otava-csv -o otava --file step.jsonl
    expect_status 0
    expect test "$(wc -l <otava/0001.csv)" -eq 41
    expect grep -q '^time,commit,ratio$' otava/0001.csv
    run history export --to otava-json -o otava-json --file step.jsonl --branch trunk
    expect_status 0
    expect_json otava-json/0001.json 'len(d) == 40 and all(set(r) == {"timestamp", "metrics", "attributes"} for r in d)'
    expect_json otava-json/0001.json 'all(r["attributes"]["branch"] == "trunk" and r["metrics"][0]["name"] == "ratio" for r in d)'
    expect_json otava-json/0001.json 'd[0]["timestamp"] == 1767225600'
    "${python:-python3}" -c 'import yaml' 2>/dev/null || return 0
    "${python:-python3}" - <<'PY' >yaml.out 2>&1 || fail "otava.yaml: $(cat yaml.out)"
import csv, yaml
tests = yaml.safe_load(open("otava/otava.yaml"))["tests"]
assert set(tests) == {"spin/makespan_ns", "queue/throughput_per_s"}, tests
for name, direction in (("spin/makespan_ns", -1), ("queue/throughput_per_s", 1)):
    t = tests[name]
    assert t["type"] == "csv" and t["time_column"] == "time" and t["attributes"] == ["commit"], t
    assert t["metrics"]["ratio"]["direction"] == direction, t
    rows = list(csv.DictReader(open("otava/" + t["file"]), delimiter=t["csv_options"]["delimiter"]))
    assert len(rows) == 40 and all(float(r["ratio"]) > 0 and r["commit"] for r in rows)
PY
}

what_was_typed_is_utf8_or_refused() {
    run history add "$source_dir/tests/fixtures/report/host_a.json" --commit $'\xe9abc' --file u.jsonl
    expect_refusal 2 '--commit: "<E9>abc" is no UTF-8'
    expect [ ! -e u.jsonl ]
}

# Buggy: cut at 12 bytes, so that two releases had one name; "1 points", and "0.000x" of small ratios.
commits_that_are_no_ids_are_named_whole() {
    _points names.jsonl 20 12 0.2
    sed -i 's/"c0/"release-2026-candidate-0/; s/"ratio": \([0-9.]*\)/"ratio": \1e-9/g' names.jsonl
    run history show --file names.jsonl --width 200
    expect_out 'a step at release-2026-candidate-012 (last good release-2026-candidate-011)'
    expect_out 'e-09x of anchor v1, 20 points'
    expect_no out ' 0\.000x'
    head -n 1 names.jsonl >one.jsonl
    run history show --file one.jsonl
    expect_out ', 1 point'
    expect_no out '1 points'
}

run_tests
