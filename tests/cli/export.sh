#!/usr/bin/env bash
# contend export: each format as its program reads it; contend import: there and back.
. "$(dirname "$0")/lib.sh"

standard=$source_dir/tests/fixtures/report/standard.json
schemas=$source_dir/tests/fixtures/export/schemas.json
consumers=$source_dir/tests/cli/consumers.py

# _consume FORMAT FILE...: Debian's modules may be those of its own python alone.
_consume() {
    local candidate
    local left=("$@")
    : >missing
    for candidate in /usr/bin/python3 python3; do
        [ ${#left[@]} -gt 0 ] || return 0
        command -v "$candidate" >/dev/null || continue
        "$candidate" "$consumers" "$schemas" "${left[@]}" >missing 2>wrong ||
            { [ -s wrong ] && fail "not as its program reads it: $(tail -n 1 wrong)"; }
        # shellcheck disable=SC2046
        set -- $(cut -d' ' -f1,2 missing)
        left=("$@")
    done
    sed 's/^/     not checked: /' missing
}

every_format_is_as_its_program_reads_it() {
    local format
    local files=()
    for format in bencher google-benchmark pyperf openmetrics prometheus otava-csv otava-json \
        benchfmt junit csv; do
        run export "$standard" --to $format -o "out.$format"
        expect_status 0
        run export "$standard" --to $format --metric all -o "all.$format"
        expect_status 0
        files+=("$format" "out.$format" "$format" "all.$format")
    done
    run export "$standard" --to github-benchmark -o gh
    expect_status 0
    _consume "${files[@]}" github-benchmark gh-smaller.json github-benchmark gh-bigger.json
}

a_wrong_export_is_seen() {
    run export "$standard" --to bencher -o bad.bencher
    sed -i '0,/"value"/s//"values"/' bad.bencher
    printf 'Benchmarkx 1 2\n' >bad.benchfmt
    local format
    for format in bencher benchfmt; do
        ! /usr/bin/python3 "$consumers" "$schemas" $format bad.$format >missing 2>/dev/null ||
            [ -s missing ] || fail "a wrong $format passes"
    done
}

the_two_directions_share_nothing_and_lack_nothing() {
    run export "$standard" --to github-benchmark --metric startup_ns,throughput_per_s -o two
    expect_status 0
    expect_json two-smaller.json 'len(d) > 0 and all(e["name"].endswith(" startup_ns") for e in d)'
    expect_json two-bigger.json 'len(d) > 0 and all(e["name"].endswith(" throughput_per_s") for e in d)'
}

google_benchmarks_own_program_reads_an_export() {
    local tools=/usr/share/benchmark
    [ -r $tools/compare.py ] || { echo "     libbenchmark-tools is not installed"; return; }
    mkdir -p stub
    # Its averages need SciPy, which is large; what the comparison itself needs is here.
    if ! /usr/bin/python3 -c 'import scipy, numpy' 2>/dev/null; then
        mkdir -p stub/scipy
        : >stub/scipy/__init__.py
        printf 'def mannwhitneyu(*a, **k):\n    raise ImportError\n\n\ndef gmean(a, **k):\n    return 1.0\n' \
            >stub/scipy/stats.py
        printf 'def array(a, *x, **k):\n    return Rows(a)\n\n\nclass Rows(list):\n    T = property(lambda s: [list(c) for c in zip(*s)])\n' \
            >stub/numpy.py
    fi
    # From 1.7.1 on its geometric mean divides columns; without NumPy only the loading is shown.
    run export "$standard" --to google-benchmark -o a.json
    PYTHONPATH=stub:$tools /usr/bin/python3 - a.json >loaded 2>&1 <<'PY' || { fail "compare.py's reader"; tail -n 3 loaded; }
import sys
from gbench import report, util
loaded = util.load_benchmark_results(sys.argv[1]) if util.load_benchmark_results.__code__.co_argcount == 1 \
    else util.load_benchmark_results(sys.argv[1], "")
names = report.get_unique_benchmark_names(loaded)
parts = report.partition_benchmarks(loaded, loaded)
assert len(names) > 0 and len(parts) > 0, (len(names), len(parts))
assert util.classify_input_file(sys.argv[1])[0] == util.IT_JSON
PY
}

exports_come_back_as_they_went() {
    local format
    for format in pyperf google-benchmark; do
        run export "$standard" --to $format --metric throughput_per_s,startup_ns -o there.json
        run import there.json -o back.json
        expect_status 0
        expect_valid back.json
        run export back.json --to $format -o again.json
        expect_status 0
        "${python:-python3}" - there.json again.json <<'PY' || fail "$format: other numbers came back"
import json, math, sys

def numbers(path):
    d = json.load(open(path))
    for b in d["benchmarks"]:
        for run in b.get("runs", []):
            yield from run["values"]
        if "real_time" in b:
            yield b["real_time"]

there, again = sorted(numbers(sys.argv[1])), sorted(set(numbers(sys.argv[2])))
assert all(any(math.isclose(t, a, rel_tol=1e-12) for a in again) for t in there), (there[:3], again[:3])
PY
    done
}

several_results_make_a_series() {
    local i
    for i in 3 1 2; do
        "${python:-python3}" "$source_dir/tests/cli/made_result.py" $i >"m$i.json"
    done
    "${python:-python3}" "$source_dir/tests/cli/made_result.py" 4 'd["cells"] = d["cells"][:1]' >m4.json
    run export m3.json m1.json m2.json --to otava-csv --branch main
    expect_status 0
    expect [ "$(cut -d, -f1 out | tail -n +2 | tr '\n' ' ')" = \
        "2026-01-31T12:01:00Z 2026-01-31T12:02:00Z 2026-01-31T12:03:00Z " ]
    # What one lacks is left out: Otava refuses a row with a gap.
    run export m3.json m4.json --to otava-csv
    expect_status 0
    _consume otava-csv out
    expect_no out 'sleep/'
    run export m3.json m4.json --to otava-json
    _consume otava-json out
    expect_no out 'sleep/'
    local format
    for format in bencher pyperf github-benchmark; do
        run export m3.json m1.json --to $format -o twice
        expect_refusal 2 "several results have it; $format takes one report a file"
        sed 's/"hostname": "vm1"/"hostname": "vm2"/' m1.json >other_host.json
        run export m3.json other_host.json --to $format -o hosts
        expect_status 0
    done
}

a_file_is_written_whole_or_not_at_all() {
    run export "$standard" --to csv -o /proc/x.csv
    expect_refusal 2 "/proc/x.csv"
    run export "$standard" --to csv -o x.csv
    expect [ ! -s out ]
    expect_no_temporaries
}

# Buggy: other commands made the folder, and these two said that there was none.
folders_of_a_file_are_made() {
    run export "$standard" --to csv -o new/folder/x.csv
    expect_status 0
    expect test -s new/folder/x.csv
    run export "$standard" --to github-benchmark -o two/gh
    expect_status 0
    expect test -s two/gh-smaller.json -a -s two/gh-bigger.json
    run export "$standard" --to pyperf -o theirs.json
    run import theirs.json -o ours/r.json
    expect_status 0
    expect test -s ours/r.json
    run import theirs.json -o /proc/r.json
    expect_refusal 2 '/proc/r.json'
}

# A slip of the hand: what would be lost is measured, what would be had can be made again.
what_is_read_is_not_written_over() {
    local words
    cp "$standard" mine.json
    ln -s mine.json other_name.json
    run export "$standard" --to pyperf -o theirs.json
    cp theirs.json theirs.before
    for words in 'report mine.json -o mine.json --format html' 'export mine.json --to csv -o ./mine.json' \
        'export mine.json --to csv -o other_name.json' 'import theirs.json -o theirs.json' \
        'run --like mine.json -o mine.json'; do
        # shellcheck disable=SC2086
        run $words
        expect_refusal 2 'is what is read'
    done
    # Buggy: of two files whose names begin with the path, one was what is read.
    cp "$standard" mine-smaller.json
    run export mine-smaller.json --to github-benchmark -o mine
    expect_refusal 2 'mine-smaller.json: is what is read'
    expect cmp mine-smaller.json "$standard"
    expect test ! -e mine-bigger.json
    expect cmp mine.json "$standard"
    expect cmp theirs.json theirs.before
}

a_pipe_is_waited_for_and_not_for_ever() {
    mkfifo late never
    (sleep 0.5; cat late >through) &
    run export "$standard" --to csv -o late
    expect_status 0
    wait
    run export "$standard" --to csv
    expect cmp through out
    run export "$standard" --to csv -o never
    expect_refusal 2 "never: nobody reads this pipe"
}

the_same_run_is_not_exported_beside_itself() {
    cp "$standard" again.json
    run export "$standard" again.json --to openmetrics
    expect_status 2
    expect_err again.json
}

wrong_usage_is_explained() {
    run export
    expect_refusal 2 "needs a result file"
    run export "$standard"
    expect_refusal 2 "--to says in which format"
    run export "$standard" --to bechfmt
    expect_refusal 2 "benchfmt"
    run export "$standard" --to github-benchmark
    expect_refusal 2 "-o PREFIX"
    run export "$standard" --to csv --metric throughput_per_sec
    expect_refusal 2 "did you mean throughput_per_s?"
    run export "$source_dir/tests/fixtures/report/empty.json" --to csv
    expect_refusal 5 "holds no value to export"
    run import
    expect_refusal 2 "needs one file"
    run import "$standard"
    expect_refusal 2 "is of contend already"
}

run_tests
