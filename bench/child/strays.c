/*
 * Those that outlived who started them.  They come to the nearest ancestor that asked for it
 * (PR_SET_CHILD_SUBREAPER), whatever group or session they went to.
 */
#include "bench/child/internal.h"

#include "bench/base/file.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Children that were there before: whoever became this program by exec may have had some. */
static struct {
    pid_t *pids; /* owned; lives as long as the program */
    size_t count, room;
    pid_t owner; /* a fork has other children */
} others;

static bool is_known(pid_t pid)
{
    for (const struct child *c = child_living; c; c = c->next)
        if (c->pid == pid)
            return true;
    for (size_t i = 0; i < others.count && others.owner == getpid(); i++)
        if (others.pids[i] == pid)
            return true;
    return false;
}

/* ---- All children -------------------------------------------------------------------------- */

typedef void visit_fn(pid_t pid);

/* False where the kernel has no such file (CONFIG_PROC_CHILDREN). */
static bool visit_listed(visit_fn *visit)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    FILE *f = fopen(path, "re");
    int pid;
    if (!f)
        return false;
    while (fscanf(f, "%d", &pid) == 1)
        visit((pid_t)pid);
    fclose(f);
    return true;
}

/* The parent in "12 (any name) S 4 ...". */
static pid_t parent_of(const char *pid)
{
    char path[300], text[1024];
    snprintf(path, sizeof path, "/proc/%s/stat", pid);
    const char *end = file_read_small(path, text, sizeof text) > 0 ? strrchr(text, ')') : NULL;
    return end && strlen(end) > 4 ? (pid_t)strtol(end + 4, NULL, 10) : -1;
}

static void visit_all(visit_fn *visit)
{
    DIR *all = visit_listed(visit) ? NULL : opendir("/proc");
    for (const struct dirent *e; all && (e = readdir(all)) != NULL;)
        if (isdigit((unsigned char)e->d_name[0]) && parent_of(e->d_name) == getpid())
            visit((pid_t)strtol(e->d_name, NULL, 10));
    if (all)
        closedir(all);
}

/* ---- What is done with them ---------------------------------------------------------------- */

static void note_other(pid_t pid)
{
    if (is_known(pid))
        return;
    if (others.count == others.room) {
        size_t room = others.room ? 2 * others.room : 16;
        pid_t *more = realloc(others.pids, room * sizeof *more);
        if (!more)
            return;
        others.pids = more;
        others.room = room;
    }
    others.pids[others.count++] = pid;
}

void child_adopt(void)
{
    if (others.owner != getpid()) {
        others.owner = getpid();
        others.count = 0;
        visit_all(note_other);
    }
    prctl(PR_SET_CHILD_SUBREAPER, 1);
}

static size_t ended; /* of one round */

static void end_stray(pid_t pid)
{
    if (is_known(pid) || kill(pid, SIGKILL)) /* another user's may not be killed */
        return;
    int status;
    struct rusage usage;
    if (reap(pid, -1, &status, &usage) > 0)
        ended++;
}

static size_t living; /* of one look */

static void count_stray(pid_t pid)
{
    siginfo_t info = {0};
    if (!is_known(pid) && !waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) &&
        !info.si_pid)
        living++;
}

size_t child_strays(void)
{
    living = 0;
    if (others.owner == getpid())
        visit_all(count_stray);
    return living;
}

void child_end_strays(void)
{
    siginfo_t info = {0};
    if (others.owner != getpid())
        return;
    /* The usual case, at the price of one call. */
    if (!child_living && waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) && errno == ECHILD)
        return;
    /* The children of those come to us as these end. */
    do {
        ended = 0;
        visit_all(end_stray);
    } while (ended);
}
