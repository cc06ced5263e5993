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

every_schema_is_installed() {
    local file
    for file in "$source_dir"/results/schema/*.json; do
        expect cmp "$file" "usr/share/contend/${file##*/}"
    done
}

what_runs_without_o_writes_where_the_user_is() {
    mkdir -p elsewhere && cd elsewhere || return
    run run --workload noop --lock none --executor serial --tasks 1 --ops 10 --rounds 1 --no-report
    expect_status 0
    expect [ "$(find . -name '*.json' | wc -l)" -eq 1 ]
    expect [ ! -e results ]
    # Asked for, and in a tree that has one, it is used.
    mkdir results
    run run --workload noop --lock none --executor serial --tasks 1 --ops 10 --rounds 1 --no-report
    expect_status 0
    expect [ "$(find results -name '*.json' | wc -l)" -eq 1 ]
    cd "$work" || return
}

scripts_for_jobs_find_the_installed_program() {
    command -v git >/dev/null || return 0
    local scripts=$work/usr/share/contend/scripts
    mkdir -p own bin && (
        cd own && git init -q && git -c user.name=t -c user.email=t commit -q --allow-empty -m one &&
            ln -s /bin/true program && printf '#!/bin/sh\necho "$@" >>asked\necho 1\n' >../bin/sbatch && chmod +x ../bin/sbatch
    )
    last_command='(regress.sh of the installed contend)'
    status=0
    (cd own && PATH=$work/usr/bin:$PATH PROGRAM=program BUILD='ln -sf /bin/true program' "$scripts/ci/regress.sh" HEAD --pairs 2) >out 2>err || status=$?
    case $status in 0 | 5) ;; *) fail "expected status 0"; show_run ;; esac
    expect_out 'base  HEAD ('
    last_command='(slurm.sh of the installed contend)'
    status=0
    (cd own && PATH=$work/bin:$work/usr/bin:$PATH "$scripts/cluster/slurm.sh" -n 2 -d shards -- --workload noop --lock none \
        --executor fake --tasks 1,2) >out 2>err || status=$?
    expect_status 0
    expect grep -q "$work/usr/bin/contend" own/asked
}

what_watches_is_found() {
    run watch -- true
    expect_status 0
    expect_no err 'contend-watch.so'
}

the_version_says_what_it_is() {
    run --version
    expect_status 0
    expect_out 'contend 0.'
    expect_out 'compiler: '
    expect_out 'plug-ins: ABI '
    expect_out "$(sed -n 's/^#define CONTEND_COMMIT "\(.*\)"$/\1/p' "$CONTEND_BUILD/generated/version.h")"
}

manual_pages_and_completions_are_installed() {
    expect test -s usr/share/man/man1/contend.1
    expect test -s usr/share/man/man1/contend-run.1
    expect test -s usr/share/man/man1/contend-raise.1
    ! command -v mandoc >/dev/null || mandoc -T lint -W warning usr/share/man/man1/contend-raise.1 ||
        fail "contend-raise.1"
    expect test -s usr/share/bash-completion/completions/contend
    expect test -s usr/share/zsh/site-functions/_contend
    expect test -s usr/share/fish/vendor_completions.d/contend.fish
    # Below /usr, where the package goes, Debian's zsh reads another folder than below /usr/local.
    python3 - "$source_dir/CMakePresets.json" <<'END' || fail 'the package has its completions where zsh does not look'
import json, sys
preset = next(p for p in json.load(open(sys.argv[1]))["configurePresets"] if p["name"] == "package")
sys.exit(preset["cacheVariables"]["CONTEND_ZSH_FOLDER"] != "vendor-completions")
END
    ! command -v man >/dev/null || MANPATH=$work/usr/share/man man -P cat contend-run >page 2>&1 ||
        fail "man contend-run: $(head -n 2 page)"
}

a_plug_in_author_finds_the_header() {
    command -v pkg-config >/dev/null || return 0
    local pc
    pc=$(find usr -name contend.pc)
    [ -n "$pc" ] || { fail "no contend.pc"; return; }
    # shellcheck disable=SC2046
    expect [ "$(PKG_CONFIG_PATH=$(dirname "$pc") pkg-config --modversion contend)" = "$("$contend" --version | sed -n '1s/^contend \([^ ]*\).*/\1/p')" ]
    # shellcheck disable=SC2046
    printf '#include <contend.h>\n#include <contend_queue.h>\nint main(void) { return sync_queue_bytes(1) < sizeof(struct sync_queue); }\n' |
        cc -std=gnu17 -x c - -o plug $(PKG_CONFIG_PATH=$(dirname "$pc") pkg-config --cflags contend) 2>log ||
        { fail "it does not compile"; head -n 5 log; }
}

run_tests
