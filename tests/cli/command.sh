#!/usr/bin/env bash
# ctest: takes 60
# The workload command: any program as a cell, and what it says of itself.
. "$(dirname "$0")/lib.sh"

# _cell ARGV OPTION..: one task or as many as OPTION says, one round.
_cell() {
    local argv=$1
    shift
    rm -f r.json r.json.journal
    run run --workload command --executor process --lock none --rounds 1 -o r.json --no-report \
        -p "command.argv=$argv" "$@"
}

# _reason WORDS: the cell failed, and says so.
_fails() {
    expect_status 3
    expect_json r.json "[c for c in cells if c['status'] == 'failed'] != []"
    expect_json r.json "all('''$1''' in c['reason'] for c in cells if c['status'] == 'failed')"
}

copies_are_started_at_once() {
    cat >app <<'APP'
#!/bin/sh
echo "$CONTEND_TASK of $CONTEND_TASKS" >>seen
exec sleep 0.01
APP
    chmod +x app
    _cell ./app --tasks 1,3
    expect_status 0
    expect_valid r.json
    expect_json r.json "all(c['status'] == 'ok' for c in cells)"
    expect_json r.json "[c['params']['argv'] for c in cells][0] == './app'"
    expect_json r.json "'argv=./app' in cells[0]['id']"
    expect_json r.json "all(min(c['metrics']['command_ns']['samples']) > 10e6 for c in cells)"
    local task
    for task in 0 1 2; do
        expect grep -qx "$task of 3" seen
    done
}

each_executor_that_can_runs_it() {
    # AddressSanitizer does not survive a program that is started from a child of vfork(2).
    local which=()
    ldd "$contend" | grep -q libasan && which=(--executor serial,process,spawn)
    run run --workload command "${which[@]}" --rounds 1 -o r.json --no-report --tasks 2
    expect_status 0
    expect_json r.json "{'serial', 'process', 'spawn'} <= {c['executor'] for c in cells if c['status'] == 'ok'}"
    expect_json r.json "{c['lock'] for c in cells} == {'none'}"
    run run --workload command --executor thread --rounds 1 -o r.json --no-report --tasks 2
    expect_status 3
    expect_json r.json "'is not for the executor thread' in cells[0]['reason']"
}

# _change COMMAND ARGV: while a run goes on, after its first round (the plan and two cells), that is done.
_change() {
    local pid
    rm -f r.json r.json.journal rounds
    "$contend" run --workload command --executor process --lock none --rounds 6 --tasks 1 -o r.json \
        --no-report -q -p "command.argv=$2" -p command.deadline=3s >out 2>err &
    pid=$!
    await_lines r.json.journal 4
    eval "$1"
    status=0
    wait $pid || status=$?
    last_command="run --workload command -p command.argv=$2, meanwhile $1"
}

# Buggy: what was measured of two programs was one cell's, with status 0.
a_program_that_changes_between_rounds_has_no_number() {
    local change
    for change in 'sed "s/0.1/0.2/" app >new && chmod +x new && mv new app' 'rm app' 'chmod -x app' \
        'mkfifo pipe && mv pipe app'; do
        rm -f app
        printf '#!/bin/sh\necho x >>rounds; sleep 0.1\n' >app
        chmod +x app
        _change "$change" ./app
        _fails 'app changed while it was measured'
        expect_json r.json "all('metrics' not in c or not any('samples' in m and m['samples'] for m in c['metrics'].values()) for c in cells if c['status'] == 'failed')"
        expect_valid r.json
    done
    rm -f app
    expect_no_leftovers
}

a_script_that_changes_between_rounds_has_no_number() {
    local change
    for change in 'echo "sleep 0.2" >>app.sh' 'rm app.sh' 'mkfifo pipe && mv pipe app.sh'; do
        rm -f app.sh
        printf 'echo x >>rounds; sleep 0.1\n' >app.sh
        _change "$change" 'sh app.sh'
        _fails 'app.sh changed while it was measured'
    done
    rm -f app.sh
}

a_run_goes_on_with_the_program_it_was_begun_with() {
    local pid
    printf '#!/bin/sh\necho x >>rounds; sleep 0.1\n' >app
    chmod +x app
    rm -f r.json r.json.journal rounds
    "$contend" run --workload command --executor process --lock none --rounds 6 --tasks 1 -o r.json \
        --no-report -q -p command.argv=./app >out 2>err &
    pid=$!
    await_lines r.json.journal 4
    kill -TERM $pid
    wait $pid
    cp -p app old
    sed -i 's/0.1/0.2/' app
    run run --resume -o r.json -q --no-report
    expect_refusal 2 'r.json.journal: was begun with another ./app'
    mv old app
    run run --resume -o r.json -q --no-report
    expect_status 0
}

# What it writes itself is no change, nor what another cell's program does.
what_a_program_writes_itself_is_no_change() {
    printf '#!/bin/sh\ndate +%%N >>"$1"\n' >app
    chmod +x app
    echo >log
    _cell './app log' --rounds 3 --tasks 1,2
    expect_status 0
    expect_json r.json "all(c['status'] == 'ok' for c in cells)"
}

a_text_may_hold_commas() {
    cat >app <<'APP'
#!/bin/sh
[ "$1" = a,b.c=d ]
APP
    chmod +x app
    _cell './app a,b.c=d' --tasks 1
    expect_status 0
    _cell './app a,b.c=d,' --tasks 1
    _fails '"./app" ended with status 1'
}

one_program_is_handed_the_number_of_tasks() {
    cat >app <<'APP'
#!/bin/sh
echo "$*" >>seen
APP
    chmod +x app
    rm -f seen
    _cell './app "n is {n}"' --tasks 1,4
    expect_status 0
    expect_json r.json "all(c['status'] == 'ok' for c in cells)"
    expect grep -qx 'n is 4' seen
    expect test -z "$(grep -vx 'n is [14]' seen)"
}

what_it_reports_is_in_the_result() {
    cat >app <<'APP'
#!/bin/sh
echo "operations=1000 checksum=42 lookup_ns=12.5 hits=3" >&"$CONTEND_REPORT_FD"
APP
    chmod +x app
    _cell ./app -p command.metrics=lookup_ns,hits:higher,miss_ratio -p command.checksum=42 --tasks 2
    expect_status 0
    expect_valid r.json
    expect_json r.json "[m for c in cells for m in c['metrics']['lookup_ns']['samples']][0] == 12.5"
    expect_json r.json "cells[0]['metrics']['lookup_ns']['better'] == 'lower' and cells[0]['metrics']['hits']['better'] == 'higher'"
    expect_json r.json "'did not report' in cells[0]['metrics']['miss_ratio'].get('reason', '') or cells[0]['metrics']['miss_ratio']"
    expect_json r.json "max(c['metrics']['command_ops_per_s']['summary']['center'] for c in cells) > 0"
    _cell ./app -p command.metrics=lookup_ns,hits -p command.checksum=41 --tasks 1
    _fails 'reported a checksum that is not command.checksum'
    _cell ./app -p command.metrics=hits --tasks 1
    _fails 'which is not declared in command.metrics'
}

copies_must_agree() {
    # shellcheck disable=SC2016
    _cell 'sh -c "echo checksum=$CONTEND_TASK >&3"' --tasks 3
    _fails 'reported another checksum than others did'
}

the_examples_report() {
    command -v cc >/dev/null && cc -O2 -o sums "$source_dir/examples/command/sums.c" &&
        _cell ./sums -p command.checksum=500000500000 --tasks 2 && expect_status 0
    command -v node >/dev/null && _cell "node $source_dir/examples/command/sums.js" \
        -p command.checksum=500000500000 --tasks 1 && expect_status 0
    [ -n "$python" ] || return 0
    _cell "$python $source_dir/examples/command/words.py {n}" -p command.metrics=word_ns --tasks 2
    expect_status 0
    expect_json r.json "all(c['metrics']['word_ns']['samples'] for c in cells if c['status'] == 'ok')"
}

what_goes_wrong_costs_the_cell_with_one_line() {
    _cell 'sh -c "echo no such table >&2; exit 3"' --tasks 2
    _fails '"sh" ended with status 3: no such table'
    _cell "sh -c 'kill -SEGV \$\$'" --tasks 1
    _fails 'was killed by signal 11'
    _cell 'sleep 100' -p command.deadline=200ms --tasks 2
    _fails 'did not end within command.deadline and was killed'
    _cell 'yes' -p command.output_most=1MiB --tasks 1
    _fails 'wrote more than command.output_most and was killed'
}

# Buggy: the last of two counted, the first of two lines, and of no text nothing.
what_is_no_report_costs_the_cell() {
    _reports() {
        _cell "sh -c 'printf \"$1\" >&\$CONTEND_REPORT_FD'" --tasks 1 -p command.metrics=own_ns
    }
    _reports 'operations=5\r\n\n'
    expect_status 0
    _reports 'operations=5 operations=6\n'
    _fails 'reported "operations=6", which was said before'
    _reports 'own_ns=1 own_ns=1\n'
    _fails 'which was said before'
    _reports 'operations=5\noperations=7\n'
    _fails 'reported more than one line'
    _reports '\000operations=x\n'
    _fails 'and no text'
}

nothing_is_left_running() {
    cat >app <<'APP'
#!/bin/sh
sleep 98765 &
sleep 98765 &
APP
    chmod +x app
    _cell ./app --tasks 2
    expect_status 0
    _cell 'sh -c "sleep 98765 & sleep 98765"' -p command.deadline=200ms --tasks 2
    _fails 'did not end within'
    local environ
    for environ in /proc/[0-9]*/environ; do
        grep -qs "$work" "$environ" && grep -qs 98765 "${environ%environ}cmdline" && fail "left running: $environ"
    done
    true
}

bad_words_are_refused() {
    _cell "sleep '1"
    expect_refusal 2 '-p command.argv' 'has a quote that is not closed'
    _cell ''
    expect_refusal 2 '-p command.argv: 0 bytes are too few (1 to 4096)'
    _cell 'no_such_program 1'
    expect_refusal 2 'names a program that is not in the PATH'
    _cell './none'
    expect_refusal 2 'names a program that cannot be executed'
    _cell "$(printf 'a\nb')"
    expect_refusal 2 'has a control character'
    _cell "true $(printf '%5000s' x)"
    expect_refusal 2 'bytes are too many (1 to 4096)'
    _cell true -p command.metrics=Lookup
    expect_refusal 2 '-p command.metrics' 'names of a-z'
    _cell true -p command.metrics=makespan_ns
    expect_refusal 2 'names a metric that every command has'
    _cell true -p command.deadline=0
    expect_refusal 2 '-p command.deadline'
}

a_text_survives_the_journal_and_comes_back() {
    # shellcheck disable=SC2016
    _cell 'sh -c "exit $((0))" "ä \"x"' --tasks 1
    expect_status 0
    run run --like r.json -o again.json --no-report
    expect_json again.json "cells[0]['params']['argv'] == json.load(open('r.json'))['cells'][0]['params']['argv']"
    run list workloads --json
    cp out list.json
    expect_json list.json "[p for w in d['workloads'] if w['name'] == 'command' for p in w['params'] if p['name'] == 'argv'][0] \
        == {'name': 'argv', 'unit': 'text', 'default': 'true', 'min': 1, 'max': 4096, 'help': [p for w in d['workloads'] if w['name'] == 'command' for p in w['params']][0]['help']}"
    run list workloads
    expect_out '-p command.argv="true"'
}

run_tests
