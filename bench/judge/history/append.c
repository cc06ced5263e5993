/* Adding a line to a history file that others may be adding to; see history.h. */
#include "bench/judge/history/history.h"

#include "bench/base/clock.h"
#include "bench/base/file.h"
#include "bench/base/json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whether the last line was cut short: the file is not empty and does not end in a line feed. */
static int ends_in_torn_line(int fd, off_t size, bool *torn)
{
    char last = '\n';
    ssize_t got = size > 0 ? pread(fd, &last, 1, size - 1) : 1;
    *torn = last != '\n';
    return got == 1 ? 0 : -1;
}

/* Another one adds a line in some milliseconds; whoever holds the lock longer hangs. */
enum { LOCK_MOST_S = 30, LOOK_NS = 2000000 };

/* Opens and locks the file that has this name now: another one may be renamed over it meanwhile. */
static int open_locked(const char *path, struct err *err)
{
    uint64_t until_ns = clock_now_ns() + LOCK_MOST_S * UINT64_C(1000000000);
    for (;;) {
        struct stat opened, named;
        int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0666);
        if (fd < 0)
            return err_set(err, ERR_INPUT, "%s: cannot be written: %s", path, strerror(errno));
        /* A pipe would be read until its end, which we hold. */
        if (!fstat(fd, &opened) && !S_ISREG(opened.st_mode)) {
            close(fd);
            return err_set(err, ERR_INPUT, "%s: is no regular file: a history is added to", path);
        }
        while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
            bool is_held = errno == EWOULDBLOCK && clock_now_ns() < until_ns;
            if (!is_held && errno != EINTR) {
                if (errno == EWOULDBLOCK)
                    err_set_sys(err, errno, "%s: cannot be locked within %d s", path, LOCK_MOST_S);
                else
                    err_set_sys(err, errno, "%s: cannot be locked there", path);
                close(fd);
                return -1;
            }
            clock_sleep_until_ns(clock_now_ns() + LOOK_NS);
        }
        if (!fstat(fd, &opened) && !stat(path, &named) && opened.st_ino == named.st_ino &&
            opened.st_dev == named.st_dev) {
            if (opened.st_size == 0)
                file_let_owner(fd);
            return fd;
        }
        close(fd);
    }
}

/* All of it, or what a full disk left of it is taken back. */
static int write_once(int fd, const char *path, const struct buf *text, struct err *err)
{
    struct stat before, after;
    if (fstat(fd, &before))
        return err_set_sys(err, errno, "%s", path);
    if (!file_write_whole(fd, text->data, text->len) && fsync(fd) == 0)
        return 0;
    int reason = errno;
    if (!fstat(fd, &after) && after.st_size > before.st_size && ftruncate(fd, before.st_size))
        err_set_sys(err, reason, "%s: cannot be written; its last line is cut short", path);
    return err_set_sys(err, reason, "%s: cannot be written", path);
}

/* A line that no reader takes would take the whole file from everybody. */
static int check_readable(const char *json, struct err *err)
{
    struct history alone;
    if (history_parse(&alone, "what is to be added", json, strlen(json), err))
        return -1;
    history_unload(&alone);
    return 0;
}

static int append_locked(int fd, const char *path, const json_t *line, history_check *check,
                         void *context, struct err *err)
{
    struct history now;
    struct stat st;
    struct buf text = {0};
    bool torn = false;
    if (history_load(&now, path, false, err))
        return -1;
    int failed = check && check(&now, context, err);
    history_unload(&now);
    if (failed)
        return -1;
    if (fstat(fd, &st) || ends_in_torn_line(fd, st.st_size, &torn))
        return err_set_sys(err, errno, "%s", path);
    char *json = json_dump_text(line, JSON_COMPACT | JSON_REAL_PRECISION(10));
    if (torn)
        buf_add(&text, "\n");
    buf_add(&text, json ? json : "");
    buf_add(&text, "\n");
    if (!json || text.failed)
        failed = err_set(err, ERR_SYSTEM, "%s: out of memory", path);
    else
        failed = check_readable(json, err) || write_once(fd, path, &text, err);
    free(json);
    buf_release(&text);
    return failed;
}

int history_append(const char *path, const json_t *line, history_check *check, void *context,
                   struct err *err)
{
    if (!strcmp(path, "-"))
        return err_set(err, ERR_INPUT, "-: standard input cannot be added to; --file names a file");
    if (file_is_frozen(path))
        return err_set(err, ERR_INPUT, "%s: is there and read-only", path);
    if (file_make_parents(path, err))
        return -1;
    int fd = open_locked(path, err);
    if (fd < 0)
        return -1;
    int failed = append_locked(fd, path, line, check, context, err);
    if (close(fd) && !failed)
        failed = err_set_sys(err, errno, "%s: cannot be written", path);
    return failed;
}
