/*
 * What the campaign times: `loop cpu N` computes N steps in one thread, `loop lock N` lets two
 * threads take one mutex for N short turns in all.  LABEL tells two builds of the same code apart,
 * so that nothing can recognise them as the same file.
 *
 * And what disturbs it: `loop burst CPU` computes on that CPU for 5 to 50 ms at a time, a third of
 * the time, until its parent ends it or ends.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#ifndef LABEL
#define LABEL "base"
#endif

__attribute__((used)) static const char label[] = "campaign side: " LABEL;

enum { HELD_STEPS = 40, FREE_STEPS = 80 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static uint64_t shared = 88172645463325252u;

/* xorshift64: each step waits for the one before it. */
static uint64_t steps(uint64_t x, long count)
{
    for (long i = 0; i < count; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
    }
    return x;
}

static void *take_turns(void *arg)
{
    long turns = *(const long *)arg;
    uint64_t own = (uint64_t)turns | 1;
    for (long i = 0; i < turns; i++) {
        pthread_mutex_lock(&mutex);
        shared = steps(shared, HELD_STEPS);
        pthread_mutex_unlock(&mutex);
        own = steps(own, FREE_STEPS);
    }
    return (void *)(uintptr_t)own;
}

static uint64_t now_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* Busy 35 % of the time: a burst, then a pause in proportion to it. */
static int disturb(long cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu, &set);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (sched_setaffinity(0, sizeof set, &set))
        return 1;
    for (uint64_t x = shared + (uint64_t)cpu;;) {
        x = steps(x, 10);
        uint64_t burst_ns = 5000000 + x % 45000000, until = now_ns() + burst_ns;
        while (now_ns() < until)
            x = steps(x, 1000);
        uint64_t pause_ns = burst_ns * 65 / 35;
        const struct timespec pause = {.tv_sec = (time_t)(pause_ns / 1000000000u),
                                       .tv_nsec = (long)(pause_ns % 1000000000u)};
        nanosleep(&pause, NULL);
    }
}

int main(int argc, char **argv)
{
    long count = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
    if (argc == 3 && !strcmp(argv[1], "burst"))
        return disturb(count);
    if (count <= 0 || (strcmp(argv[1], "cpu") && strcmp(argv[1], "lock"))) {
        fprintf(stderr, "usage: loop cpu|lock N, loop burst CPU\n");
        return 2;
    }
    uint64_t sum;
    if (!strcmp(argv[1], "cpu")) {
        sum = steps(shared, count);
    } else {
        pthread_t threads[2];
        long turns = count / 2;
        for (int i = 0; i < 2; i++)
            if (pthread_create(&threads[i], NULL, take_turns, &turns))
                return 1;
        for (int i = 0; i < 2; i++)
            pthread_join(threads[i], NULL);
        sum = shared;
    }
    return sum == 0; /* never, and the compiler does not know */
}
