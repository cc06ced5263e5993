/*
 * At the limits: memory and descriptors run out, signals come in between, loops run inside loops.
 * What cannot be had is an error, and what is there goes on.
 */
#include "bench/coro/coro.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/test.h"
#include "tests/unit/coro_alone.h"

enum { MS = 1000000 };

/* Runs the function in a child, whose limits die with it. */
static int in_child(int (*fn)(void *arg), void *arg)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0)
        _exit(fn(arg));
    int status = -1;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static size_t mapped_bytes(void)
{
    long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f == NULL || fscanf(f, "%ld", &pages) != 1)
        pages = 0;
    if (f != NULL)
        fclose(f);
    return (size_t)pages * (size_t)sysconf(_SC_PAGESIZE);
}

static void limit_memory(size_t more_bytes)
{
    struct rlimit limit;
    getrlimit(RLIMIT_AS, &limit);
    limit.rlim_cur = more_bytes != 0 ? mapped_bytes() + more_bytes : limit.rlim_max;
    setrlimit(RLIMIT_AS, &limit);
}

static int waits(void *arg, uint64_t *value)
{
    *value = 1;
    return coro_wait(arg, 0, CORO_FOREVER);
}

static uint32_t gate;

/* 0: as it should be; else the number of the step that went wrong. */
static int spawns_till_memory_ends(void *arg)
{
    struct coro_config config = {.stack = *(enum coro_stack *)arg};
    struct coro_loop *loop = coro_loop_new(&config, NULL);
    limit_memory(8 << 20);
    uint32_t spawned = 0;
    int error;
    while ((error = coro_spawn(loop, waits, &gate, 0, NULL)) == 0)
        if (++spawned > 500000)
            return 77; /* nobody here enforces the limit */
    if (error != CORO_NO_MEMORY || spawned < 100)
        return 1;
    if (coro_spawn(loop, waits, &gate, 0, NULL) != CORO_NO_MEMORY)
        return 2;
    /* Compact: there may be no room for the frames either, until there is. */
    struct coro_until idle = {.idle = true};
    int stop = coro_loop_run(loop, &idle);
    if (stop == CORO_NO_MEMORY && config.stack == CORO_COMPACT) {
        if (coro_loop_run(loop, &idle) != CORO_NO_MEMORY)
            return 3;
        limit_memory(0);
        stop = coro_loop_run(loop, &idle);
    }
    if (stop != CORO_STOP_IDLE)
        return 4;
    limit_memory(0);
    if (coro_wake(loop, &gate, UINT32_MAX) != spawned)
        return 5;
    if (coro_loop_run(loop, NULL) != CORO_STOP_FINISHED)
        return 6;
    coro_loop_free(loop);
    return 0;
}

static void tasks_go_on_when_memory_for_more_of_them_has_run_out(void)
{
#ifdef CORO_HOOKED
    SKIP("a sanitizer does not live within a limit of memory");
#endif
    for (int kind = CORO_GUARDED; kind <= CORO_COMPACT; kind++) {
        enum coro_stack stack = (enum coro_stack)kind;
        int end = in_child(spawns_till_memory_ends, &stack);
        if (end == 77)
            SKIP("limits of memory are not enforced here");
        CHECK_EQ(end, 0);
    }
}

static int makes_loops_till_memory_ends(void *arg)
{
    (void)arg;
    limit_memory(1 << 20);
    for (int n = 0; n < 1000; n++) {
        struct coro_config config = {.stack = (enum coro_stack)(n % 3)};
        int error;
        if (coro_loop_new(&config, &error) == NULL)
            return error == CORO_NO_MEMORY ? 0 : 1;
    }
    return 77;
}

static void a_loop_for_which_there_is_no_memory_is_refused(void)
{
#ifdef CORO_HOOKED
    SKIP("a sanitizer does not live within a limit of memory");
#endif
    int end = in_child(makes_loops_till_memory_ends, NULL);
    if (end == 77)
        SKIP("limits of memory are not enforced here");
    CHECK_EQ(end, 0);
}

/* ---- descriptors ---- */

static int waits_for_fd(void *arg, uint64_t *value)
{
    (void)value;
    return coro_wait_fd(*(int *)arg, CORO_READABLE, CORO_FOREVER);
}

static int has_no_descriptor_left(void *arg)
{
    (void)arg;
    int fds[2];
    if (pipe(fds) != 0)
        return 1;
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = 3;
    setrlimit(RLIMIT_NOFILE, &limit);
    int error = coro_alone(NULL, waits_for_fd, &fds[0], NULL);
    return error == CORO_SYSTEM && errno == EMFILE ? 0 : 2;
}

static void without_a_descriptor_for_epoll_the_wait_says_so(void)
{
    CHECK_EQ(in_child(has_no_descriptor_left, NULL), 0);
}

/* ---- signals ---- */

static volatile sig_atomic_t alarms;

static void on_alarm(int number)
{
    (void)number;
    alarms++;
}

static int sleeps_till_woken(void *arg, uint64_t *value)
{
    (void)value;
    uint64_t until = coro_now() + *(uint64_t *)arg;
    int error = coro_sleep(*(uint64_t *)arg);
    return error != 0 ? error : coro_now() < until;
}

static void signals_do_not_end_a_sleep(void)
{
    struct sigaction action = {.sa_handler = on_alarm}; /* stays: a last signal may be on its way */
    sigaction(SIGALRM, &action, NULL);
    struct itimerval every = {{0, 3000}, {0, 3000}}, never = {{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &every, NULL);
    uint64_t ns = 50 * MS;
    CHECK_EQ(coro_alone(NULL, sleeps_till_woken, &ns, NULL), 0);
    setitimer(ITIMER_REAL, &never, NULL);
    CHECK(alarms > 0);
}

/* ---- several loops ---- */

static int runs_another_loop(void *arg, uint64_t *value)
{
    uint64_t depth = (uintptr_t)arg, inner = 0;
    struct coro *self = coro_self();
    struct coro_loop *loop = coro_loop_self();
    struct coro_config config = {.stack = (enum coro_stack)(depth % 3), .stack_bytes = 200000};
    if (depth > 0 && coro_alone(&config, runs_another_loop, (void *)(uintptr_t)(depth - 1), &inner))
        return 1;
    *value = inner + 1;
    if (coro_self() != self || coro_loop_self() != loop)
        return 2;
    return coro_sleep(MS / 100);
}

static void a_task_may_run_a_loop_of_its_own(void)
{
    struct coro_config config = {.stack_bytes = 200000};
    uint64_t depth = 0;
    CHECK_EQ(coro_alone(&config, runs_another_loop, (void *)(uintptr_t)4, &depth), 0);
    CHECK_EQ(depth, 5);
}

static int ping(void *arg, uint64_t *value)
{
    (void)arg;
    for (int i = 0; i < 2000; i++, ++*value) {
        int error = i % 100 == 0 ? coro_sleep(1000) : coro_yield();
        if (error != 0)
            return error;
    }
    return 0;
}

static int has_many_children(void *arg, uint64_t *value)
{
    (void)arg;
    struct coro *children[8];
    for (int i = 0; i < 8; i++)
        if (coro_spawn(coro_loop_self(), ping, NULL, (unsigned)i % 2, &children[i]) != 0)
            return 1;
    for (int i = 0; i < 8; i++) {
        struct coro_result result;
        if (coro_await(children[i], &result) != 0 || result.error != 0)
            return 2;
        *value += result.value;
    }
    return 0;
}

static void *runs_loop(void *arg)
{
    int kind = (int)(intptr_t)arg;
    struct coro_config config = {.stack = (enum coro_stack)kind, .stack_bytes = 20000};
    uint64_t value = 0;
    int error = coro_alone(&config, has_many_children, NULL, &value);
    return (void *)(uintptr_t)(error == 0 ? value : 0);
}

static void threads_run_their_loops_side_by_side(void)
{
    pthread_t threads[6];
    for (intptr_t i = 0; i < 6; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, runs_loop, (void *)(i % 3)), 0);
    for (int i = 0; i < 6; i++) {
        void *value = NULL;
        CHECK_EQ(pthread_join(threads[i], &value), 0);
        CHECK_EQ((uintptr_t)value, 16000);
    }
}

static const struct test tests[] = {
    {"tasks_go_on_when_memory_for_more_of_them_has_run_out",
     tasks_go_on_when_memory_for_more_of_them_has_run_out},
    {"a_loop_for_which_there_is_no_memory_is_refused",
     a_loop_for_which_there_is_no_memory_is_refused},
    {"without_a_descriptor_for_epoll_the_wait_says_so",
     without_a_descriptor_for_epoll_the_wait_says_so},
    {"signals_do_not_end_a_sleep", signals_do_not_end_a_sleep},
    {"a_task_may_run_a_loop_of_its_own", a_task_may_run_a_loop_of_its_own},
    {"threads_run_their_loops_side_by_side", threads_run_their_loops_side_by_side},
    {0}};
TEST_MAIN(tests)
