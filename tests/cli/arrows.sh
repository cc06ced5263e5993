#!/usr/bin/env bash
# ctest: label nosan
# Arrows between rooms point down, and the script that looks at them finds each way to turn one up.
. "$(dirname "$0")/lib.sh"

check=$source_dir/scripts/check-arrows
rooms=${CONTEND_BUILD:?the build directory}/rooms.txt

# A small house: a base, a judge and a run beside each other, commands above.
_house() {
    rm -rf tree
    mkdir -p tree/bench/{base,run,locks,judge/table,cli} tree/workloads
    cat >tree/rooms.txt <<'END'
base: bench/base: 
plugins: bench/locks workloads: base
run: bench/run: plugins base
table: bench/judge/table: base
cli: bench/cli: run table base
END
    printf 'LOCK(none)\nLOCK(mutex)\n' >tree/bench/locks/locks.def
    printf '#include "bench/run/run.h"\nint main(void) { printf("x"); }\n' >tree/bench/cli/cli.c
    printf '#include "bench/base/err.h"\n/* printf(is meant) */\n' >tree/bench/run/run.c
    printf '#include "bench/base/err.h"\nchar *s = "exit(1)"; snprintf(s);\n' >tree/bench/judge/table/table.c
}

# _finds WORDS: the house is refused, with these.
_finds() {
    status=0
    "$check" tree/rooms.txt tree >found || status=$?
    last_command="check-arrows"
    [ "$status" -eq 1 ] || fail "nothing was found, where there is: $1"
    grep -qF -- "$1" found || fail "not among what was found: $1, but $(cat found)"
}

this_tree_has_none() {
    "$check" "$rooms" "$source_dir" >found || fail "$(head -n 10 found)"
}

each_room_is_told_of() {
    local room
    while read -r room; do
        sed -n 's/^| \([a-z, ]*\) |.*/\1/p' "$source_dir/docs/architecture.md" | tr -s ', ' '\n' |
            grep -qx "$room" || fail "docs/architecture.md tells nothing of $room"
    done < <(cut -d: -f1 "$rooms")
}

a_house_in_order_is_left_alone() {
    _house
    "$check" tree/rooms.txt tree >found || fail "$(cat found)"
}

an_include_of_what_does_not_lie_below_is_found() {
    _house
    printf '#include "bench/base/err.h"\n#include "bench/run/run.h"\n' >tree/bench/judge/table/table.h
    _finds 'bench/judge/table/table.h:2: table includes bench/run/run.h of run'
}

an_include_upward_is_found() {
    _house
    printf '#include "bench/cli/cli.h"\n' >tree/bench/base/err.h
    _finds 'bench/base/err.h:1: base includes bench/cli/cli.h of cli'
}

a_circle_in_the_table_is_found() {
    _house
    sed -i 's/^base: bench\/base: /base: bench\/base: cli/' tree/rooms.txt
    _finds 'base lies on cli, which stands no earlier'
}

a_judge_that_may_reach_run_is_found() {
    _house
    sed -i 's/^table: bench\/judge\/table: base/table: bench\/judge\/table: run base/' tree/rooms.txt
    _finds 'table shows, and reaches run, which measures'
}

what_lies_in_no_room_is_found() {
    _house
    mkdir -p tree/bench/attic
    : >tree/bench/attic/old.c
    _finds 'bench/attic/old.c: is in no room'
}

printing_and_ending_below_the_commands_is_found() {
    local line
    while read -r line; do
        _house
        printf '\n%s\n' "$line" >>tree/bench/run/run.c
        _finds "bench/run/run.c:4: prints, or ends the program: ${line%%;*}"
    done <<'END'
    printf();
    fprintf(stderr, x);
    fputs(x, stdout);
    perror(x);
    exit(1);
END
}

a_plug_in_that_includes_another_is_found() {
    _house
    printf '#include "bench/locks/mutex.h"\n' >tree/bench/locks/none.c
    _finds 'bench/locks/none.c:1: a plug-in includes another, bench/locks/mutex.h'
}

run_tests
