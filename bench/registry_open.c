#include "bench/registry_open.h"

#include "bench/registry.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <fenv.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *opening;
static bool has_opened;

const char *registry_opening(void)
{
    return opening;
}

bool registry_has_plugins(void)
{
    return has_opened;
}

/* ---- What a constructor may have changed --------------------------------------------------- */

/* With another action for these a command cannot be ended, or nobody hears that a child has. */
static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD, SIGPIPE, SIGXFSZ, SIGTSTP};
enum { SIGNALS = sizeof signals / sizeof signals[0] };

struct surroundings {
    struct muting muting;
    int directory; /* descriptor; -1 */
    mode_t umask;
    sigset_t mask;
    struct sigaction actions[SIGNALS];
    fenv_t arithmetic; /* one that was built with -Ofast, say, rounds in another way */
};

void registry_mute(struct muting *m)
{
    *m = (struct muting){.output = -1};
    if (!has_opened)
        return;
    fflush(stdout);
    m->output = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    m->is_turned = m->output >= 0 && dup2(STDERR_FILENO, STDOUT_FILENO) >= 0;
}

void registry_unmute(const struct muting *m)
{
    if (m->output < 0)
        return;
    fflush(stdout);
    if (m->is_turned)
        dup2(m->output, STDOUT_FILENO);
    close(m->output);
}

static void keep(struct surroundings *s)
{
    registry_mute(&s->muting);
    s->directory = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    s->umask = umask(0);
    umask(s->umask);
    sigprocmask(SIG_SETMASK, NULL, &s->mask);
    for (size_t i = 0; i < SIGNALS; i++)
        sigaction(signals[i], NULL, &s->actions[i]);
    fegetenv(&s->arithmetic);
}

static void put_back(const struct surroundings *s)
{
    fesetenv(&s->arithmetic);
    for (size_t i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &s->actions[i], NULL);
    sigprocmask(SIG_SETMASK, &s->mask, NULL);
    umask(s->umask);
    /* It was the directory a moment ago: where that fails, paths fail by themselves. */
    if (s->directory >= 0 && !fchdir(s->directory))
        close(s->directory);
    registry_unmute(&s->muting);
}

/* ---- What is no plug-in for this machine --------------------------------------------------- */

/* Class, byte order and machine are where they are in both classes of ELF. */
static bool read_ident(const char *path, Elf64_Ehdr *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t length = fd < 0 ? -1 : read(fd, out, sizeof *out);
    if (fd >= 0)
        close(fd);
    return length == (ssize_t)sizeof *out && !memcmp(out->e_ident, ELFMAG, SELFMAG);
}

/* The loader's own words for these lead astray: "No such file or directory", of one that is there.
 */
static int check_file(const char *path, struct err *err)
{
    struct stat about;
    Elf64_Ehdr its, ours;
    if (stat(path, &about))
        return err_set(err, ERR_INPUT, "--plugin: %s: %s", path, strerror(errno));
    if (!S_ISREG(about.st_mode))
        return err_set(err, ERR_INPUT, "--plugin: %s is %s; a shared object is wanted", path,
                       S_ISDIR(about.st_mode) ? "a directory" : "no file");
    if (access(path, R_OK))
        return err_set(err, ERR_INPUT, "--plugin: %s: %s", path, strerror(errno));
    if (!read_ident(path, &its))
        return err_set(err, ERR_INPUT, "--plugin: %s is no shared object (ELF)", path);
    if (read_ident("/proc/self/exe", &ours) &&
        (its.e_ident[EI_CLASS] != ours.e_ident[EI_CLASS] ||
         its.e_ident[EI_DATA] != ours.e_ident[EI_DATA] || its.e_machine != ours.e_machine))
        return err_set(err, ERR_INPUT,
                       "--plugin: %s is for another machine (%d bits, ELF machine %d; this contend "
                       "has %d bits, machine %d)",
                       path, 32 * its.e_ident[EI_CLASS], its.e_machine, 32 * ours.e_ident[EI_CLASS],
                       ours.e_machine);
    return 0;
}

void *registry_open(const char *path, struct err *err)
{
    struct surroundings before;
    if (check_file(path, err))
        return NULL;
    has_opened = true;
    keep(&before);
    opening = path;
    void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    opening = NULL;
    put_back(&before);
    if (!object)
        err_set(err, ERR_INPUT, "--plugin: %s", dlerror());
    return object;
}
