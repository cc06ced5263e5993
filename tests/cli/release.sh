#!/usr/bin/env bash
# ctest: label nosan
# What a release needs: sources that give the same wherever they are built, and a page that says what is missing.
. "$(dirname "$0")/lib.sh"

command -v git >/dev/null || skip_all "git is not here"
export GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@example.org GIT_CONFIG_GLOBAL=/dev/null
export GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@example.org

# The smallest programs and the library that is preloaded; scripts/release compares all of it.
two_folders_give_the_same_programs() {
    command -v cmake >/dev/null && command -v ninja >/dev/null || { echo 'skipped: no cmake, no ninja'; return; }
    local at name
    for at in one a/longer/one; do
        mkdir -p "$at"
        (cd "$source_dir" && tar -c --exclude=./build --exclude=./.git --exclude=node_modules .) | tar -x -C "$at"
        { cmake -S "$at" -B "$at/out" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF &&
            CCACHE_DISABLE=1 cmake --build "$at/out" -j 2 --target contend-raise contend-watch contend-bare; } >log 2>&1 ||
            { fail "it does not build"; tail -n 5 log; return; }
    done
    for name in contend-raise contend-watch.so contend-bare; do
        expect cmp "one/out/$name" "a/longer/one/out/$name"
        ! grep -qF "$work" "one/out/$name" || fail "$name says where it was built"
    done
}

# A repository with what scripts/release looks at, at version 7.0.0.
_tree() {
    git init -q -b main tree
    mkdir -p tree/scripts
    cp "$source_dir/scripts/release" tree/scripts/
    cp "$source_dir/LICENSE" tree/
    printf 'project(contend VERSION 7.0.0 LANGUAGES C\n' >tree/CMakeLists.txt
    printf '/build/\n' >tree/.gitignore
    printf '# Changes\n\n## 7.0.0 (2026-11-30)\n\n- It is faster.\n- It is smaller.\n\n## 6.0.0\n\n- It was.\n' >tree/CHANGELOG.md
    (cd tree && git add -A && git commit -q -m release)
}

_release() {
    last_command="(release $*)" status=0
    (cd tree && timeout 60 scripts/release "$@") >out 2>err </dev/null || status=$?
}

what_is_ready_may_be_tagged() {
    _tree
    _release --dry-run
    expect_status 0
    expect_out 'CHANGELOG.md has 7.0.0, 2 changes'
    expect_out 'v7.0.0 is free'
    expect_out 'git tag -a v7.0.0 -F build/package/tag.txt'
    expect [ "$(sed -n 3p tree/build/package/tag.txt)" = '- It is faster.' ]
    expect_no tree/build/package/tag.txt 'It was'
    # Nothing was built, and nothing tagged.
    expect [ -z "$(git -C tree tag)" ]
    (cd tree && git tag -a v7.0.0 -F build/package/tag.txt)
    _release --dry-run
    expect_status 0
    expect_out 'v7.0.0 is this commit, and says what CHANGELOG.md says'
}

what_is_not_ready_is_said() {
    (cd tree && git tag -d v7.0.0 >/dev/null && git tag -a v7.0.0 -m 'something else')
    _release --dry-run
    expect_status 1
    expect_out 'v7.0.0 says something else than CHANGELOG.md'
    (cd tree && git commit -q --allow-empty -m more)
    _release --dry-run
    expect_status 1
    expect_out 'v7.0.0 is another commit'
    sed -i 's/(2026-11-30)/(unreleased)/' tree/CHANGELOG.md
    _release --dry-run
    expect_status 1
    expect_out 'changes that are not committed: 1'
    expect_out 'calls 7.0.0 unreleased'
    expect_out 'not to be tagged'
    sed -i 's/VERSION 7/VERSION 8/' tree/CMakeLists.txt
    _release --dry-run
    expect_status 1
    expect_out 'CHANGELOG.md has no section 8.0.0'
    _release --wet
    expect_status 2
    expect_err 'unknown argument "--wet"'
}

run_tests
