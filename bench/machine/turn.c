#include "bench/machine/turn.h"

#include "bench/base/clock.h"
#include "bench/base/file.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { LOOK_NS = 100000000, COMMAND_MOST = 100 };

/* Abstract: the name begins with a NUL and ends where its length says. */
static socklen_t address_of(const char *name, struct sockaddr_un *a)
{
    *a = (struct sockaddr_un){.sun_family = AF_UNIX};
    int length = snprintf(a->sun_path + 1, sizeof a->sun_path - 1, "contend/turn/%s", name);
    size_t used = (size_t)length < sizeof a->sun_path - 1 ? (size_t)length : sizeof a->sun_path - 2;
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + used);
}

/* ---- Who has it -------------------------------------------------------------------------- */

/*
 * Who listens, by the kernel's word: nothing has to be accepted for that.  0: not to be seen from
 * here (another PID namespace, or more have asked than the kernel queues).
 */
static pid_t holder_of(const struct sockaddr_un *a, socklen_t length)
{
    struct ucred who = {0};
    socklen_t size = sizeof who;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool is_told = fd >= 0 && !connect(fd, (const struct sockaddr *)a, length) &&
                   !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size);
    if (fd >= 0)
        close(fd);
    return is_told ? who.pid : 0;
}

/* "contend run --suite standard", without what a terminal would obey. */
static void command_of(pid_t pid, char out[COMMAND_MOST])
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/cmdline", (int)pid);
    long length = file_read_small(path, out, COMMAND_MOST);
    for (long i = 0; i < length; i++)
        if ((unsigned char)out[i] < ' ' || (unsigned char)out[i] > '~')
            out[i] = out[i] ? '?' : ' ';
    while (length > 0 && out[length - 1] == ' ')
        length--;
    out[length > 0 ? length : 0] = '\0';
}

enum { FIELD_PARENT = 4, FIELD_STARTED = 22 };

/* A number of /proc/PID/stat, proc(5); -1 when it cannot be had. */
static long long field_of(pid_t pid, int wanted)
{
    char path[64], text[1024];
    long long number = -1;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    /* The second field is a name that may hold anything; the third is the first behind it. */
    const char *rest = file_read_small(path, text, sizeof text) > 0 ? strrchr(text, ')') : NULL;
    for (int field = 2; rest && field < wanted; field++)
        rest = strchr(rest + 1, ' ');
    return rest && sscanf(rest, " %lld", &number) == 1 ? number : -1;
}

/* Seconds since it was started; below 0: not known. */
static double age_of(pid_t pid)
{
    struct timespec up;
    long long started = field_of(pid, FIELD_STARTED);
    if (started < 0 || clock_gettime(CLOCK_BOOTTIME, &up))
        return -1;
    /* Started is a tick behind; who was started just now may seem to be of the future. */
    double age_s = (double)up.tv_sec + 1e-9 * (double)up.tv_nsec -
                   (double)started / (double)sysconf(_SC_CLK_TCK);
    return age_s > 0 ? age_s : 0;
}

/* Whether we are part of what it measures: a side of a duel may be a contend that measures. */
static bool is_ancestor(pid_t holder)
{
    enum { GENERATIONS_MOST = 1000 };
    pid_t pid = getppid();
    for (int i = 0; i < GENERATIONS_MOST && holder > 0 && pid > 1; i++) {
        if (pid == holder)
            return true;
        pid = (pid_t)field_of(pid, FIELD_PARENT);
    }
    return false;
}

static void say_who(pid_t pid, char *out, size_t size)
{
    char command[COMMAND_MOST];
    if (!pid) {
        snprintf(out, size, "a process that cannot be seen from here");
        return;
    }
    command_of(pid, command);
    double age_s = age_of(pid);
    int length = snprintf(out, size, "process %d%s%.99s%s", (int)pid, command[0] ? " (" : "",
                          command, command[0] ? ")" : "");
    if (age_s < 0 || length < 0 || (size_t)length >= size)
        return;
    bool in_minutes = age_s >= 120;
    snprintf(out + length, size - (size_t)length, ", started %.0f %s ago",
             in_minutes ? age_s / 60 : age_s, in_minutes ? "min" : "s");
}

/* ---- Taking it --------------------------------------------------------------------------- */

enum outcome { TAKEN, HELD, IMPOSSIBLE };

/* The descriptor stays open for as long as the process lives: that is the turn. */
static enum outcome take(const struct sockaddr_un *a, socklen_t length)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return IMPOSSIBLE;
    int error = bind(fd, (const struct sockaddr *)a, length) ? errno : 0;
    if (!error && !listen(fd, SOMAXCONN)) {
        int high = file_raise_fd(fd, 10); /* low numbers are for what is handed on */
        if (high >= 0)
            close(fd);
        return TAKEN;
    }
    close(fd);
    return error == EADDRINUSE ? HELD : IMPOSSIBLE;
}

int turn_take(const struct turn_request *request, char note[TURN_NOTE], struct err *err)
{
    static bool is_ours;
    const char *name = getenv(TURN_VARIABLE);
    struct sockaddr_un address;
    socklen_t length = address_of(name && *name ? name : "1", &address);
    uint64_t until_ns = clock_now_ns() + (uint64_t)request->wait_ns;
    note[0] = '\0';
    if (is_ours || (name && !strcmp(name, "off")))
        return 0;
    for (;;) {
        enum outcome outcome = take(&address, length);
        is_ours = outcome == TAKEN;
        if (outcome != HELD || is_ancestor(holder_of(&address, length)))
            return 0;
        if (request->is_forced || clock_now_ns() >= until_ns)
            break;
        clock_sleep_until_ns(clock_now_ns() + LOOK_NS);
    }
    say_who(holder_of(&address, length), note, TURN_NOTE);
    if (request->is_forced)
        return 0;
    return err_set(err, ERR_UNAVAILABLE,
                   "another contend measures here: %.180s; %s--force measures beside it", note,
                   request->never_waits ? "" : "--wait T waits for it, ");
}
