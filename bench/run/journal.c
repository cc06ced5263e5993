#include "bench/run/journal.h"

#include "bench/core/file.h"
#include "bench/core/json.h"
#include "bench/core/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* A result that is written to a pipe leaves no name to go on with: its journal has none either. */
static int open_nameless(struct journal *j, struct err *err)
{
    snprintf(j->path, sizeof j->path, "the journal in memory");
    j->is_nameless = true;
    j->fd = memfd_create("contend-journal", MFD_CLOEXEC);
    return j->fd < 0 ? err_set_sys(err, errno, "a journal in memory") : 0;
}

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

/* Whether the file that was locked is still the one of that name: its run may have ended between.
 */
static bool is_current(const struct journal *j)
{
    struct stat held, named;
    return !fstat(j->fd, &held) && !stat(j->path, &named) && held.st_ino == named.st_ino &&
           held.st_dev == named.st_dev;
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

/* Opens and locks the file of that name, made if it is not there. *is_old: it has lines. */
static int open_locked(struct journal *j, bool *is_old, struct err *err)
{
    enum { TRIES = 100 };
    for (int i = 0; i < TRIES; i++) {
        j->fd =
            open(j->path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);
        if (j->fd < 0)
            return err_set(err, ERR_INPUT, "%s: cannot be written: %s", j->path,
                           errno == ELOOP ? "it is a link" : strerror(errno));
        struct stat st;
        if (fstat(j->fd, &st) || !S_ISREG(st.st_mode)) {
            journal_close(j);
            return err_set(err, ERR_INPUT, "%s: cannot be written: it is no regular file", j->path);
        }
        if (lock(j, err))
            return -1;
        if (is_current(j) && !fstat(j->fd, &st)) {
            *is_old = st.st_size > 0;
            return 0;
        }
        journal_close(j);
    }
    return err_set(err, ERR_INPUT, "%s: is removed again and again", j->path);
}

int journal_create(struct journal *j, const char *result_path, bool is_forced, struct err *err)
{
    bool is_old;
    if (output_is_stream(result_path))
        return open_nameless(j, err);
    if (make_path(j, result_path, err) || open_locked(j, &is_old, err))
        return -1;
    if (is_old && !is_forced) {
        journal_close(j);
        return err_set(
            err, ERR_INPUT,
            "%s: an unfinished run is there; --resume goes on with it, --force discards it",
            j->path);
    }
    if (is_old && ftruncate(j->fd, 0)) {
        err_set_sys(err, errno, "%s", j->path);
        journal_close(j);
        return -1;
    }
    return 0;
}

/* A line that is no object is left out, for the others are as good as before. */
static int parse_lines(const char *path, char *text, size_t whole, json_t **header, json_t **visits,
                       struct journal_faults *faults, struct err *err)
{
    size_t line = 0;
    for (char *p = text; p < text + whole;) {
        char *end = memchr(p, '\n', whole - (size_t)(p - text));
        json_error_t error;
        json_t *object = json_loadb(p, (size_t)(end - p), JSON_REJECT_DUPLICATES, &error);
        p = end + 1;
        line++;
        if (json_is_object(object) && line == 1) {
            *header = object;
        } else if (json_is_object(object)) {
            json_object_set_new(object, "line", json_integer((json_int_t)line));
            if (json_array_append_new(*visits, object))
                return err_set(err, ERR_SYSTEM, "%s: no memory for its lines", path);
        } else if (line == 1) {
            json_decref(object);
            return err_set(err, ERR_INPUT, "%s: line 1: %s; nothing to go on with", path,
                           object ? "not an object" : error.text);
        } else {
            journal_fault(faults, line, object ? "not an object" : error.text);
            json_decref(object);
        }
    }
    return line ? 0 : err_set(err, ERR_INPUT, "%s: it is empty; nothing to go on with", path);
}

void journal_fault(struct journal_faults *f, size_t line, const char *text)
{
    if (f->count++ == 0)
        snprintf(f->first, sizeof f->first, "line %zu: %s", line, text);
}

int journal_open(struct journal *j, const char *result_path, json_t **header, json_t **visits,
                 struct journal_faults *faults, struct err *err)
{
    *header = *visits = NULL;
    *faults = (struct journal_faults){0};
    if (output_is_stream(result_path))
        return err_set(err, ERR_INPUT,
                       "%s: what was written to a pipe or a device cannot be gone "
                       "on with",
                       result_path);
    if (make_path(j, result_path, err))
        return -1;
    j->fd = open(j->path, O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (j->fd < 0)
        return err_set(err, ERR_INPUT, "%s: there is no unfinished run to go on with (%s)", j->path,
                       strerror(errno));
    if (lock(j, err))
        return -1;
    *visits = json_array();
    size_t length = 0;
    char *text = file_read(j->path, &length, err);
    size_t whole = length;
    while (text && whole > 0 && text[whole - 1] != '\n')
        whole--;
    int failed = !text || parse_lines(j->path, text, whole, header, visits, faults, err);
    if (!failed && whole < length && ftruncate(j->fd, (off_t)whole))
        failed = err_set_sys(err, errno, "%s", j->path);
    free(text);
    if (failed) {
        json_decref(*header);
        json_decref(*visits);
        *header = *visits = NULL; /* nothing is handed out twice */
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
    if (!j->is_nameless)
        unlink(j->path);
    journal_close(j);
}
