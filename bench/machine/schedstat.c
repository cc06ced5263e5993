#include "bench/machine/schedstat.h"

#include "bench/base/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* By hand, for it is read while others wait; NULL where there is no number. */
static const char *number(const char *text, int64_t *out)
{
    int64_t value = 0;
    while (*text == ' ')
        text++;
    if (*text < '0' || *text > '9')
        return NULL;
    for (; *text >= '0' && *text <= '9'; text++)
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, *text - '0', &value))
            return NULL;
    *out = value;
    return text;
}

bool schedstat_parse(const char *text, struct schedstat *out)
{
    struct schedstat s;
    if (!(text = number(text, &s.ran_ns)) || !(text = number(text, &s.wait_ns)) ||
        !number(text, &s.slices))
        return false;
    *out = s;
    return true;
}

int schedstat_open(void)
{
    return open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
}

bool schedstat_read(int fd, struct schedstat *out)
{
    char text[96];
    ssize_t got = fd >= 0 ? pread(fd, text, sizeof text - 1, 0) : -1;
    if (got <= 0)
        return false;
    text[got] = '\0';
    return schedstat_parse(text, out);
}

bool schedstat_of(pid_t pid, struct schedstat *out)
{
    char path[64], text[96];
    snprintf(path, sizeof path, "/proc/%d/schedstat", (int)pid);
    return file_read_small(path, text, sizeof text) > 0 && schedstat_parse(text, out);
}
