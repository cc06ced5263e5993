#!/usr/bin/env bash
# docs/reliability.md has every row of the fault matrix, as the driver would write it.
. "$(dirname "$0")/../cli/lib.sh"

the_table_has_every_row() {
    local number name rest
    python3 "$source_dir/tests/fault/matrix.py" --list >rows || fail "the rows cannot be listed"
    [ "$(wc -l <rows)" -ge 15 ] || fail "there are $(wc -l <rows) rows"
    while read -r number name rest; do
        grep -qF "| $number | ${rest% \{*} |" "$source_dir/docs/reliability.md" ||
            fail "row $number, $name, is not there as it is now: scripts/soak --table --write"
    done <rows
}

no_row_lost_anything() {
    sed -n '/made by scripts\/soak/,/end of what was made/p' "$source_dir/docs/reliability.md" |
        grep -E '^\| *[0-9]+ \|' >table || fail "there is no table"
    expect test "$(grep -cvE '\| 0 \| 0 \| 0 \| 0 \| [0-9 ]+ \|$' table)" -eq 0
}

run_tests
