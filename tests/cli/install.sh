#!/usr/bin/env bash
# ctest: label nosan
# What is installed works away from the source tree.
. "$(dirname "$0")/lib.sh"

[ -n "${CONTEND_BUILD:-}" ] || skip_all "CONTEND_BUILD is not set: not called by ctest"

the_program_is_installed_and_knows_its_suites() {
    cmake --install "$CONTEND_BUILD" --prefix "$work/usr" >log 2>&1 || { fail "status $?"; cat log; }
    contend=$work/usr/bin/contend
    cd / || return
    "$contend" list suites >"$work/out" 2>"$work/err" || fail "status $?"
    cd "$work" || return
    expect_out quick
    expect_out standard
    run run --workload noop --lock none --executor serial --tasks 1 --rounds 1 -o x.json
    expect_status 0
    expect_valid x.json
}

the_schema_is_installed() {
    expect cmp "$schema" usr/share/contend/result-1.json
}

a_plug_in_author_finds_the_header() {
    command -v pkg-config >/dev/null || return 0
    local pc
    pc=$(find usr -name contend.pc)
    [ -n "$pc" ] || { fail "no contend.pc"; return; }
    # shellcheck disable=SC2046
    printf '#include <contend.h>\n#include <contend_queue.h>\nint main(void) { return sync_queue_bytes(1) < sizeof(struct sync_queue); }\n' |
        cc -std=gnu17 -x c - -o plug $(PKG_CONFIG_PATH=$(dirname "$pc") pkg-config --cflags contend) 2>log ||
        { fail "it does not compile"; head -n 5 log; }
}

run_tests
