#include "bench/registry_try.h"

#include "bench/base/interrupt.h"
#include "bench/child/child.h"
#include "bench/registry.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* No statuses that a constructor would end the program with by chance. */
enum { STATUS_CAME_BACK = 86, STATUS_LEFT_PROCESS, STATUS_LOST_DESCRIPTORS };

/* What a constructor may take: a library that reads a large file, never one that waits for
 * somebody. */
#define LOAD_MOST_NS UINT64_C(10000000000)

/* Of each descriptor what is behind it; those above the last are not looked at. */
enum { DESCRIPTORS = 256 };

struct descriptor {
    bool is_open;
    dev_t device;
    ino_t inode;
};

static void look(struct descriptor *all)
{
    for (int fd = 0; fd < DESCRIPTORS; fd++) {
        struct stat about;
        all[fd] = (struct descriptor){0};
        if (!fstat(fd, &about))
            all[fd] = (struct descriptor){true, about.st_dev, about.st_ino};
    }
}

/* More of them is a library's good right. */
static bool has_lost_any(const struct descriptor *before, const struct descriptor *after)
{
    for (int fd = 0; fd < DESCRIPTORS; fd++)
        if (before[fd].is_open && (!after[fd].is_open || before[fd].device != after[fd].device ||
                                   before[fd].inode != after[fd].inode))
            return true;
    return false;
}

/* Running, or ended and not waited for: both would be the harness's to hear of. */
static bool has_child(void)
{
    siginfo_t info;
    return !waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT);
}

static int load(void *path)
{
    struct descriptor before[DESCRIPTORS], after[DESCRIPTORS];
    pid_t self = getpid();
    child_adopt(); /* what a constructor starts and leaves to others is seen, too */
    /* One at least above the standard streams, which are one and the same here. */
    int directory = open(".", O_PATH | O_CLOEXEC);
    look(before);
    registry_load_plugin(path, NULL);
    if (getpid() != self)
        _exit(STATUS_LEFT_PROCESS); /* a constructor that forks comes back twice */
    look(after);
    if (directory >= 0)
        close(directory);
    if (has_child()) {
        child_end_strays();
        return STATUS_LEFT_PROCESS;
    }
    /* Whatever else was found wrong is found once more, by who asked. */
    return has_lost_any(before, after) ? STATUS_LOST_DESCRIPTORS : STATUS_CAME_BACK;
}

static int tell(const char *path, const struct child_end *end, struct err *err)
{
    char words[256];
    if (WIFEXITED(end->status) && WEXITSTATUS(end->status) == STATUS_CAME_BACK)
        return 0;
    if (interrupt_came)
        return err_set(err, ERR_FAILED, "--plugin: interrupted while %s was loaded", path);
    if (!end->in_time)
        return err_set(err, ERR_FAILED, "--plugin: %s did not come back from being loaded in %d s",
                       path, (int)(LOAD_MOST_NS / 1000000000u));
    if (WIFEXITED(end->status) && WEXITSTATUS(end->status) == STATUS_LEFT_PROCESS)
        return err_set(err, ERR_FAILED,
                       "--plugin: %s started a process while it was loaded; the hooks that set up "
                       "may do that",
                       path);
    if (WIFEXITED(end->status) && WEXITSTATUS(end->status) == STATUS_LOST_DESCRIPTORS)
        return err_set(err, ERR_FAILED,
                       "--plugin: %s closed or replaced descriptors of the program while it was "
                       "loaded",
                       path);
    if (WIFEXITED(end->status))
        return err_set(err, ERR_FAILED, "--plugin: %s ended the program while it was loaded", path);
    return err_set(err, ERR_FAILED, "--plugin: %s %s while it was loaded", path,
                   child_words(end, words, sizeof words));
}

int registry_try_plugin(const char *path, struct err *err)
{
    const struct child_request request = {
        .what = "a plug-in", .body = load, .context = (void *)(uintptr_t)path};
    const struct child_watch watch = {.timeout_ns = LOAD_MOST_NS, .interrupted = &interrupt_came};
    struct child_end end;
    return child_run(&request, &watch, &end, err) ? -1 : tell(path, &end, err);
}
