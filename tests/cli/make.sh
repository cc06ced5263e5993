#!/usr/bin/env bash
# ctest: label nosan
# The two commands, without running what they run.
. "$(dirname "$0")/lib.sh"

command -v make >/dev/null || skip_all "make is not here"

# The dry run of a target, into out.
_dry() {
    last_command="(make -n $*)"
    status=0
    make -s -n -C "$source_dir" "$@" >out 2>err || status=$?
}

bench_installs_builds_runs_and_checks_in_this_order() {
    _dry bench
    expect_status 0
    local order
    order=$(grep -nE 'install-deps|scripts/build|scripts/bench' out | cut -d: -f2- |
        sed -E 's/.*(install-deps|scripts\/build|scripts\/bench).*/\1/' | xargs)
    [ "$order" = "install-deps scripts/build scripts/bench" ] || fail "order: $order"
    expect_out 'scripts/bench build/release/contend results/standard.json --suite standard'
}

the_suite_the_name_and_the_arguments_are_passed_on() {
    _dry bench SUITE=quick
    expect_out 'results/quick.json --suite quick'
    _dry bench SUITE=quick NAME=before 'ARGS=--tasks 1,2 --workload spin'
    expect_out 'results/before.json --suite quick --tasks 1,2 --workload spin'
    _dry bench SUITE=my/own.json
    expect_out 'results/own.json --suite my/own.json'
}

test_installs_and_calls_the_ci_script() {
    _dry test
    expect_status 0
    expect_out 'scripts/install-deps --tests'
    expect_out 'scripts/ci.sh'
}

every_target_is_phony() {
    local target
    for target in build bench regress test format clean install help; do
        touch "$work/$target"
        (cd "$work" && make -s -n -f "$source_dir/Makefile" "$target") >dry 2>&1
        grep -q 'up to date' dry && fail "$target is not phony"
        rm -f "$work/$target"
    done
}

the_list_of_packages_is_one_command() {
    "$source_dir/scripts/install-deps" --print --tests --peers >printed 2>err || fail "status $?"
    if command -v apt-get >/dev/null; then
        [ "$(wc -l <printed)" -eq 1 ] || fail "more than one line"
        expect grep -q '^apt-get install -y --no-install-recommends .*libjansson-dev' printed
    fi
}

unknown_arguments_of_install_deps_are_refused() {
    status=0
    "$source_dir/scripts/install-deps" --everything >out 2>err || status=$?
    last_command="(install-deps --everything)"
    expect_status 2
    expect_err '--everything'
}

# With a dpkg-query that has lost one package, and without rights.
without_rights_the_one_command_is_printed_with_status_3() {
    command -v dpkg-query >/dev/null && command -v apt-get >/dev/null || return 0
    can_be_nobody || { [ "$(id -u)" -ne 0 ] && ! sudo -n true 2>/dev/null; } || return 0
    mkdir -p shim
    cat >shim/dpkg-query <<'SHIM'
#!/bin/sh
/usr/bin/dpkg-query "$@" | grep -v hyperfine
SHIM
    chmod 755 shim shim/dpkg-query
    cp "$source_dir/scripts/install-deps" .
    chmod 755 install-deps
    local as=()
    [ "$(id -u)" -ne 0 ] || as=(as_nobody)
    status=0
    last_command="(install-deps, without rights)"
    PATH=$work/shim:$PATH "${as[@]}" ./install-deps >out 2>err || status=$?
    expect_status 3
    [ "$(grep -c 'apt-get' err)" -eq 1 ] || { fail "expected one command"; show_run; }
    expect_err 'apt-get install -y --no-install-recommends hyperfine'
    expect test ! -s out
}

when_nothing_is_missing_nothing_is_said() {
    command -v dpkg-query >/dev/null || return 0
    "$source_dir/scripts/install-deps" --print >/dev/null || return 0
    # All packages are "installed" for this dpkg-query; apt-get must not be called.
    mkdir -p shim2
    cat >shim2/dpkg-query <<'SHIM'
#!/bin/sh
for word; do case $word in -*) ;; *) echo "ii $word" ;; esac; done
SHIM
    printf '#!/bin/sh\necho apt-get was called\nexit 1\n' >shim2/apt-get
    chmod 755 shim2/*
    status=0
    last_command="(install-deps, nothing missing)"
    PATH=$work/shim2:$PATH "$source_dir/scripts/install-deps" --tests --peers >out 2>err || status=$?
    expect_status 0
    [ ! -s out ] && [ ! -s err ] || { fail "it spoke"; show_run; }
}

run_tests
