/* The end of a child, and what is said of it. */
#include "bench/child/internal.h"

#include "bench/base/clock.h"
#include "bench/base/file.h"
#include "bench/machine/cgroup.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- Memory that ran out -------------------------------------------------------------------- */

/* Found once: it takes the table of mounts. */
static const struct cgroup *memory_group(void)
{
    static enum { UNKNOWN, FOUND, NONE } state;
    static struct cgroup group;
    if (state == UNKNOWN)
        state = cgroup_open("memory", &group) ? FOUND : NONE;
    return state == FOUND ? &group : NULL;
}

int64_t memory_kills(void)
{
    const struct cgroup *group = memory_group();
    char text[1024];
    if (!group || cgroup_read(group, group->is_v2 ? "memory.events" : "memory.oom_control", text,
                              sizeof text) < 0)
        return -1;
    return file_field(text, "oom_kill "); /* not oom_kill_disable */
}

int64_t memory_limit_bytes(void)
{
    const struct cgroup *group = memory_group();
    int64_t least = CGROUP_UNLIMITED;
    if (!group)
        return -1;
    struct cgroup level = *group;
    do {
        int64_t limit = cgroup_number(&level, level.is_v2 ? "memory.max" : "memory.limit_in_bytes");
        least = limit >= 0 && limit < least ? limit : least;
    } while (cgroup_parent(&level));
    /* Version 1 says "none" by a number that no machine has. */
    return least < INT64_MAX / 4096 ? least : -1;
}

static void ask_memory(const struct child *c, struct child_end *end)
{
    end->memory_limit_bytes = -1;
    if (c->memory_kills < 0 || !end->in_time || !WIFSIGNALED(end->status) ||
        WTERMSIG(end->status) != SIGKILL)
        return;
    end->lacked_memory = memory_kills() > c->memory_kills;
    if (end->lacked_memory)
        end->memory_limit_bytes = memory_limit_bytes();
}

#define DEAD_MOST_NS UINT64_C(20000000000)
enum { DEAD_LOOK_MS = 100 };

/* ---- Its end --------------------------------------------------------------------------------- */

static void forget(struct child *c)
{
    for (struct child **at = &child_living; *at; at = &(*at)->next)
        if (*at == c) {
            *at = c->next;
            break;
        }
    if (c->fd >= 0)
        close(c->fd);
    if (c->output >= 0)
        close(c->output);
    munmap(c->report, sizeof *c->report);
    *c = (struct child){.output = -1, .fd = -1};
}

/*
 * The reaping of one that was killed.  It is dead at once, unless it waits in the kernel for what
 * does not come (a disk, a network's file system) or its control group is frozen: that is waited
 * for, but not for ever.
 */
pid_t reap(pid_t pid, int fd, int *status, struct rusage *usage)
{
    uint64_t until_ns = clock_now_ns() + DEAD_MOST_NS;
    for (;;) {
        pid_t waited = wait4(pid, status, WNOHANG, usage);
        if (waited > 0 || (waited < 0 && errno != EINTR))
            return waited;
        if (clock_now_ns() >= until_ns) {
            errno = ETIMEDOUT;
            return -1;
        }
        struct pollfd end = {.fd = fd, .events = POLLIN};
        poll(&end, 1, fd >= 0 ? DEAD_LOOK_MS : 1);
    }
}

int child_end(struct child *c, struct child_end *out, struct err *err)
{
    int status = 0, failed = 0;
    pid_t waited;
    *out = (struct child_end){.memory_limit_bytes = -1};
    if (!c->pid)
        return 0;
    /* Before it is reaped: until then nobody else has its number. */
    if (!c->is_part_of_us)
        kill(-c->pid, SIGKILL);
    kill(c->pid, SIGKILL);
    waited = reap(c->pid, c->fd, &status, &out->usage);
    if (waited < 0) {
        out->usage = (struct rusage){0};
        failed = errno == ETIMEDOUT
                     ? err_set(err, ERR_SYSTEM,
                               "%s (process %d) was killed and is still there: it waits in the "
                               "kernel, a debugger holds it, or its control group is frozen",
                               c->what, (int)c->pid)
                     : err_set_sys(err, errno, "waiting for %s", c->what);
    }
    out->in_time = waited > 0 && c->has_ended;
    out->has_flooded = c->has_flooded;
    out->start_errno = c->report->error;
    out->status = status;
    out->ended_ns = c->ended_ns;
    ask_memory(c, out);
    forget(c);
    return failed;
}

bool child_is_fine(const struct child_end *end)
{
    return end->in_time && !end->start_errno && WIFEXITED(end->status) &&
           WEXITSTATUS(end->status) == 0;
}

static void killed_words(const struct child_end *end, char *out, size_t size)
{
    int number = WTERMSIG(end->status);
    int length = snprintf(out, size, "was killed by signal %d (%s)", number, strsignal(number));
    if (!end->lacked_memory || length < 0 || (size_t)length >= size)
        return;
    if (end->memory_limit_bytes >= 0)
        snprintf(out + length, size - (size_t)length,
                 ": the control group's memory ran out (its limit is %lld MiB)",
                 (long long)(end->memory_limit_bytes >> 20));
    else
        snprintf(out + length, size - (size_t)length, ": the machine's memory ran out");
}

const char *child_words(const struct child_end *end, char *out, size_t size)
{
    if (end->start_errno)
        snprintf(out, size, "cannot be executed: %s", strerror(end->start_errno));
    else if (end->has_flooded)
        snprintf(out, size, "wrote more than anybody reads and was killed");
    else if (!end->in_time)
        snprintf(out, size, "did not end in time and was killed");
    else if (WIFSIGNALED(end->status))
        killed_words(end, out, size);
    else
        snprintf(out, size, "ended with status %d", WEXITSTATUS(end->status));
    return out;
}
