#!/usr/bin/env bash
# ctest: takes 145, label nosan, timeout 600
# The recipes for CI as files, and each of their steps as it is written: in clean clones of a small project that
# is not contend, with a bare repository as remote.
. "$(dirname "$0")/lib.sh"

command -v git >/dev/null || skip_all "git is not here"
"${python:-python3}" -c 'import yaml' 2>/dev/null || skip_all "python's yaml is not here"
recipes=$source_dir/scripts/ci
runner="${python:-python3} $source_dir/tests/cli/ci_runner.py"
export GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@example.org GIT_CONFIG_GLOBAL=/dev/null
export GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@example.org
secret=a-token-nobody-may-see

# The project: "build" makes a program that sleeps as long as the file says.  main: three commits.
_project() {
    git init -q -b main project
    (
        cd project || exit 1
        printf '/build/\n/contend-out/\n/.contend/\n' >.gitignore
        # shellcheck disable=SC2016
        printf '#!/bin/sh\nmkdir -p build\nprintf "#!/bin/sh\\nexec sleep %%s\\n" $(cat seconds) >build/program\nchmod +x build/program\n' >build.sh
        chmod +x build.sh
        echo 0.01 >seconds
        git add -A && git commit -q -m one && git tag anchor
        git commit -q --allow-empty -m two
        git commit -q --allow-empty -m three
    )
    git clone -q --bare project origin.git
}

# A contend that ends each duel with that status, and knows nothing else.
_ending_with() {
    mkdir -p "ends$1"
    printf '#!/bin/sh\n[ "$1" != --version ] || { echo contend 0.0.0; exit 0; }\n[ "$1" != duel ] || exit %d\nexit 0\n' "$1" >"ends$1/contend"
    chmod +x "ends$1/contend"
}

_clone() {
    rm -rf "$1"
    git clone -q "$work/origin.git" "$1"
}

# action WORK key=value...: the composite action in the clone "tree".
_action() {
    local at=$1
    shift
    last_command="(action $*)"
    status=0
    mkdir -p "$at"
    timeout 200 $runner github "$recipes/action.yml" "$work/tree" "$work/$at" inputs.program=build/program \
        inputs.build=./build.sh "inputs.contend=${with:-$contend}" 'inputs.options=--budget 2s' "$@" >out 2>err </dev/null || status=$?
}

_job() {
    local name=$1
    shift
    last_command="(job $name $*)"
    status=0
    mkdir -p "$name"
    timeout 200 $runner gitlab "$recipes/gitlab.yml" "$name" "$work/tree" "$work/$name" inputs.program=build/program \
        inputs.build=./build.sh "inputs.contend=${with:-$contend}" inputs.options='--budget 2s' "inputs.source=file://$work/contend.git" \
        CI_PROJECT_URL="$work/origin" HISTORY_TOKEN=$secret "$@" >out 2>err </dev/null || status=$?
}

_nobody_sees_the_token() {
    ! grep -rqF "$secret" out err "$@" || fail "the token is in $(grep -rlF "$secret" out err "$@")"
}

the_files_are_what_their_services_take() {
    local name
    $runner check "$recipes" >out 2>&1 || fail "$(tail -n 3 out)"
    for name in $(grep -oh '[a-z-]*\.sh' "$recipes"/*.yml | sort -u); do
        expect test -x "$recipes/$name"
    done
}

a_pull_request_that_is_slower_fails_with_all_there_is_to_read() {
    _project
    _clone tree
    (cd tree && git checkout -q -b change && echo 0.2 >seconds && git commit -q -a -m slower)
    _action slower github.base_ref=main github.event_name=pull_request
    [ "$status" -eq 1 ] || { fail "expected status 1"; show_run; return; }
    expect_out '::error title='
    expect grep -q "against $(git -C tree rev-parse --short main)" slower/artifacts/contend/summary.md
    expect grep -qi slower slower/GITHUB_STEP_SUMMARY
    expect grep -q '<testsuite' slower/artifacts/contend/junit/duel.xml
    expect [ "$(cat slower/artifacts/contend/status)" = 1 ]
    expect_no slower/artifacts/contend/summary.md 'regress\.'
    _nobody_sees_the_token slower/artifacts
    [ -z "$(git -C tree worktree list | sed 1d)" ] || fail "a worktree was left"
}

a_push_becomes_a_point_that_the_second_job_keeps() {
    _clone tree
    _action push inputs.anchor=anchor
    expect_status 0
    _nobody_sees_the_token push/artifacts
    if [ "$(cat push/artifacts/contend/status)" = 5 ]; then
        expect_out '::warning title=contend::No verdict'
        return
    fi
    expect [ "$(wc -l <push/artifacts/contend/history.jsonl)" -eq 1 ]
    expect test -s push/artifacts/contend/junit/history.xml
    # Another clone, in which nothing was built.
    _clone tree
    _action push inputs.mode=publish
    expect_status 0
    expect [ ! -e tree/build ]
    git -C origin.git show contend-history:history.jsonl >kept || fail "there is no branch"
    expect grep -q "\"commit\":\"$(git -C tree rev-parse HEAD)\"" kept
    # Two commits later, of which the first one's job was cancelled.
    (cd tree && git commit -q --allow-empty -m four && git commit -q --allow-empty -m five && git push -q origin main)
    _clone tree
    _action later inputs.anchor=anchor
    expect_status 0
    expect_out "hole in the history: 1 commit between $(git -C tree rev-parse --short HEAD~2) and $(git -C tree rev-parse --short HEAD) has not been measured"
    expect grep -q 'hole in the history' later/GITHUB_STEP_SUMMARY
}

what_is_no_failure_passes_with_a_warning() {
    local wanted code
    _clone tree
    for code in 0:0 1:1 2:2 3:3 4:0 5:0; do
        wanted=${code#*:} code=${code%:*}
        _ending_with "$code"
        with=$work/ends$code/contend _action "ended$code" inputs.base=anchor
        expect_status "$wanted"
        expect [ "$(cat "ended$code/artifacts/contend/status")" = "$code" ]
        case $code in
        4) expect_out '::warning title=contend::Undecided' ;;
        5) expect_out '::warning title=contend::No verdict' ;;
        esac
        with=$work/ends$code/contend KEEP_STATUS=1 OUT=$work/kept$code CONTEND=$work/ends$code/contend PROGRAM=build/program BUILD=./build.sh \
            bash -c 'cd tree && "$0"/gate.sh duel anchor' "$recipes" >out 2>err || status=$?
        [ "$status" -eq "$code" ] || [ "$wanted" -eq 0 ] && [ "$(cat "kept$code/status")" -eq "$code" ] || fail "KEEP_STATUS: $status, not $code"
    done
    [ "$(cd tree && OUT=$work/x "$recipes/gate.sh" duel '' 2>&1 || echo "status $?")" = "gate: duel: there is no commit to measure against
status 2" ] || fail "an empty base"
}

the_component_does_the_same() {
    git init -q -b main contend-source
    mkdir -p contend-source/scripts
    cp -r "$recipes" contend-source/scripts/ci
    (cd contend-source && git add -A && git commit -q -m scripts && git tag v0.2.0)
    git clone -q --bare contend-source contend.git
    _clone tree
    git -C origin.git update-ref -d refs/heads/contend-history
    _job contend:measure CI_COMMIT_BRANCH=main inputs.anchor=anchor
    expect_status 0
    _nobody_sees_the_token tree/contend-out
    expect grep -q '<testsuite' tree/contend-out/junit/duel.xml
    if [ -s tree/contend-out/history.jsonl ]; then
        (cd tree && rm -rf build)
        _job contend:publish CI_COMMIT_BRANCH=main
        expect_status 0
        _nobody_sees_the_token tree/contend-out
        expect [ ! -e tree/build ]
        expect [ "$(git -C origin.git show contend-history:history.jsonl | wc -l)" -eq 1 ]
    fi
    _ending_with 5
    _clone tree
    with=$work/ends5/contend _job contend:measure CI_MERGE_REQUEST_DIFF_BASE_SHA="$(git -C tree rev-parse anchor)"
    expect_status 0
    expect_out '== passed with a warning: 5'
}

# gate NAME SLOWER: the example of that name as a repository, in which a change makes it slower; its own workflow.
_gate() {
    local settings
    cp -r "$source_dir/examples/projects/$1" "own$1"
    (
        cd "own$1" && git init -q -b main && git add -A && git commit -q -m one && git checkout -q -b change &&
            sed -i "$2" "$(git grep -lE 'ITEMS.* 20000' | head -n 1)" && git commit -q -a -m slower
    ) || fail "$1: no change could be made"
    git clone -q "own$1" tree-of-it
    rm -rf tree && mv tree-of-it tree
    mapfile -t settings < <($runner project "$source_dir/examples/projects/$1/contend.yml" "$recipes/action.yml")
    [ ${#settings[@]} -eq 2 ] || fail "its workflow says ${settings[*]}"
    _action "of$1" github.base_ref=main github.event_name=pull_request 'inputs.options=--budget 40s' "${settings[@]}"
    [ "$status" -eq 1 ] || { fail "$1: expected status 1"; show_run; return; }
    expect_out '::error title='
}

projects_in_c_rust_and_python_have_their_gate() {
    _gate c 's/ITEMS 200000/ITEMS 4000000/'
    # A python that a version manager picks takes longer than the work.
    mkdir -p direct
    ln -sf "$("${python:-python3}" -c 'import sys; print(sys.executable)')" direct/python3
    PATH=$work/direct:$PATH _gate python 's/^ITEMS = 20000/ITEMS = 800000/'
    if command -v cargo >/dev/null && (cd "$source_dir/examples/projects/rust" && cargo --version) >/dev/null 2>&1; then
        _gate rust 's/ITEMS: u64 = 200000/ITEMS: u64 = 8000000/'
    else
        echo 'skipped for Rust: there is no cargo'
    fi
}

the_lines_of_the_readme_are_those_of_the_project() {
    awk '/^```yaml$/ { inside = 1; next } inside && /^```$/ { exit } inside' "$source_dir/README.md" >shown
    diff shown "$source_dir/examples/projects/c/contend.yml" || fail "README.md shows other lines"
}

a_lock_of_somebody_else_has_its_gate() {
    local installed=$work/usr/bin/contend
    command -v pkg-config >/dev/null && command -v make >/dev/null || { echo 'skipped: no make, no pkg-config'; return; }
    [ -n "${CONTEND_BUILD:-}" ] || return 0
    cmake --install "$CONTEND_BUILD" --prefix "$work/usr" >log 2>&1 || { fail "status $?"; return; }
    rm -rf tree
    mkdir tree
    cp "$source_dir"/examples/plugins/{Makefile,patient.c} tree
    (cd tree && git init -q -b main && printf '*.so\n' >.gitignore && git add -A && git commit -q -m one && git checkout -q -b change &&
        sed -i 's,^    if (take(s))$,    for (volatile int i = 0; i < 1000000; i++);\n&,' patient.c && git commit -q -a -m slower)
    git clone -q tree clone && rm -rf tree && mv clone tree
    with=$installed _action lock github.base_ref=main inputs.plugin=patient.so 'inputs.build=make -s patient.so' \
        'inputs.options=--workload sleep -p sleep.duration=100us --ops 20 --lock patient --tasks 1 --pairs 8'
    case $status in 1) ;; *) [ "$(cat lock/artifacts/contend/status)" = 5 ] || { fail "expected status 1"; show_run; } ;; esac
    expect grep -q 'sleep/patient/thread' lock/artifacts/contend/summary.md
}

# The change that brings the gate, or that repairs what could not be built, has nothing to be measured against.
what_has_no_base_passes_with_a_warning() {
    rm -rf tree
    mkdir tree
    (cd tree && git init -q -b main && echo /build/ >.gitignore && git add -A && git commit -q -m empty && git checkout -q -b change &&
        printf '#!/bin/sh\nmkdir -p build && cp /bin/true build/program\n' >build.sh && chmod +x build.sh && git add -A && git commit -q -m all &&
        git checkout -q -b broken && printf '#!/bin/sh\necho missing: semicolon >&2\nexit 1\n' >build.sh && git commit -q -a -m broken &&
        git checkout -q -b elsewhere && printf '#!/bin/sh\nexit 0\n' >build.sh && git commit -q -a -m elsewhere && git checkout -q change)
    for base in main broken elsewhere; do
        _action "first-$base" "inputs.base=$base"
        expect_status 0
        expect [ "$(cat "first-$base/artifacts/contend/status")" = 5 ]
        expect_out "::warning title=contend::$base ("
        expect_out 'there is nothing to measure this change against'
        expect grep -q 'there is nothing to measure this change against' "first-$base/artifacts/contend/summary.md"
    done
    # This tree is another matter.
    (cd tree && git checkout -q broken)
    _action last inputs.base=change
    expect_status 3
    expect_err 'building this tree with "./build.sh" failed'
    expect_err 'missing: semicolon'
}

# The line that is forgotten first.
a_clone_without_a_past_is_told_what_it_lacks() {
    rm -rf tree
    git clone -q --depth 1 "file://$work/origin.git" tree
    _action shallow github.base_ref=elsewhere
    expect_status 2
    expect_err 'fetch-depth: 0'
    expect_err 'origin/elsewhere'
    _action shallow inputs.base=anchor
    expect_status 2
    expect_err 'fetch-depth: 0'
}

what_cannot_be_read_is_told_without_the_token() {
    local action
    echo '{}' >line.jsonl
    for action in fetch push; do
        status=0 last_command="($action from nowhere)"
        (cd tree && TOKEN=$secret REMOTE="https://somebody:$secret@localhost:9/nothing.git" timeout 60 "$recipes/keep-history.sh" \
            $action "$work/line.jsonl") >out 2>err </dev/null || status=$?
        expect_status 2
        expect [ "$(wc -l <err)" -eq 1 ]
        expect_err 'https://localhost:9/nothing.git cannot be read'
        _nobody_sees_the_token
    done
}

# Two hosts: the first sends whoever asks it to the second.  Each writes down who came with a token.
_two_hosts() {
    "${python:-python3}" - "$work" <<'EOF' &
import http.server, pathlib, sys, threading
folder = pathlib.Path(sys.argv[1])

class Host(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with open(folder / f"{self.server.name}.log", "a") as log:
            log.write(("with" if self.headers.get("Authorization") else "without") + "\n")
        self.send_response(302 if self.server.name == "first" else 404)
        if self.server.name == "first":
            self.send_header("Location", f"http://127.0.0.1:{second.server_port}{self.path}")
        self.end_headers()

    def log_message(self, *_):
        pass

first, second = (http.server.ThreadingHTTPServer(("127.0.0.1", 0), Host) for _ in range(2))
first.name, second.name = "first", "second"
threading.Thread(target=second.serve_forever, daemon=True).start()
(folder / "port.new").write_text(str(first.server_port))
(folder / "port.new").rename(folder / "port")
first.serve_forever()
EOF
    hosts=$!
    for _ in $(seq 300); do
        [ ! -e port ] || return 0
        sleep 0.1
    done
    fail "the hosts did not come up"
}

the_token_goes_to_its_own_host_alone() {
    _two_hosts
    status=0 last_command="(fetch from a host that sends on)"
    (cd tree && TOKEN=$secret REMOTE="http://127.0.0.1:$(cat "$work/port")/a/b.git" timeout 60 "$recipes/keep-history.sh" \
        fetch "$work/fetched.jsonl") >out 2>err </dev/null || status=$?
    kill "$hosts"
    expect_status 2
    expect grep -qx with first.log
    expect grep -qx without second.log
    expect [ "$(grep -cx with second.log)" -eq 0 ]
    _nobody_sees_the_token
}

run_tests
