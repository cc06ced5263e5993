#!/usr/bin/env bash
# contend report into files: pages and pictures; and what is said where there is nothing to draw.
. "$(dirname "$0")/lib.sh"

standard=$source_dir/tests/fixtures/report/standard.json

every_chart_the_help_names_is_drawn_or_says_what_it_wants() {
    local chart
    run report --help
    grep -oE -- '--plot CHART.*' out >/dev/null || { fail "no --plot in the help"; show_run; }
    for chart in ladder throughput scaling time contention latency noise differences; do
        run report "$standard" --plot "$chart"
        if [ "$status" -eq 0 ]; then
            "${python:-python3}" -c 'import sys, xml.etree.ElementTree as E; E.parse("out")' || fail "$chart: no XML"
            expect_out 'viewBox="0 0 600 '
            expect_no out '[( ,"][-]?(nan|inf)'
        else
            expect_refusal 2 "--plot $chart" "has nothing to draw"
        fi
    done
}

# Buggy: of two results one was drawn and nothing said; where cells were too many, --format was blamed.
what_is_not_drawn_is_said() {
    run report "$standard" "$source_dir/tests/fixtures/report/host_a.json" --plot ladder -o two.svg
    expect_refusal 2 "--plot ladder" "one result, not 2"
    [ ! -e two.svg ] || fail "two.svg was left"
    "${python:-python3}" "$source_dir/tests/perf/make_result.py" 601 1 1 1 >many.json
    run report many.json --plot scaling -o many.svg
    expect_refusal 2 "--plot scaling" "601 cells are too many"
}

the_ladder_of_the_standard_suite_names_each_executor() {
    run report "$standard" --plot ladder
    expect_status 0
    expect_out '>process</text>'
    expect_out '>coroutine</text>'
    expect_out 'to start'
}

the_ending_says_the_format() {
    run report "$standard" -o page.html
    expect_status 0
    [ ! -s out ] || fail "something on stdout"
    grep -q '^<!DOCTYPE html>' page.html || fail "page.html is no page"
    run report "$standard" --plot ladder -o ladder.svg
    expect_status 0
    grep -q '^<svg ' ladder.svg || fail "ladder.svg is no picture"
    run report "$standard" -o table.md
    expect_status 0
    grep -q '^|' table.md || fail "table.md is no table"
    run report "$standard" -o page.txt --format html
    expect_status 0
    grep -q '^<!DOCTYPE html>' page.txt || fail "--format does not win"
}

png_and_pdf_are_drawn_or_say_what_is_missing() {
    run report "$standard" --plot ladder -o x.png
    if command -v rsvg-convert >/dev/null; then
        expect_status 0
        [ "$(head -c 4 x.png | tail -c 3)" = PNG ] || fail "x.png is no PNG"
        run report "$standard" --plot ladder -o x.pdf
        expect_status 0
        [ "$(head -c 4 x.pdf)" = %PDF ] || fail "x.pdf is no PDF"
    fi
    mkdir -p nothing
    PATH=$work/nothing _run_here report "$standard" --plot ladder -o y.png
    expect_refusal 3 "rsvg-convert" "librsvg2-bin"
    [ ! -e y.png ] || fail "y.png was left"
}

# As run, without the helpers of the PATH.
_run_here() {
    last_command=$*
    status=0
    "$contend" "$@" >out 2>err </dev/null || status=$?
}

a_page_asks_nobody_for_anything() {
    run report "$standard" -o page.html
    expect_no page.html '(src|href)="(https?:)?//'
    expect_no page.html '@import|url\(.?(https?:|/)'
}

several_results_show_differences_or_why_there_are_none() {
    run report "$source_dir/tests/fixtures/compare/base.json" "$source_dir/tests/fixtures/compare/head.json" \
        -o page.html
    expect_status 0
    grep -q 'times as bad' page.html || fail "no differences"
    run report "$source_dir/tests/fixtures/report/host_a.json" "$source_dir/tests/fixtures/report/host_b.json" \
        -o page.html
    expect_status 0
    grep -q 'Not compared:' page.html || fail "nothing on why two hosts are not compared"
}

# Expected: what others took is of all launches, of those as well whose ledger says more than times.
# Buggy result: a cell with one launch that was excluded was not in the picture of noise at all.
noise_is_of_launches_that_were_excluded_too() {
    "${python:-python3}" "$source_dir/tests/cli/made_result.py" 1 '
for l in c["launches"]: l["foreign_cpu_ns"] = 15000000 if l["round"] == 3 else 1000000
' >plain.json
    "${python:-python3}" - <<'PY'
import json
d = json.load(open("plain.json"))
for c in d["cells"]:
    c["launches"][5]["excluded"] = "its clock was set meanwhile"
json.dump(d, open("excluded.json", "w"))
PY
    run report plain.json --plot noise -o plain.svg
    expect_status 0
    run report excluded.json --plot noise -o excluded.svg
    expect_status 0
    cmp plain.svg excluded.svg || fail "launches that were excluded are not in the picture"
    grep -qE 'Others took [0-9.]+ of [0-9]+ CPUs at the most, in round 4<' plain.svg || fail "$(grep -o 'Others took[^<]*' plain.svg)"
    sed 's/"foreign_cpu_ns"/"throttled_ns": "much", &/' excluded.json >text.json
    run report text.json
    expect_refusal 2 'cells[0].launches[0].throttled_ns: expected a whole number, found a string'
}

texts_of_strangers_stay_texts() {
    "${python:-python3}" - "$standard" >hostile.json <<'PY'
import json, sys
d = json.load(open(sys.argv[1]))
d["host"]["hostname"] = "<script>alert(1)</script>"
for c in d["cells"]:
    if c["status"] != "ok":
        c["reason"] = "=cmd|x </table><script>\u202e"
json.dump(d, sys.stdout)
PY
    run report hostile.json -o page.html
    expect_status 0
    [ "$(grep -o '<script' page.html | wc -l)" -eq 1 ] || fail "a script of somebody else's"
    grep -q '&lt;script&gt;alert(1)' page.html || fail "the host's name is lost"
    run report hostile.json --plot ladder -o x.svg
    expect_no x.svg '<script'
}

# Buggy: "sanitizer: not known" of a build that is known to have none.
a_build_without_a_sanitizer_has_none() {
    run report "$standard" -o page.html
    grep -q 'sanitizer</td><td class="l">none<' page.html || fail "$(grep -o 'sanitizer</td>.\{40\}' page.html)"
}

an_empty_result_and_a_partial_one_say_so() {
    run report "$source_dir/tests/fixtures/report/empty.json" -o page.html
    expect_status 0
    grep -q 'holds no cell' page.html || fail "an empty result is not said to be empty"
    run report "$source_dir/tests/fixtures/report/empty.json" --plot ladder
    expect_refusal 2 "has nothing to draw"
}

wrong_wishes_are_refused_in_one_line() {
    run report "$standard" --plot laddre
    expect_refusal 2 laddre ladder
    run report "$standard" --plot ladder --rows tasks
    expect_refusal 2 --plot
    run report "$standard" --plot ladder --format csv -o x.png
    expect_refusal 2 "drawn from svg"
    run report "$standard" -o /proc/no/page.html
    [ "$status" -ne 0 ] || { fail "written to /proc"; show_run; }
    run list executors --format svg
    expect_refusal 2 "there is no chart here"
}

ten_thousand_cells_fit_five_megabytes() {
    "${python:-python3}" "$source_dir/tests/perf/make_result.py" 10000 7 10 1 >many.json
    run report many.json -o page.html
    expect_status 0
    [ "$(stat -c %s page.html)" -lt 5000000 ] || fail "$(stat -c %s page.html) bytes"
}

# Expected: nothing is written under a name whose ending nobody knows, unless --format says what it is.
endings_that_are_not_known_are_refused() {
    local result=$source_dir/tests/fixtures/report/standard.json
    run report "$result" -o x.bogus
    expect_refusal 2 'x.bogus: a name ends with what it holds' '.svg' '.tex'
    run report "$result" --plot ladder -o some.dir.xyz
    expect_refusal 2 'some.dir.xyz: a name ends with'
    run report "$result" -o report-0.2
    expect_status 0
    [ ! -e x.bogus ] && [ ! -e some.dir.xyz ] || fail "it is written all the same"
    run report "$result" --format markdown -o x.bogus
    expect_status 0
    mkdir -p a.dir
    run report "$result" -o a.dir/plain
    expect_status 0
    run report "$result" -o -
    expect_status 0
}

run_tests
