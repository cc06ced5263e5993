/*
 * Preloaded into contend by the fault tests: sets the monotonic clock of one worker, once.
 *
 *     LD_PRELOAD=.../contend_clock.so CONTEND_CLOCK=STEP_NS:READINGS:MARK contend run ...
 *
 * The first worker that reads its clock that often gets STEP_NS added to each reading from then on;
 * it makes the file MARK, by which the others know that it has been.  Coordinators are left alone.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long long step_ns;
static long after, readings;
static char mark[4096];
static bool is_worker, is_over, is_set;

static long long nanoseconds(const struct timespec *ts)
{
    return (long long)ts->tv_sec * 1000000000 + ts->tv_nsec;
}

__attribute__((constructor)) static void begin(int argc, char **argv)
{
    const char *text = getenv("CONTEND_CLOCK");
    if (!text || sscanf(text, "%lld:%ld:%4095s", &step_ns, &after, mark) != 3)
        return;
    is_worker = argc > 1 && !strcmp(argv[1], "worker");
}

/* Whether the time has come, and this is the one it comes for. */
static bool is_chosen(void)
{
    if (!is_worker || is_over || ++readings < after)
        return false;
    is_over = true;
    int fd = open(mark, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

int clock_gettime(clockid_t id, struct timespec *ts)
{
    int failed = (int)syscall(SYS_clock_gettime, id, ts);
    if (failed || id != CLOCK_MONOTONIC)
        return failed;
    is_set = is_set || is_chosen();
    long long now_ns = nanoseconds(ts) + (is_set ? step_ns : 0);
    *ts = (struct timespec){.tv_sec = now_ns / 1000000000, .tv_nsec = now_ns % 1000000000};
    return 0;
}
