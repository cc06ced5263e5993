/*
 * contend-raise: puts the process that started it ahead of what else runs, and does nothing else.
 *
 * The one file of contend that is worth CAP_SYS_NICE (setcap cap_sys_nice+ep contend-raise): it
 * reads no file that somebody may name, loads no plug-in and takes three words.  contend itself,
 * what it loads and what it measures have no capability then.
 *
 *     contend-raise ask        whether it could: status 0, or 1 and the reason
 *     contend-raise nice       the process group of its session's leader, and that session's share
 *                              of the CPUs (autogroup, sched(7)), to nice -20
 *     contend-raise realtime   that leader to SCHED_RR, level 2
 *
 * Whom is never said: it is who started this, and only where that leads a session of its own which
 * this was born into.  So nobody raises somebody else's process, nor the session of a login.  What
 * is given is what contend needs: a user who may start this may have his own processes come first.
 *
 * Knows nothing of contend, so that there is little to read before it is trusted.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { STATUS_DONE, STATUS_REFUSED, STATUS_USAGE };
enum { NICE_FIRST = -20, LEVEL = 2 };

#define WANTED (1u << CAP_SYS_NICE)

/* Whatever else the file, or who started this, has: one capability is left, or none. */
static bool keep_one_capability(void)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {{0}};
    if (syscall(SYS_capget, &head, sets))
        return false;
    uint32_t kept = sets[0].permitted & WANTED;
    memset(sets, 0, sizeof sets);
    sets[0].permitted = sets[0].effective = kept;
    return !syscall(SYS_capset, &head, sets) && kept;
}

static int refuse(const char *why, int error)
{
    fprintf(stderr, "%s%s%s\n", why, error ? ": " : "", error ? strerror(error) : "");
    return STATUS_REFUSED;
}

/* The kernel takes one such request in 100 ms from all who are not the administrator. */
static bool raise_share(void)
{
    enum { TRIES = 4 };
    static const char level[] = "-20";
    const struct timespec pause = {.tv_nsec = 50000000};
    /* With capabilities of its file a process's own /proc entries are root's, unless it says so. */
    prctl(PR_SET_DUMPABLE, 1);
    int fd = open("/proc/self/autogroup", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT; /* a kernel that shares the CPUs out among processes alone */
    bool is_raised = false;
    for (int i = 0; i < TRIES && !is_raised; i++) {
        is_raised = write(fd, level, sizeof level - 1) > 0;
        if (!is_raised && errno != EAGAIN)
            break;
        if (!is_raised)
            nanosleep(&pause, NULL);
    }
    close(fd);
    return is_raised;
}

/* The group is named by belonging to it, so that no number can come to mean another one. */
static int raise_nice(void)
{
    if (setpriority(PRIO_PGRP, 0, NICE_FIRST))
        return refuse("nice -20", errno);
    /* Without it the rest still counts among the processes of one session. */
    raise_share();
    return STATUS_DONE;
}

/* A class is set by number alone: it is that of the parent before and after, and of our user. */
static int raise_class(pid_t leader)
{
    const struct sched_param level = {.sched_priority = LEVEL};
    if (sched_setscheduler(leader, SCHED_RR, &level))
        return refuse("real time", errno);
    return getppid() == leader ? STATUS_DONE : refuse("who asked has ended", 0);
}

/* 0 where nobody may be raised from here. */
static pid_t leader_of_own_session(void)
{
    pid_t parent = getppid();
    bool is_ours = parent > 1 && getsid(0) == parent && getpgrp() == parent &&
                   kill(parent, 0) == 0; /* with one capability, that is: of this user */
    return is_ours ? parent : 0;
}

int main(int argc, char **argv)
{
    const char *verb = argc == 2 ? argv[1] : "";
    bool asks = !strcmp(verb, "ask"), is_nice = !strcmp(verb, "nice");
    bool may = keep_one_capability();
    if (!asks && !is_nice && strcmp(verb, "realtime") != 0) {
        fputs("contend-raise: raises the priority of contend's measurements, which start it\n",
              stderr);
        return STATUS_USAGE;
    }
    if (!may)
        return refuse("contend-raise has no CAP_SYS_NICE", 0);
    if (asks)
        return STATUS_DONE;
    pid_t leader = leader_of_own_session();
    if (!leader)
        return refuse("who asked leads no session of its own", 0);
    return is_nice ? raise_nice() : raise_class(leader);
}
