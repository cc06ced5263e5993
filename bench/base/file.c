#include "bench/base/file.h"

#include "bench/base/buf.h"
#include "bench/base/hash.h"
#include "bench/base/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* What was read so far, where it can be no more: NULL, with the reason. */
static char *give_up(int fd, struct buf *b)
{
    close(fd);
    buf_release(b);
    return NULL;
}

static char *read_text(const char *path, size_t most, size_t *length, struct err *err)
{
    int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC)
                               : fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
    if (fd < 0) {
        err_set(err, ERR_INPUT, "%s: %s", path, strerror(errno));
        return NULL;
    }
    struct buf b = {0};
    struct stat about;
    char chunk[65536];
    if (!fstat(fd, &about) && S_ISREG(about.st_mode) && (uintmax_t)about.st_size > most) {
        err_set(err, ERR_INPUT, "%s: is larger than %zu bytes, the most that is read of it", path,
                most);
        return give_up(fd, &b);
    }
    for (;;) {
        ssize_t got = file_read_some(fd, chunk, sizeof chunk);
        if (got < 0) {
            err_set(err, ERR_INPUT, "%s: %s", path, strerror(errno));
            return give_up(fd, &b);
        }
        if (got == 0)
            break;
        if ((size_t)got > most - b.len) {
            err_set(err, ERR_INPUT, "%s: is larger than %zu bytes, the most that is read of it",
                    path, most);
            return give_up(fd, &b);
        }
        buf_add_bytes(&b, chunk, (size_t)got);
    }
    close(fd);
    *length = b.len;
    char *text = buf_steal(&b);
    if (!text)
        err_set(err, ERR_SYSTEM, "%s: out of memory", path);
    return text;
}

char *file_read_most(const char *path, size_t most, size_t *length, struct err *err)
{
    size_t own;
    char *text = read_text(path, most, length ? length : &own, err);
    const char *nul = text && !length ? memchr(text, '\0', own) : NULL;
    if (!nul)
        return text;
    err_set(err, ERR_INPUT, "%s: byte %zu is a NUL: this is no text", path,
            (size_t)(nul - text) + 1);
    free(text);
    return NULL;
}

char *file_read(const char *path, size_t *length, struct err *err)
{
    return file_read_most(path, FILE_MOST_BYTES, length, err);
}

char *file_read_at(int fd, const char *path, uint64_t at, size_t most, size_t *length,
                   struct err *err)
{
    struct buf b = {0};
    char chunk[65536];
    ssize_t got;
    while ((got = pread(fd, chunk, sizeof chunk, (off_t)(at + b.len))) != 0 && !b.failed) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            err_set(err, ERR_INPUT, "%s: %s", path, strerror(errno));
        else if ((size_t)got > most - b.len)
            err_set(err, ERR_INPUT, "%s: is larger than %zu bytes, the most that is read of it",
                    path, most);
        if (got < 0 || (size_t)got > most - b.len) {
            buf_release(&b);
            return NULL;
        }
        buf_add_bytes(&b, chunk, (size_t)got);
    }
    *length = b.len;
    char *text = buf_steal(&b);
    if (!text)
        err_set(err, ERR_SYSTEM, "%s: out of memory", path);
    return text;
}

int file_open_regular(const char *path)
{
    struct stat about;
    if (stat(path, &about) || !S_ISREG(about.st_mode))
        return -1;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd >= 0 && !fstat(fd, &about) && S_ISREG(about.st_mode))
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

bool file_is_folder(const char *path)
{
    struct stat s;
    return !stat(path, &s) && S_ISDIR(s.st_mode);
}

bool file_is_frozen(const char *path)
{
    struct stat s;
    return !stat(path, &s) && S_ISREG(s.st_mode) && !(s.st_mode & (S_IWUSR | S_IWGRP | S_IWOTH));
}

void file_let_owner(int fd)
{
    const mode_t bits = S_IRUSR | S_IWUSR;
    struct stat s;
    if (!fstat(fd, &s) && s.st_uid == geteuid() && (s.st_mode & bits) != bits)
        fchmod(fd, (s.st_mode & 07777) | bits);
}

int file_make_folder(const char *path)
{
    if (mkdir(path, 0777))
        return errno == EEXIST ? 0 : -1;
    /* As mkdir -p does: what is to be put in it comes next. */
    struct stat s;
    if (!stat(path, &s) && (s.st_mode & S_IRWXU) != S_IRWXU)
        chmod(path, (s.st_mode & 07777) | S_IRWXU);
    return 0;
}

int file_make_parents(const char *path, struct err *err)
{
    char copy[PATH_MAX];
    if ((size_t)snprintf(copy, sizeof copy, "%s", path) >= sizeof copy)
        return err_set(err, ERR_INPUT, "%s: the path is too long", path);
    for (char *slash = strchr(copy + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (file_make_folder(copy))
            return err_set(err, ERR_INPUT, "%s: cannot be created: %s", copy, strerror(errno));
        *slash = '/';
    }
    return 0;
}

int file_fnv1a64(const char *path, uint64_t *hash, struct err *err)
{
    char chunk[65536];
    ssize_t got;
    uint64_t sum = *hash ? *hash : HASH_FNV1A;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set(err, ERR_INPUT, "%s: %s", path, strerror(errno));
    while ((got = read(fd, chunk, sizeof chunk)) > 0 || (got < 0 && errno == EINTR))
        if (got > 0)
            sum = hash_fnv1a(sum, chunk, (size_t)got);
    if (got < 0)
        err_set(err, ERR_INPUT, "%s: %s", path, strerror(errno));
    else
        *hash = sum;
    close(fd);
    return got < 0 ? -1 : 0;
}

int file_raise_fd(int fd, int least)
{
    int high = fcntl(fd, F_DUPFD_CLOEXEC, least);
    if (high < 0 && errno == EINVAL)
        errno = EMFILE;
    return high;
}

long file_read_small(const char *path, char *out, size_t size)
{
    out[0] = '\0';
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    size_t used = 0;
    while (used + 1 < size) {
        ssize_t got = read(fd, out + used, size - 1 - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            int kept = errno;
            close(fd);
            errno = kept;
            return -1;
        }
        if (got == 0)
            break;
        used += (size_t)got;
    }
    out[used] = '\0';
    close(fd);
    return (long)used;
}

int64_t file_field(const char *text, const char *field)
{
    size_t length = strlen(field);
    for (const char *at = text; (at = strstr(at, field)) != NULL; at += length) {
        if (at > text && at[-1] != '\n' && at[-1] != ' ')
            continue;
        return strtoll(at + length, NULL, 10);
    }
    return -1;
}

int file_lock(int fd, const char *path, const char *held, struct err *err)
{
    if (!flock(fd, LOCK_EX | LOCK_NB))
        return 0;
    int why = errno;
    if (why == EWOULDBLOCK)
        err_set(err, ERR_INPUT, "%s: %s", path, held);
    else
        err_set(err, ERR_INPUT, "%s: cannot be locked there: %s", path, strerror(why));
    errno = why;
    return -1;
}

bool file_awaits(int fd, short events)
{
    struct pollfd stream = {.fd = fd, .events = events};
    return errno == EAGAIN && poll(&stream, 1, -1) > 0;
}

static bool may_again(int fd, short events)
{
    return errno == EINTR || file_awaits(fd, events) || errno == EINTR;
}

ssize_t file_read_some(int fd, void *out, size_t size)
{
    ssize_t got;
    do
        got = read(fd, out, size);
    while (got < 0 && may_again(fd, POLLIN) && !interrupt_came);
    return got;
}

int file_write_whole(int fd, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t put = write(fd, data, length);
        if (put < 0 && may_again(fd, POLLOUT))
            continue;
        if (put <= 0) {
            errno = put < 0 ? errno : EIO;
            return -1;
        }
        data += put;
        length -= (size_t)put;
    }
    return 0;
}
