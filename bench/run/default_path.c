#include "bench/run/default_path.h"

#include "bench/base/clock.h"
#include "bench/base/file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* `number` from 2 on stands behind the time. */
static void make_path(const char *suite, int number, char *out, size_t size)
{
    char now[40], stamp[40], behind[16] = "";
    size_t n = 0;
    clock_utc_text(now, sizeof now);
    for (const char *p = now; *p; p++)
        if (isalnum((unsigned char)*p))
            stamp[n++] = *p;
    stamp[n] = '\0';
    if (number > 1)
        snprintf(behind, sizeof behind, "-%d", number);
    const char *base = strrchr(suite, '/') ? strrchr(suite, '/') + 1 : suite;
    snprintf(out, size, "%s%.*s-%s%s.json", file_is_folder("results") ? "results/" : "",
             (int)strcspn(base, "."), base, stamp, behind);
}

void run_default_path(const char *suite, char *out, size_t size)
{
    make_path(suite, 1, out, size);
}

static void journal_of(const char *path, char out[PATH_MAX])
{
    snprintf(out, PATH_MAX, "%s.journal", path);
}

/* -1 with errno. */
static int make_journal(const char *path)
{
    char journal[PATH_MAX];
    journal_of(path, journal);
    int fd = open(journal, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd >= 0) {
        file_let_owner(fd);
        close(fd);
    }
    return fd < 0 ? -1 : 0;
}

void run_take_path(const char *suite, char *out, size_t size)
{
    enum { RUNS_A_SECOND = 1000 };
    for (int number = 1; number <= RUNS_A_SECOND; number++) {
        make_path(suite, number, out, size);
        if (make_journal(out)) {
            if (errno != EEXIST)
                return; /* the run says why it cannot be written */
            continue;   /* somebody's */
        }
        if (access(out, F_OK))
            return;
        run_leave_path(out); /* somebody's who has ended since */
    }
}

void run_leave_path(const char *path)
{
    char journal[PATH_MAX];
    struct stat found;
    journal_of(path, journal);
    if (!lstat(journal, &found) && S_ISREG(found.st_mode) && found.st_size == 0)
        unlink(journal);
}

void run_options_take_path(struct run_options *o)
{
    if (o->path)
        return;
    run_take_path(o->name, o->default_path, sizeof o->default_path);
    o->path = o->default_path;
}

void run_options_leave_path(const struct run_options *o)
{
    if (o->path == o->default_path)
        run_leave_path(o->path);
}

int run_do_somewhere(struct run_options *o, struct run_report *report, struct err *err)
{
    run_options_take_path(o);
    int failed = run_do(o, report, err);
    if (failed)
        run_options_leave_path(o);
    return failed;
}
