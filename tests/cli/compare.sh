#!/usr/bin/env bash
# ctest: takes 45
# contend compare on made-up results: the words, the statuses, and what is refused.
. "$(dirname "$0")/lib.sh"

# A wrapper that picks a version takes longer than the script.
plain_python=/usr/bin/python3
[ -x $plain_python ] || plain_python=python3

# _made FILE SEED [STATEMENT]
_made() {
    local file=$1
    shift
    $plain_python -S -E "$source_dir/tests/cli/made_result.py" "$@" >"$file" || fail "made_result.py $*"
}
_made base.json 1
_made head.json 2
_made half.json 3 'times(c, "throughput_per_s", 0.5)'

made_results_are_results() {
    expect_valid base.json half.json
}

half_the_throughput_is_slower_and_fails_the_gate() {
    run compare base.json half.json
    expect_status 0
    expect_out "changes are head/base - 1 of the metric; the word says whether that is worse"
    expect_out "spin/none/thread/tasks=2"
    expect_out "-50 %"
    expect_out "1 slower"
    run compare base.json half.json --gate
    expect_status 1
    run compare half.json base.json --gate
    expect_status 0
    expect_out "1 faster"
}

identical_programs_are_not_told_apart() {
    run compare base.json head.json --gate
    expect_status 0
    expect_out "0 slower"
    expect_no out '^(slower|faster|shifted)'
    run compare base.json head.json --strict
    expect_status 4
    # A drift of 4 % between the files is what moments do.
    _made drifted.json 4 'times(c, "throughput_per_s", 0.96); times(c, "startup_ns", 1.04)'
    run compare base.json drifted.json --gate
    expect_status 0
    expect_out "0 slower"
}

a_wide_tolerance_can_show_sameness() {
    run compare base.json head.json --threshold 40% --strict
    expect_status 0
    expect_out "6 same"
    _made less.json 5 'times(c, "throughput_per_s", 0.72)'
    run compare base.json less.json --threshold 70% --metric throughput_per_s
    expect_status 0
    expect_out "1 shifted"
}

a_tenth_is_seen_where_rounds_agree() {
    _made tenth.json 21 'times(c, "throughput_per_s", 1 / 1.1)'
    run compare base.json tenth.json --gate
    expect_status 1
    expect_out "1 slower"
    run compare base.json tenth.json --moment-sd 0%
    expect_refusal 2 "--moment-sd"
    # Who has measured what moments do here says so, in either direction.
    run compare base.json tenth.json --gate --moment-sd 6%
    expect_status 0
    _made less.json 22 'times(c, "throughput_per_s", 1 / 1.06)'
    run compare base.json less.json --gate --metric throughput_per_s
    expect_status 0
    expect_out "two moments of one machine differ"
    run compare base.json less.json --gate --metric throughput_per_s --moment-sd 1%
    expect_status 1
}

nothing_is_left_out_in_silence() {
    local i others=()
    for i in 1 2 3 4 5 6 7 8 9 10; do
        _made "other$i.json" 6 "d['host']['hostname'] = 'vm_$i'"
        _made "again$i.json" 7 "d['host']['hostname'] = 'vm_$i'"
        others+=("other$i.json" "again$i.json")
    done
    run compare --allow machine base.json -- "${others[@]}"
    expect_status 0
    for i in 1 2 3 4 5 6 7 8 9 10; do
        expect test "$(grep -c "^note: allowed: hostname: \"vm1\" against \"vm_$i\"" out)" -eq 1
    done
    others=()
    for ((i = 0; i < 257; i++)); do
        sed "s/\"made-2\"/\"made-2-$i\"/" head.json >"many$i.json"
        others+=("many$i.json")
    done
    run compare base.json -- "${others[@]}"
    expect_status 0
    expect test "$(grep -c '^head ' out)" -eq 257
}

several_files_a_side_sharpen_the_verdict() {
    local i
    for i in 1 2 3 4 5; do
        _made "b$i.json" "1$i"
        _made "h$i.json" "2$i" 'times(c, "throughput_per_s", 0.94)'
    done
    run compare b1.json h1.json --gate --metric throughput_per_s
    expect_status 0
    run compare b1.json b2.json b3.json b4.json b5.json -- h1.json h2.json h3.json h4.json h5.json \
        --gate --metric throughput_per_s
    expect_refusal 2 "--gate"
    run compare --gate --metric throughput_per_s b1.json b2.json b3.json b4.json b5.json -- \
        h1.json h2.json h3.json h4.json h5.json
    expect_status 1
    expect_out "n 60/60"
    # Rounds are not moments: files of one side that differ say what moments do.
    for i in 1 2 3; do
        _made "w$i.json" "3$i" "times(c, 'throughput_per_s', 1 + 0.15 * ($i - 2))"
        _made "v$i.json" "4$i" "times(c, 'throughput_per_s', 0.8 + 0.15 * ($i - 2))"
    done
    run compare --metric throughput_per_s --filter workload=spin --strict \
        w1.json w2.json w3.json -- v1.json v2.json v3.json
    expect_status 4
    expect_out "files of one side differ"
    run compare --gate --metric throughput_per_s --base b1.json --base b2.json --base b3.json \
        --base b4.json --base b5.json --head h1.json --head h2.json --head h3.json --head h4.json \
        --head h5.json
    expect_status 1
}

# Digits that the interval does not deserve would be read as known.
a_comparison_has_the_digits_that_its_intervals_deserve() {
    run compare base.json head.json --metric throughput_per_s --threshold 12.5%
    expect_out "tolerance 12.5 %"
    expect_no out '%.*[0-9]\.[0-9]+ % \.\.'
    # Five times as much, and how much more precisely is not known.
    _made fifth.json 5 'times(c, "throughput_per_s", 0.2)'
    run compare base.json fifth.json --metric throughput_per_s --moment-sd 15%
    expect_out '1/5.0  [1/7.2 .. 1/3.5]  1.0 M/s -> 200 k/s'
    run compare fifth.json base.json --metric throughput_per_s --moment-sd 15%
    expect_out '5.0x  [3.5x .. 7.2x]'
}

# Twice the same figures would be taken for two moments that agree.
a_run_does_not_count_twice() {
    _made one.json 61
    _made other.json 62 'times(c, "throughput_per_s", 0.9)'
    cp one.json copy.json
    run compare one.json copy.json -- other.json
    expect_refusal 2 'one.json and copy.json are one run (made-61)' 'does not count twice'
    run compare one.json -- other.json other.json
    expect_refusal 2 'other.json and other.json are one run'
    # Of both sides it is: nothing can differ, and that is said.
    run compare one.json copy.json
    expect_status 0
    expect_out 'both sides are one run'
}

# Each dimension: refused with both values, and compared when it is allowed.
results_that_are_not_comparable_are_refused() {
    local dimension statement words
    while IFS='|' read -r dimension words statement; do
        _made other.json 6 "$statement"
        run compare base.json other.json
        expect_refusal 5 "not comparable" "$words" "--allow $dimension"
        run compare base.json other.json --allow "$dimension"
        expect_status 0
        [ "$dimension" = sanitizer ] || expect_out "allowed: "
    done <<'ROWS'
machine|hostname: "vm1" against "vm2"|d["host"]["hostname"] = "vm2"
machine|cpu: "Made CPU" against "Other"|d["host"]["cpu"] = "Other"
machine|cpus_allowed: 2 against 1|d["host"]["cpus_allowed"] = 1
kernel|kernel: "6.1.0" against "6.2.0"|d["host"]["kernel"] = "6.2.0"
libc|libc: "glibc 2.36"|d["host"]["libc"] = "musl"
compiler|compiler: "GNU 12.2.0"|d["run"]["tool"]["compiler"] = "Clang 14.0.0"
compiler|flags: "-O2 -g" against "-O3"|d["run"]["tool"]["flags"] = "-O3"
sanitizer|with a sanitizer (address)|d["run"]["tool"]["sanitizer"] = "address"
runtime|runtime: "contend 0.1.0"|d["run"]["tool"]["runtime"] = "cpython 3.11.2"
ROWS
}

cells_that_are_not_comparable_say_why() {
    _made other.json 7 'c["params"]["turns"] = 65'
    run compare base.json other.json
    expect_status 0
    expect_out "parameters: turns: 64 against 65"
    expect_out "not comparable"
    run compare base.json other.json --filter workload=spin
    expect_status 5
    _made other.json 7 'c["placement"] = "same"'
    run compare base.json other.json --filter workload=spin
    expect_status 5
    expect_out 'placement: placement: "free" against "same"'
    # Totals are of the operations done; rates are not.
    _made other.json 7 'c["ops_per_task"] = 2000; times(c, "makespan_ns", 2)'
    run compare base.json other.json --metric makespan_ns --filter workload=spin
    expect_status 5
    expect_out "operations a task: 1000 against 2000"
    run compare base.json other.json --metric throughput_per_s --filter workload=spin
    expect_status 0
}

exact_counts_are_compared_for_equality() {
    _made other.json 8 'c["metrics"]["early_wakes"]["samples"] = [1] * 12'
    run compare base.json other.json --gate
    expect_status 1
    expect_out "exact: was 0, is 1"
    _made other.json 8 'c["metrics"]["early_wakes"]["samples"] = [0] * 11 + [1]'
    run compare base.json other.json --gate
    expect_status 0
    expect_out "an exact count that varies: 0 and 1"
}

what_cannot_be_judged_says_so() {
    _made one.json 9 'del x[1:]'
    run compare base.json one.json --metric throughput_per_s --filter workload=spin --strict
    expect_status 4
    expect_out "one round a side says nothing"
    expect_no out '\[\]' # an interval that is none
    _made zero.json 9 'x[3] = 0'
    run compare base.json zero.json --metric throughput_per_s --filter workload=spin
    expect_status 5
    expect_out "zero or less"
    _made below.json 9 'x[3] = -5.0'
    run compare below.json base.json --metric throughput_per_s --filter workload=spin
    expect_status 5
    expect_out "zero or less"
    _made flat.json 9 'x[:] = [1e6] * 12'
    run compare flat.json flat.json --metric throughput_per_s --filter workload=spin
    expect_status 0
    expect_out "both sides are one run"
    _made none.json 9 'x[:] = []'
    run compare base.json none.json --metric throughput_per_s --filter workload=spin
    expect_status 5
    expect_out "could not be had: none was taken"
    _made failed.json 9 'c["status"], c["reason"] = "failed", "SIGSEGV"'
    run compare base.json failed.json --filter workload=spin
    expect_status 5
    expect_out "head: failed: SIGSEGV"
}

rounds_are_blocks() {
    # Twelve samples in two rounds that differ are two blocks, however many they look like.
    _made blocks.json 10 'x[6:] = [1.1 * v for v in x[6:]]; times(c, "throughput_per_s", 0.6)'
    run compare base.json blocks.json --metric throughput_per_s --filter workload=spin --gate
    expect_status 1
    expect_out "n 12/12"
    _made blocks.json 10 'x[6:] = [1.1 * v for v in x[6:]]; times(c, "throughput_per_s", 0.6)' \
        'c["launches"] = [dict(c["launches"][0], round=i // 6) for i in range(12)]'
    run compare base.json blocks.json --metric throughput_per_s --filter workload=spin --gate
    expect_status 0
    expect_out "n 12/2"
    expect_out "rounds differ by 7.3 %"
}

a_busy_machine_widens_what_is_said() {
    _made busy.json 11 'times(c, "throughput_per_s", 0.5)' \
        'for l in c["launches"]: l["foreign_cpu_ns"] = 30000000'
    run compare base.json busy.json --metric throughput_per_s --filter workload=spin --gate
    expect_status 0
    expect_out "others were busy on the machine"
}

nothing_in_common_is_no_verdict() {
    _made empty.json 12 'd["cells"] = []'
    run compare base.json empty.json
    expect_refusal 5 "empty.json holds no cells"
    _made other.json 12 'c["id"] = "spin/none/thread/tasks=3"; c["tasks"] = 3; d["cells"] = [c]'
    run compare base.json other.json
    expect_refusal 5 "no row in common" "spin/none/thread/tasks="
    _made more.json 12 'd["cells"] = d["cells"][:1]'
    run compare base.json more.json
    expect_status 0
    expect_out "2 cells only in base"
}

unreadable_files_are_named_with_the_place() {
    head -c 5000 base.json >cut.json
    run compare base.json cut.json
    expect_refusal 2 "cut.json:"
    expect grep -qE 'cut\.json:[0-9]+:[0-9]+: ' err
    _made next.json 13 'd["schema"] = "contend.result/2"'
    run compare next.json base.json
    expect_refusal 2 'next.json: schema: "contend.result/2" is another version'
    _made text.json 13
    sed '0,/"samples": \[/s//&"fast", /' text.json >word.json
    run compare base.json word.json
    expect_refusal 2 'word.json: cells[0].metrics.startup_ns.samples[0]: expected a number'
    printf '{"results": [{"command": "x"}]}' >foreign.json
    run compare base.json foreign.json
    expect_refusal 2 'foreign.json: "schema" is missing'
    run compare base.json missing.json
    expect_refusal 2 "missing.json: No such file"
}

wrong_usage_is_explained() {
    run compare base.json
    expect_refusal 2 "needs two results, BASE and HEAD, not 1"
    run compare base.json --
    expect_refusal 2 "a result of head is missing"
    run compare base.json --base head.json
    expect_refusal 2 "stands beside --base"
    run compare base.json head.json --allow kernal
    expect_refusal 2 'unknown dimension "kernal"' 'did you mean "kernel"'
    run compare base.json head.json --metric throughpt
    expect_refusal 2 'no cell of base.json has "throughpt"; did you mean throughput'
    run compare base.json head.json --format xml
    expect_refusal 2 "xml"
    run compare base.json head.json --threshold 300%
    expect_refusal 2 "--threshold"
    run compare base.json head.json --filter workload=spun
    expect_refusal 2 "workload=spun"
}

every_format_carries_the_verdict() {
    run compare base.json half.json --format json
    expect_status 0
    cp out half.cmp
    expect_document compare-1.json half.cmp
    expect_json half.cmp 'd["schema"] == "contend.compare/1" and d["counts"]["slower"] == 1'
    expect_json half.cmp 'd["rows"][0]["verdict"] == "slower" and d["rows"][0]["lo"] > 0.03'
    expect_json half.cmp 'sum(d["counts"].values()) == len(d["rows"])'
    run compare base.json half.json --format markdown --gate
    expect_status 1
    expect_out "### Performance: slower"
    expect_out "<details>"
    run compare base.json half.json --format junit
    expect "${python:-python3}" -c 'import xml.etree.ElementTree as e
t = e.parse("out").getroot()[0]
assert t.get("failures") == "1" and len(t) == int(t.get("tests")), t.attrib
assert [c.get("name") for c in t if c.find("failure") is not None] == ["throughput_per_s"]'
    run compare base.json half.json --format github
    expect_out "::error title=slower%3A spin/none/thread/tasks=2::"
    expect [ "$(grep -c '^::error' out)" -eq 1 ]
}

# Rounds that differ by more than anybody measures have no three hundred digits.
no_number_is_longer_than_what_it_says() {
    _made wild.json 3 'x[:] = [1e-300, 1e20] * 6'
    local format
    for format in text markdown json; do
        run compare base.json wild.json --all --format $format
        expect_no out '[0-9]{30}'
    done
    expect_out 'rounds differ by more than 100x'
}

what_other_programs_measured_is_judged_too() {
    "${python:-python3}" - <<'PY'
import json, random
for name, factor, seed in (("hb", 1, 1), ("hh", 2.5, 2)):
    r = random.Random(seed)
    times = [0.05 * factor * r.lognormvariate(0, 0.01) for _ in range(12)]
    json.dump({"results": [{"command": "sort words", "mean": 1, "stddev": None, "median": 1,
                            "user": 0.1, "system": 0.1, "min": 1, "max": 1, "times": times,
                            "exit_codes": [0] * 12}]}, open(name + ".json", "w"))
PY
    run import hb.json -o hb-result.json
    expect_status 0
    run import hh.json -o hh-result.json
    run compare hb-result.json hh-result.json --gate
    expect_status 1
    expect_out "hyperfine/none/command/tasks=1,name=sort words"
}

run_tests
