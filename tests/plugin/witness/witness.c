/*
 * witness: a workload that reports what surrounds its units, as numbers: what a figure must not
 * depend on.  The first task looks, in its one batch, and reports by the launch's mapping.
 */
#include "bench/contend.h"

#include <ctype.h>
#include <dirent.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    RSS_ANON,
    MAPPINGS,
    DESCRIPTORS,
    ENVIRONMENT,
    UMASK,
    IGNORED,
    BLOCKED,
    DIRECTORY,
    LOCALE,
    STDIN_IS_NULL,
    HEAP,
    ARGUMENTS,
    TIMERSLACK,
    COUNT
};

static const struct metric metrics[] = {
    [RSS_ANON] = {"rss_anon_bytes", "bytes", BETTER_LOWER, NATURE_NOISY, "cpu", "private memory"},
    [MAPPINGS] = {"mappings", "count", BETTER_LOWER, NATURE_NOISY, "cpu", "lines of maps"},
    [DESCRIPTORS] = {"descriptors", "count", BETTER_LOWER, NATURE_EXACT, "cpu",
                     "a bit for each that is open"},
    [ENVIRONMENT] = {"environment_bytes", "bytes", BETTER_LOWER, NATURE_EXACT, "cpu",
                     "without the variables of contend itself"},
    [UMASK] = {"umask", "count", BETTER_LOWER, NATURE_EXACT, "cpu", "the umask"},
    [IGNORED] = {"ignored", "count", BETTER_LOWER, NATURE_EXACT, "cpu", "signals ignored"},
    [BLOCKED] = {"blocked", "count", BETTER_LOWER, NATURE_EXACT, "cpu", "signals blocked"},
    [DIRECTORY] = {"directory", "count", BETTER_LOWER, NATURE_EXACT, "cpu", "inode of it"},
    [LOCALE] = {"locale_is_c", "count", BETTER_HIGHER, NATURE_EXACT, "cpu", "1: it is C"},
    [STDIN_IS_NULL] = {"stdin_is_null", "count", BETTER_HIGHER, NATURE_EXACT, "cpu", "1: empty"},
    [HEAP] = {"heap_bytes", "bytes", BETTER_LOWER, NATURE_NOISY, "cpu", "of the main arena"},
    [ARGUMENTS] = {"arguments_bytes", "bytes", BETTER_LOWER, NATURE_NOISY, "cpu", "cmdline"},
    [TIMERSLACK] = {"timer_slack_ns", "ns", BETTER_LOWER, NATURE_EXACT, "cpu", "timer slack"},
    [COUNT] = {0},
};

struct report {
    double values[COUNT];
};

static double status_number(const char *field, int base)
{
    char line[256];
    double value = -1;
    FILE *status = fopen("/proc/self/status", "re");
    while (status && fgets(line, sizeof line, status))
        if (!strncmp(line, field, strlen(field)) && line[strlen(field)] == ':')
            value = (double)strtoull(line + strlen(field) + 1, NULL, base);
    if (status)
        fclose(status);
    return value;
}

static double lines_of(const char *path)
{
    double lines = 0;
    FILE *file = fopen(path, "re");
    for (int c; file && (c = fgetc(file)) != EOF;)
        lines += c == '\n';
    if (file)
        fclose(file);
    return lines;
}

static double bytes_of(const char *path)
{
    double bytes = 0;
    FILE *file = fopen(path, "re");
    while (file && fgetc(file) != EOF)
        bytes++;
    if (file)
        fclose(file);
    return bytes;
}

static double open_descriptors(void)
{
    uint64_t set = 0;
    DIR *dir = opendir("/proc/self/fd");
    for (struct dirent *e; dir && (e = readdir(dir)) != NULL;)
        if (isdigit((unsigned char)e->d_name[0]) && atoi(e->d_name) != dirfd(dir))
            set |= UINT64_C(1) << (atoi(e->d_name) < 52 ? atoi(e->d_name) : 52);
    if (dir)
        closedir(dir);
    return (double)set;
}

static double environment_bytes(void)
{
    size_t bytes = 0;
    for (char **v = environ; *v; v++)
        if (strncmp(*v, "CONTEND_", 8))
            bytes += strlen(*v) + 1;
    return (double)bytes;
}

static bool stdin_is_null(void)
{
    struct stat in, null;
    return !fstat(STDIN_FILENO, &in) && !stat("/dev/null", &null) && in.st_rdev == null.st_rdev &&
           S_ISCHR(in.st_mode);
}

static void look(double *values)
{
    struct stat here = {0};
    mode_t mask = umask(0);
    umask(mask);
    values[UMASK] = mask;
    values[RSS_ANON] = status_number("RssAnon", 10) * 1024;
    values[MAPPINGS] = lines_of("/proc/self/maps");
    values[DESCRIPTORS] = open_descriptors();
    values[ENVIRONMENT] = environment_bytes();
    /* Not 32 and 33, the C library's own, which it ignores in what it spawns. */
    values[IGNORED] = (double)((uint64_t)status_number("SigIgn", 16) & ~(UINT64_C(3) << 31));
    values[BLOCKED] = status_number("SigBlk", 16);
    values[DIRECTORY] = stat(".", &here) ? -1 : (double)here.st_ino;
    values[LOCALE] = !strcmp(setlocale(LC_ALL, NULL), "C");
    values[STDIN_IS_NULL] = stdin_is_null();
    values[HEAP] = (double)mallinfo2().arena;
    values[ARGUMENTS] = bytes_of("/proc/self/cmdline");
    values[TIMERSLACK] = prctl(PR_GET_TIMERSLACK);
}

static size_t shared_bytes(const int64_t *params, uint32_t tasks)
{
    (void)params, (void)tasks;
    return sizeof(struct report);
}

static uint64_t run(struct task *t, uint64_t op_count)
{
    struct report *r = t->launch->workload_shared;
    if (t->index == 0 && r->values[MAPPINGS] == 0)
        look(r->values);
    return op_count;
}

static void collect(struct launch *l, struct sink *sink)
{
    const struct report *r = l->workload_shared;
    for (int i = 0; i < COUNT; i++)
        sink->value(sink, i, r->values[i]);
}

const struct workload workload_witness = {
    .name = "witness",
    .summary = "reports what surrounds its units",
    .kind = WORKLOAD_IO, /* no calibration: it looks once */
    .metrics = metrics,
    .shared_bytes = shared_bytes,
    .run = run,
    .expected = expected_op_count,
    .collect = collect,
};

/* The same for somebody's own programs, which want their surroundings. */
const struct workload workload_guest = {
    .name = "guest",
    .summary = "reports what surrounds units that keep the user's own",
    .kind = WORKLOAD_IO,
    .traits = WORKLOAD_SURROUNDINGS,
    .metrics = metrics,
    .shared_bytes = shared_bytes,
    .run = run,
    .expected = expected_op_count,
    .collect = collect,
};
