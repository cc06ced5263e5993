/*
 * spawn: posix_spawn() of a fresh program image for each task, as a "spawn" start method does.
 *
 * The image is the worker's program again with the command "unit" (bench/worker/unit.c), which maps
 * the launch at the address it has here and runs the one task.  So startup_ns holds what
 * any fresh image pays: exec, the dynamic linker with this program's libraries, and finding its
 * work.  The image has one thread and a heap of its own, whatever its parent has.
 *
 * Only contend itself can be started this way: another program that links the executors, a test
 * say, has no such command, and unavailable() says so.
 */
#include "bench/executors/spawn.h"
#include "bench/base/err.h"
#include "bench/contend.h"
#include "bench/executors/create_error.h"
#include "bench/executors/kernel_verbs.h"
#include "bench/executors/reap.h"
#include "bench/registry.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define IMAGE "/proc/self/exe"

enum { NUMBER_BYTES = 24, PLUGINS_MAX = 64 };
/* contend unit FD MEMORY BYTES LAUNCH PARENT INDEX [PLUGIN]... */
enum { PROGRAM, COMMAND, FD, MEMORY, BYTES, LAUNCH, PARENT, INDEX, PLUGINS };

struct state {
    posix_spawn_file_actions_t actions;
    char numbers[PLUGINS][NUMBER_BYTES];
    char *arguments[PLUGINS + PLUGINS_MAX + 1];
    pid_t children[]; /* task_count */
};

static const char *unavailable(void)
{
    if (!program_has_unit_command)
        return "the running program is not contend: it cannot start itself for one task";
    if (access(IMAGE, X_OK))
        return IMAGE " cannot be executed";
    return NULL;
}

static void fill_arguments(struct state *s, const struct launch *l)
{
    static char program[] = "contend", command[] = "unit";
    const uint64_t values[PLUGINS] = {
        [FD] = (uint64_t)l->memory_fd,
        [MEMORY] = (uint64_t)(uintptr_t)l->memory,
        [BYTES] = l->memory_bytes,
        [LAUNCH] = (uint64_t)(uintptr_t)l,
        [PARENT] = (uint64_t)(intmax_t)getpid(),
    };
    for (int i = 0; i < PLUGINS; i++) {
        snprintf(s->numbers[i], NUMBER_BYTES, "%llu", (unsigned long long)values[i]);
        s->arguments[i] = s->numbers[i];
    }
    s->arguments[PROGRAM] = program;
    s->arguments[COMMAND] = command;
    const char *path;
    for (size_t i = 0; i < PLUGINS_MAX && (path = registry_plugin_path(i)) != NULL; i++)
        s->arguments[PLUGINS + i] = (char *)(uintptr_t)path;
}

static int open_(struct launch *l, struct err *err)
{
    const char *reason = unavailable();
    if (reason)
        return err_set(err, ERR_UNAVAILABLE, "spawn: %s", reason);
    if (l->workload->traits & WORKLOAD_PRIVATE)
        return err_set(err, ERR_UNAVAILABLE,
                       "the workload %s prepares memory that a fresh program image has not got",
                       l->workload->name);
    if (registry_plugin_path(PLUGINS_MAX))
        return err_set(err, ERR_UNAVAILABLE, "spawn: more than %d plug-ins", PLUGINS_MAX);
    struct state *s = calloc(1, sizeof *s + sizeof(pid_t) * l->task_count);
    if (!s)
        return err_set(err, ERR_LIMIT, "no memory for %u process ids", l->task_count);
    /* From a descriptor onto itself: that only takes close-on-exec away. */
    int failed = posix_spawn_file_actions_init(&s->actions);
    if (!failed)
        failed = posix_spawn_file_actions_adddup2(&s->actions, l->memory_fd, l->memory_fd);
    if (failed) {
        free(s);
        return err_set_sys(err, failed, "posix_spawn_file_actions");
    }
    fill_arguments(s, l);
    l->executor_state = s;
    return 0;
}

static void close_(struct launch *l)
{
    struct state *s = l->executor_state;
    posix_spawn_file_actions_destroy(&s->actions);
    free(s);
    l->executor_state = NULL;
}

static int start(struct launch *l, struct err *err)
{
    struct state *s = l->executor_state;
    for (uint32_t i = 0; i < l->task_count; i++) {
        struct task *t = &l->tasks[i];
        snprintf(s->numbers[INDEX], NUMBER_BYTES, "%u", i);
        t->create_ns = launch_stamp_ns(l);
        int failed = posix_spawn(&s->children[i], IMAGE, &s->actions, NULL, s->arguments, environ);
        if (failed)
            return create_error("posix_spawn", i, failed, true, err);
        t->created_ns = launch_stamp_ns(l);
        l->live_count = i + 1;
    }
    return 0;
}

static int join(struct launch *l, struct err *err)
{
    const struct state *s = l->executor_state;
    int rc = 0;
    for (uint32_t i = 0; i < l->live_count; i++)
        if (reap(&l->tasks[i], s->children[i], err))
            rc = -1;
    return rc;
}

const struct executor executor_spawn = {
    .name = "spawn",
    .summary = "a fresh program image for each task",
    .traits =
        EXECUTOR_PARALLEL | EXECUTOR_PREEMPTIVE | EXECUTOR_KERNEL_UNITS | EXECUTOR_FRESH_IMAGE,
    .unavailable = unavailable,
    .open = open_,
    .start = start,
    .join = join,
    .close = close_,
    .sleep_until = kernel_sleep_until,
    .wait = kernel_wait,
    .wake = kernel_wake,
};
