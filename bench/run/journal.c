#include "bench/run/journal.h"
#include "bench/base/json_make.h"

#include "bench/base/file.h"
#include "bench/base/hash.h"
#include "bench/base/json.h"
#include "bench/base/output.h"
#include "bench/base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
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

/* Beside what links lead to: two names of one result are one run's. */
static int make_path(struct journal *j, const char *result_path, struct err *err)
{
    char target[PATH_MAX];
    if (output_target(result_path, target, err))
        return -1;
    if ((size_t)snprintf(j->path, sizeof j->path, "%s.journal", target) >= sizeof j->path)
        return err_set(err, ERR_INPUT, "%s: the path is too long", result_path);
    return 0;
}

/* One run at a time writes to a result. */
static int lock(struct journal *j, struct err *err)
{
    struct err fault = {0};
    struct stat s;
    if (!file_lock(j->fd, j->path, "another run is writing here", &fault))
        return 0;
    if (errno != EWOULDBLOCK && !fstat(j->fd, &s) && s.st_size == 0)
        unlink(j->path); /* it was made for this run, which is not to be */
    close(j->fd);
    j->fd = -1;
    return err_set(err, fault.code, "%s", fault.text);
}

/* Whether the file that was locked is still the one of that name: its run may have ended between.
 */
static bool is_current(const struct journal *j)
{
    struct stat held, named;
    return !fstat(j->fd, &held) && !stat(j->path, &named) && held.st_ino == named.st_ino &&
           held.st_dev == named.st_dev;
}

bool journal_is_there(const struct journal *j)
{
    return !j->is_nameless && is_current(j);
}

/* ---- Checksums ----------------------------------------------------------------------------- */

/*
 * The last member of a line is the sum of the bytes before it, so that a line stays what any reader
 * of JSON reads:  {"cell":3,...  ,"sum":"9f86d081884c7d65"}
 */
#define SUM_HEAD  ",\"sum\":\""
#define SUM_TAIL  "\"}"
#define SUM_WORDS SUM_HEAD "%016" PRIx64 SUM_TAIL
enum {
    SUM_DIGITS = 16,
    SUM_HEAD_LENGTH = sizeof SUM_HEAD - 1,
    SUM_TAIL_LENGTH = sizeof SUM_TAIL - 1,
    SUM_LENGTH = SUM_HEAD_LENGTH + SUM_DIGITS + SUM_TAIL_LENGTH,
};

/* Puts the sum, and a line feed, in place of the brace that ends the object. */
static char *sealed(const char *text, size_t length, size_t *sealed_length)
{
    char *line = malloc(length + SUM_LENGTH + 2);
    if (!line)
        return NULL;
    size_t body = length - 1;
    memcpy(line, text, body);
    int sum = sprintf(line + body, SUM_WORDS "\n", hash_fnv1a(HASH_FNV1A, text, body));
    *sealed_length = body + (size_t)sum;
    return line;
}

/* How many of the bytes that are the same in all sums are there. */
static unsigned likeness(const char *tail)
{
    unsigned same = 0;
    for (size_t i = 0; i < SUM_HEAD_LENGTH; i++)
        same += tail[i] == SUM_HEAD[i];
    for (size_t i = 0; i < SUM_TAIL_LENGTH; i++)
        same += tail[SUM_HEAD_LENGTH + SUM_DIGITS + i] == SUM_TAIL[i];
    return same;
}

bool journal_is_sealed(const char *line, size_t length)
{
    char wanted[SUM_LENGTH + 1];
    if (length <= SUM_LENGTH || memcmp(line + length - SUM_LENGTH, SUM_HEAD, SUM_HEAD_LENGTH) != 0)
        return false;
    snprintf(wanted, sizeof wanted, SUM_WORDS, hash_fnv1a(HASH_FNV1A, line, length - SUM_LENGTH));
    return !memcmp(line + length - SUM_LENGTH, wanted, SUM_LENGTH);
}

/*
 * Whether a line is as it was written.  One without a sum is of an older version, or was mended by
 * hand; one whose sum is itself damaged still looks like one that has it.
 */
static bool is_as_written(const char *line, size_t length)
{
    return length <= SUM_LENGTH || likeness(line + length - SUM_LENGTH) < SUM_HEAD_LENGTH ||
           journal_is_sealed(line, length);
}

/* Where the line really ends: what ended it may be another byte now, and the next one follows. */
static const char *end_of_line(const char *line, const char *end)
{
    if (is_as_written(line, (size_t)(end - line)))
        return end;
    for (const char *at = line; (at = memmem(at, (size_t)(end - at), SUM_HEAD, SUM_HEAD_LENGTH));
         at++)
        if ((size_t)(end - at) > SUM_LENGTH &&
            journal_is_sealed(line, (size_t)(at - line) + SUM_LENGTH))
            return at + SUM_LENGTH;
    return end;
}

int journal_append(struct journal *j, const json_t *object, struct err *err)
{
    char *text = json_dump_text(object, JSON_COMPACT | JSON_REAL_PRECISION(15));
    size_t length = 0;
    char *line = text ? sealed(text, strlen(text), &length) : NULL;
    free(text);
    if (!line)
        return err_set(err, ERR_SYSTEM, "%s: a line could not be made", j->path);
    int failed = file_write_whole(j->fd, line, length) || fdatasync(j->fd);
    int kept = errno;
    if (!failed && j->echo_fd > 0 && file_write_whole(j->echo_fd, line, length))
        failed = err_set_sys(err, errno, "nobody takes the journal");
    else if (failed)
        err_set_sys(err, kept, "%s", j->path);
    free(line);
    return failed ? -1 : 0;
}

/* ---- Opening ------------------------------------------------------------------------------- */

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
            if (!*is_old)
                file_let_owner(j->fd);
            return 0;
        }
        journal_close(j);
    }
    return err_set(err, ERR_INPUT, "%s: is removed again and again", j->path);
}

static int check_frozen(const struct journal *j, struct err *err)
{
    return file_is_frozen(j->path) ? err_set(err, ERR_INPUT, "%s: is there and read-only", j->path)
                                   : 0;
}

int journal_create(struct journal *j, const char *result_path, bool is_forced, struct err *err)
{
    bool is_old;
    if (output_is_stream(result_path))
        return open_nameless(j, err);
    if (make_path(j, result_path, err) || check_frozen(j, err) || open_locked(j, &is_old, err))
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

/* The object of a line, without its sum; NULL with the reason in `why`. */
static json_t *parse_line(const char *line, size_t length, const char **why, json_error_t *error)
{
    *why = "its bytes are not those that were written (its sum differs; without \"sum\" it is read "
           "as it is)";
    if (!is_as_written(line, length))
        return NULL;
    json_t *object = json_parse(line, length, JSON_REJECT_DUPLICATES, error);
    *why = object ? "not an object" : json_fault(error);
    if (json_is_object(object)) {
        json_object_del(object, "sum");
        return object;
    }
    json_decref(object);
    return NULL;
}

/* A line that is no object is left out, for the others are as good as before. */
static int parse_lines(const char *path, const char *text, size_t whole, json_t **header,
                       json_t **visits, struct journal_faults *faults, struct err *err)
{
    size_t line = 0;
    for (const char *p = text; p < text + whole;) {
        const char *end = end_of_line(p, memchr(p, '\n', whole - (size_t)(p - text)));
        json_error_t error;
        const char *why;
        json_t *object = parse_line(p, (size_t)(end - p), &why, &error);
        p = end + 1;
        line++;
        if (object && line == 1) {
            *header = object;
        } else if (object) {
            struct json_maker visit = json_maker_take(object), all = json_maker_of(*visits);
            json_make_int(&visit, "line", (int64_t)line);
            json_make_add(&all, json_made(&visit));
            json_t *kept = json_made(&all);
            json_decref(kept);
            if (!kept)
                return err_set(err, ERR_SYSTEM, "%s: no memory for its lines", path);
        } else if (line == 1) {
            return err_set(err, ERR_INPUT, "%s: line 1: %s; nothing to go on with", path, why);
        } else {
            journal_fault(faults, line, why);
        }
    }
    return line ? 0 : err_set(err, ERR_INPUT, "%s: it is empty; nothing to go on with", path);
}

/* A last line without an end was cut: its visit is done again. */
static size_t whole_lines(const char *text, size_t length)
{
    while (length > 0 && text[length - 1] != '\n')
        length--;
    return length;
}

int journal_parse(const char *path, const char *text, size_t length, json_t **header,
                  json_t **visits, struct journal_faults *faults, struct err *err)
{
    *header = NULL;
    *visits = json_array();
    *faults = (struct journal_faults){0};
    if (!parse_lines(path, text, whole_lines(text, length), header, visits, faults, err))
        return 0;
    json_decref(*header);
    json_decref(*visits);
    *header = *visits = NULL; /* nothing is handed out twice */
    return -1;
}

void journal_fault(struct journal_faults *f, size_t line, const char *text)
{
    if (f->count++ > 0)
        return;
    snprintf(f->first, sizeof f->first, "line %zu: %s", line, text);
    /* The parser quotes what stands there: nothing that a terminal would act on. */
    size_t length;
    for (char *at = f->first; *at; at += length)
        if (!utf8_is_shown(utf8_decode(at, &length)))
            memset(at, '?', length);
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
    if (make_path(j, result_path, err) || check_frozen(j, err))
        return -1;
    j->fd = open(j->path, O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (j->fd < 0)
        return err_set(err, ERR_INPUT, "%s: there is no unfinished run to go on with (%s)", j->path,
                       strerror(errno));
    if (lock(j, err))
        return -1;
    size_t length = 0;
    char *text = file_read_most(j->path, JOURNAL_MOST_BYTES, &length, err);
    size_t whole = text ? whole_lines(text, length) : 0;
    int failed = !text || journal_parse(j->path, text, length, header, visits, faults, err);
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
