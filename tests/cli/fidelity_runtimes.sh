#!/usr/bin/env bash
# ctest: timeout 300, label nosan
# The comparison of emulated locks with the real runtimes: what is missing is said, what is there is measured.
. "$(dirname "$0")/lib.sh"

_compare() {
    last_command="(fidelity-runtimes $*)"
    status=0
    timeout 200 "$source_dir/scripts/fidelity-runtimes" --contend "$contend" "$@" >out 2>err || status=$?
}

# A folder with the interpreters that the script itself needs, and no runtime to compare with.
_bare_path() {
    mkdir -p "$1"
    ln -sf "$(command -v env)" "$(command -v timeout)" "$1/"
    # Not a shim, which would need the PATH that is taken away.
    ln -sf "$(python3 -c 'import sys; print(sys.executable)')" "$1/python3"
}

what_is_not_installed_is_said_and_nothing_is_measured() {
    _bare_path bare
    PYENV_ROOT=$work/nothing PATH=$work/bare _compare --rounds 1 --json rows.json
    expect_status 3
    expect_out 'missing: ruby is not installed'
    expect_out 'missing: ocamlopt is not installed'
    expect_out 'missing: pypy3 is not installed'
    expect_out 'missing: there is no CPython 3.13'
    expect_json rows.json 'len(d["rows"]) == 12 and all(r["verdict"] == "missing" and r["reason"] for r in d["rows"])'
}

a_runtime_that_fails_or_prints_rubbish_costs_its_rows_alone() {
    _bare_path broken
    printf '#!/bin/sh\necho rubbish\n' >broken/ruby
    printf '#!/bin/sh\necho "pypy3: cannot start" >&2\nexit 7\n' >broken/pypy3
    chmod +x broken/ruby broken/pypy3
    PATH=$work/broken:$PATH _compare --rounds 1 ruby pypy
    expect_status 3
    expect_out 'missing: no whole turn'
    expect_out "cannot start"
}

# A 3.13 without a global lock is none to be held against it, nor is a shim or another version.
another_cpython_is_not_taken_for_it() {
    local answer
    _bare_path others
    mkdir -p pyenv/versions/3.13.0t/bin pyenv/versions/3.13.9/bin
    for answer in 0t:"3 13 0 1" 9:"3 12 7 0"; do
        printf '#!/bin/sh\necho "%s"\n' "${answer#*:}" >"pyenv/versions/3.13.${answer%%:*}/bin/python3"
    done
    chmod +x pyenv/versions/*/bin/python3
    PYENV_ROOT=$work/pyenv PATH=$work/others _compare --rounds 1 cpython
    expect_status 3
    expect_out 'bin/python3 has no global lock'
    expect_out 'bin/python3 is 3.12.7'
}

wrong_words_are_refused() {
    _compare perl
    expect_status 2
    expect_err '"perl" is none of ruby, ocaml, pypy, cpython'
    _compare --rounds 0
    expect_status 2
    expect_err 'too small'
}

# A single round decides nothing; both sides have figures, and neither is shorter than it can be.
a_real_runtime_stands_beside_its_emulation() {
    command -v ocamlopt >/dev/null || return 0
    _compare --rounds 1 --json rows.json ocaml
    expect_status 0
    expect_out 'ocaml_master'
    expect_json rows.json 'all(r["verdict"] in ("undecided", "missing") for r in d["rows"])'
    expect_json rows.json 'all(v > 0 for r in d["rows"] if r["verdict"] == "undecided" for v in r["emulated_ms"] + r["real_ms"])'
}

run_tests
