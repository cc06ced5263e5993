#include "bench/core/priority.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
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
    int fd = setsid() < 0 ? -1 : open("/proc/self/autogroup", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    int length = snprintf(text, sizeof text, "%d", PRIORITY_FIRST);
    /* Where control groups share the CPUs out this changes nothing, and where it fails, either. */
    if (write(fd, text, (size_t)length) != length)
        errno = 0;
    close(fd);
}
