#!/usr/bin/env bash
# ctest: timeout 300, label nosan
# Whoever took all rights to write from a file meant it: no command writes there, nor its superuser.
. "$(dirname "$0")/lib.sh"

fixture=$source_dir/tests/fixtures/report/standard.json

# What writes a file, as words of which FILE is replaced by its name.
_writers() {
    cat <<END
run output|run --workload noop --lock none --executor fake --tasks 1 --rounds 1 -o FILE
report output|report $fixture -o FILE --format json
compare output|compare $source_dir/tests/fixtures/compare/base.json $source_dir/tests/fixtures/compare/head.json -o FILE
history show output|history show --file $source_dir/tests/fixtures/history/all.jsonl -o FILE
history check output|history check --file $source_dir/tests/fixtures/history/all.jsonl -o FILE
spinner output|spinner --all --seconds 1 -o FILE
list output|list executors -o FILE
doctor output|doctor -o FILE
trace output|trace --workload noop --lock none --executor thread --tasks 1 -o FILE
duel output|duel --pairs 1 -o FILE -- true -- true
duel also|duel --pairs 1 --also json=FILE -- true -- true
watch output|watch -o FILE -- true
watch timeline|watch --timeline FILE -- true
scale output|scale --tasks 1,2 --rounds 2 -o FILE -- sh -c 'exit 0' {n}
advise output|advise --cpu 1ms --wait 1ms --concurrency 2 -o FILE
export output|export $fixture --to csv -o FILE
import output|import $source_dir/tests/fixtures/import/hyperfine_1.json -o FILE
merge output|merge $fixture -o FILE
reference output|reference cpython -o FILE
claims output|claims -o FILE
history show also|history show --file $source_dir/tests/fixtures/history/all.jsonl --also json=FILE
history check also|history check --file $source_dir/tests/fixtures/history/all.jsonl --also json=FILE
history export output|history export --file $source_dir/tests/fixtures/history/all.jsonl --to otava-csv -o FILE.d
history add file|history add $fixture --commit a --file FILE
END
}

# Options that name a file to be written are those above: a new one is to be tried as well.
every_writer_is_tried() {
    "$contend" help --json >help.json
    "${python:-python3}" -S - >there <<'PY'
import json

def walk(commands, above):
    for command in commands:
        for option in command["options"]:
            if option["name"] in ("output", "also", "timeline"):
                print(above + command["name"], option["name"])
        walk(command.get("commands", []), above + command["name"] + " ")

walk(json.load(open("help.json"))["commands"], "")
PY
    while read -r option; do
        _writers | grep -q "^$option|" || fail "not tried: $option"
    done <there
    [ "$(wc -l <there)" -ge 14 ] || fail "only $(wc -l <there) writers"
}

a_read_only_file_is_refused_in_words_and_stays() {
    local line file=frozen.json words
    echo mine >"$file"
    mkdir "$file.d"
    cp "$file" "$file.d/otava.yaml"
    chmod 444 "$file" "$file.d/otava.yaml"
    while IFS= read -r line; do
        words=${line#*|}
        eval "run ${words//FILE/$file}"
        [ "$status" -eq 2 ] || { fail "${line%%|*}: taken"; show_run; }
        expect_err 'is there and read-only'
        [ "$(cat "$file" "$file.d/otava.yaml" | tr -d '\n')" = minemine ] || fail "${line%%|*}: $file was written"
        [ "$(stat -c %a "$file")" = 444 ] || fail "${line%%|*}: $file has other rights"
    done < <(_writers)
}

# What a run goes on with is written, too.
a_read_only_journal_is_refused() {
    local how
    echo mine >kept.json.journal
    chmod 444 kept.json.journal
    for how in '' --force --resume; do
        # shellcheck disable=SC2086
        run run --workload noop --lock none --executor fake --tasks 1 --rounds 1 $how -o kept.json
        expect_refusal 2 'kept.json.journal: is there and read-only'
    done
    [ "$(cat kept.json.journal)" = mine ] || fail 'the journal was written'
}

run_tests
