# Commands shown in pages, executed: what a reader copies must work.
#
# Looked at are blocks that begin with ```sh or ```console.  Of their lines those are commands
# that begin with "contend " or "build/release/contend " (behind "$ " in a console block); a line
# that ends in a backslash goes on.  A comment "# exits N" behind a command states a status other
# than 0.  A block that begins with ```sh norun is not executed.  The commands of one page run
# one after another in one directory of their own, where results/ exists.
. "$(dirname "$0")/../cli/lib.sh"
run_limit=150
slow_seconds=10 # a command that takes as long is named: so that somebody notices

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
        SECONDS=0
        (cd page && PATH=$work/bin:$PATH timeout "$run_limit" bash -c "$text") >out 2>err </dev/null || status=$?
        count=$((count + 1))
        [ "$SECONDS" -lt "$slow_seconds" ] || echo "$SECONDS s: ${page#"$source_dir"/}:$line"
        if [ "$status" -ne "$wanted" ]; then
            last_command="(${page#"$source_dir"/}:$line) $text"
            fail "expected status $wanted"
            show_run
        fi
    done < <(_commands_of "$page")
    rm -rf page
}

# run_pages PAGE..: every command of each of them.
run_pages() {
    local page
    count=0
    for page in "$@"; do
        [ ! -f "$page" ] || _run_page "$page"
    done
    echo "$count commands executed"
}
