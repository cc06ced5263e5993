#include "bench/machine/cgroup.h"

#include "bench/base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whether `word` is one of the comma-separated words of the first `length` bytes of list. */
static bool has_word(const char *list, size_t length, const char *word)
{
    size_t wanted = strlen(word);
    for (size_t at = 0; at < length;) {
        size_t end = at;
        while (end < length && list[end] != ',')
            end++;
        if (end - at == wanted && !memcmp(list + at, word, wanted))
            return true;
        at = end + 1;
    }
    return false;
}

/*
 * The group's path in a line "4:memory:/path" of /proc/self/cgroup, for a version 1
 * controller, or in "0::/path" when controller is NULL.
 */
static bool own_path(const char *text, const char *controller, char *out, size_t size)
{
    for (const char *line = text; *line;) {
        const char *end = strchr(line, '\n');
        if (!end)
            end = line + strlen(line);
        const char *list = memchr(line, ':', (size_t)(end - line));
        const char *path = list ? memchr(list + 1, ':', (size_t)(end - list - 1)) : NULL;
        if (path) {
            list++;
            size_t length = (size_t)(path - list);
            bool is_wanted = controller ? has_word(list, length, controller) : length == 0;
            if (is_wanted) {
                length = (size_t)(end - path - 1);
                if (length >= size)
                    return false;
                memcpy(out, path + 1, length);
                out[length] = '\0';
                return true;
            }
        }
        line = *end ? end + 1 : end;
    }
    return false;
}

/* The fields of a mountinfo line that matter; see proc_pid_mountinfo(5). */
struct mount {
    char root[PATH_MAX];  /* what of the hierarchy is mounted: "/" but in containers */
    char point[PATH_MAX]; /* where */
    char type[32];
    char options[PATH_MAX]; /* of the super block: the controllers, for version 1 */
};

/* Word `index` of a line, blanks and backslashes in it as the kernel writes them ("\040"). */
static bool word_of(const char *line, const char *end, int index, char *out, size_t size)
{
    const char *at = line, *stop;
    for (; index > 0 && at; index--) {
        at = memchr(at, ' ', (size_t)(end - at));
        at = at ? at + 1 : NULL;
    }
    if (!at)
        return false;
    stop = memchr(at, ' ', (size_t)(end - at));
    stop = stop ? stop : end;
    size_t used = 0;
    while (at < stop && used + 1 < size) {
        bool is_written = stop - at > 3 && at[0] == '\\' && at[1] >= '0' && at[1] < '4';
        int byte = is_written ? (at[1] - '0') * 64 + (at[2] - '0') * 8 + (at[3] - '0') : *at;
        out[used++] = (char)byte;
        at += is_written ? 4 : 1;
    }
    out[used] = '\0';
    return at == stop && used > 0;
}

static bool parse_mount(const char *line, struct mount *m)
{
    static const char mark[] = " - ";
    const char *end = strchrnul(line, '\n');
    const char *tail = memmem(line, (size_t)(end - line), mark, strlen(mark));
    if (!tail)
        return false;
    tail += strlen(mark);
    return word_of(line, tail, 3, m->root, sizeof m->root) &&
           word_of(line, tail, 4, m->point, sizeof m->point) &&
           word_of(tail, end, 0, m->type, sizeof m->type) &&
           word_of(tail, end, 2, m->options, sizeof m->options);
}

/* The mount of that hierarchy: of the controller for version 1, of version 2 when it is NULL. */
static bool find_mount(const char *mountinfo, const char *controller, struct mount *m)
{
    for (const char *line = mountinfo; line && *line;) {
        if (parse_mount(line, m)) {
            if (!controller && !strcmp(m->type, "cgroup2"))
                return true;
            if (controller && !strcmp(m->type, "cgroup") &&
                has_word(m->options, strlen(m->options), controller))
                return true;
        }
        line = strchr(line, '\n');
        if (line)
            line++;
    }
    return false;
}

bool cgroup_find(const char *self_cgroup, const char *mountinfo, const char *controller,
                 struct cgroup *out)
{
    char path[PATH_MAX];
    struct mount mount;
    *out = (struct cgroup){0};
    if (!own_path(self_cgroup, controller, path, sizeof path) ||
        !find_mount(mountinfo, controller, &mount)) {
        out->is_v2 = true;
        if (!own_path(self_cgroup, NULL, path, sizeof path) || !find_mount(mountinfo, NULL, &mount))
            return false;
    }
    /* In a container the mount shows only the part below `root`; the path counts from the top. */
    const char *below = path;
    size_t hidden = strlen(mount.root);
    bool is_below =
        !strncmp(path, mount.root, hidden) && (path[hidden] == '/' || path[hidden] == '\0');
    if (hidden > 1 && is_below)
        below = path + hidden;
    else if (hidden > 1)
        below = "";
    if (!strcmp(below, "/"))
        below = "";
    out->root_length = strlen(mount.point);
    int length = snprintf(out->path, sizeof out->path, "%s%s", mount.point, below);
    return (size_t)length < sizeof out->path;
}

bool cgroup_open(const char *controller, struct cgroup *out)
{
    /* A line a controller, each with a path; and containers have long tables of mounts. */
    size_t own_size = 16 * PATH_MAX, size = 1 << 20;
    char *own = malloc(own_size), *mounts = malloc(size);
    bool is_found = own && mounts && file_read_small("/proc/self/cgroup", own, own_size) >= 0 &&
                    file_read_small("/proc/self/mountinfo", mounts, size) >= 0 &&
                    cgroup_find(own, mounts, controller, out);
    free(own);
    free(mounts);
    return is_found;
}

bool cgroup_parent(struct cgroup *c)
{
    char *slash = strrchr(c->path, '/');
    if (!slash || (size_t)(slash - c->path) < c->root_length)
        return false;
    *slash = '\0';
    return true;
}

long cgroup_read(const struct cgroup *c, const char *file, char *out, size_t size)
{
    char path[PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/%s", c->path, file);
    return file_read_small(path, out, size);
}

int64_t cgroup_parse_number(const char *text)
{
    if (!strncmp(text, "max", 3))
        return CGROUP_UNLIMITED;
    char *end;
    long long value = strtoll(text, &end, 10);
    return end == text ? -1 : (int64_t)value;
}

int64_t cgroup_number(const struct cgroup *c, const char *file)
{
    char text[64];
    return cgroup_read(c, file, text, sizeof text) <= 0 ? -1 : cgroup_parse_number(text);
}

double cgroup_parse_cpu_max(const char *text)
{
    long long quota, period;
    if (sscanf(text, "%lld %lld", &quota, &period) != 2 || quota <= 0 || period <= 0)
        return 0;
    return (double)quota / (double)period;
}

static double quota_here(const struct cgroup *c)
{
    if (c->is_v2) {
        char text[64];
        return cgroup_read(c, "cpu.max", text, sizeof text) <= 0 ? 0 : cgroup_parse_cpu_max(text);
    }
    int64_t quota = cgroup_number(c, "cpu.cfs_quota_us");
    int64_t period = cgroup_number(c, "cpu.cfs_period_us");
    return quota <= 0 || period <= 0 ? 0 : (double)quota / (double)period;
}

double cgroup_cpu_quota(void)
{
    struct cgroup c;
    if (!cgroup_open("cpu", &c))
        return 0;
    double least = 0;
    do {
        double here = quota_here(&c);
        if (here > 0 && (least <= 0 || here < least))
            least = here;
    } while (cgroup_parent(&c));
    return least;
}
