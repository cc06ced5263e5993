/* Looks at the threads of a watched program from outside: schedstat(5), their names. */
#include "bench/base/clock.h"
#include "bench/base/file.h"
#include "bench/machine/schedstat.h"
#include "bench/watch/session.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

/* So many looks in a row tell a name, which threads get soon, and then one of so many: who ends
 * tells his own. */
enum { LOOKS_A_NAME = 8 };

static void sample_thread(const struct watch_region *r, const struct watch_thread *t,
                          struct watch_sample *out)
{
    char path[80], text[96];
    struct schedstat now;
    int32_t pid = r->processes[t->process].pid;
    snprintf(path, sizeof path, "/proc/%d/task/%d/schedstat", (int)pid, (int)t->tid);
    if (file_read_small(path, text, sizeof text) <= 0 || !schedstat_parse(text, &now))
        return;
    out->ran_ns = (uint64_t)now.ran_ns;
    out->runnable_ns = (uint64_t)now.wait_ns;
    out->at_ns = watch_now_ns(r);
    if (++out->looks > LOOKS_A_NAME && out->looks % LOOKS_A_NAME)
        return;
    snprintf(path, sizeof path, "/proc/%d/task/%d/comm", (int)pid, (int)t->tid);
    if (file_read_small(path, text, sizeof text) > 0)
        snprintf(out->name, sizeof out->name, "%.*s", (int)strcspn(text, "\n"), text);
}

/* One that became another program has ended, though its number lives. */
static void end_replaced(struct watch_session *s, uint32_t count)
{
    const struct watch_region *r = s->region;
    for (; s->processes_seen < count; s->processes_seen++) {
        const struct watch_process *p = &r->processes[s->processes_seen];
        if (!__atomic_load_n(&p->pid, __ATOMIC_ACQUIRE))
            return; /* it is being written */
        for (uint32_t i = 0; i < s->processes_seen; i++)
            if (r->processes[i].pid == p->pid && !s->process_ends_ns[i])
                s->process_ends_ns[i] = p->begin_ns;
    }
}

/* A zombie is there until it is waited for, and still has its numbers. */
static void sample_processes(struct watch_session *s, uint32_t count)
{
    const struct watch_region *r = s->region;
    end_replaced(s, count);
    for (uint32_t i = 0; i < count; i++) {
        int32_t pid = __atomic_load_n(&r->processes[i].pid, __ATOMIC_ACQUIRE);
        if (pid > 0 && !s->process_ends_ns[i] && kill(pid, 0) && errno == ESRCH)
            s->process_ends_ns[i] = watch_now_ns(r);
    }
}

uint64_t watch_sample_all(struct watch_session *s)
{
    const struct watch_region *r = s->region;
    uint64_t begin_ns = clock_now_ns();
    uint32_t threads = watch_thread_count(r);
    sample_processes(s, watch_process_count(r));
    for (uint32_t i = 0; i < threads; i++) {
        const struct watch_thread *t = &r->threads[i];
        if (__atomic_load_n(&t->state, __ATOMIC_ACQUIRE) == 1 &&
            t->process < WATCH_PROCESSES_MOST && !s->process_ends_ns[t->process])
            sample_thread(r, t, &s->samples[i]);
    }
    return clock_now_ns() - begin_ns;
}
