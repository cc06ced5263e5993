/* A workload that never comes back, in whatever way is asked for. */
#include "bench/contend.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

enum { HOW };
enum how { LOOP, DEADLOCK, PAUSE, DEAF, SESSION };

static const char *const ways[] = {"loop", "deadlock", "pause", "deaf", "session", NULL};

static const struct param params[] = {
    {.name = "how",
     .unit = "count",
     .value = LOOP,
     .min = LOOP,
     .max = SESSION,
     .help = "in an endless loop, waiting for a lock of its own, in a pause, deaf to signals, or "
             "that with "
             "a child in "
             "a session of its own",
     .choices = ways},
    {0},
};

static void wait_for_oneself(void)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&mutex);
    pthread_mutex_lock(&mutex);
}

static void hear_nothing(void)
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
}

static void leave_a_child_behind(void)
{
    if (fork() == 0) {
        setsid();
        if (fork() == 0)
            for (;;)
                pause();
        _exit(0);
    }
}

static uint64_t run(struct task *t, uint64_t op_count)
{
    volatile uint64_t turns = 0;
    enum how how = (enum how)task_param(t, HOW);
    if (how == DEADLOCK)
        wait_for_oneself();
    if (how == DEAF || how == SESSION)
        hear_nothing();
    if (how == SESSION)
        leave_a_child_behind();
    for (;;) {
        turns = turns + 1;
        if (how != LOOP)
            pause();
    }
    return op_count;
}

static const struct workload workload_stuck = {
    .name = "stuck",
    .summary = "never comes back",
    .kind = WORKLOAD_IO, /* is not calibrated, for it never ends alone either */
    .params = params,
    .run = run,
    .expected = expected_op_count,
};

const struct contend_plugin contend_plugin_v1 = {
    .abi = CONTEND_ABI,
    .name = "stuck",
    .workloads = (const struct workload *const[]){&workload_stuck, NULL},
};
