#!/usr/bin/env bash
# ctest: label nosan
# The shell part of the CI recipes, in clones of a small repository whose "build" is a link to the
# contend under test; the recipes themselves are run by ci_recipes.sh.
. "$(dirname "$0")/lib.sh"

command -v git >/dev/null || skip_all "git is not here"
scripts=$source_dir/scripts/ci
export GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@example.org GIT_CONFIG_GLOBAL=/dev/null
export GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@example.org
cells=(--workload noop --tasks 1 --ops 1000 --budget 1s --threshold 50%)

# repository DIRECTORY: two commits; building makes build/release/contend.
_repository() {
    git init -q "$1"
    (
        cd "$1" || exit 1
        printf '#!/bin/sh\nmkdir -p build/release && ln -sf "%s" build/release/contend\n' "$contend" >build.sh
        chmod +x build.sh
        printf '/build/\n' >.gitignore
        git add -A && git commit -q -m one && git tag one
        git commit -q --allow-empty -m two
    )
}

# regress DIRECTORY ARGUMENTS: runs the script there.
_regress() {
    local directory=$1
    shift
    last_command="(regress.sh $*)"
    status=0
    (cd "$directory" && BUILD=./build.sh timeout 60 "$scripts/regress.sh" "$@") >out 2>err </dev/null || status=$?
}

_no_worktree_is_left() {
    [ "$(git -C "$1" worktree list | wc -l)" -eq 1 ] || fail "a worktree was left"
    [ -z "$(find "$1/build" -maxdepth 1 -name 'regress.*' -type d)" ] || fail "its directory was left"
}

base_is_built_in_a_worktree_and_fights_the_tree() {
    _repository tree
    _regress tree one "${cells[@]}"
    # Two links to one program: nothing is slower, but a noisy machine may refuse to judge.
    case $status in 0 | 5) ;; *) fail "status $status"; show_run ;; esac
    expect_out 'noop/none/thread/tasks=1'
    # What is named is what a reader can look up: commits, and not where they were built.
    expect_out "base  one ($(git -C tree rev-parse --short one))"
    expect_out "head  $(git -C tree rev-parse --short HEAD)"
    expect_no out 'build/regress\.'
    expect_json tree/build/regress.json 'd["schema"] == "contend.duel/1" and len(d["comparisons"]) == 1'
    _no_worktree_is_left tree
    expect_no_leftovers
}

ready_builds_are_taken_as_they_are() {
    git clone -q tree base
    git clone -q tree head
    (cd base && ./build.sh)
    (cd head && ./build.sh)
    BASE_BUILD=$work/base HEAD_BUILD=$work/head SUMMARY=$work/summary.md \
        HISTORY=$work/history.jsonl OUTPUT=$work/two.json STATUS=$work/of/status _regress head one "${cells[@]}"
    case $status in 0 | 5) ;; *) fail "status $status"; show_run ;; esac
    expect test ! -e head/build/regress.json
    expect [ "$(cat of/status)" = "$status" ]
    expect grep -q 'noop/none/thread/tasks=1' summary.md
    [ "$status" -eq 5 ] && return
    expect grep -q 'History' summary.md
    expect test "$(wc -l <history.jsonl)" -eq 1
    expect grep -q "\"commit\":\"$(git -C head rev-parse HEAD)\",\"anchor\":\"$(git -C head rev-parse one)\"" history.jsonl
}

what_got_slower_fails() {
    # A program of one's own, ten times slower than base.
    git init -q own
    (
        cd own || exit 1
        printf '/build/\n' >.gitignore
        # shellcheck disable=SC2016
        printf '#!/bin/sh\nmkdir -p build\nprintf "#!/bin/sh\\nexec sleep %%s\\n" $(cat seconds) >build/program\nchmod +x build/program\n' >build.sh
        chmod +x build.sh
        echo 0.01 >seconds
        git add -A && git commit -q -m fast
        echo 0.1 >seconds
        git commit -q -a -m slow
    )
    PROGRAM=build/program CONTEND=$contend SUMMARY=$work/own.md _regress own HEAD~1 --budget 2s
    # The duel itself has tests; here it must be heard.
    [ "$status" -eq 1 ] || { fail "expected status 1"; show_run; }
    expect grep -qi 'slower' own.md
    _no_worktree_is_left own
}

a_base_that_is_not_there_is_one_line() {
    _regress tree no-such-commit "${cells[@]}"
    expect_status 2
    expect test "$(wc -l <err)" -eq 1
    expect_err 'regress: BASE: "no-such-commit" is no commit'
    _regress tree
    expect_status 2
    expect_err 'BASE=main'
    mkdir nowhere
    GIT_CEILING_DIRECTORIES=$work _regress nowhere one
    expect_status 2
    expect_err 'no git repository'
}

a_build_that_fails_is_status_3_and_leaves_nothing() {
    (cd tree && printf '#!/bin/sh\necho the compiler said this\nexit 1\n' >build.sh && git commit -q -a -m broken && git tag broken)
    _regress tree broken "${cells[@]}"
    expect_status 3
    expect_err 'the compiler said this'
    expect_err 'building broken'
    _no_worktree_is_left tree
    (cd tree && git reset -q --hard one)
}

an_interrupted_one_leaves_nothing() {
    local pid
    (cd tree && printf '#!/bin/sh\ntouch started\nexec sleep 30\n' >build.sh && git commit -q -a -m hangs && git tag hangs && git reset -q --hard one)
    (cd tree && BUILD=./build.sh exec setsid "$scripts/regress.sh" hangs "${cells[@]}") >out 2>err &
    pid=$!
    for _ in $(seq 50); do
        [ -z "$(find tree/build -name started 2>/dev/null)" ] || break
        sleep 0.1
    done
    kill -TERM -- "-$pid" 2>/dev/null || kill -TERM "$pid"
    wait "$pid" 2>/dev/null
    _no_worktree_is_left tree
}

histories_pushed_at_once_keep_every_line() {
    git init -q --bare store.git
    local i
    for i in 1 2 3; do
        git clone -q tree "job$i"
        (cd "job$i" && git remote set-url origin "$work/store.git")
        printf '{"line": %d}\n' "$i" >"job$i.jsonl"
    done
    (cd job1 && "$scripts/keep-history.sh" fetch "$work/none.jsonl") || fail "fetching nothing failed"
    expect test ! -e none.jsonl
    (cd job1 && "$scripts/keep-history.sh" push "$work/job1.jsonl") || fail "the first push failed"
    for i in 2 3; do
        (cd "job$i" && "$scripts/keep-history.sh" push "$work/job$i.jsonl") &
    done
    wait
    (cd job1 && "$scripts/keep-history.sh" fetch "$work/all.jsonl") || fail "fetching failed"
    expect test "$(sort all.jsonl | tr -d '\n')" = '{"line": 1}{"line": 2}{"line": 3}'
    # What is there already is not pushed again.
    (cd job1 && "$scripts/keep-history.sh" push "$work/all.jsonl") || fail "an empty push failed"
    expect test "$(git -C store.git rev-list --count contend-history)" -eq 3
    status=0
    (cd job1 && REMOTE=$work/gone.git "$scripts/keep-history.sh" push "$work/all.jsonl") >out 2>err || status=$?
    expect_status 2
    expect_err 'gone.git cannot be read'
}

# A hook's index is that of the commit that is being made.
in_a_hook_what_is_committed_is_what_was_meant() {
    _repository hooked
    (
        cd hooked || exit 1
        echo base >text && git add text && git commit -q -m base
        printf '#!/bin/sh\nBUILD=./build.sh "%s/regress.sh" HEAD %s >hook.log 2>&1; :\n' "$scripts" "${cells[*]}" \
            >.git/hooks/pre-commit
        chmod +x .git/hooks/pre-commit
        echo head >text && timeout 60 git commit -q -a -m head
    )
    expect [ "$(git -C hooked show HEAD:text)" = head ]
    expect grep -q 'noop/none/thread/tasks=1' hooked/hook.log
    _no_worktree_is_left hooked
}

# Branches are told apart by their whole names.
a_branch_whose_name_ends_alike_is_another() {
    git init -q --bare alike.git
    git clone -q tree alike
    (cd alike && git remote set-url origin "$work/alike.git" &&
        git push -q origin HEAD:refs/heads/old/contend-history)
    printf '{"line": 1}' >alike.jsonl
    (cd alike && "$scripts/keep-history.sh" fetch "$work/none.jsonl") || fail "fetching nothing failed"
    expect test ! -e none.jsonl
    (cd alike && "$scripts/keep-history.sh" push "$work/alike.jsonl") || fail "the first push failed"
    printf '{"line": 2}\n' >alike.jsonl
    (cd alike && "$scripts/keep-history.sh" push "$work/alike.jsonl") || fail "the second push failed"
    expect test "$(git -C alike.git show contend-history:history.jsonl)" = $'{"line": 1}\n{"line": 2}'
    # A branch of that name that is none of ours is left alone.
    status=0
    (cd alike && BRANCH=old/contend-history "$scripts/keep-history.sh" push "$work/alike.jsonl") >out 2>err || status=$?
    expect_status 2
    expect_err 'old/contend-history has no history.jsonl'
}

make_regress_names_what_is_missing() {
    command -v make >/dev/null || return 0
    status=0
    last_command="(make -n regress)"
    make -s -n -C "$source_dir" regress BASE=main 'CELLS=--workload spin' >out 2>err || status=$?
    expect_status 0
    expect_out 'scripts/ci/regress.sh "main" --workload spin'
}

# A program that writes down what it was called with.
_logger() {
    printf '#!/bin/sh\nprintf "%%s\\n" "$@" >"%s/words"\n' "$work" >"$1/log.sh"
    chmod +x "$1/log.sh"
}

arguments_are_quoted_and_may_stand_on_several_lines() {
    git clone -q tree quoted
    _logger quoted
    local common=(PROGRAM=log.sh BUILD=true CONTEND="$contend" BASE_BUILD="$work/quoted" OUTPUT="$work/q.json")
    ARGS=$'--pattern "a b" x\n--second -- end' status=0
    (cd quoted && env "${common[@]}" ARGS="$ARGS" "$scripts/regress.sh" one --pairs 1) >out 2>err || status=$?
    expect_status 0
    printf '%s\n' --pattern 'a b' x --second -- end >wanted
    expect cmp words wanted
    status=0
    (cd quoted && env "${common[@]}" ARGS='"open' "$scripts/regress.sh" one --pairs 1) >out 2>err || status=$?
    expect_status 2
    expect_err 'a quote is not closed'
    status=0
    (cd quoted && env "${common[@]}" ARGS= "$scripts/regress.sh" one --pairs 1) >out 2>err || status=$?
    expect_status 0
}

what_git_says_is_passed_on() {
    mkdir nothing
    status=0
    (cd nothing && GIT_CEILING_DIRECTORIES=$work "$scripts/regress.sh" one) >out 2>err || status=$?
    expect_status 2
    expect_err 'not a git repository'
    git clone -q --depth 1 "file://$work/tree" shallow
    last_command='(regress.sh in a shallow clone)' status=0
    (cd shallow && "$scripts/regress.sh" HEAD~1) >out 2>err || status=$?
    expect_status 2
    expect_err 'fetch-depth: 0'
    # A branch that is only origin's.
    git -C tree branch side one
    git clone -q tree follower
    (cd follower && ./build.sh)
    HEAD_BUILD=$work/follower BASE_BUILD=$work/follower _regress follower side "${cells[@]}"
    case $status in 0 | 5) ;; *) fail "status $status"; show_run ;; esac
}

base_has_its_submodules() {
    git init -q part && (cd part && echo 1 >file && git add file && git commit -q -m part)
    git clone -q tree whole
    (
        cd whole || exit 1
        git -c protocol.file.allow=always submodule --quiet add "$work/part" part
        printf '#!/bin/sh\ntest -e part/file || exit 1\n' >>build.sh
        git commit -q -a -m 'with a part' && git tag parted
    )
    GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=protocol.file.allow GIT_CONFIG_VALUE_0=always \
        _regress whole parted "${cells[@]}"
    case $status in 0 | 5) ;; *) fail "status $status"; show_run ;; esac
    _no_worktree_is_left whole
}

run_tests
