#!/usr/bin/env bash
# Every command that shows a page takes -o FILE, and the file's name says what is in it.
. "$(dirname "$0")/lib.sh"

fixtures=$source_dir/tests/fixtures

# _is FORMAT FILE: what its name says, and nothing was shown in its place.
_is() {
    local begin
    case $1 in
    html) begin='<!doctype html>' ;;
    json) begin='[[{]' ;;
    md) begin='[^<{[:space:]]' ;;
    esac
    [ -s "$2" ] || { fail "$2 is not there"; show_run; return; }
    head -n 1 "$2" | grep -qiE "^$begin" || { head -n 3 "$2"; fail "$2 is no $1"; }
}

# _each NAME STATUS ARGUMENTS...: as each of three formats.
_each() {
    local name=$1 wanted=$2 ending
    shift 2
    for ending in html json md; do
        run "$@" -o "$name.$ending"
        expect_status "$wanted"
        _is $ending "$name.$ending"
        expect test ! -s out
    done
    run "$@" -o "$name.bogus"
    expect_status 2
    expect grep -q 'a name ends with what it holds' err
}

what_is_stored_is_shown_into_a_file() {
    _each report 0 report "$fixtures/report/standard.json"
    _each compare 0 compare "$fixtures/compare/base.json" "$fixtures/compare/head.json"
    _each fidelity 1 compare --fidelity "$fixtures/fidelity/emulated.json" "$fixtures/fidelity/real.json"
    _each show 0 history show --file "$fixtures/history/all.jsonl"
    _each check 1 history check --file "$fixtures/history/all.jsonl"
    _each list 0 list locks
    _each doctor 0 doctor
    _each claims 0 claims --list
}

# Theirs is the document that a program reads, unless the name says that it is the page.
what_is_measured_goes_into_a_file_as_its_name_says() {
    local ending
    for ending in html json md; do
        run duel --budget 200ms --force -q -o "duel.$ending" -- true -- true
        _is $ending "duel.$ending"
        run scale --tasks 1,2 --rounds 2 --budget 200ms --force -q -o "scale.$ending" -- sh -c ': {n}'
        _is $ending "scale.$ending"
        run spinner --all --work block --lock none --seconds 0.1 -o "spinner.$ending"
        expect_status 0
        _is $ending "spinner.$ending"
    done
    run duel --budget 200ms --force -q -o plain -- true -- true
    _is json plain
    # Buggy: a page took the place of the document with all pairs.
    run duel --budget 200ms --force -q -o both.json --also html=both.json -- true -- true
    expect_refusal 2 'both.json is what -o names'
}

# Buggy: JSON in a file called x.html.
a_result_is_no_page() {
    run run --workload noop --executor fake --lock none --tasks 1 --rounds 1 -q --no-report -o r.html
    expect_refusal 2 'r.html has the name of a page' 'contend report makes the page'
    run merge "$fixtures/report/standard.json" -o r.md
    expect_refusal 2 'r.md has the name of a page'
    run import "$fixtures/report/standard.json" -o r.csv
    expect_refusal 2 'r.csv has the name of a page'
    run reference cpython -o r.svg
    expect_refusal 2 'r.svg has the name of a page'
}

what_is_read_is_not_written_over() {
    cp "$fixtures/compare/base.json" base.json
    cp "$fixtures/history/all.jsonl" all.json
    run compare base.json "$fixtures/compare/head.json" -o base.json
    expect_status 2
    cmp -s base.json "$fixtures/compare/base.json" || fail "base.json was written over"
    run compare --base "$fixtures/compare/head.json" --head base.json -o base.json
    expect_status 2
    run history show --file all.json -o all.json
    expect_status 2
    cmp -s all.json "$fixtures/history/all.jsonl" || fail "the history was written over"
}

# Buggy: the file behind a redirection was replaced, and what stood in it was gone; a run was written
# to "x.json (deleted)" in the end.
what_is_open_is_written_to_where_it_stands() {
    "$contend" list locks -o page.txt
    echo before >log
    last_command="list locks -o /dev/stdout"
    "$contend" list locks -o /dev/stdout >>log 2>err || fail "list failed: $(cat err)"
    { echo before; cat page.txt; } | cmp -s - log || fail "what stood in log is gone"
    last_command="run -o /dev/fd/3"
    "$contend" run --workload noop --executor fake --lock none --tasks 1 --rounds 2 -q --no-report \
        -o /dev/fd/3 3>x.json >out 2>err || { fail "run failed: $(cat err)"; }
    run report x.json
    expect_status 0
    [ "$(find . -name 'x.json*' | wc -l)" -eq 1 ] || fail "beside x.json: $(ls)"
    last_command="list locks -o /dev/fd/0"
    "$contend" list locks -o /dev/fd/0 >out 2>err <page.txt && fail "written to what is read"
    grep -q 'is not open for writing' err || fail "$(cat err)"
}

# _kept: the file that the error names.
_kept() {
    expect_status 3
    expect test "$(grep -c '^contend: error: ' err)" -eq 1
    expect_err '/dev/full: cannot be written: No space left on device; what was measured is in '
    kept=$(sed -n 's/.*what was measured is in //p' err)
    [ -s "$kept" ] || { fail "nothing is kept in \"$kept\""; return 1; }
}

# Buggy: what had been measured for minutes was gone with the first write.
what_was_measured_is_kept_where_its_place_does_not_take_it() {
    [ -w /dev/full ] || return 0
    local kept quick=(--executor fake --lock none --tasks 1 --rounds 1)
    run run --workload noop "${quick[@]}" -q -o /dev/full
    _kept && run report "$kept" && expect_status 0
    run claims --only startup --rounds 1 --budget 2s -q --force -o /dev/full
    _kept && run claims --result "$kept" && expect_out 'startup'
    run duel --budget 200ms --force -q -o /dev/full -- true -- true
    _kept && expect_json "$kept" 'd["schema"].startswith("contend.duel/")'
    run scale --tasks 1,2 --rounds 2 --budget 200ms --force -q -o /dev/full -- sh -c ': {n}'
    _kept && expect_json "$kept" 'd["schema"].startswith("contend.scale/")'
    run trace --workload spin --lock none --tasks 1 --for 1ms --force --format json -o /dev/full
    _kept && expect_json "$kept" '"traceEvents" in d'
    run spinner --all thread --work block --lock none --seconds 0.1 --format csv -o /dev/full
    _kept && expect grep -q ',' "$kept"
    if "$contend" reference cpython --which >which.txt 2>&1; then
        run reference cpython --workload sleep --rounds 1 --task-time 10ms -q --force -o /dev/full
        _kept && expect_valid "$kept"
    fi
    # Buggy: a trace was ended by the signal, without a word.
    last_command='trace -o - | true'
    "$contend" trace --workload spin --lock none --tasks 1 --for 1ms --force --format json -o - 2>err | true
    status=${PIPESTATUS[0]}
    expect_status 3
    expect_err 'Broken pipe; what was measured is in '
    # Nothing of what can be made again.
    rm -f contend-kept-*
    run report "$fixtures/report/standard.json" -o /dev/full
    expect_refusal 3 'cannot be written: No space left on device'
    run doctor -o /dev/full
    expect_status 3
    expect test -z "$(find . -name 'contend-kept-*')"
}

# Before anything is measured: a pipe of somebody else, a closed stream, a folder, a file in the way.
a_place_that_cannot_be_written_is_known_before() {
    local place started=: measures=(run --workload noop --executor fake --lock none --tasks 1 --rounds 1 -q)
    touch in-the-way
    mkdir folder
    # Buggy: "missing/" was made first, and refused when all was measured.
    for place in in-the-way/r.json folder /proc/r.json missing/; do
        run "${measures[@]}" -o "$place"
        expect_refusal 2 "$place"
        run scale --tasks 1,2 --force -q -o "$place" -- sh -c 'touch began; : {n}'
        expect_refusal 2 "$place"
        run duel --force -q -o "$place" -- sh -c 'touch began' -- true
        expect_refusal 2 "$place"
        run watch -o "$place" -- sh -c 'touch began'
        expect_refusal 2 "$place"
    done
    expect test ! -e began
    expect test ! -e missing
    last_command="duel -o - >&-"
    "$contend" duel --force -q -o - -- sh -c 'touch began' -- true >&- 2>err && fail 'status 0'
    grep -q 'standard output is not open for writing' err || fail "$(cat err)"
    expect test ! -e began
    can_be_nobody || return 0
    mkfifo -m 600 pipe
    last_command="run -o pipe"
    status=0
    as_nobody "$contend" "${measures[@]}" -o pipe >out 2>err || status=$?
    expect_refusal 2 'pipe: cannot be written: Permission denied'
}

# Buggy: "claims -o -" read standard input, of a pipe it waited for ever for what it had written
# itself, and of /dev/null it judged nothing.
claims_are_judged_whatever_takes_the_result() {
    local words=(claims --only startup --rounds 1 --budget 1s -q --force -f json)
    run "${words[@]}" -o /dev/null
    expect_status 0
    cp out page.json
    expect_json page.json 'd["schema"].startswith("contend.claims/")'
    mkfifo claims.pipe
    cat claims.pipe >streamed.json &
    run "${words[@]}" -o claims.pipe
    expect_status 0
    wait $!
    expect_valid streamed.json
    run "${words[@]}" -o -
    expect_status 0
    expect_out '"schema": "contend.result/1"'
    expect_out '"schema": "contend.claims/1"'
}

# Buggy: "/dev/null-smaller.json", "--bigger.json".
two_files_go_to_no_stream() {
    local place
    for place in - /dev/null ''; do
        run export "$fixtures/report/standard.json" --to github-benchmark -o "$place"
        expect_refusal 2 'writes two files'
    done
    expect test -z "$(find . -name '*-bigger.json')"
}

# What is shown has nobody who reads it: files come first, and the error says where they are.
a_reader_that_goes_leaves_the_files() {
    last_command="run | true"
    "$contend" run --workload noop --executor fake --lock none --tasks 1 --rounds 1 -q -o gone.json 2>err | true
    expect_err 'what was measured is in gone.json'
    last_command="duel | true"
    "$contend" duel --pairs 2 --force -q -o gone_duel.json -- true -- true 2>err | true
    expect_err 'what was measured is in gone_duel.json'
    last_command="watch | true"
    "$contend" watch -o gone_watch.json --format json -- sleep 0.01 2>err | true
    expect_json gone_watch.json 'd["schema"] == "contend.watch/1"'
    run duel --pairs 2 --force -q --also html=/dev/full --also csv=also.csv -- true -- true
    expect_status 3
    expect test -s also.csv
}

# A file's name is somebody else's, in what is told as in errors.
names_in_what_is_told_do_not_act() {
    local name=$'\e[31mred\u202e.json'
    run run --workload noop --executor fake --lock none --tasks 1 --rounds 1 -q -o "$name"
    run export "$name" --to sqlite -o "${name%.json}.db"
    expect_status 0
    expect_err '<U+001B>[31mred<U+202E>.db'
    expect_no err $'\e'
}

# Whoever starts us may leave streams that do not block (Node.js, a shell's coprocess), and read late.
# Buggy: what did not fit into the pipe was lost, and what had not come yet was no input.
streams_that_do_not_block_lose_nothing() {
    "${python:-python3}" "$source_dir/tests/perf/make_result.py" 300 3 3 1 >large.json
    "${python:-python3}" - "$contend" <<'PY' || fail "see above"
import os, subprocess, sys, time

def pipe():
    ends = os.pipe()
    for end in ends:
        os.set_blocking(end, False)
    return ends

def through_pipes(words, text):
    (reads_in, writes_in), (reads_out, writes_out) = pipe(), pipe()
    program = subprocess.Popen([sys.argv[1], *words], stdin=reads_in, stdout=writes_out)
    os.close(reads_in), os.close(writes_out)
    for end in writes_in, reads_out:
        os.set_blocking(end, True)
    time.sleep(0.2)
    while text:
        text = text[os.write(writes_in, text[:100000]):]
    os.close(writes_in)
    time.sleep(0.5)
    got = b"".join(iter(lambda: os.read(reads_out, 100000), b""))
    os.close(reads_out)
    return program.wait(), got

text = open("large.json", "rb").read()
for words in (["report", "-", "--format", "json"], ["export", "-", "--to", "csv"], ["merge", "-", "large.json"]):
    whole = subprocess.run([sys.argv[1], *words], input=text, stdout=subprocess.PIPE).stdout
    status, got = through_pipes(words, text)
    if status or got != whole or len(whole) < 1 << 17:
        sys.exit(f"{words}: status {status}, {len(got)} of {len(whole)} bytes")
PY
}

# Buggy: another run was said to write there, and a hundred temporary folders stayed.
where_nothing_can_be_locked_that_is_said_and_nothing_stays() {
    local words measures=(run --workload noop --executor fake --lock none --tasks 1 --rounds 1 -q)
    command -v cc >/dev/null && cc -DREFUSED=SYS_flock -o refuse "$source_dir/tests/fixtures/refuse.c" || return 0
    mkdir locks locks/tmp
    cd locks || return
    for words in "${measures[*]} -o r.json" "${measures[*]} --launcher env -o f.json" "doctor --moments --budget 1s" \
        "history add ../gone.json --commit 1234567 --file h.jsonl"; do
        status=0
        last_command=$words
        # shellcheck disable=SC2086
        TMPDIR=$PWD/tmp ../refuse ENOSYS "$contend" $words >../out 2>../err </dev/null || status=$?
        [ "$status" -ne 77 ] || break
        rm -f h.jsonl
        [ "$(find . | sort | tr '\n' ' ')" = ". ./tmp " ] || fail "$words: left: $(find .)"
        (cd .. && expect_err 'Function not implemented')
        [ "$status" -ge 2 ] || fail "$words: status $status"
    done
    cd ..
}

# Buggy: a temporary folder that its owner may not enter is none, and each that was tried stayed.
the_umask_takes_nothing_from_its_owner() {
    can_be_nobody || return 0
    mkdir -m 777 masked
    cd masked || return
    (umask 0777 && TMPDIR=$PWD as_nobody "$contend" doctor --moments --budget 1s >../out 2>../err) || fail "$(cat ../err)"
    [ -z "$(ls -A)" ] || fail "left: $(ls)"
    cd ..
}

run_tests
