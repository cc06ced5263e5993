#!/usr/bin/env bash
# What a job does with contend: measures, and ends as the job is to end.
#
#   scripts/ci/gate.sh duel BASE [OPTION of contend duel]...        this tree against BASE
#   scripts/ci/gate.sh history ANCHOR [OPTION of contend duel]...   against the anchor: a point of the history
#   scripts/ci/gate.sh merge-base BRANCH                            prints what a change of BRANCH is measured against
#
# What came of it lies in OUT (build/contend): duel.json, summary.md, annotations, junit/*.xml, status and, of
# a history, history.jsonl with the new point, which "keep-history.sh fetch" has put there before: that may need a
# token, and what is built and measured here is not to see one.  In the environment besides: what
# scripts/ci/regress.sh knows.
#
# Exit status: that of the duel, but 0 for 4 (undecided, with --strict) and 5 (no verdict was possible on
# this runner), which are warnings; KEEP_STATUS=1 leaves those as they are, for who can tell a job of them.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

leave() {
    printf 'gate: %s\n' "$1" >&2
    exit 2
}
if [ "${1:-}" = merge-base ]; then
    git rev-parse --verify --quiet "${2:-}^{commit}" >/dev/null && git merge-base "$2" HEAD && exit
    leave "this clone has no commit that HEAD and ${2:-no branch} have in common: fetch-depth: 0 in the checkout"
fi
[ $# -ge 2 ] || leave 'usage: gate.sh duel BASE [OPTION]... or gate.sh history ANCHOR [OPTION]...'
mode=$1 base=$2
shift 2
case $mode in
duel | history) ;;
*) leave "unknown \"$mode\" (duel, history)" ;;
esac
[ -n "$base" ] || leave "$mode: there is no commit to measure against"

out=${OUT:-build/contend}
mkdir -p "$out/junit"
out=$(cd "$out" && pwd)
rm -f "$out"/{duel.json,summary.md,annotations,status,holes} "$out"/junit/*.xml
export SUMMARY=$out/summary.md ANNOTATIONS=$out/annotations JUNIT=$out/junit OUTPUT=$out/duel.json

# An annotation where they are read, and a line of the summary.
warn() {
    printf '::warning title=contend::%s\n' "$1" >>"$ANNOTATIONS"
    printf '\n> %s\n' "$1" >>"$SUMMARY"
}

if [ "$mode" = history ]; then
    export HISTORY=$out/history.jsonl
    "$here/keep-history.sh" holes "$HISTORY" >"$out/holes"
fi

status=0
"$here/regress.sh" "$base" "$@" || status=$?
if [ -s "$out/holes" ]; then
    warn "$(cat "$out/holes")"
    [ -n "${GITHUB_ACTIONS:-}" ] || cat "$out/holes"
fi
rm -f "$out/holes"
case $status in
4) warn 'Undecided: not everything could be judged in the time there was; more of it with --budget.' ;;
5) warn 'No verdict was possible, for the reason given. That is no failure; where it is the runner, run the job again.' ;;
esac
echo "$status" >"$out/status"

if [ -n "${GITHUB_ACTIONS:-}" ]; then
    [ ! -e "$ANNOTATIONS" ] || cat "$ANNOTATIONS"
    [ -z "${GITHUB_STEP_SUMMARY:-}" ] || [ ! -e "$SUMMARY" ] || cat "$SUMMARY" >>"$GITHUB_STEP_SUMMARY"
    [ -z "${GITHUB_OUTPUT:-}" ] || printf 'status=%s\n' "$status" >>"$GITHUB_OUTPUT"
fi
case ${KEEP_STATUS:-}:$status in
:4 | :5) exit 0 ;;
esac
exit "$status"
