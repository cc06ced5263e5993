#include "bench/core/schedstat.h"

#include "bench/core/file.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

bool schedstat_parse(const char *text, struct schedstat *out)
{
    struct schedstat s;
    if (sscanf(text, "%" SCNd64 " %" SCNd64 " %" SCNd64, &s.ran_ns, &s.wait_ns, &s.slices) != 3)
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
