#!/usr/bin/env bash
# Keeps a history file on a branch of its own, which shares nothing with the code.
#
#   scripts/ci/keep-history.sh fetch FILE     the branch's file -> FILE (left alone while there is none)
#   scripts/ci/keep-history.sh push FILE      the lines of FILE that the branch lacks -> the branch
#   scripts/ci/keep-history.sh holes FILE     which commits before HEAD the file has nothing of, in a line
#
# Several jobs may push at once: lines are only ever added, so whoever comes second adds to what the
# first one pushed.  In the environment: REMOTE (origin), BRANCH (contend-history), and TOKEN, which goes
# into a header and neither into an address nor into anything that is printed.
set -euo pipefail

remote=${REMOTE:-origin}
branch=${BRANCH:-contend-history}
# Addresses without what may stand before their host.
plain() { sed -E 's,://[^/@[:space:]]*@,://,g'; }
leave() {
    printf 'keep-history: %s\n' "$1" | plain >&2
    exit 2
}
[ $# -eq 2 ] || leave 'usage: keep-history.sh fetch|push|holes FILE'
action=$1 file=$2

export GIT_TERMINAL_PROMPT=0
# Only the remote's own host gets the token, wherever else a redirection or a submodule leads.
host=$({ git remote get-url "$remote" 2>/dev/null || printf '%s\n' "$remote"; } | plain |
    sed -nE 's,^(https?://[^/]+).*,\1/,p')
if [ -n "${TOKEN:-}" ] && [ -n "$host" ]; then
    n=${GIT_CONFIG_COUNT:-0}
    export GIT_CONFIG_COUNT=$((n + 1)) "GIT_CONFIG_KEY_$n=http.$host.extraHeader"
    export "GIT_CONFIG_VALUE_$n=Authorization: Basic $(printf 'x-access-token:%s' "$TOKEN" | base64 -w 0)"
fi
unset TOKEN

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The last line with an end, whatever wrote it: what is added would otherwise go on in it.
whole_lines() { awk 1 "$1"; }

# The branch's commit in $parent, its file in $work/kept; empty when there is none yet.
read_branch() {
    parent=
    : >"$work/kept"
    git ls-remote --heads "$remote" >"$work/heads" 2>"$work/errors" ||
        leave "$remote cannot be read: $(tail -n 1 "$work/errors")"
    # Asked for one name, git would tell of each branch that ends in it (old/contend-history).
    cut -f 2 "$work/heads" | grep -qxF "refs/heads/$branch" || return 0
    git fetch --quiet --no-tags "$remote" "refs/heads/$branch" 2>"$work/errors" ||
        leave "$remote: $branch cannot be read: $(tail -n 1 "$work/errors")"
    parent=$(git rev-parse FETCH_HEAD)
    git cat-file blob "$parent:history.jsonl" >"$work/blob" 2>"$work/errors" ||
        leave "$remote: $branch has no history.jsonl: $(tail -n 1 "$work/errors")"
    whole_lines "$work/blob" >"$work/kept"
}

# A job that was cancelled, or that found no verdict, leaves its commit out: a change then lies somewhere
# between two points.  Counted is what lies between HEAD and the nearest commit before it with a point.
tell_holes() {
    local commit between=0
    sed -n 's/.*"commit": *"\([0-9a-f]*\).*/\1/p' "$file" | sort -u >"$work/measured"
    [ -s "$work/measured" ] || return 0
    for commit in $(git rev-list --first-parent --max-count=1000 HEAD~1 2>/dev/null); do
        if grep -qF "$commit" "$work/measured"; then
            [ $between -eq 0 ] || printf 'hole in the history: %d commit%s between %s and %s %s not been measured\n' \
                $between "$([ $between -eq 1 ] || echo s)" "$(git rev-parse --short "$commit")" \
                "$(git rev-parse --short HEAD)" "$([ $between -eq 1 ] && echo has || echo have)"
            return 0
        fi
        between=$((between + 1))
    done
    printf 'hole in the history: none of the %d commits before %s has been measured\n' $between "$(git rev-parse --short HEAD)"
}

case $action in
fetch)
    read_branch
    [ ! -s "$work/kept" ] || { mkdir -p "$(dirname "$file")" && cp "$work/kept" "$file"; }
    ;;
holes)
    [ ! -s "$file" ] || tell_holes
    ;;
push)
    [ -s "$file" ] || leave "$file: is empty or not there"
    export GIT_AUTHOR_NAME=contend GIT_AUTHOR_EMAIL=contend@localhost
    export GIT_COMMITTER_NAME=contend GIT_COMMITTER_EMAIL=contend@localhost
    for attempt in 1 2 3 4 5 6 7 8 9 10; do
        read_branch
        grep -vxFf "$work/kept" "$file" >"$work/new" || true
        [ -s "$work/kept" ] || whole_lines "$file" >"$work/new"
        [ -s "$work/new" ] || exit 0
        cat "$work/kept" "$work/new" >"$work/all"
        blob=$(git hash-object -w "$work/all")
        tree=$(printf '100644 blob %s\thistory.jsonl\n' "$blob" | git mktree)
        commit=$(git commit-tree "$tree" ${parent:+-p "$parent"} -m "Measured $(git rev-parse --short HEAD)")
        git push --quiet "$remote" "$commit:refs/heads/$branch" 2>"$work/errors" && exit 0
        sleep "0.$attempt"
    done
    leave "$remote: pushing to $branch failed: $(tail -n 1 "$work/errors")"
    ;;
*) leave "unknown action \"$action\" (fetch, push, holes)" ;;
esac
