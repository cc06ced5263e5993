/* Stopping (Ctrl-Z): children lead groups of their own, which no terminal stops. */
#include "bench/child/internal.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

static volatile sig_atomic_t stops;

static void signal_all(int number)
{
    for (const struct child *c = child_living; c; c = c->next)
        if (c->pid > 0 && !c->is_part_of_us)
            kill(-c->pid, number);
}

static void stop(int number)
{
    int kept = errno;
    (void)number;
    stops++;
    signal_all(SIGSTOP);
    kill(getpid(), SIGSTOP); /* and here it goes on when it is continued */
    signal_all(SIGCONT);
    errno = kept;
}

void child_stop_with_us(void)
{
    const struct sigaction action = {.sa_handler = stop};
    struct sigaction was;
    /* What is ignored at the start stays so. */
    if (!sigaction(SIGTSTP, NULL, &was) && was.sa_handler != SIG_IGN)
        sigaction(SIGTSTP, &action, NULL);
}

unsigned child_stops(void)
{
    return (unsigned)stops;
}
