#!/usr/bin/env bash
# ctest: takes 190, timeout 900
# The tour is whole: pages follow each other and lead on, and what they show works.
. "$(dirname "$0")/lib.sh"

tour=$source_dir/docs/tour

pages_are_numbered_without_a_gap() {
    local page number=0
    for page in "$tour"/[0-9]*.md; do
        number=$((number + 1))
        [[ $(basename "$page") == "$(printf '%02d' "$number")"-* ]] || fail "$(basename "$page") is not page $number"
        grep -q "^# $number\. " "$page" || fail "$(basename "$page"): the heading is not that of page $number"
    done
    [ "$number" -ge 10 ] || fail "only $number pages"
}

each_page_has_a_command_its_output_and_a_lesson() {
    local page
    for page in "$tour"/[0-9]*.md; do
        awk '/^```console/ { inside = 1; next } /^```/ { inside = 0 }
             inside && /^\$ contend / { commands++; next } inside { lines++ }
             END { exit !(commands >= 1 && lines >= 3) }' "$page" || fail "$(basename "$page"): no command with its output"
        grep -q '^\*\*What it teaches\.\*\*' "$page" || fail "$(basename "$page"): no lesson"
        grep -q '^\*\*Reading it\.\*\*' "$page" || fail "$(basename "$page"): not how to read it"
    done
}

each_page_leads_to_the_next_and_is_in_the_overview() {
    local page next=
    for page in $(ls -r "$tour"/[0-9]*.md); do
        [ -z "$next" ] || grep -qF "]($next)" "$page" || fail "$(basename "$page") does not lead to $next"
        next=$(basename "$page")
        grep -qF "]($next)" "$tour/README.md" || fail "the overview lacks $next"
    done
}

every_command_shown_works_as_shown() {
    run_pages "$tour"/*.md
}

run_tests
