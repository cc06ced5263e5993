#include "bench/run/journal.h"

#include "bench/core/file.h"
#include "bench/core/json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static int make_path(struct journal *j, const char *result_path, struct err *err)
{
    if ((size_t)snprintf(j->path, sizeof j->path, "%s.journal", result_path) >= sizeof j->path)
        return err_set(err, ERR_INPUT, "%s: the path is too long", result_path);
    return 0;
}

/* One run at a time writes to a result. */
static int lock(struct journal *j, struct err *err)
{
    if (flock(j->fd, LOCK_EX | LOCK_NB) == 0)
        return 0;
    close(j->fd);
    j->fd = -1;
    return err_set(err, ERR_INPUT, "%s: another run is writing here", j->path);
}

int journal_append(struct journal *j, const json_t *object, struct err *err)
{
    char *text = json_dump_text(object, JSON_COMPACT | JSON_REAL_PRECISION(15));
    if (!text)
        return err_set(err, ERR_SYSTEM, "%s: a line could not be made", j->path);
    size_t length = strlen(text);
    text[length] = '\n'; /* in place of the NUL: one write for line and end */
    ssize_t put = write(j->fd, text, length + 1);
    int failed = put != (ssize_t)(length + 1) || fdatasync(j->fd);
    int kept = put >= 0 && put != (ssize_t)(length + 1) ? ENOSPC : errno;
    free(text);
    return failed ? err_set_sys(err, kept, "%s", j->path) : 0;
}

int journal_create(struct journal *j, const char *result_path, const json_t *header,
                   struct err *err)
{
    if (make_path(j, result_path, err))
        return -1;
    j->fd = open(j->path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
    if (j->fd < 0 && errno == EEXIST)
        return err_set(
            err, ERR_INPUT,
            "%s: an unfinished run is there; --resume goes on with it, --force discards it",
            j->path);
    if (j->fd < 0)
        return err_set(err, ERR_INPUT, "%s: cannot be written: %s", j->path, strerror(errno));
    if (lock(j, err))
        return -1;
    if (journal_append(j, header, err)) {
        journal_finish(j);
        return -1;
    }
    return 0;
}

static int parse_lines(const char *path, char *text, size_t whole, json_t **header, json_t **visits,
                       struct err *err)
{
    size_t line = 0;
    for (char *p = text; p < text + whole;) {
        char *end = memchr(p, '\n', whole - (size_t)(p - text));
        json_error_t error;
        json_t *object = json_loadb(p, (size_t)(end - p), JSON_REJECT_DUPLICATES, &error);
        line++;
        if (!json_is_object(object)) {
            json_decref(object);
            return err_set(err, ERR_INPUT, "%s: line %zu: %s", path, line,
                           object ? "not an object" : error.text);
        }
        if (line == 1)
            *header = object;
        else
            json_array_append_new(*visits, object);
        p = end + 1;
    }
    return line ? 0 : err_set(err, ERR_INPUT, "%s: it is empty; nothing to go on with", path);
}

int journal_open(struct journal *j, const char *result_path, json_t **header, json_t **visits,
                 struct err *err)
{
    *header = NULL;
    *visits = json_array();
    if (make_path(j, result_path, err))
        return -1;
    j->fd = open(j->path, O_RDWR | O_APPEND | O_CLOEXEC);
    if (j->fd < 0) {
        json_decref(*visits);
        return err_set(err, ERR_INPUT, "%s: there is no unfinished run to go on with (%s)", j->path,
                       strerror(errno));
    }
    if (lock(j, err)) {
        json_decref(*visits);
        return -1;
    }
    size_t length = 0;
    char *text = file_read(j->path, &length, err);
    size_t whole = length;
    while (text && whole > 0 && text[whole - 1] != '\n')
        whole--;
    int failed = !text || parse_lines(j->path, text, whole, header, visits, err);
    if (!failed && whole < length && ftruncate(j->fd, (off_t)whole))
        failed = err_set_sys(err, errno, "%s", j->path);
    free(text);
    if (failed) {
        json_decref(*header);
        json_decref(*visits);
        journal_close(j);
        return -1;
    }
    return 0;
}

void journal_close(struct journal *j)
{
    if (j->fd >= 0)
        close(j->fd);
    j->fd = -1;
}

void journal_finish(struct journal *j)
{
    unlink(j->path);
    journal_close(j);
}
