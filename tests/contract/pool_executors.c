/*
 * Pools and processes as executors: each task exactly once, again and again, empty and not; an open
 * that fails half-way leaves nothing; nothing outlives a parent that is killed.
 *
 * ctest: timeout 480
 */
#include "bench/base/clock.h"
#include "bench/registry.h"
#include "bench/run/launch/launch.h"
#include "tests/test.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const names[] = {"thread_pool", "process_pool", "process_vfork"};
enum { NAMES = sizeof names / sizeof *names };

/* Creations left before one is refused; they stand before the library's own. */
static int creations_left = INT32_MAX;

pid_t fork(void)
{
    pid_t (*real)(void) = (pid_t(*)(void))(uintptr_t)dlsym(RTLD_NEXT, "fork");
    if (creations_left-- > 0)
        return real();
    errno = EAGAIN;
    return -1;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*entry)(void *),
                   void *arg)
{
    int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *) =
        (int (*)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *))(uintptr_t)dlsym(
            RTLD_NEXT, "pthread_create");
    return creations_left-- > 0 ? real(thread, attributes, entry, arg) : EAGAIN;
}

/* Sanitizer builds have not got all of them. */
static bool is_available(const char *name)
{
    const struct executor *x = registry_find_executor(name, NULL);
    return !x->unavailable || !x->unavailable();
}

static void make_cell(struct cell *c, const char *executor, const char *workload, uint32_t tasks)
{
    const struct executor *x = registry_find_executor(executor, NULL);
    cell_init(c, registry_find_workload(workload, NULL), registry_find_lock("none", NULL), x);
    c->tasks = tasks;
    c->workers = x->traits & EXECUTOR_POOLED ? 3 : 0;
    c->batch_count = 2;
    c->batch_ops = 3;
}

static void check_tasks(const struct launch *l, const char *name)
{
    for (uint32_t i = 0; i < l->task_count; i++) {
        const struct task *t = &l->tasks[i];
        CHECK_MSG(t->batch_count == 2 && t->op_count == 6 && !t->wrong_count,
                  "%s, %u tasks: task %u did %u batches", name, l->task_count, i, t->batch_count);
        CHECK_MSG(t->create_ns <= t->first_ns && t->exit_ns <= t->joined_ns &&
                      t->create_ns <= t->created_ns,
                  "%s: stamps of task %u are out of order", name, i);
    }
}

static void each_task_runs_once_in_every_launch(void)
{
    static const uint32_t counts[] = {1, 2, 9, 300};
    for (int n = 0; n < NAMES; n++)
        for (size_t i = 0; i < sizeof counts / sizeof *counts && is_available(names[n]); i++) {
            struct cell c;
            struct launch *l;
            struct err err = {0};
            uint64_t elapsed_ns;
            make_cell(&c, names[n], "noop", counts[i]);
            if (!CHECK_MSG(!launch_open(&c, c.tasks, NULL, 0, &l, &err), "%s", err.text))
                continue;
            for (int again = 0; again < 3; again++) {
                CHECK_MSG(!launch_empty(l, &elapsed_ns, &err), "%s: %s", names[n], err.text);
                CHECK_MSG(!launch_run(l, &err), "%s: %s", names[n], err.text);
                check_tasks(l, names[n]);
            }
            launch_close(l);
            cell_release(&c);
        }
}

static size_t count_threads(void)
{
    size_t count = 0;
    DIR *dir = opendir("/proc/self/task");
    while (dir && readdir(dir))
        count++;
    if (dir)
        closedir(dir);
    return count;
}

static void *return_at_once(void *arg)
{
    return arg;
}

static void a_failed_open_leaves_nothing_behind(void)
{
    static const char *const pools[] = {"thread_pool", "process_pool"};
    /* With the first thread a sanitizer may start one of its own. */
    pthread_t first;
    pthread_create(&first, NULL, return_at_once, NULL);
    pthread_join(first, NULL);
    size_t threads = count_threads();
    for (size_t n = 0; n < 2; n++)
        for (int made = 0; made < 3; made++) {
            struct cell c;
            struct launch *l;
            struct err err = {0};
            make_cell(&c, pools[n], "noop", 4);
            creations_left = made;
            CHECK_EQ(launch_open(&c, c.tasks, NULL, 0, &l, &err), -1);
            creations_left = INT32_MAX;
            CHECK_EQ(err.code, ERR_LIMIT);
            CHECK_CONTAINS(err.text, n ? "fork failed after" : "pthread_create failed after");
            CHECK(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
            CHECK_EQ(count_threads(), threads);
            /* And the next one works. */
            err = (struct err){0};
            if (CHECK_MSG(!launch_open(&c, c.tasks, NULL, 0, &l, &err), "%s", err.text)) {
                CHECK_MSG(!launch_run(l, &err), "%s", err.text);
                launch_close(l);
            }
            cell_release(&c);
        }
}

/* Kills itself in its second task; what runs there is a process of its own. */
static uint64_t fall(struct task *t, uint64_t op_count)
{
    if (t->index == 1)
        raise(SIGKILL);
    return op_count;
}

static const struct workload falling = {
    .name = "falling",
    .summary = "the second task kills its process",
    .kind = WORKLOAD_CPU,
    .run = fall,
};

static void a_killed_process_fails_the_launch_and_says_so(void)
{
    static const char *const kinds[] = {"process_pool", "process_vfork"};
    for (size_t n = 0; n < 2; n++) {
        struct cell c;
        struct launch *l;
        struct err err = {0};
        if (!is_available(kinds[n]))
            continue;
        make_cell(&c, kinds[n], "noop", 6);
        c.workload = &falling;
        if (!CHECK_MSG(!launch_open(&c, c.tasks, NULL, 0, &l, &err), "%s", err.text))
            continue;
        CHECK_EQ(launch_run(l, &err), -1);
        CHECK_CONTAINS(err.text, "was killed by signal 9");
        launch_close(l);
        CHECK(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
        cell_release(&c);
    }
}

static void sleep_long(const char *name)
{
    struct cell c;
    struct launch *l;
    make_cell(&c, name, "sleep", 3);
    c.workload_params[0] = INT64_C(3600000000000);
    if (!launch_open(&c, c.tasks, NULL, 0, &l, NULL))
        launch_run(l, NULL);
    _exit(1);
}

/* Process ids of the children of `parent`, from what the kernel shows. */
static size_t children_of(pid_t parent, pid_t *out, size_t most)
{
    char path[64];
    long pid;
    size_t count = 0;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", parent, parent);
    FILE *file = fopen(path, "re");
    while (file && count < most && fscanf(file, "%ld", &pid) == 1)
        out[count++] = (pid_t)pid;
    if (file)
        fclose(file);
    return count;
}

static void nothing_outlives_a_killed_parent(void)
{
    static const struct {
        const char *name;
        size_t children;
    } rows[] = {{"process_pool", 3}, {"process_vfork", 1}};
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    for (size_t n = 0; n < 2 && is_available(rows[n].name); n++) {
        fflush(stdout);
        pid_t parent = fork(), found[8];
        if (parent == 0)
            sleep_long(rows[n].name);
        size_t count = 0;
        for (int i = 0; i < 1000 && count < rows[n].children; i++) {
            clock_sleep_until_ns(clock_now_ns() + 10000000);
            count = children_of(parent, found, 8);
        }
        if (!count && access("/proc/self/task", F_OK))
            SKIP("the kernel does not list children");
        CHECK_EQ(count, rows[n].children);
        /* In their tasks by now: the request to die with the parent has been made. */
        clock_sleep_until_ns(clock_now_ns() + 200000000);
        kill(parent, SIGKILL);
        CHECK_EQ(waitpid(parent, NULL, 0), parent);
        for (size_t i = 0; i < count; i++) {
            int status = 0;
            CHECK_EQ(waitpid(found[i], &status, 0), found[i]);
            CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        }
    }
}

static void spawn_is_refused_outside_contend(void)
{
    const struct executor *x = registry_find_executor("spawn", NULL);
    const char *reason = x ? x->unavailable() : NULL;
    CHECK_CONTAINS(reason, "not contend");
}

static const struct test tests[] = {
    {"each_task_runs_once_in_every_launch", each_task_runs_once_in_every_launch},
    {"a_failed_open_leaves_nothing_behind", a_failed_open_leaves_nothing_behind},
    {"a_killed_process_fails_the_launch_and_says_so",
     a_killed_process_fails_the_launch_and_says_so},
    {"nothing_outlives_a_killed_parent", nothing_outlives_a_killed_parent},
    {"spawn_is_refused_outside_contend", spawn_is_refused_outside_contend},
    {0},
};
TEST_MAIN(tests)
