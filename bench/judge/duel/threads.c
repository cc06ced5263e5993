#include "bench/judge/duel/threads.h"

#include "bench/machine/affinity.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

uint64_t threads_spread(struct thread_watch *w, const int *cpus, unsigned count, unsigned first)
{
    enum { SOON_NS = 200000, LATER_NS = 2000000, LOOKS_SOON = 10 };
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", (int)w->pid);
    DIR *d = opendir(path);
    if (d) {
        for (const struct dirent *e; (e = readdir(d)) != NULL;) {
            pid_t thread = (pid_t)strtol(e->d_name, NULL, 10);
            if (thread <= w->latest || thread == w->pid)
                continue;
            w->latest = thread;
            /* It may be gone already. */
            affinity_restrict(thread, &cpus[(first + w->pinned++) % count], 1);
        }
        closedir(d);
    }
    return ++w->looks < LOOKS_SOON ? SOON_NS : LATER_NS;
}
