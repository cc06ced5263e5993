#include "bench/machine/priority.h"

#include "bench/base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

int priority_nice(void)
{
    return getpriority(PRIO_PROCESS, 0);
}

bool priority_may_be_raised(void)
{
    int nice = priority_nice();
    if (setpriority(PRIO_PROCESS, 0, PRIORITY_FIRST))
        return false;
    setpriority(PRIO_PROCESS, 0, nice); /* downwards is always allowed */
    return true;
}

/* Of the session; without it the rest still counts among the processes of that session. */
static void raise_share(void)
{
    char text[8];
    int fd = open("/proc/self/autogroup", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    size_t length = (size_t)snprintf(text, sizeof text, "%d", PRIORITY_FIRST);
    /* The kernel takes one such request in 100 ms from all who are not the administrator. */
    for (int tries = 0; write(fd, text, length) < 0 && errno == EAGAIN && tries < 4; tries++)
        clock_sleep_until_ns(clock_now_ns() + 50000000);
    close(fd);
}

bool priority_raise_session(void)
{
    if (setpriority(PRIO_PROCESS, 0, PRIORITY_FIRST))
        return false;
    raise_share();
    return true;
}

static bool set_class(int policy, int level)
{
    const struct sched_param param = {.sched_priority = level};
    return sched_setscheduler(0, policy, &param) == 0;
}

bool priority_conduct(void)
{
    return set_class(SCHED_RR, PRIORITY_CONDUCTOR);
}

bool priority_perform(void)
{
    return set_class(SCHED_RR, PRIORITY_PERFORMER);
}

void priority_be_ordinary(void)
{
    set_class(SCHED_OTHER, 0);
}
