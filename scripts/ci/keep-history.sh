#!/usr/bin/env bash
# Keeps a history file on a branch of its own, which shares nothing with the code.
#
#   scripts/ci/keep-history.sh fetch FILE     the branch's file -> FILE (left alone while there is none)
#   scripts/ci/keep-history.sh push FILE      the lines of FILE that the branch lacks -> the branch
#
# Several jobs may push at once: lines are only ever added, so whoever comes second adds to what the
# first one pushed.  In the environment: REMOTE (origin), BRANCH (contend-history).
set -euo pipefail

remote=${REMOTE:-origin}
branch=${BRANCH:-contend-history}
leave() {
    printf 'keep-history: %s\n' "$1" >&2
    exit 2
}
[ $# -eq 2 ] || leave 'usage: keep-history.sh fetch|push FILE'
action=$1 file=$2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The branch's commit in $parent, its file in $work/kept; empty when there is none yet.
read_branch() {
    parent=
    : >"$work/kept"
    git ls-remote --exit-code --heads "$remote" "$branch" >/dev/null 2>"$work/errors" || {
        [ ! -s "$work/errors" ] || leave "$remote cannot be read: $(tail -n 1 "$work/errors")"
        return 0
    }
    git fetch --quiet --no-tags "$remote" "refs/heads/$branch"
    parent=$(git rev-parse FETCH_HEAD)
    git cat-file blob "$parent:history.jsonl" >"$work/kept"
}

case $action in
fetch)
    read_branch
    [ ! -s "$work/kept" ] || { mkdir -p "$(dirname "$file")" && cp "$work/kept" "$file"; }
    ;;
push)
    [ -s "$file" ] || leave "$file: is empty or not there"
    export GIT_AUTHOR_NAME=contend GIT_AUTHOR_EMAIL=contend@localhost
    export GIT_COMMITTER_NAME=contend GIT_COMMITTER_EMAIL=contend@localhost
    for attempt in 1 2 3 4 5 6 7 8 9 10; do
        read_branch
        grep -vxFf "$work/kept" "$file" >"$work/new" || true
        [ -s "$work/kept" ] || cp "$file" "$work/new"
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
*) leave "unknown action \"$action\" (fetch, push)" ;;
esac
