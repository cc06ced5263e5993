#include "bench/run/launch/surroundings.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Ends in '_': all that begin so. The order is the one they have in a worker. */
static const char *const passing[] = {
    "PATH",  "HOME",  "TMPDIR", "LD_",  "GLIBC_TUNABLES", "MALLOC_", "CONTEND_", "ASAN_",
    "LSAN_", "TSAN_", "UBSAN_", "OMP_", "GOMP_",          "PAPI_",   "UV_",      NULL,
};

static bool matches(const char *variable, const char *name)
{
    size_t length = strlen(name);
    return !strncmp(variable, name, length) && (name[length - 1] == '_' || variable[length] == '=');
}

char **surroundings_environment(char *const *all, bool keep_all)
{
    size_t count = 0, used = 0;
    while (all[count])
        count++;
    char **list = malloc((count + 1) * sizeof *list);
    if (!list)
        return NULL;
    if (keep_all) {
        memcpy(list, all, (count + 1) * sizeof *list);
        return list;
    }
    for (const char *const *name = passing; *name; name++)
        for (size_t i = 0; i < count; i++)
            if (matches(all[i], *name))
                list[used++] = all[i];
    list[used] = NULL;
    return list;
}

static void reset_signals(bool is_child)
{
    for (int number = 1; number < NSIG; number++) {
        struct sigaction action;
        /* Handlers did not survive the exec; what has one now belongs to a sanitizer. */
        if (sigaction(number, NULL, &action) || action.sa_handler != SIG_IGN)
            continue;
        if (number == SIGHUP && !is_child)
            continue; /* nohup */
        signal(number, SIG_DFL);
    }
    /* A file of the user that grew too large (ulimit -f) is an error of the write. */
    if (!is_child)
        signal(SIGXFSZ, SIG_IGN);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Standard input is empty, and a stream that was closed leads nowhere in place of to a file. */
static void set_streams(bool is_child)
{
    int null = open("/dev/null", O_RDWR);
    while (null >= 0 && null <= STDERR_FILENO)
        null = dup(null); /* what was closed below is open now */
    if (null < 0)
        return;
    dup2(null, STDIN_FILENO);
    close(null);
    /* What a plug-in prints goes to where messages go: standard output is contend's. */
    if (is_child)
        dup2(STDERR_FILENO, STDOUT_FILENO);
}

void surroundings_enter(bool is_child, bool keep_place)
{
    reset_signals(is_child);
    set_streams(is_child);
    closefrom(WORKER_MAILBOX_FD);
    if (keep_place)
        return;
    umask(S_IWGRP | S_IWOTH);
    if (chdir("/"))
        return; /* then the directory stays; nothing is looked up in it */
}
