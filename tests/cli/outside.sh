#!/usr/bin/env bash
# ctest: takes 70, label nosan, timeout 600
# Outside plug-ins, as their authors have them: contend is installed, the examples are copied away from the
# source tree, built with what pkg-config says, and run by the installed program.
. "$(dirname "$0")/lib.sh"

[ -n "${CONTEND_BUILD:-}" ] || skip_all "CONTEND_BUILD is not set: not called by ctest"
for tool in pkg-config make cc; do
    command -v $tool >/dev/null || skip_all "there is no $tool"
done
cmake --install "$CONTEND_BUILD" --prefix "$work/usr" >log 2>&1 || { cat log; exit 1; }
contend=$work/usr/bin/contend
cp -r "$work/usr/share/contend/examples/plugins" plugins
pc=$(find usr -name contend.pc)
export PKG_CONFIG_PATH=$work/${pc%/*}
export CONTEND=$contend
has_cpp=$(printf '#include <coroutine>\n' | c++ -std=c++20 -x c++ -E - >/dev/null 2>&1 && echo yes)

_make() {
    last_command="(make $*)"
    status=0
    make -C plugins "$@" >out 2>err || status=$?
}

# plug NAME "CODE" [DEFINES]: a shared object of a few lines.
_plug() {
    printf '#include <contend.h>\n#include <stdlib.h>\n#include <unistd.h>\n%s\n' "$2" >"$1.c"
    # shellcheck disable=SC2046
    cc -O1 -g -shared -fPIC "$1.c" $(pkg-config --cflags --libs contend) -o "$1.so" 2>log ||
        { fail "$1.c does not compile"; head -n 5 log; }
}

the_examples_build_without_a_warning() {
    local some=(crc.so patient.so slices.so)
    [ -z "$has_cpp" ] || some+=(cpp_coroutine.so)
    _make "${some[@]}" CFLAGS='-O2 -Wall -Wextra -Wshadow -Werror'
    expect_status 0
}

the_examples_work_together() {
    [ -n "$has_cpp" ] || { echo "skipped: no compiler of C++20"; return; }
    _make check CFLAGS='-O2 -Wall -Wextra -Wshadow -Werror'
    expect_status 0
    expect_valid plugins/check.json
    expect_none plugins/check.json '[(c["id"], c.get("reason")) for c in cells if c["status"] != "ok"]'
    expect_json plugins/check.json 'sum(c["executor"] == "cpp_coroutine" and c["role"] == "measured" for c in cells) == 4'
    # Two sleepers sleep at the same time, or each would have its own wait alone.
    expect_json plugins/check.json 'all(c["metrics"]["startup_ns"]["samples"] for c in cells if c["executor"] == "cpp_coroutine")'
    expect_json plugins/check.json 'all(c["metrics"]["slices_count"]["samples"][0] >= 1 for c in cells
        if c["executor"] in ("thread", "process") and "samples" in c["metrics"]["slices_count"])'
    expect_json plugins/check.json 'any("samples" in c["metrics"]["slices_count"] for c in cells)'
    expect_json plugins/check.json 'all("reason" in c["metrics"]["slices_count"] for c in cells
        if c["executor"] == "cpp_coroutine")'
}

coroutines_of_another_language_wait_for_each_other() {
    [ -n "$has_cpp" ] || { echo "skipped: no compiler of C++20"; return; }
    # All that have a form without a stack; a word that is waited for, many sleepers, a fair share of turns.
    run run --plugin plugins/cpp_coroutine.so --executor cpp_coroutine,coroutine_stackless --tasks 2,300 \
        --workload sleep,counter,noop -p sleep.duration=1ms --lock none,gil --task-time 1ms --rounds 1 \
        --no-report -o many.json
    expect_status 0
    expect_none many.json '[(c["id"], c.get("reason")) for c in cells if c["status"] == "failed"]'
    expect_json many.json '{c["id"].replace("cpp_coroutine", "X"): c["status"] for c in cells if c["executor"] == "cpp_coroutine"}
        == {c["id"].replace("coroutine_stackless", "X"): c["status"] for c in cells if c["executor"] == "coroutine_stackless"}'
}

# Whoever writes one kind may name the file of that kind, first or alone.
each_header_stands_by_itself() {
    local header
    for header in "$(pkg-config --variable=includedir contend)"/contend*.h; do
        # shellcheck disable=SC2046
        printf '#include <%s>\nextern const struct executor e;\nextern const struct lock l;\nconst struct probe p = {0};\nint f(void);\nint f(void) { return (int)(sizeof e + sizeof l); }\n' "${header##*/}" |
            cc -std=c17 -Wall -Wextra -Wpedantic -Werror $(pkg-config --cflags contend) -c -x c - -o /dev/null 2>log ||
            { fail "${header##*/}"; head -n 5 log; }
    done
    [ -e "${header%/*}/contend_executor.h" ] || fail "they are not where pkg-config says"
}

# Whichever an author has, and as strict as he likes.
headers_and_examples_take_every_standard_and_compiler() {
    local compiler standard file tried=0 flags warnings='-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror'
    flags=$(pkg-config --cflags --libs contend)
    printf '#include <contend.h>\n#include <contend_sync.h>\n#include <contend_queue.h>\n#include <sched.h>\nint f(void);\nint f(void) { return sched_getcpu(); }\n' >headers.c
    cp headers.c headers.cpp
    for compiler in gcc gcc-{11..16} clang clang-{13..21}; do
        command -v "$compiler" >/dev/null || continue
        for standard in c11 c17 c2x gnu17; do
            for file in headers.c plugins/{crc,patient,slices}.c; do
                # shellcheck disable=SC2086
                $compiler -std=$standard $warnings -Wstrict-prototypes -fPIC -c "$file" -o plug.o $flags 2>log ||
                    { fail "$compiler -std=$standard $file"; head -n 5 log; }
            done
            tried=$((tried + 1))
        done
    done
    for compiler in g++ g++-{11..16} clang++ clang++-{13..21}; do
        printf '#include <atomic>\n' | $compiler -std=c++20 -x c++ -E - >/dev/null 2>&1 || continue
        for standard in c++17 c++20 c++2b; do
            for file in headers.cpp plugins/cpp_coroutine.cpp; do
                # C++17 has no coroutines, and a clang older than gcc's library none that it takes.
                [ $file = headers.cpp ] || printf '#include <coroutine>\nstd::coroutine_handle<> h;\n' |
                    $compiler -std=$standard -x c++ -fsyntax-only - 2>log || continue
                # shellcheck disable=SC2086
                $compiler -std=$standard $warnings -fPIC -c $file -o plug.o $flags 2>log ||
                    { fail "$compiler -std=$standard $file"; head -n 5 log; }
            done
            tried=$((tried + 1))
        done
    done
    [ $tried -ge 4 ] || fail "only $tried combinations were tried"
}

# An author puts a file of his own beside the examples, and takes away what he does not want.
the_makefile_takes_what_lies_there() {
    mkdir -p fewer
    cp plugins/Makefile fewer
    sed 's/patient/mine/g' plugins/patient.c >fewer/mine.c
    make -C fewer CFLAGS='-O2 -Wall -Wextra -Werror' >out 2>err || { fail "make failed"; cat err; }
    run list locks --plugin fewer/mine.so
    expect_out '  mine '
}

one_number_says_what_is_loaded() {
    run --version
    expect_status 0
    expect_out "plug-ins: ABI $(pkg-config --variable=abi contend)"
    expect_out 'compiler: '
}

what_is_no_plug_in_is_refused_in_one_line() {
    _plug empty 'int unused_by_all(void) { return 0; }'
    run run --plugin ./empty.so --workload noop --lock none --executor thread --tasks 1
    expect_refusal 2 'empty.so exports no contend_plugin_v1'
    _plug old 'const struct contend_plugin contend_plugin_v1 = {.abi = 1, .name = "old"};'
    run run --plugin ./old.so --workload noop --lock none --executor thread --tasks 1
    expect_refusal 2 'old.so was built for ABI 1' 'no release' 'loads ABI'
    _plug coming 'const struct contend_plugin contend_plugin_v1 = {.abi = CONTEND_ABI + 1, .name = "coming"};'
    run list locks --plugin ./coming.so
    expect_refusal 2 'a newer release' "loads ABI $(pkg-config --variable=abi contend)"
    echo text >text.so
    run run --plugin ./text.so --workload noop --lock none --executor thread --tasks 1
    expect_refusal 2 'text.so is no shared object'
    mkdir -p folder.so
    run list locks --plugin ./folder.so
    expect_refusal 2 'folder.so is a directory'
    mkfifo pipe.so
    run list locks --plugin ./pipe.so
    expect_refusal 2 'pipe.so is no file'
    # The class and the machine of a 32-bit one, which the loader itself may call "No such file".
    cp empty.so narrow.so
    printf '\1' | dd of=narrow.so bs=1 seek=4 conv=notrunc 2>/dev/null
    run list locks --plugin ./narrow.so
    expect_refusal 2 'narrow.so is for another machine (32 bits'
    cp empty.so elsewhere.so
    printf '\377\376' | dd of=elsewhere.so bs=1 seek=18 conv=notrunc 2>/dev/null
    run list locks --plugin ./elsewhere.so
    expect_refusal 2 'elsewhere.so is for another machine'
    run run --plugin ./nowhere.so --workload noop --lock none --executor thread --tasks 1
    expect_refusal 2 'nowhere.so'
}

what_breaks_while_it_is_loaded_breaks_nothing_else() {
    _plug crashes '__attribute__((constructor)) static void begin(void) { abort(); }'
    run run --plugin ./crashes.so --workload noop --lock none --executor thread --tasks 1
    expect_refusal 3 'crashes.so was killed by signal 6' 'while it was loaded'
    # A table that leads nowhere is found by following it.
    _plug wild 'const struct contend_plugin contend_plugin_v1 = {.abi = CONTEND_ABI, .name = "wild",
        .locks = (const struct lock *const *)(uintptr_t)64};'
    run list locks --plugin ./wild.so
    expect_refusal 3 'wild.so was killed by signal 11' 'while it was loaded'
    _plug hangs '__attribute__((constructor)) static void begin(void) { for (;;) pause(); }'
    run run --plugin ./hangs.so --workload noop --lock none --executor thread --tasks 1
    expect_refusal 3 'hangs.so did not come back from being loaded in 10 s'
    expect_no_leftovers
    run duel --workload noop --plugin plugins/patient.so --plugin ./hangs.so --pairs 1
    expect_refusal 3 'hangs.so did not come back'
    expect_no_leftovers
}

what_loading_leaves_behind_is_refused() {
    local own='const struct contend_plugin contend_plugin_v1 = {.abi = CONTEND_ABI, .name = "own"};'
    _plug closer "__attribute__((constructor)) static void begin(void) { for (int i = 0; i < 64; i++) close(i); } $own"
    run run --plugin ./closer.so --workload noop --lock none --executor thread --tasks 1
    expect_refusal 3 'closer.so closed or replaced descriptors'
    # Not the standard streams, but what the program holds besides.
    _plug sweeper "__attribute__((constructor)) static void begin(void) { for (int i = 3; i < 64; i++) close(i); } $own"
    run list locks --plugin ./sweeper.so
    expect_refusal 3 'sweeper.so closed or replaced descriptors'
    _plug helper "__attribute__((constructor)) static void begin(void) { if (!fork()) { sleep(600); _exit(0); } } $own"
    run list locks --plugin ./helper.so
    expect_refusal 3 'helper.so started a process while it was loaded'
    expect_no_leftovers
    # A daemon's way: the child's child belongs to nobody.
    _plug daemon "__attribute__((constructor)) static void begin(void)
        { if (!fork()) { setsid(); if (!fork()) sleep(600); _exit(0); } } $own"
    run list locks --plugin ./daemon.so
    expect_refusal 3 'daemon.so started a process while it was loaded'
    expect_no_leftovers
    # One that forks and comes back twice would measure twice.
    _plug twice "__attribute__((constructor)) static void begin(void) { fork(); } $own"
    run run --plugin ./twice.so --workload noop --lock none --executor thread --tasks 1
    expect_refusal 3 'twice.so started a process while it was loaded'
    expect_no_leftovers
}

what_loading_changes_is_put_back() {
    _plug changer '#include <signal.h>
#include <sys/stat.h>
__attribute__((constructor)) static void begin(void)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGCHLD, SIG_IGN);
    umask(0777);
    if (chdir("/"))
        abort();
}
static uint64_t run(struct task *t, uint64_t op_count)
{
    (void)t;
    return op_count;
}
static const struct workload idle = {
    .name = "idle", .summary = "does nothing", .kind = WORKLOAD_CPU, .run = run, .expected = expected_op_count};
const struct contend_plugin contend_plugin_v1 = {
    .abi = CONTEND_ABI, .name = "changer", .workloads = (const struct workload *const[]){&idle, NULL}};'
    run run --plugin ./changer.so --workload noop --lock none --executor thread --tasks 1 --ops 10 --rounds 1 \
        --no-report -o changed.json
    expect_status 0
    [ "$(stat -c %a changed.json)" = "$(printf '%o' $((0666 & ~$(umask))))" ] || fail "the umask is the plug-in's"
    # Who wants it to end is heard: left alone it would go on for an hour.
    "$contend" run --plugin ./changer.so --workload sleep -p sleep.duration=3600s --lock none --executor thread \
        --tasks 1 --ops 1 --rounds 1 --timeout 3600s --no-report -o endless.json >out 2>err &
    local asked=$!
    for ((i = 0; i < 100; i++)); do
        [ -s endless.json.journal ] && break
        sleep 0.1
    done
    kill -TERM $asked
    status=0
    wait $asked || status=$?
    expect_err 'interrupted'
    expect_no_leftovers
}

# _hooked NAME "WHAT A HOOK DOES" HOOK: a workload, a lock, an executor and a probe, of which one asks for it.
_hooked() {
    local name=$1 what=$2 hook=$3
    _plug "$name" "#include <stdio.h>
#define HOOK_$hook
static const char *why(void) { $what return NULL; }
static uint64_t run(struct task *t, uint64_t n) { (void)t; return n; }
static const char *unfit(const struct executor *x, const int64_t *v) { (void)x; (void)v; return why(); }
static const struct metric rows[] = {{\"own_ns\", \"ns\", BETTER_LOWER, NATURE_NOISY, \"latency\", \"its own\"}, {0}};
static const struct metric *metrics_of(const int64_t *v) { (void)v; why(); return rows; }
static void collect(struct launch *l, struct sink *s) { (void)l; s->value(s, 0, 1); }
static const struct workload w = {.name = \"hooked\", .summary = \"s\", .kind = WORKLOAD_CPU, .run = run, .ops_per_task = 10,
    .expected = expected_op_count,
#ifdef HOOK_unfit
    .unfit = unfit,
#endif
#ifdef HOOK_metrics_of
    .metrics_of = metrics_of, .collect = collect,
#endif
};
static uint64_t acquire(void *s, void *u) { (void)s; (void)u; return 0; }
static void release(void *s, void *u) { (void)s; (void)u; }
static const struct lock k = {.name = \"hooked\", .summary = \"s\", .acquire = acquire, .release = release,
#ifdef HOOK_lock
    .unavailable = why,
#endif
};
static void found(struct probe_run *p, struct sink *s) { (void)p; s->value(s, 0, 1); }
static const struct metric probed[] = {{\"probed_ns\", \"ns\", BETTER_LOWER, NATURE_NOISY, \"latency\", \"its own\"}, {0}};
static const struct probe p = {.name = \"hooked\", .summary = \"s\", .metrics = probed, .collect = found,
#ifdef HOOK_probe
    .unavailable = why,
#endif
};
static int start(struct launch *l, struct err *e) { (void)e; l->live_count = l->task_count; return 0; }
static int join(struct launch *l, struct err *e)
{
    (void)e;
    for (struct task *t = l->tasks; t < l->tasks + l->live_count; t++) {
        t->create_ns = t->created_ns = launch_stamp_ns(l);
        l->body(t);
        t->joined_ns = launch_stamp_ns(l);
    }
    return 0;
}
static void until(struct task *t, uint64_t d) { (void)t; (void)d; }
static bool wait(struct task *t, contend_word *w, uint32_t e, uint64_t d) { (void)t; (void)w; (void)e; (void)d; return false; }
static void wake(struct task *t, contend_word *w, uint32_t n) { (void)t; (void)w; (void)n; }
static const struct executor x = {.name = \"hooked\", .summary = \"s\", .traits = EXECUTOR_SEQUENTIAL | EXECUTOR_SHARED_HEAP,
    .start = start, .join = join, .sleep_until = until, .wait = wait, .wake = wake,
#ifdef HOOK_variant
    .variant = why,
#endif
};
const struct contend_plugin contend_plugin_v1 = {.abi = CONTEND_ABI, .name = \"hooked\",
    .workloads = (const struct workload *const[]){&w, NULL}, .locks = (const struct lock *const[]){&k, NULL},
    .executors = (const struct executor *const[]){&x, NULL}, .probes = (const struct probe *const[]){&p, NULL}};"
    run run --plugin "./$name.so" --workload hooked --lock none,hooked --executor thread,hooked --tasks 1 --rounds 1 \
        --no-report -o "$name.json"
}

# What is asked outside of workers is asked by the program itself, which has to live.
hooks_that_break_are_found_while_it_is_loaded() {
    local hook
    for hook in unfit metrics_of lock probe variant; do
        _hooked "crash_$hook" 'abort();' $hook
        expect_refusal 3 "crash_$hook.so was killed by signal 6" 'while it was loaded'
        # Its status would be taken for that of a run without a result.
        _hooked "exit_$hook" 'exit(0);' $hook
        expect_refusal 3 "exit_$hook.so ended the program while it was loaded"
    done
    _hooked hang_lock 'for (;;) pause();' lock
    expect_refusal 3 'hang_lock.so did not come back'
    _hooked late_lock 'static int turn; if (turn++) exit(0);' lock
    expect_refusal 3 'a plug-in ended the program'
    expect_no_leftovers
}

words_of_hooks_are_words() {
    local hook
    for hook in unfit lock probe variant; do
        _hooked "loud_$hook" 'printf("chatter\n"); return "red \033[31m\n\xff";' $hook
        case $hook in unfit) expect_status 3 ;; *) expect_status 0 ;; esac
        ! grep -q chatter out || fail "$hook: what it prints is on standard output"
        expect_valid "loud_$hook.json"
        expect_json "loud_$hook.json" 'all(t.isprintable() for c in cells for t in (c.get("reason") or "", c.get("executor_variant") or ""))'
        run list locks --plugin "./loud_$hook.so" --format json
        expect_status 0
        "${python:-python3}" -c 'import json; json.load(open("out"))' || fail "$hook: no document"
    done
    for hook in unfit lock probe; do
        _hooked "empty_$hook" 'return "";' $hook
        expect_refusal 2 "empty_$hook.so" 'for no reason'
    done
}

# A number beyond its own table would be another's.
what_is_told_of_no_metric_of_its_own_costs_the_cell() {
    local row
    for row in 1 -1 100000; do
        _plug stray "static uint64_t run(struct task *t, uint64_t n) { (void)t; return n; }
static const struct metric rows[] = {{\"own_ns\", \"ns\", BETTER_LOWER, NATURE_NOISY, \"latency\", \"its own\"}, {0}};
static void collect(struct launch *l, struct sink *s) { (void)l; s->value(s, 0, 1); s->value(s, $row, 5); s->absent(s, $row, NULL); }
static const struct workload w = {.name = \"stray\", .summary = \"s\", .kind = WORKLOAD_CPU, .run = run, .ops_per_task = 10,
    .expected = expected_op_count, .metrics = rows, .collect = collect};
const struct contend_plugin contend_plugin_v1 = {.abi = CONTEND_ABI, .name = \"stray\",
    .workloads = (const struct workload *const[]){&w, NULL}};"
        run run --plugin ./stray.so --workload stray --lock none --executor thread --tasks 1 --rounds 1 --no-report -o stray.json
        expect_status 3
        expect_json stray.json "all('stray told of metric $row, and its table has 1' in c['reason'] for c in cells if c['role'] == 'measured')"
    done
}

# The mailbox lies in the memory of code that nobody knows.
what_is_written_over_costs_the_cell() {
    _plug scribbler 'static uint64_t acquire(void *s, void *u) { (void)s; (void)u; return 0; }
static void release(void *s, void *u) { (void)s; (void)u; }
static int init(void *s, const int64_t *v, struct err *e) { (void)s; (void)v; for (int i = 0; i < 64; i++) ((char *)e)[i] = 120; return -1; }
static const struct lock k = {.name = "scribbler", .summary = "s", .init = init, .acquire = acquire, .release = release};
const struct contend_plugin contend_plugin_v1 = {.abi = CONTEND_ABI, .name = "scribbler",
    .locks = (const struct lock *const[]){&k, NULL}};'
    run run --plugin ./scribbler.so --workload noop --lock none,scribbler --executor thread --tasks 1 --ops 10 --rounds 1 \
        --no-report -o scribbled.json
    expect_status 3
    expect_json scribbled.json '{c["lock"]: c["status"] for c in cells if c["role"] == "measured"} == {"none": "ok", "scribbler": "failed"}'
    expect_json scribbled.json '"written over" in [c["reason"] for c in cells if c["lock"] == "scribbler"][0]'
}

# A moment in place of a duration: a share of 1 000 000 stood in the table.
a_lock_that_tells_of_impossible_waits_costs_its_cell() {
    _plug moment '#include <time.h>
static uint64_t now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec; }
static uint64_t acquire(void *s, void *u) { (void)s; (void)u; return now(); }
static void release(void *s, void *u) { (void)s; (void)u; }
static const struct lock k = {.name = "moment", .summary = "s", .traits = LOCK_EXCLUSIVE, .acquire = acquire, .release = release};
const struct contend_plugin contend_plugin_v1 = {.abi = CONTEND_ABI, .name = "moment",
    .locks = (const struct lock *const[]){&k, NULL}};'
    run run --plugin ./moment.so --workload spin --lock none,moment --executor thread --tasks 1 --task-time 1ms --rounds 1 \
        --no-report -o moment.json
    expect_status 3
    expect_json moment.json '{c["lock"]: c["status"] for c in cells if c["role"] == "measured"} == {"none": "ok", "moment": "failed"}'
    expect_json moment.json '"the lock says that it was waited for" in [c["reason"] for c in cells if c["lock"] == "moment"][0]'
}

metrics_of_a_parameter_are_held_to_the_same_rules() {
    local what
    for what in '{"startup_ns", "ns", BETTER_LOWER, NATURE_NOISY, "latency", "d"}|that of probe "clock" already' \
        '{"two words", "ns", BETTER_LOWER, NATURE_NOISY, "latency", "d"}|not a word'; do
        _plug changing "static uint64_t run(struct task *t, uint64_t n) { (void)t; return n; }
static const struct param params[] = {{.name = \"how\", .unit = \"count\", .max = 1, .help = \"h\"}, {0}};
static const struct metric *metrics_of(const int64_t *v)
{
    static const struct metric bad[] = {${what%|*}, {0}};
    return v[0] ? bad : NULL;
}
static void collect(struct launch *l, struct sink *s) { (void)l; (void)s; }
static const struct workload w = {.name = \"changing\", .summary = \"s\", .kind = WORKLOAD_CPU, .run = run, .ops_per_task = 10,
    .expected = expected_op_count, .params = params, .metrics_of = metrics_of, .collect = collect};
const struct contend_plugin contend_plugin_v1 = {.abi = CONTEND_ABI, .name = \"changing\",
    .workloads = (const struct workload *const[]){&w, NULL}};"
        run run --plugin ./changing.so --workload changing -p changing.how=1 --lock none --executor thread --tasks 1 -o changing.json
        expect_refusal 2 "${what#*|}"
    done
}

what_breaks_while_it_works_costs_its_cells() {
    _plug fragile 'static uint64_t acquire(void *s, void *u) { (void)s; (void)u; abort(); }
static void release(void *s, void *u) { (void)s; (void)u; }
static int refuse(void *s, const int64_t *v, struct err *e) { (void)s; (void)v; (void)e; return -1; }
static const struct lock broken = {.name = "broken", .summary = "aborts", .traits = LOCK_EXCLUSIVE,
    .acquire = acquire, .release = release};
static const struct lock refused = {.name = "refused", .summary = "does not begin", .traits = LOCK_EXCLUSIVE,
    .init = refuse, .acquire = acquire, .release = release};
const struct contend_plugin contend_plugin_v1 = {.abi = CONTEND_ABI, .name = "fragile",
    .locks = (const struct lock *const[]){&broken, &refused, NULL}};'
    run run --plugin ./fragile.so --workload noop --lock none,broken,refused --executor thread --tasks 1 --ops 10 \
        --rounds 1 --no-report -o fragile.json
    expect_status 3
    expect_json fragile.json '{c["lock"]: c["status"] for c in cells if c["role"] == "measured"}
        == {"none": "ok", "broken": "failed", "refused": "failed"}'
    expect_json fragile.json '"signal 6" in [c["reason"] for c in cells if c["lock"] == "broken"][0]'
    expect_json fragile.json "'the lock\\'s init failed' in [c['reason'] for c in cells if c['lock'] == 'refused'][0]"
}

# The same name in both: an old and a new build of one's own lock.
two_builds_of_one_lock_fight() {
    mkdir -p builds
    _make patient.so CFLAGS=-O2
    cp plugins/patient.so builds/base.so
    rm plugins/patient.so
    # Each time it is taken, it computes for a while: slower beyond any noise.
    sed 's,^    uint64_t begin_ns,    if (0) return 1;\n&,; s,^    if (take(s))$,    for (volatile int i = 0; i < 1000000; i++);\n&,' \
        plugins/patient.c >builds/slow.c
    # shellcheck disable=SC2046
    cc -std=c17 -O2 -shared -fPIC builds/slow.c $(pkg-config --cflags --libs contend) -o builds/head.so 2>log ||
        { fail "it does not compile"; cat log; return; }
    # A sleeper takes its lock again after each sleep.
    run duel --workload sleep -p sleep.duration=100us --ops 20 --lock patient --plugin builds/base.so --plugin builds/head.so \
        --tasks 1 --pairs 8 --seed 3 -o duel.json
    # On a machine that is busy beyond measure there may be no verdict; what was compared is known all the same.
    case $status in 1 | 5) ;; *) fail "expected status 1"; show_run ;; esac
    [ "$status" -eq 5 ] || expect_out slower
    expect_json duel.json 'd["comparisons"][0]["name"].startswith("sleep/patient/thread/tasks=1")'
    expect_json duel.json '[[a for a in d["comparisons"][0][side]["argv"] if a.endswith(".so")] for side in ("base", "head")]
        == [["builds/base.so"], ["builds/head.so"]]'
    expect_no_leftovers
}

# What a lock costs where nobody is in the way has to reach the figure that the page's gate judges.
the_gate_of_the_page_sees_the_price_of_a_lock() {
    local options
    options=$(sed -n 's/^ *options: //p' "$source_dir/docs/plugins.md")
    [ -n "$options" ] || { fail "docs/plugins.md has no options"; return; }
    mkdir -p builds
    sed 's,^    if (take(s))$,    for (volatile int i = 0; i < 100000; i++);\n&,' plugins/patient.c >builds/dear.c
    # shellcheck disable=SC2046
    cc -O2 -shared -fPIC plugins/patient.c $(pkg-config --cflags contend) -o builds/cheap.so &&
        cc -O2 -shared -fPIC builds/dear.c $(pkg-config --cflags contend) -o builds/dear.so || { fail "it does not compile"; return; }
    # shellcheck disable=SC2086 # words
    run duel $options --ops 20 --pairs 8 --seed 3 --plugin builds/cheap.so --plugin builds/dear.so -o price.json
    case $status in 1 | 5) ;; *) fail "expected status 1"; show_run ;; esac
    # A verdict or none: the median of the one has to be far from that of the other.
    expect_json price.json 'all(r["base"] > 2 * r["head"] for c in d["comparisons"] for r in c["rows"] if r["metric"] == "throughput_per_s")'
}

run_tests
