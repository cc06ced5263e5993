#include "bench/run/worker.h"

#include "bench/base/clock.h"
#include "bench/base/image.h"
#include "bench/child/child.h"
#include "bench/registry.h"
#include "bench/run/launch/surroundings.h"
#include "bench/run/worker_image.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* contend worker [PLUGIN]... */
enum { PROGRAM, COMMAND, PLUGINS, PLUGINS_MAX = 128 };

/* All that exec wants. */
struct start {
    int image, mailbox;
    char *argv[PLUGINS + PLUGINS_MAX + 1];
    size_t plugins;
    char **environment;
};

static void start_release(struct start *s)
{
    for (size_t i = 0; i < s->plugins; i++)
        free(s->argv[PLUGINS + i]);
    free(s->environment);
}

static int start_init(struct start *s, struct mailbox *m, pid_t parent, struct err *err)
{
    static char program[] = "contend", command[] = "worker";
    *s = (struct start){.mailbox = m->fd};
    if ((s->image = worker_image(err)) < 0)
        return -1;
    m->job.parent = parent;
    s->argv[PROGRAM] = program;
    s->argv[COMMAND] = command;
    /* Whole paths: a worker has a directory of its own. */
    for (const char *path; (path = registry_plugin_path(s->plugins)) != NULL; s->plugins++) {
        char *whole = s->plugins < PLUGINS_MAX ? realpath(path, NULL) : NULL;
        if (!whole) {
            err_set_sys(err, errno, "--plugin: %s", path);
            start_release(s);
            return -1;
        }
        s->argv[PLUGINS + s->plugins] = whole;
    }
    s->environment = surroundings_environment(environ, m->job.keeps_surroundings);
    if (s->environment)
        return 0;
    start_release(s);
    return err_set(err, ERR_SYSTEM, "no memory for the environment of a worker");
}

int worker_become(struct mailbox *m, struct err *err)
{
    struct start s;
    if (start_init(&s, m, 0, err))
        return -1;
    fflush(NULL);
    /* From a descriptor onto itself would leave it to be closed. */
    if (s.mailbox == WORKER_MAILBOX_FD ? fcntl(s.mailbox, F_SETFD, 0) >= 0
                                       : dup2(s.mailbox, WORKER_MAILBOX_FD) >= 0)
        image_exec(s.image, s.argv, s.environment);
    int error = errno;
    start_release(&s);
    return err_set_sys(err, error, "starting the worker's program");
}

/* Code of others had the mailbox in its memory: what is read of it by number or to its end holds.
 */
static void distrust(struct mailbox *m)
{
    m->err.text[sizeof m->err.text - 1] = '\0';
    for (size_t i = 0; i < METRICS_MAX; i++) {
        m->found[i].reason[sizeof m->found[i].reason - 1] = '\0';
        m->found[i].source[sizeof m->found[i].source - 1] = '\0';
    }
    for (size_t i = 0; i < LAUNCHES_MAX; i++)
        m->excluded[i][sizeof m->excluded[i] - 1] = '\0';
    if (m->launch_count <= LAUNCHES_MAX && m->err.code >= ERR_NONE &&
        m->err.code <= ERR_NOTCOMPARABLE)
        return;
    m->launch_count = 0;
    m->err = (struct err){0};
    err_set(&m->err, ERR_FAILED, "its worker's findings were written over, as by a plug-in");
}

/* What it did not tell itself. */
static void judge_end(struct mailbox *m, const struct child_end *end)
{
    char words[160];
    distrust(m);
    if (!end->in_time)
        err_set(&m->err, ERR_FAILED, "it did not end in time and was stopped (--timeout)");
    else if (WIFSIGNALED(end->status))
        err_set(&m->err, ERR_FAILED, "its worker %s", child_words(end, words, sizeof words));
    else if (!m->is_done)
        err_set(&m->err, ERR_FAILED, "its worker ended early with status %d",
                WEXITSTATUS(end->status));
    else if (!child_is_fine(end))
        err_set(&m->err, ERR_FAILED, "its worker %s", child_words(end, words, sizeof words));
}

int worker_run(struct mailbox *m, uint64_t deadline_ns, const volatile bool *interrupted,
               struct err *err)
{
    struct start s;
    struct child_end end;
    m->is_done = false;
    if (start_init(&s, m, getpid(), err))
        return -1;
    static_assert((int)WORKER_MAILBOX_FD == (int)CHILD_HANDED_FD, "it looks for its mailbox there");
    const struct child_request request = {
        .what = "a worker",
        .image = s.image,
        .argv = s.argv,
        .environment = s.environment,
        .in = CHILD_OURS, /* it sees to its own surroundings */
        .out = CHILD_OURS,
        .errors = CHILD_OURS,
        .handed = s.mailbox,
        .watches_memory = true,
    };
    uint64_t now_ns = clock_now_ns();
    const struct child_watch watch = {.timeout_ns = deadline_ns > now_ns ? deadline_ns - now_ns : 0,
                                      .interrupted = interrupted};
    int failed = child_run(&request, &watch, &end, err);
    start_release(&s);
    /* Units that left its group. */
    child_end_strays();
    if (failed)
        return -1;
    if (end.start_errno)
        return err_set_sys(err, end.start_errno, "starting the worker's program");
    if (*interrupted)
        return err_set(err, ERR_FAILED, "interrupted");
    judge_end(m, &end);
    return 0;
}
