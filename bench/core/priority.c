#include "bench/core/priority.h"

#include "bench/core/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

int priority_nice(void)
{
    return getpriority(PRIO_PROCESS, 0);
}

bool priority_raise(char *why_not, size_t size)
{
    int nice = priority_nice();
    *why_not = '\0';
    if (nice != 0)
        snprintf(why_not, size, "it was started with another one");
    else if (setpriority(PRIO_PROCESS, 0, PRIORITY_FIRST))
        snprintf(why_not, size, "raising it needs CAP_SYS_NICE (%s)", strerror(errno));
    return !*why_not;
}

bool priority_may_be_raised(char *why_not, size_t size)
{
    bool may = priority_raise(why_not, size);
    if (may)
        setpriority(PRIO_PROCESS, 0, 0); /* downwards is always allowed */
    return may;
}

void priority_raise_session(void)
{
    char text[8];
    /* With capabilities of its file a process's own /proc entries are root's, unless it says so. */
    prctl(PR_SET_DUMPABLE, 1);
    int fd = setsid() < 0 ? -1 : open("/proc/self/autogroup", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    size_t length = (size_t)snprintf(text, sizeof text, "%d", PRIORITY_FIRST);
    /* The kernel takes one such request in 100 ms from all who are not the administrator. */
    for (int tries = 0; write(fd, text, length) < 0 && errno == EAGAIN && tries < 4; tries++)
        clock_sleep_until_ns(clock_now_ns() + 50000000);
    close(fd);
}

enum { PERFORMER = 1, CONDUCTOR = 2 };

static bool set_class(int policy, int level)
{
    const struct sched_param param = {.sched_priority = level};
    return sched_setscheduler(0, policy, &param) == 0;
}

bool priority_conduct(void)
{
    return set_class(SCHED_RR | SCHED_RESET_ON_FORK, CONDUCTOR);
}

bool priority_perform(void)
{
    return set_class(SCHED_RR, PERFORMER);
}

void priority_be_ordinary(void)
{
    set_class(SCHED_OTHER, 0);
}
