/*
 * Stacks: an overflow ends the program, whatever guards them; a million tasks leave nothing behind;
 * compact tasks keep their frames and share no pointers.
 */
#include "bench/coro/loop.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/test.h"
#include "tests/unit/coro_alone.h"

/* ---- overflow ---- */

static volatile size_t depth_wanted;

static __attribute__((noinline)) uint64_t descends(size_t depth)
{
    volatile char frame[256];
    frame[0] = (char)depth;
    frame[255] = (char)depth;
    return depth >= depth_wanted ? (uint64_t)frame[0] : descends(depth + 1) + (uint64_t)frame[255];
}

static int overflows(void *arg, uint64_t *value)
{
    (void)arg;
    *value = descends(0);
    return coro_yield();
}

/* A small overrun: into the canary, and on in dense stacks into nothing that is in use. */
static int oversteps(void *arg, uint64_t *value)
{
    (void)arg, (void)value;
    char *end = (char *)(coro_self() + 1);
    memset(end - loop_of(coro_loop_self())->slab.stride, 1, 16);
    return coro_yield();
}

/* What a system call is to fail with in this process, for madvise only with this advice. */
static bool forbid(int call, int third_argument)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)third_argument, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

enum { OLD_KERNEL = 1, NO_PROTECTION = 2, CHECKS = 4 };

struct ending {
    int status;
    char text[512];
};

/* Runs the body in a child, in a loop of this kind. */
static struct ending ending_of(coro_body *body, enum coro_stack kind, unsigned how)
{
    struct ending ending = {-1, ""};
    int fds[2];
    if (pipe(fds) != 0)
        return ending;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        dup2(fds[1], STDERR_FILENO);
        prctl(PR_SET_DUMPABLE, 0);
        if (((how & OLD_KERNEL) != 0 && !forbid(SYS_madvise, 102)) ||
            ((how & NO_PROTECTION) != 0 && !forbid(SYS_mprotect, PROT_NONE)))
            _exit(78);
        depth_wanted = SIZE_MAX;
        struct coro_config config = {.stack = kind, .check = (how & CHECKS) != 0};
        struct coro_loop *loop = coro_loop_new(&config, NULL);
        if (coro_spawn(loop, body, NULL, 0, NULL) != 0)
            _exit(1);
        coro_loop_run(loop, NULL);
        _exit(2);
    }
    close(fds[1]);
    waitpid(child, &ending.status, 0);
    ssize_t count = read(fds[0], ending.text, sizeof ending.text - 1);
    ending.text[count > 0 ? count : 0] = '\0';
    close(fds[0]);
    return ending;
}

static void an_overflow_ends_the_program(void)
{
    static const struct {
        coro_body *body;
        enum coro_stack kind;
        unsigned how;
        int signal;
        const char *text;
    } rows[] = {
        {overflows, CORO_GUARDED, 0, SIGSEGV, ""},
        {overflows, CORO_GUARDED, OLD_KERNEL, SIGSEGV, ""},
        {overflows, CORO_COMPACT, 0, SIGSEGV, ""},
        {oversteps, CORO_GUARDED, OLD_KERNEL | NO_PROTECTION, SIGABRT, "canary"},
        {oversteps, CORO_DENSE, 0, SIGABRT, "stack overflow in task 1: its stack of "},
        {oversteps, CORO_DENSE, CHECKS, SIGABRT, "canary"},
    };
#ifdef CORO_HOOKED
    SKIP("the sanitizer handles faults itself");
#endif
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ending ending = ending_of(rows[i].body, rows[i].kind, rows[i].how);
        if (WIFEXITED(ending.status) && WEXITSTATUS(ending.status) == 78)
            continue; /* no filter to be had: an old kernel cannot be played */
        CHECK_MSG(WIFSIGNALED(ending.status) && WTERMSIG(ending.status) == rows[i].signal,
                  "row %zu ended with status %#x", i, (unsigned)ending.status);
        CHECK_CONTAINS(ending.text, rows[i].text);
    }
}

static int uses_stack(void *arg, uint64_t *value)
{
    (void)arg;
    *value = descends(0);
    return coro_yield();
}

static void the_promised_stack_can_be_used(void)
{
    for (int kind = CORO_GUARDED; kind <= CORO_COMPACT; kind++) {
        struct coro_config config = {.stack = (enum coro_stack)kind, .stack_bytes = 40000};
        depth_wanted = 100; /* frames of some 300 bytes */
        CHECK_EQ(coro_alone(&config, uses_stack, NULL, NULL), 0);
    }
}

/* ---- many ---- */

static long mapped_pages(void)
{
    long pages = -1;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f == NULL)
        return -1;
    if (fscanf(f, "%ld", &pages) != 1)
        pages = -1;
    fclose(f);
    return pages;
}

static int counts(void *arg, uint64_t *value)
{
    (void)value;
    ++*(uint64_t *)arg;
    return coro_yield();
}

static void a_million_tasks_come_and_go_without_a_leak(void)
{
    enum { WAVES = 100 };
#ifdef CORO_HOOKED
    enum { A_WAVE = 20 }; /* a sanitizer's fibers cost a thread each */
#else
    enum { A_WAVE = 10000 };
#endif
    for (int kind = CORO_GUARDED; kind <= CORO_COMPACT; kind++) {
        struct coro_config config = {.stack = (enum coro_stack)kind};
        struct coro_loop *loop = coro_loop_new(&config, NULL);
        uint64_t counted = 0;
        long pages_after_one = 0;
        for (int wave = 0; wave < WAVES; wave++) {
            for (int i = 0; i < A_WAVE; i++)
                CHECK_EQ(coro_spawn(loop, counts, &counted, 0, NULL), 0);
            CHECK_EQ(coro_loop_run(loop, NULL), CORO_STOP_FINISHED);
            if (wave == 0)
                pages_after_one = mapped_pages();
        }
        CHECK_EQ(counted, (uint64_t)WAVES * A_WAVE);
#ifdef CORO_HOOKED
        CHECK(pages_after_one > 0); /* sanitizers map memory of their own */
#else
        CHECK_EQ(mapped_pages(), pages_after_one);
#endif
        CHECK_EQ(loop_alive(loop), 0);
        CHECK(loop_of(loop)->slab.carved < A_WAVE + 300);
        CHECK_EQ(loop->last_id, (uint64_t)WAVES * A_WAVE);
        coro_loop_free(loop);
    }
}

static int waits(void *arg, uint64_t *value)
{
    (void)value;
    return coro_wait(arg, 0, CORO_FOREVER);
}

static void stacks_beyond_the_number_of_mappings_can_live_at_once(void)
{
#ifdef CORO_HOOKED
    enum { TASKS = 200 };
#else
    enum { TASKS = 70000 }; /* a process may have 65 530 mappings */
#endif
    uint32_t gate = 0;
    struct coro_loop *loop = coro_loop_new(NULL, NULL);
    for (int i = 0; i < TASKS; i++)
        CHECK_EQ(coro_spawn(loop, waits, &gate, 0, NULL), 0);
    CHECK_EQ(coro_loop_run(loop, NULL), CORO_STOP_IDLE);
    CHECK_EQ(coro_wake(loop, &gate, UINT32_MAX), TASKS);
    CHECK_EQ(coro_loop_run(loop, NULL), CORO_STOP_FINISHED);
    coro_loop_free(loop);
}

static void tasks_left_standing_are_dropped_with_the_loop(void)
{
    for (int kind = CORO_GUARDED; kind <= CORO_COMPACT; kind++) {
        uint32_t gate = 0;
        struct coro_config config = {.stack = (enum coro_stack)kind};
        struct coro_loop *loop = coro_loop_new(&config, NULL);
        for (int i = 0; i < 100; i++)
            CHECK_EQ(coro_spawn(loop, waits, &gate, 0, NULL), 0);
        CHECK_EQ(coro_loop_run(loop, NULL), CORO_STOP_IDLE);
        coro_loop_free(loop);
    }
}

/* ---- compact ---- */

struct pattern {
    uint64_t number;
    uint64_t wrong;
};

/* A frame of its own size and content at each depth, through many suspensions. */
static __attribute__((noinline)) void keeps_pattern(struct pattern *p, int depth)
{
    volatile uint64_t frame[32];
    size_t words = 1 + (size_t)((p->number + (uint64_t)depth) % 32);
    for (size_t i = 0; i < words; i++)
        frame[i] = p->number << 32 | (uint64_t)depth << 16 | i;
    coro_yield();
    if (depth < (int)(p->number % 40))
        keeps_pattern(p, depth + 1);
    coro_yield();
    for (size_t i = 0; i < words; i++)
        p->wrong += frame[i] != (p->number << 32 | (uint64_t)depth << 16 | i);
}

static int is_patterned(void *arg, uint64_t *value)
{
    (void)value;
    keeps_pattern(arg, 0);
    return 0;
}

static void suspended_frames_come_back_as_they_were(void)
{
    for (int kind = CORO_GUARDED; kind <= CORO_COMPACT; kind++) {
        for (int check = 0; check < 2; check++) {
            struct coro_config config = {
                .stack = (enum coro_stack)kind, .stack_bytes = 65536, .check = check != 0};
            struct coro_loop *loop = coro_loop_new(&config, NULL);
            static struct pattern patterns[100];
            for (uint64_t i = 0; i < 100; i++) {
                patterns[i] = (struct pattern){i, 0};
                CHECK_EQ(coro_spawn(loop, is_patterned, &patterns[i], 0, NULL), 0);
            }
            CHECK_EQ(coro_loop_run(loop, NULL), CORO_STOP_FINISHED);
            for (int i = 0; i < 100; i++)
                CHECK_EQ(patterns[i].wrong, 0);
            coro_loop_free(loop);
        }
    }
}

static int shares_its_stack(void *arg, uint64_t *value)
{
    (void)arg;
    uint32_t word = 0;
    CHECK_EQ(coro_wait(&word, 0, CORO_FOREVER), CORO_ON_STACK);
    CHECK_EQ(coro_spawn(coro_loop_self(), counts, value, 0, NULL), CORO_ON_STACK);
    return 0;
}

static void a_compact_task_cannot_share_what_lies_on_its_stack(void)
{
    struct coro_config config = {.stack = CORO_COMPACT};
    CHECK_EQ(coro_alone(&config, shares_its_stack, NULL, NULL), 0);
    config.stack_bytes = 64 << 20;
    int error;
    CHECK(coro_loop_new(&config, &error) == NULL);
    CHECK_EQ(error, CORO_BAD);
}

static const struct test tests[] = {
    {"an_overflow_ends_the_program", an_overflow_ends_the_program},
    {"the_promised_stack_can_be_used", the_promised_stack_can_be_used},
    {"a_million_tasks_come_and_go_without_a_leak", a_million_tasks_come_and_go_without_a_leak},
    {"stacks_beyond_the_number_of_mappings_can_live_at_once",
     stacks_beyond_the_number_of_mappings_can_live_at_once},
    {"tasks_left_standing_are_dropped_with_the_loop",
     tasks_left_standing_are_dropped_with_the_loop},
    {"suspended_frames_come_back_as_they_were", suspended_frames_come_back_as_they_were},
    {"a_compact_task_cannot_share_what_lies_on_its_stack",
     a_compact_task_cannot_share_what_lies_on_its_stack},
    {0}};
TEST_MAIN(tests)
