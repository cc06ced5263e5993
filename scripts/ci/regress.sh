#!/usr/bin/env bash
# Is this tree slower than BASE?  Builds BASE in a worktree of its own, lets the two builds fight
# (contend duel), and ends with the duel's status: 0 nothing slower, 1 slower, 2 usage, 3 a build or
# a side failed, 5 no verdict possible here, or BASE cannot be built.
#
#   scripts/ci/regress.sh BASE [OPTION OF contend duel]...
#
# In the environment, all of it optional:
#   PROGRAM      what is measured, below the tree (build/release/contend)
#   BUILD        the command that builds it there (scripts/build release)
#   ARGS         arguments of a PROGRAM that is not contend; its wall time is judged.  On one line or
#                several, quoted as for a shell, which none of it is read by
#   PLUGIN       in place of PROGRAM: a plug-in of contend, below the tree; the cells of the options are
#                measured with the one and with the other
#   BASE_BUILD   a tree where BASE is built already; HEAD_BUILD the same for this one
#   CONTEND      the contend that conducts the duel (the measured one, else the one in PATH)
#   OUTPUT       where the duel's JSON goes (build/regress.json)
#   SUMMARY      a file the Markdown summary is added to
#   ANNOTATIONS  a file that gets the verdicts as GitHub's commands; JUNIT a folder that gets them as
#                duel.xml, and history.xml
#   STATUS       a file that gets the exit status: make has one of its own for all of them
#   HISTORY      a history file: the duel becomes a point of it, BASE being the anchor, and
#                "contend history check" has a say in the status
set -euo pipefail

say() { printf 'regress: %s\n' "$*" >&2; }
leave() { # STATUS WORDS...
    local status=$1
    shift
    say "$@"
    exit "$status"
}

base=${1:-}
[ -n "$base" ] || leave 2 'which commit to compare with? For example: make regress BASE=main'
shift
# Git's own words tell a directory that is none from one that it does not trust.
tree=$(git rev-parse --show-toplevel 2>&1) || leave 2 "no git repository to work in: ${tree%%$'\n'*}"
# A hook has its repository, tree and index in variables: the base would be checked out into that index,
# and be what is committed.
# shellcheck disable=SC2046 # names of variables
unset $(git rev-parse --local-env-vars | grep -v '^GIT_CONFIG')
git -C "$tree" rev-parse HEAD >/dev/null 2>&1 || leave 2 "$tree: is no repository without GIT_DIR, or has no commit"
# A job often has the commit of a branch and not the branch.
commit=$(git -C "$tree" rev-parse --verify --quiet "$base^{commit}") ||
    commit=$(git -C "$tree" rev-parse --verify --quiet "refs/remotes/origin/$base^{commit}") || {
    hint='"git log --oneline" lists them'
    [ "$(git -C "$tree" rev-parse --is-shallow-repository)" = false ] ||
        hint='this clone is shallow: "git fetch --unshallow", or fetch-depth: 0 in the checkout'
    leave 2 "BASE: \"$base\" is no commit of $tree, and no branch of origin; $hint"
}
program=${PLUGIN:-${PROGRAM:-build/release/contend}}
build=${BUILD:-scripts/build release}
output=${OUTPUT:-$tree/build/regress.json}
# A report speaks of commits; where one was built is gone when it is read.
short=$(git -C "$tree" rev-parse --short "$commit")
here=$(git -C "$tree" rev-parse --short HEAD)
[ -z "$(git -C "$tree" status --porcelain --untracked-files=no)" ] || here+=', with changes that are not committed'
name_of_base=$short
case $commit in "$base"*) ;; *) name_of_base="$base ($short)" ;; esac

worktree='' cannot=''
# shellcheck disable=SC2317 # called by the trap
clean_up() {
    [ -n "$worktree" ] || return 0
    git -C "$tree" worktree remove --force "$worktree/tree" 2>/dev/null || rm -rf "$worktree"
    rm -rf "$worktree"
    git -C "$tree" worktree prune
}
# shellcheck disable=SC2317 # called by the trap
finish() {
    local status=$?
    clean_up
    [ -z "${STATUS:-}" ] || { mkdir -p "$(dirname "$STATUS")" && echo "$status" >"$STATUS"; }
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

# build_in DIRECTORY: the log is shown only when it fails.
build_in() {
    local log status=0
    log=$(mktemp)
    (cd "$1" && bash -c "$build") >"$log" 2>&1 || status=$?
    [ $status -eq 0 ] || cat "$log" >&2
    rm -f "$log"
    return $status
}

# There is nothing to measure against: no fault of this change, which may be what brings the program, or repairs it.
no_base() {
    local words="$name_of_base $1: there is nothing to measure this change against"
    words=${words//$'\n'/; } # a command may have several lines
    [ -z "${ANNOTATIONS:-}" ] || printf '::warning title=contend::%s\n' "${words//%/%25}" >>"$ANNOTATIONS"
    [ -z "${SUMMARY:-}" ] || printf '\n> %s\n' "$words" >>"$SUMMARY"
    leave 5 "$words"
}

if [ -z "${BASE_BUILD:-}" ]; then
    mkdir -p "$tree/build"
    worktree=$(mktemp -d "$tree/build/regress.XXXXXX")
    git -C "$tree" worktree add --quiet --detach "$worktree/tree" "$commit" ||
        leave 3 "$commit could not be checked out"
    BASE_BUILD=$worktree/tree
    if [ -e "$BASE_BUILD/.gitmodules" ]; then
        git -C "$BASE_BUILD" submodule --quiet update --init --recursive >&2 ||
            leave 3 "$base: its submodules could not be checked out"
    fi
    say "building $name_of_base"
    build_in "$BASE_BUILD" || cannot="cannot be built with \"$build\""
fi
if [ -z "${HEAD_BUILD:-}" ]; then
    HEAD_BUILD=$tree
    build_in "$HEAD_BUILD" || leave 3 "building this tree with \"$build\" failed"
fi
old=$BASE_BUILD/$program new=$HEAD_BUILD/$program
[ -x "$new" ] || leave 3 "this tree: the build left no program at $program"
[ -n "$cannot" ] || [ -x "$old" ] || cannot="has no program at $program after \"$build\""
[ -z "$cannot" ] || no_base "$cannot"

# What fights: cells of the two contends, or two commands.
if [ -n "${PLUGIN:-}" ]; then
    contend=${CONTEND:-contend}
    sides=(--plugin "$old" --plugin "$new")
elif [ "$(basename "$program")" = contend ]; then
    contend=${CONTEND:-$new}
    "$old" cell --help >/dev/null 2>&1 || leave 5 "$base is older than duels and cannot be measured by one"
    [ $# -gt 0 ] || set -- --workload noop,spin --lock none,gil --executor thread,process,coroutine \
        --tasks 1,2 --budget 3s
    sides=(-- "$old" -- "$new")
else
    contend=${CONTEND:-contend}
    # xargs takes quotes and lines apart as a shell does, and runs nothing.
    words=$(mktemp)
    printf '%s' "${ARGS:-}" | xargs -r printf '%s\0' >"$words" ||
        { rm -f "$words"; leave 2 "ARGS: a quote is not closed: ${ARGS:-}"; }
    mapfile -d '' -t args <"$words"
    rm -f "$words"
    between=--
    for word in "${args[@]}"; do
        [ "$word" != -- ] || between=---
    done
    sides=(-- "$old" "${args[@]}" "$between" "$new" "${args[@]}")
fi

format=text
[ -z "${SUMMARY:-}" ] || format=markdown
report=$(mktemp)
also=()
[ -z "${ANNOTATIONS:-}" ] || also+=(--also "github=$ANNOTATIONS")
[ -z "${JUNIT:-}" ] || { mkdir -p "$JUNIT" && also+=(--also "junit=$JUNIT/duel.xml"); }
status=0
"$contend" duel --quiet --output "$output" --format $format --base-name "$name_of_base" --head-name "$here" \
    "${also[@]}" "$@" "${sides[@]}" >"$report" || status=$?
cat "$report"
[ -z "${SUMMARY:-}" ] || { printf '%s against %s\n\n' "$here" "$name_of_base" && cat "$report"; } >>"$SUMMARY"
rm -f "$report"

# A point is kept whatever the verdict; without one (2, 3, 5) there is nothing to keep.
if [ -n "${HISTORY:-}" ] && { [ $status -le 1 ] || [ $status -eq 4 ]; }; then
    head=$(git -C "$tree" rev-parse HEAD)
    git -C "$tree" diff --quiet HEAD -- || head=$head+
    "$contend" history add "$output" --file "$HISTORY" --commit "$head" --anchor "$commit" --replace
    checked=0 also=()
    [ -z "${ANNOTATIONS:-}" ] || also+=(--also "github=$ANNOTATIONS.history")
    [ -z "${JUNIT:-}" ] || also+=(--also "junit=$JUNIT/history.xml")
    found=$("$contend" history check --file "$HISTORY" --format $format "${also[@]}") || checked=$?
    if [ -n "${ANNOTATIONS:-}" ] && [ -e "$ANNOTATIONS.history" ]; then
        cat "$ANNOTATIONS.history" >>"$ANNOTATIONS"
        rm -f "$ANNOTATIONS.history"
    fi
    printf '\n%s\n' "$found"
    [ -z "${SUMMARY:-}" ] || printf '\n%s\n' "$found" >>"$SUMMARY"
    # 5: there are too few points yet, which is no reason to fail.
    [ $checked -eq 0 ] || [ $checked -eq 5 ] || status=$checked
fi
exit $status
