# Helpers of the shell tests, to be sourced:
#
#     . "$(dirname "$0")/../cli/lib.sh"
#     unknown_commands_name_the_nearest() { run rnu; expect_status 2; expect_err 'mean run'; }
#     run_tests
#
# Each function of the test's file is a test, run in the order written, and its name is a sentence;
# those that begin with "_" are helpers.  $contend is the binary, $source_dir the source tree (the
# script's $1 and $2), $work a directory of the test's own, where it starts and which is removed.

# shellcheck shell=bash disable=SC2034
set -u
contend=$(readlink -f "${1:?the path of the contend binary}")
source_dir=$(readlink -f "${2:?the source directory}")
test_file=$(readlink -f "$0")
work=$(mktemp -d "${TMPDIR:-/tmp}/contend-test.XXXXXX")
chmod 755 "$work"
cd "$work" || exit 1
schema=$source_dir/results/schema/result-1.json

# Every process the test starts, and what those start, carries this in its environment.
export CONTEND_TEST_MARK=$work
# Tests run side by side.
export CONTEND_TURN=off
# The suite's own defaults must not leak in.
unset CONTEND_FAULT LD_PRELOAD MAKEFLAGS MAKELEVEL

failed_checks=0

# Files of the test may have been made unwritable on purpose.  A program that was to be started, and
# that a signal met before it was, is no end of the test.
clean_up() {
    [ "$BASHPID" = $$ ] || return
    cd /
    chmod -R u+rwX "$work" 2>/dev/null
    rm -rf "$work"
}
trap clean_up EXIT

fail() {
    printf '%s:%s: %s\n' "$(basename "${BASH_SOURCE[2]}")" "${BASH_LINENO[1]}" "$*"
    failed_checks=$((failed_checks + 1))
    return 1
}

show_run() {
    printf '  command: contend %s\n  status:  %s\n' "$last_command" "$status"
    sed 's/^/  stdout:  /' out | head -n 12
    sed 's/^/  stderr:  /' err | head -n 12
}

# run ARGUMENTS: runs contend; leaves $status and the files out and err.
run() {
    last_command=$*
    status=0
    timeout "${run_limit:-150}" "$contend" "$@" >out 2>err </dev/null || status=$?
}

expect_status() {
    [ "$status" -eq "$1" ] || { fail "expected status $1"; show_run; }
}

expect_out() {
    grep -qF -- "$1" out || { fail "expected on stdout: $1"; show_run; }
}

expect_err() {
    grep -qF -- "$1" err || { fail "expected on stderr: $1"; show_run; }
}

expect_no() {
    ! grep -qE -- "$2" "$1" || { fail "not expected in $1: $2"; show_run; }
}

# Refused: the status, nothing on stdout, and one line that begins as all errors do.
expect_refusal() {
    local wanted=$1 words
    shift
    [ "$status" -eq "$wanted" ] || { fail "expected status $wanted"; show_run; return; }
    [ ! -s out ] || { fail "expected an empty stdout"; show_run; return; }
    [ "$(wc -l <err)" -eq 1 ] || { fail "expected one line on stderr"; show_run; return; }
    grep -q '^contend: error: ' err || { fail "expected \"contend: error: \""; show_run; return; }
    for words in "$@"; do
        grep -qF -- "$words" err || { fail "expected on stderr: $words"; show_run; }
    done
}

# expect CONDITION...: a command that must succeed.
expect() {
    "$@" || fail "not so: $*"
}

# The first python that can check a schema; empty without one.  The system's own before what a version
# manager puts in the PATH, which is a shell script before it is a python: called some thousand times.
python=
for candidate in /usr/bin/python3 python3; do
    if "$candidate" -c 'import importlib.util as i, sys; sys.exit(not i.find_spec("jsonschema"))' 2>/dev/null; then
        python=$candidate
        break
    fi
done

# json FILE EXPRESSION: prints it, with the document as d and its cells as cells. Only True succeeds,
# so that "all(...) or [the ones that are not]" shows what was wrong.
json() {
    "${python:-python3}" -S - "$@" <<'PY'
import json, sys
d = json.load(open(sys.argv[1]))
cells = d.get("cells", []) if isinstance(d, dict) else []
value = eval("(" + sys.argv[2] + ")")
print(value)
sys.exit(0 if value is True else 1)
PY
}

# expect_json FILE EXPRESSION: it must be true.
expect_json() {
    json "$1" "$2" >json_answer 2>&1 && return
    fail "$1: not so: $2"
    tail -n 3 json_answer | sed 's/^/  /'
}

# expect_none FILE EXPRESSION: the list of what is wrong must be empty.
expect_none() {
    json "$1" "(lambda wrong: True if len(wrong) == 0 else wrong[:5])(list($2))" >json_answer 2>&1 && return
    fail "$1: there should be none of: $2"
    tail -n 3 json_answer | cut -c1-600 | sed 's/^/  /'
}

# expect_document NAME FILE: it is what results/schema/NAME says.  Left out without a validator.
expect_document() {
    [ -n "$python" ] || return 0
    "$python" -W ignore -c 'import json, sys, jsonschema
jsonschema.validate(*[json.load(open(f)) for f in sys.argv[1:]])' "$2" \
        "$source_dir/results/schema/$1" >validity 2>&1 || {
        fail "$2 is not valid"
        tail -n 5 validity
    }
}

# expect_valid FILE...: each is a result by the schema. Without a validator this is left out.
expect_valid() {
    [ -n "$python" ] || return 0
    local file
    for file in "$@"; do
        "$python" "$source_dir/tests/cli/validate.py" "$schema" "$file" >validity 2>&1 || {
            fail "$file is not valid"
            sed 's/^/  /' validity | head -n 12
        }
    done
}

# await_program PID: until it is the program and no longer this shell's copy of itself, which may
# lose a signal that arrives before it begins the program.
await_program() {
    until [ "/proc/$1/exe" -ef "$contend" ] || [ ! -e "/proc/$1/exe" ]; do
        sleep 0.001
    done
}

# await_listening PID: until it catches SIGINT, which this shell has what it starts beside it ignore.
await_listening() {
    local caught
    while caught=$(sed -n 's/^SigCgt:[[:space:]]*//p' "/proc/$1/status" 2>/dev/null) && [ -n "$caught" ]; do
        [ "/proc/$1/exe" -ef "$contend" ] && [ $((0x$caught & 2)) -ne 0 ] && return
        sleep 0.01
    done
}

# await_lines FILE COUNT [PATTERN]: until so many lines of it, or of those with PATTERN, are there;
# fails after two minutes.
await_lines() {
    local i
    for i in $(seq 2400); do
        [ "$(grep -c -- "${3:-}" "$1" 2>/dev/null)" -ge "$2" ] 2>/dev/null && return
        sleep 0.05
    done
    fail "$1 never had $2 lines with '${3:-}'"
    return 1
}

# Live processes that carry the mark, apart from this shell and its helpers; zombies do not count.
our_processes() {
    local file pid state name
    for file in $(grep -lzxF "CONTEND_TEST_MARK=$work" /proc/[0-9]*/environ 2>/dev/null); do
        pid=${file#/proc/}
        pid=${pid%/environ}
        name=$(cat "/proc/$pid/comm" 2>/dev/null) || continue
        state=$(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$pid/status" 2>/dev/null)
        [ "$name" = contend ] && [ "$state" != Z ] && [ "$state" != X ] && echo "$pid $state"
    done
}

# No process of ours is left; those being torn down get up to five seconds.
expect_no_leftovers() {
    local i
    for i in $(seq 50); do
        [ -z "$(our_processes)" ] && return
        sleep 0.1
    done
    fail "processes were left: $(our_processes | tr '\n' ';')"
}

# No temporary file is left beside the result.
expect_no_temporaries() {
    local left
    left=$(find "${1:-.}" -name '*.tmp*')
    [ -z "$left" ] || fail "temporary files were left: $left"
}

skip_all() {
    echo "skipped: $*"
    exit 77
}

# Whether a terminal can be made: a tree of its own may have no /dev/pts, and a machine no script(1).
can_have_a_terminal() {
    script -qec true /dev/null >/dev/null 2>&1 </dev/null
}

_be_nobody() {
    setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
}

# Whether commands can be run as somebody without rights, who may enter where the test is.
can_be_nobody() {
    [ "$(id -u)" -eq 0 ] && _be_nobody test -x "$work" 2>/dev/null
}

# as_nobody COMMAND...: a word of it that is $contend, which may stand where nobody may go, becomes a copy
# that anybody may run.
as_nobody() {
    local words=() word
    for word; do
        [ "$word" != "$contend" ] || word=$(_contend_of_nobody)
        words+=("$word")
    done
    _be_nobody "${words[@]}"
}

_contend_of_nobody() {
    local copy=$work/contend-of-nobody
    if _be_nobody test -x "$contend"; then
        echo "$contend"
        return
    fi
    [ -x "$copy" ] || { cp "$contend" "$copy" && chmod 755 "$copy"; }
    echo "$copy"
}

# _finds TEXT: what the script $check says of a tree with that in one file, in found; its status.
_finds() {
    mkdir -p tree/bench tree/workloads
    printf '%s\n' "$1" >tree/bench/made.c
    status=0
    "$check" tree >found || status=$?
    last_command=$1
}

# with_memory KIB COMMAND...: no more than that of addresses.
with_memory() {
    local kib=$1
    shift
    (ulimit -v "$kib" && exec "$@")
}

# What contend needs to begin at all.
least_memory_kib() {
    local kib=8192
    while ! with_memory $kib "$contend" --version >/dev/null 2>&1 && [ $kib -lt 1048576 ]; do
        kib=$((kib + 1024))
    done
    echo $kib
}

run_tests() {
    local test before bad=0 all=0
    for test in $(sed -n 's/^\([a-z][a-z0-9_]*\)() {.*/\1/p' "$test_file"); do
        before=$failed_checks
        "$test"
        all=$((all + 1))
        if [ "$failed_checks" -eq "$before" ]; then
            echo "ok   $test"
        else
            echo "FAIL $test"
            bad=$((bad + 1))
        fi
    done
    echo "$all run, $bad failed"
    [ $bad -eq 0 ]
}
