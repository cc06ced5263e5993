#include "bench/core/file.h"

#include "bench/core/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *file_read(const char *path, size_t *length, struct err *err)
{
    int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : dup(STDIN_FILENO);
    if (fd < 0) {
        err_set(err, ERR_INPUT, "%s: %s", path, strerror(errno));
        return NULL;
    }
    struct buf b = {0};
    char chunk[65536];
    for (;;) {
        ssize_t got = read(fd, chunk, sizeof chunk);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            err_set(err, ERR_INPUT, "%s: %s", path, strerror(errno));
            close(fd);
            buf_release(&b);
            return NULL;
        }
        if (got == 0)
            break;
        buf_add_bytes(&b, chunk, (size_t)got);
    }
    close(fd);
    if (length)
        *length = b.len;
    char *text = buf_steal(&b);
    if (!text)
        err_set(err, ERR_SYSTEM, "%s: out of memory", path);
    return text;
}

int file_make_parents(const char *path, struct err *err)
{
    char copy[PATH_MAX];
    if ((size_t)snprintf(copy, sizeof copy, "%s", path) >= sizeof copy)
        return err_set(err, ERR_INPUT, "%s: the path is too long", path);
    for (char *slash = strchr(copy + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(copy, 0777) && errno != EEXIST)
            return err_set(err, ERR_INPUT, "%s: cannot be created: %s", copy, strerror(errno));
        *slash = '/';
    }
    return 0;
}

int file_fnv1a64(const char *path, uint64_t *hash, struct err *err)
{
    size_t length;
    char *data = file_read(path, &length, err);
    if (!data)
        return -1;
    *hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < length; i++)
        *hash = (*hash ^ (unsigned char)data[i]) * UINT64_C(0x100000001b3);
    free(data);
    return 0;
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
