#!/usr/bin/env bash
# ctest: timeout 480
# The hello world: what it prints and in which order, on a pipe and on a terminal, and that nothing
# of it is left when it is stopped, when its reader goes, and when its terminal goes.
. "$(dirname "$0")/lib.sh"

# _frames: how many lines show a frame, each with a time and the glyphs in turn.
_frames() {
    grep -cE '^ +[0-9]+\.[0-9]{3} s  [|/\\-] thinking!$' out
}

# The lines are: the object, frames, the answer, the summary.
_expect_story() {
    expect_status 0
    head -n 1 out | grep -qE "^spinner object: $1\$" || { fail "the first line is not the object"; show_run; }
    [ "$(tail -n 2 out | head -n 1)" = "Answer: 42" ] || { fail "no answer"; show_run; }
    tail -n 1 out | grep -qE '^frames shown [0-9]+ of [0-9]+ due, in [0-9]' ||
        { fail "no summary"; show_run; }
    [ "$(wc -l <out)" -eq $(($(_frames) + 3)) ] || { fail "there are other lines"; show_run; }
    expect_no out $'\x1b'
    expect_no out $'\r'
    [ ! -s err ] || { fail "something on stderr"; show_run; }
}

a_thread_turns_while_the_work_sleeps() {
    run spinner thread --seconds 0.25
    _expect_story '<thread spinner initial>'
    expect_no out 'frames shown 0 '
    expect_out '| thinking!'
}

a_process_turns_while_the_work_blocks() {
    run spinner process --work block --seconds 0.25
    _expect_story '<process spinner parent=[0-9]+ initial>'
    expect_no out 'frames shown 0 '
}

a_coroutine_turns_while_the_work_sleeps() {
    run spinner coroutine --seconds 0.25
    _expect_story '<task pending spinner id=[0-9]+>'
    expect_no out 'frames shown 0 '
}

a_coroutine_turns_while_the_work_naps() {
    run spinner coroutine --work nap --seconds 0.25 --lock gil
    _expect_story '<task pending spinner id=[0-9]+>'
    expect_no out 'frames shown 0 '
}

a_coroutine_is_never_seen_while_the_work_blocks_or_computes() {
    local work
    for work in block cpu; do
        run spinner coroutine --work $work --seconds 0.25
        _expect_story '<task pending spinner id=[0-9]+>'
        [ "$(_frames)" -eq 0 ] || { fail "$work: a frame was seen"; show_run; }
        expect_out '; it never turned'
    done
}

a_thread_turns_under_the_gil_while_another_computes() {
    run spinner thread --work cpu --lock gil --seconds 0.3
    _expect_story '<thread spinner initial>'
    expect_no out 'frames shown 0 '
}

the_table_has_a_row_for_each_combination_asked_for() {
    run spinner coroutine --all --seconds 0.11
    expect_status 0
    [ "$(grep -cE '^coroutine +(sleep|cpu|block|nap) +(none|gil) +[0-9]+/[0-9]+ ' out)" -eq 8 ] ||
        { fail "not eight rows"; show_run; }
    expect grep -qE '^coroutine block gil +0/[1-9]' out
    run spinner --all --work block --lock mutex --seconds 0.11
    expect_status 0
    [ "$(grep -cE '^(thread|process|coroutine) +block mutex ' out)" -eq 3 ] ||
        { fail "not three rows"; show_run; }
}

the_table_as_json_says_the_same() {
    [ -n "$python" ] || return 0
    run spinner --all --work block --lock none --json --seconds 0.11
    expect_status 0
    expect_json out '[r["model"] for r in d] == ["thread", "process", "coroutine"]'
    expect_json out 'all(r["answer"] == 42 and r["work_ns"] >= 110000000 for r in d)'
    expect_json out 'all(0 <= r["frames_shown"] <= r["frames_due"] for r in d)'
    expect_json out 'd[2]["frames_shown"] == 0 and "lateness_worst_ns" not in d[2]'
    expect_json out 'all(r["lateness_median_ns"] <= r["lateness_worst_ns"] for r in d[:2])'
    run spinner thread --json
    expect_refusal 2 '--json' '--all'
    run spinner --all --work block --lock none --format tsv --seconds 0.11
    expect_status 0
    [ "$(tail -n 1 out | cut -f 1-4)" = $'coroutine\tblock\tnone\t0' ] || { fail "no row of the coroutine"; show_run; }
    # What never came has no lateness: empty, not 0.
    [ -z "$(tail -n 1 out | cut -f 6-7 | tr -d '\t')" ] || { fail "a lateness of nothing"; show_run; }
}

bad_input_is_named_and_refused() {
    run spinner tread
    expect_refusal 2 '"tread"' 'did you mean thread?' 'coroutine'
    run spinner
    expect_refusal 2 'thread, process or coroutine'
    run spinner thread coroutine
    expect_refusal 2 '"coroutine"'
    run spinner thread --seconds -1
    expect_refusal 2 '--seconds' '"-1"' '3600'
    run spinner thread --seconds 0
    expect_refusal 2 '--seconds' '"0"'
    run spinner thread --seconds soon
    expect_refusal 2 '--seconds' '"soon"'
    run spinner thread --work slep
    expect_refusal 2 '--work' '"slep"' 'sleep, cpu, block, nap'
    run spinner thread --lock gill
    expect_refusal 2 '"gill"' '"gil"'
}

a_reader_that_goes_ends_it() {
    local statuses
    "$contend" spinner process --seconds 30 2>err | head -n 2 >out
    statuses=("${PIPESTATUS[@]}")
    [ "${statuses[0]}" -eq 3 ] || fail "status ${statuses[0]}"
    expect_err 'writing to standard output'
    # Also one that has nothing to write.
    "$contend" spinner coroutine --work block --seconds 30 2>err | head -n 1 >out
    statuses=("${PIPESTATUS[@]}")
    [ "${statuses[0]}" -eq 3 ] || fail "status ${statuses[0]}"
    expect_no_leftovers
}

a_full_disk_is_an_error() {
    [ -w /dev/full ] || return 0
    status=0
    last_command='spinner thread >/dev/full'
    "$contend" spinner thread --seconds 30 2>err >/dev/full || status=$?
    expect_status 3
    expect_err 'writing to standard output'
    expect_no_leftovers
}

stopped_on_a_pipe_it_leaves_nothing() {
    local signal
    for signal in INT HUP; do
        rm -f out
        "$contend" spinner process --work cpu --seconds 30 >out 2>err &
        pid=$!
        until grep -qs thinking out; do sleep 0.02; done
        kill -$signal $pid
        status=0
        wait $pid || status=$?
        last_command="spinner, then $signal"
        expect_status 130
        [ ! -s err ] || { fail "something on stderr"; show_run; }
        expect_no_leftovers
    done
}

# _on_a_terminal SCRIPT MODEL...: plays it on a terminal of 40 columns; what was typed is in `typed`.
# SCRIPT is "interrupt", "hang up" or "suspend" (and go on, and interrupt), after the third frame, or
# "wait".
_on_a_terminal() {
    [ -n "$python" ] || return 77
    TERM=xterm "$python" - "$contend" "$@" <<'PY'
import fcntl, os, pty, signal, struct, sys, termios
binary, script, arguments = sys.argv[1], sys.argv[2], sys.argv[3:]
pid, fd = pty.fork()
if pid == 0:
    # Here, not in the parent, which may come too late.
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
    os.execv(binary, [binary, "spinner"] + arguments)
typed, acted, frames = b"", script == "wait", 3
while True:
    try:
        more = os.read(fd, 4096)
    except OSError:
        more = b""
    typed += more
    if not acted and typed.count(b"thinking!") >= frames:
        acted = script != "suspend"
        if script == "hang up":
            os.close(fd)
            break
        if script == "suspend":
            os.write(fd, b"\x1a")
            _, status = os.waitpid(pid, os.WUNTRACED)
            assert os.WIFSTOPPED(status)
            os.kill(pid, signal.SIGCONT)
            script, frames = "interrupt", frames + 2
            continue
        os.write(fd, b"\x03")
    if not more:
        break
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
open("typed", "wb").write(typed)
sys.exit(status if status >= 0 else 128 - status)
PY
}

# _expect_clean_terminal [TIMES]: the last that was done to the line is clearing it, and to the
# cursor, showing it; it was hidden so many times.
_expect_clean_terminal() {
    "$python" - "${1:-1}" <<'PY' || fail "the terminal is not clean: $(tail -c 80 typed | od -c | head -n 6)"
import sys
typed = open("typed", "rb").read()
after = typed[typed.rindex(b"thinking!"):]
assert typed.count(b"\x1b[?25l") == typed.count(b"\x1b[?25h") == int(sys.argv[1])
assert b"\r\x1b[K\x1b[?25h" in after
assert b"\x1b[?25l" not in after
PY
}

on_a_terminal_it_turns_on_one_line_and_clears_it() {
    can_have_a_terminal || return 0
    local model
    for model in thread coroutine; do
        _on_a_terminal wait $model --seconds 0.4
        status=$?
        [ $status -eq 77 ] && return
        last_command="spinner $model on a terminal"
        expect_status 0
        _expect_clean_terminal
        tr '\r' '\n' <typed >lines
        expect grep -q '^| thinking!' lines
        expect grep -q '^/ thinking!' lines
        expect grep -q 'Answer: 42$' lines
        # No line of it is wider than the terminal, and nothing is coloured.
        expect grep -qE '^[0-9]+/[0-9]+ frames; late .{0,24}$' lines
        ! grep -q $'\x1b\[[0-9;]*m' typed || fail "colour"
    done
}

an_interrupt_leaves_a_clean_terminal() {
    can_have_a_terminal || return 0
    local model
    for model in process coroutine; do
        _on_a_terminal interrupt $model --seconds 30
        status=$?
        [ $status -eq 77 ] && return
        last_command="spinner $model, then Ctrl-C"
        expect_status 130
        _expect_clean_terminal
        ! grep -q 'Answer' typed || fail "it answered"
        expect_no_leftovers
    done
}

a_suspended_one_gives_the_cursor_back_meanwhile() {
    can_have_a_terminal || return 0
    local model
    for model in thread coroutine; do
        _on_a_terminal suspend $model --seconds 30
        status=$?
        [ $status -eq 77 ] && return
        last_command="spinner $model, then Ctrl-Z, fg and Ctrl-C"
        expect_status 130
        _expect_clean_terminal 2
        expect_no_leftovers
    done
}

a_terminal_that_goes_away_ends_it() {
    can_have_a_terminal || return 0
    local model
    for model in thread process; do
        _on_a_terminal 'hang up' $model --seconds 30
        status=$?
        [ $status -eq 77 ] && return
        last_command="spinner $model, then the terminal goes"
        expect_status 130
        expect_no_leftovers
    done
}

run_tests
