#include "bench/base/clock.h"
#include "bench/lab/scale_places.h"
#include "tests/test.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void *compute(void *unused)
{
    (void)unused;
    for (volatile unsigned long turns = 0;; turns++)
        ;
    return NULL;
}

/* A program that has begun its thread already, and only waits itself. */
static pid_t start_program(void)
{
    int told[2];
    char byte = 0;
    if (pipe(told))
        return -1;
    pid_t pid = fork();
    if (pid == 0) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, compute, NULL) || write(told[1], &byte, 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    close(told[1]);
    bool has_begun = pid > 0 && read(told[0], &byte, 1) == 1;
    close(told[0]);
    return has_begun ? pid : -1;
}

/* Buggy: no sample, and of each program that is quick "cannot tell". */
static void threads_that_were_there_before_are_looked_at(void)
{
    struct scale_places found = {0};
    pid_t pid = start_program();
    CHECK(pid > 0);
    if (pid <= 0)
        return;
    struct scale_looks *looks = scale_looks_open(pid);
    if (looks) {
        uint64_t until_ns = clock_now_ns() + UINT64_C(1000000000);
        while (clock_now_ns() < until_ns) {
            usleep(20000);
            scale_looks_take(looks);
        }
        scale_looks_close(looks, &found);
    }
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    if (!looks)
        SKIP("perf_event_open is not allowed here");
    CHECK(found.samples > 0);
    CHECK(found.atomic_ratio < 0.2);
}

static const struct test tests[] = {
    {"threads_that_were_there_before_are_looked_at", threads_that_were_there_before_are_looked_at},
    {0},
};
TEST_MAIN(tests)
