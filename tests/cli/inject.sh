#!/usr/bin/env bash
# ctest: serial, label nosan
# The tool's own false alarms and power, measured by the tool and by the campaign.
. "$(dirname "$0")/lib.sh"

every_share_planted_has_its_duels() {
    run doctor --inject 0,40 --trials 2 --budget 600ms --seed 1 --json
    expect_status 0
    expect_json out 'd["schema"] == "contend.injection/1" and d["seed"] == 1'
    expect_json out '[e["planted_ratio"] for e in d["effects"]] == [0, 0.4]'
    expect_json out 'all(e["duels"] == 2 == sum(e["verdicts"].values()) for e in d["effects"])'
    expect_json out 'all(e["mean_absolute_error_ratio"] >= 0 and e["mean_s"] > 0 for e in d["effects"])'
    # No measure of this machine: five times of what was asked for would be off by 1.6.
    expect_json out 'all(e["mean_absolute_error_ratio"] < 1.2 for e in d["effects"])'
}

the_table_tells_how_to_read_it() {
    run doctor --inject 5% --trials 1 --budget 100ms --seed 1
    expect_status 0
    expect_out 'planted  duels  slower'
    expect_out 'false alarms'
}

what_cannot_be_planted_is_refused() {
    run doctor --inject ''
    expect_refusal 2 '--inject'
    run doctor --inject 1,x
    expect_refusal 2 '--inject' '"x'
    run doctor --inject 200
    expect_refusal 2 '--inject'
}

an_interrupt_prints_what_there_is() {
    "$contend" doctor --inject 0 --trials 100 --budget 1s --seed 1 >out 2>err </dev/null &
    pid=$!
    await_listening "$pid"
    sleep 1
    kill -INT "$pid"
    status=0
    wait "$pid" || status=$?
    expect_status 130
    expect_err 'interrupted: what is shown'
    expect_no_leftovers
}

# Two trials in two sittings are the same rows as in one.
a_campaign_that_was_cut_goes_on() {
    command -v cc >/dev/null || return 0
    "$source_dir/scripts/campaign" --contend "$contend" --methods duel --trials 1 --seconds 0.1 -o rows.jsonl >table 2>err ||
        fail "the campaign failed: $(tail -n 1 err)"
    grep -q '^| lock | neighbour | 5 % |' table || fail "no row of the lock loop in the table"
    expect [ "$(wc -l <rows.jsonl)" -eq 15 ]
    # A line cut in the middle is measured again, the others are not.
    head -c -30 rows.jsonl >cut.jsonl
    "$source_dir/scripts/campaign" --contend "$contend" --methods duel --trials 1 --seconds 0.1 -o cut.jsonl >table 2>err ||
        fail "the campaign failed: $(tail -n 1 err)"
    expect [ "$(wc -l <cut.jsonl)" -eq 15 ]
    head -n 14 rows.jsonl | cmp -s - <(head -n 14 cut.jsonl) || fail "rows were measured again"
    "$source_dir/scripts/campaign" --table -o cut.jsonl >again
    expect cmp -s table again
    # What is not its own is not written over.
    echo '{"schema": "another/1"}' >foreign.jsonl
    ! "$source_dir/scripts/campaign" --contend "$contend" --methods duel -o foreign.jsonl >table 2>err ||
        fail "a foreign file was taken"
    grep -q 'foreign.jsonl: not the rows of a campaign' err || fail "no reason"
    expect [ "$(wc -l <foreign.jsonl)" -eq 1 ]
}

run_tests
