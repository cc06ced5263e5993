#!/usr/bin/env bash
# ctest: serial, timeout 300, label nosan
# The n-th call of each function fails, for n = 1, 2, ... until the run no longer gets that far.
# After each: a documented status, one clear line or a cell that says why, a result that is valid
# or absent, no process and no temporary file left.
#
# CONTEND_FAULT_ALL=1 visits every n; otherwise every n up to 4, and then each twice the last.
. "$(dirname "$0")/../cli/lib.sh"
run_limit=40

[ -n "${CONTEND_INTERPOSE:-}" ] && [ -e "$CONTEND_INTERPOSE" ] || skip_all "no interposer in this build"

# One cell of each executor that makes units, one visit each.
tiny=(run --workload noop --lock none --executor thread,process,coroutine --tasks 2 --rounds 1
      --budget 1s --seed 1)

# _inject FAULT: the tiny run with it; leaves $status, out, err, and $calls and $injected.
_inject() {
    rm -rf case
    mkdir case
    last_command="(CONTEND_FAULT=$1) ${tiny[*]}"
    status=0
    # env is innermost: timeout forks as well and must not be counted.
    timeout "$run_limit" env LD_PRELOAD="$CONTEND_INTERPOSE" CONTEND_FAULT="$1" \
        CONTEND_FAULT_REPORT="$work/report" "$contend" "${tiny[@]}" -o case/x.json \
        >out 2>err </dev/null || status=$?
    read -r calls injected <report || { calls=0 injected=0; fail "no report"; show_run; }
    rm -f report
}

# _check FAULT: what must hold after any refusal.
_check() {
    # 0: it could be done without, or a cell says why it was skipped; 2: the output was refused
    # before anything was measured; 3: it could not be done, or a cell failed.
    case $status in
    0) ;;
    2 | 3) [ "$(wc -l <err)" -ge 1 ] || { fail "$1: status $status and not a word"; show_run; } ;;
    *) fail "$1: status $status"; show_run ;;
    esac
    [ "$(grep -c '^contend: error: ' err)" -le 1 ] || { fail "$1: several errors"; show_run; }
    ! grep -qE 'Assertion|Segmentation|core dumped|Sanitizer' err || { fail "$1: a crash"; show_run; }
    expect_no_leftovers
    local left
    left=$(find case -name '*.tmp*')
    [ -z "$left" ] || fail "$1: left $left"
    if [ -s case/x.json ]; then
        mv case/x.json "result.$case_number.json"
        echo "$1 $status" >"result.$case_number.fault"
    elif [ -e case/x.json ]; then
        fail "$1: an empty result"
    elif [ "$status" -eq 0 ]; then
        fail "$1: status 0 and no result"
    fi
}

# _each FUNCTION ERRNO
_each() {
    local n=1 last=0
    while :; do
        case_number=$((case_number + 1))
        _inject "$1:$n:$2"
        [ "$injected" -gt 0 ] || break
        last=$n
        _check "$1:$n:$2"
        if [ "${CONTEND_FAULT_ALL:-0}" = 1 ] || [ $n -lt 4 ]; then n=$((n + 1)); else n=$((n * 2)); fi
        [ "$failed_checks" -lt 12 ] || break
    done
    [ $last -gt 0 ] || fail "$1 was never called: the test reaches nothing"
    echo "$1 ($2): $calls calls, refused up to number $last"
}

case_number=0

a_run_without_a_fault_is_fine() {
    _inject fork:1000000:EAGAIN
    expect_status 0
    expect_valid case/x.json
    expect_json case/x.json '[c["status"] for c in cells if c["role"] == "measured"] == ["ok"] * 3'
}

refused_processes_leave_a_clear_result() { _each fork EAGAIN; }
refused_threads_leave_a_clear_result() { _each pthread_create EAGAIN; }
refused_mappings_leave_a_clear_result() { _each mmap ENOMEM; }
refused_opens_leave_a_clear_result() { _each open EMFILE; }
refused_memory_files_leave_a_clear_result() { _each memfd_create EMFILE; }
refused_writes_leave_a_clear_result() { _each write ENOSPC; }
refused_syncs_leave_a_clear_result() { _each fsync EIO; }
refused_renames_leave_a_clear_result() { _each rename EACCES; }

a_disk_that_stays_full_leaves_no_half_file() {
    local n
    for n in 1 2 3 5; do
        case_number=$((case_number + 1))
        _inject "write:$n+:ENOSPC"
        [ "$injected" -gt 0 ] || break
        _check "write:$n+:ENOSPC"
        [ "$status" -ne 0 ] || fail "write:$n+: status 0 although nothing could be written"
    done
}

processes_that_are_always_refused_are_a_clear_failure() {
    local n
    for n in 1 2; do
        case_number=$((case_number + 1))
        _inject "fork:$n+:EAGAIN"
        _check "fork:$n+:EAGAIN"
        expect grep -rqE 'fork|process' err out
    done
}

every_result_that_was_written_is_valid_and_says_why() {
    local file
    [ -n "$python" ] || return 0
    compgen -G 'result.*.json' >/dev/null || { fail "no results"; return; }
    "$python" "$source_dir/tests/cli/validate.py" "$schema" result.*.json >validity 2>&1 || {
        fail "results are not valid"
        head -n 12 validity
    }
    for file in result.*.json; do
        expect_none "$file" '[c["id"] for c in cells if c["status"] not in ("ok", "skipped", "failed")
            or c["status"] != "ok" and len(c["reason"]) < 8]'
        # A cell that failed is told by the status.
        [ "$(cut -d' ' -f2 "${file%.json}.fault")" -ne 0 ] ||
            expect_none "$file" '[(c["id"], c["reason"]) for c in cells if c["status"] == "failed"]'
    done
}

run_tests
