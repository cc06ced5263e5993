#!/usr/bin/env bash
# ctest: timeout 900
# The commands shown in README.md and docs/ are executed: what a reader copies must work.
#
# Looked at are blocks that begin with ```sh or ```console.  Of their lines those are commands
# that begin with "contend " or "build/release/contend " (behind "$ " in a console block); a line
# that ends in a backslash goes on.  A comment "# exits N" behind a command states a status other
# than 0.  A block that begins with ```sh norun is not executed.  The commands of one page run
# one after another in one directory of their own, where results/ exists.
. "$(dirname "$0")/../cli/lib.sh"
run_limit=150

# Prints "LINE<tab>COMMAND" for each command of the page.
_commands_of() {
    awk '
        /^[ ]*```/ {
            if (inside) { inside = 0; next }
            fence = $0
            sub(/^[ ]*```/, "", fence)
            inside = 1
            console = fence ~ /^console/
            wanted = fence ~ /^(sh|console)([ ]|$)/ && fence !~ /norun/
            next
        }
        !inside || !wanted { next }
        {
            text = $0
            if (joined != "") text = joined " " text
            else {
                start = NR
                if (console && text !~ /^[ ]*\$ /) next
                sub(/^[ ]*\$ /, "", text)
            }
            if (text ~ /\\$/) { sub(/\\$/, "", text); joined = text; next }
            joined = ""
            sub(/^[ ]*(\.\/)?build\/release\/contend /, "contend ", text)
            sub(/^[ ]+/, "", text)
            if (text ~ /^contend /) print start "\t" text
        }' "$1"
}

_run_page() {
    local page=$1 line text wanted status
    mkdir -p "page/results" bin
    ln -sf "$contend" bin/contend
    while IFS=$'\t' read -r line text; do
        wanted=0
        [[ $text =~ \#\ exits\ ([0-9]+) ]] && wanted=${BASH_REMATCH[1]}
        status=0
        (cd page && PATH=$work/bin:$PATH timeout "$run_limit" bash -c "$text") >out 2>err </dev/null || status=$?
        count=$((count + 1))
        if [ "$status" -ne "$wanted" ]; then
            last_command="(${page#"$source_dir"/}:$line) $text"
            fail "expected status $wanted"
            show_run
        fi
    done < <(_commands_of "$page")
    rm -rf page
}

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
    local page
    count=0
    for page in "$source_dir"/README.md "$source_dir"/docs/*.md "$source_dir"/docs/tour/*.md; do
        [ -f "$page" ] && _run_page "$page"
    done
    echo "$count commands executed"
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
