#!/usr/bin/env bash
# ctest: takes 270, timeout 900
# The commands shown in README.md and docs/ are executed, those of the tour by tour.sh.
. "$(dirname "$0")/lib.sh"

the_extraction_finds_what_it_should() {
    cat >sample.md <<'PAGE'
```sh
contend one   # a comment
make bench
contend two --x \
    --y        # exits 3
```
```console
$ contend three
contend is an output line
$ build/release/contend four
```
```sh norun
contend never
```
```
contend not marked
```
contend in prose
PAGE
    _commands_of sample.md | cut -f2 | sed 's/  */ /g' >found
    printf '%s\n' 'contend one # a comment' 'contend two --x --y # exits 3' 'contend three' \
        'contend four' >expected
    diff expected found || fail "other commands were found"
}

every_command_shown_works_as_shown() {
    run_pages "$source_dir"/README.md "$source_dir"/docs/*.md
}

links_between_the_pages_lead_somewhere() {
    local page target
    for page in "$source_dir"/README.md "$source_dir"/docs/*.md "$source_dir"/docs/tour/*.md "$source_dir"/results/README.md; do
        [ -f "$page" ] || continue
        for target in $(grep -oE '\]\([^)#: ]+(#[^)]*)?\)' "$page" | sed -E 's/^\]\(//; s/(#.*)?\)$//'); do
            [ -e "$(dirname "$page")/$target" ] || fail "${page#"$source_dir"/}: $target does not exist"
        done
    done
}

run_tests
