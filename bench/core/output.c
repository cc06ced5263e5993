#include "bench/core/output.h"

#include "bench/core/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINKS_MAX = 40 /* as the kernel follows */, TRIES_MAX = 100 };

/* A place to write to, with its links followed. */
struct place {
    char path[PATH_MAX];
    struct stat found; /* of a file that is there */
    bool is_there, is_stream;
};

/* The link's target, by the name it has from here. */
static int follow(char *path, struct err *err)
{
    char target[PATH_MAX], copy[PATH_MAX];
    ssize_t length = readlink(path, target, sizeof target - 1);
    if (length < 0)
        return err_set(err, ERR_INPUT, "%s: %s", path, strerror(errno));
    target[length] = '\0';
    if (target[0] == '/') {
        memcpy(path, target, (size_t)length + 1);
        return 0;
    }
    memcpy(copy, path, strlen(path) + 1);
    const char *directory = dirname(copy);
    if (strlen(directory) + 1 + (size_t)length >= PATH_MAX)
        return err_set(err, ERR_INPUT, "%s: the path is too long", path);
    stpcpy(stpcpy(stpcpy(path, directory), "/"), target);
    return 0;
}

static int refuse(const char *path, mode_t mode, struct err *err)
{
    const char *what = S_ISDIR(mode)    ? "is a directory"
                       : S_ISBLK(mode)  ? "is a block device"
                       : S_ISSOCK(mode) ? "is a socket"
                                        : "is no regular file";
    return err_set(err, ERR_INPUT, "%s: %s; name a file to write", path, what);
}

static int find_place(const char *path, struct place *out, struct err *err)
{
    *out = (struct place){0};
    if (!*path)
        return err_set(err, ERR_INPUT, "\"\": an empty name is no file to write");
    if (!strcmp(path, "-")) {
        out->is_stream = true;
        return 0;
    }
    if (strlen(path) >= sizeof out->path)
        return err_set(err, ERR_INPUT, "%.200s: the path is too long", path);
    memcpy(out->path, path, strlen(path) + 1);
    int links = 0;
    while (!lstat(out->path, &out->found) && S_ISLNK(out->found.st_mode)) {
        /* What /proc calls a link is a door: a pipe behind it has no path. */
        struct stat behind;
        if (!stat(out->path, &behind) && (S_ISFIFO(behind.st_mode) || S_ISCHR(behind.st_mode))) {
            out->found = behind;
            break;
        }
        if (++links > LINKS_MAX)
            return err_set(err, ERR_INPUT, "%s: %s", path, strerror(ELOOP));
        if (follow(out->path, err))
            return -1;
    }
    struct stat again;
    out->is_there = !lstat(out->path, &again);
    mode_t mode = out->found.st_mode;
    out->is_stream = out->is_there && (S_ISFIFO(mode) || S_ISCHR(mode));
    if (!out->is_there || out->is_stream)
        return 0;
    if (!S_ISREG(mode))
        return refuse(path, mode, err);
    /* The superuser may write everything; whoever took all write bits away meant it. */
    if (!(mode & (S_IWUSR | S_IWGRP | S_IWOTH)) || access(out->path, W_OK))
        return err_set(err, ERR_INPUT, "%s: is there and read-only", path);
    return 0;
}

bool output_is_stream(const char *path)
{
    struct place place;
    return !find_place(path, &place, NULL) && place.is_stream;
}

bool output_exists(const char *path)
{
    struct place place;
    return !find_place(path, &place, NULL) && place.is_there && !place.is_stream &&
           place.found.st_size > 0;
}

/* The next name beside the place to try: one that cannot be guessed. */
static int draw_name(const struct place *place, char *name, struct err *err)
{
    char directory[PATH_MAX], base[PATH_MAX];
    memcpy(directory, place->path, sizeof directory);
    memcpy(base, place->path, sizeof base);
    uint64_t drawn = 0;
    if (getrandom(&drawn, sizeof drawn, 0) != sizeof drawn)
        return err_set_sys(err, errno, "drawing the name of a temporary file");
    if (snprintf(name, PATH_MAX, "%s/.%.200s.%016llx.tmp", dirname(directory), basename(base),
                 (unsigned long long)drawn) >= PATH_MAX)
        return err_set(err, ERR_INPUT, "%s: the path is too long", place->path);
    return 0;
}

/*
 * A new file in the place's directory, without a name where the file system can do that, for then
 * nothing is left of it whatever kills us; otherwise under a drawn one, never one that was there.
 */
static int open_beside(const struct place *place, bool may_be_nameless, char *name, struct err *err)
{
    name[0] = '\0';
    if (may_be_nameless) {
        char directory[PATH_MAX];
        memcpy(directory, place->path, sizeof directory);
        int fd = open(dirname(directory), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
        if (fd >= 0)
            return fd;
    }
    for (int i = 0; i < TRIES_MAX; i++) {
        if (draw_name(place, name, err))
            return -1;
        int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    return -1;
}

/* Gives a nameless file its temporary name: a link cannot take the place of a file, a rename can.
 */
static int name_it(int fd, const struct place *place, char *name)
{
    char door[64];
    snprintf(door, sizeof door, "/proc/self/fd/%d", fd);
    for (int i = 0; i < TRIES_MAX; i++) {
        if (draw_name(place, name, NULL))
            break;
        if (!linkat(AT_FDCWD, door, AT_FDCWD, name, AT_SYMLINK_FOLLOW))
            return 0;
        if (errno != EEXIST)
            break;
    }
    name[0] = '\0';
    return -1;
}

static int write_all(int fd, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t put = write(fd, data, length);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return -1;
        data += put;
        length -= (size_t)put;
    }
    return 0;
}

int output_check(const char *path, struct err *err)
{
    struct place place;
    char name[PATH_MAX];
    if (find_place(path, &place, err))
        return -1;
    if (place.is_stream)
        return 0;
    if (!place.is_there && file_make_parents(place.path, err))
        return -1;
    int fd = open_beside(&place, true, name, err);
    if (fd < 0)
        return err_set(err, ERR_INPUT, "%s: cannot be written: %s", path, strerror(errno));
    /* A full file system lets an empty file be made, and refuses its first block. */
    char block[4096] = {0};
    int failed = write_all(fd, block, sizeof block) || fsync(fd) ? errno : 0;
    close(fd);
    if (*name)
        unlink(name);
    return failed ? err_set(err, ERR_INPUT, "%s: cannot be written: %s", path, strerror(failed))
                  : 0;
}

static int write_stream(const char *path, const struct place *place, const char *data,
                        size_t length, struct err *err)
{
    bool is_stdout = !strcmp(path, "-");
    int fd = is_stdout ? STDOUT_FILENO : open(place->path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return err_set_sys(err, errno, "%s: cannot be written", path);
    if (is_stdout)
        fflush(stdout);
    int failed = write_all(fd, data, length) ? errno : 0;
    if (!is_stdout && close(fd) && !failed)
        failed = errno;
    return failed ? err_set_sys(err, failed, "%s: cannot be written", path) : 0;
}

static void sync_directory_of(const char *path)
{
    char copy[PATH_MAX];
    snprintf(copy, sizeof copy, "%s", path);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    fsync(fd);
    close(fd);
}

/* A private file stays private.  Who may not give a file away keeps it. */
static int take_after(int fd, const struct stat *old)
{
    if (fchown(fd, old->st_uid, old->st_gid) && errno != EPERM && errno != EINVAL)
        return -1;
    return fchmod(fd, old->st_mode & 07777);
}

/* Returns 0 or an errno; *lacks_name when it was for want of a name alone. */
static int replace(const struct place *place, const char *data, size_t length, bool may_be_nameless,
                   bool *lacks_name)
{
    char name[PATH_MAX];
    int fd = open_beside(place, may_be_nameless, name, NULL);
    *lacks_name = false;
    if (fd < 0)
        return errno;
    bool bad = write_all(fd, data, length) || (place->is_there && take_after(fd, &place->found)) ||
               fsync(fd);
    int failed = bad ? errno : 0;
    if (!failed && !*name && name_it(fd, place, name)) {
        failed = errno;
        *lacks_name = true;
    }
    if (close(fd) && !failed)
        failed = errno;
    if (!failed && rename(name, place->path))
        failed = errno;
    if (failed && *name)
        unlink(name);
    return failed;
}

int output_write(const char *path, const char *data, size_t length, struct err *err)
{
    struct place place;
    bool lacks_name;
    if (find_place(path, &place, err))
        return -1;
    if (place.is_stream)
        return write_stream(path, &place, data, length, err);
    int failed = replace(&place, data, length, true, &lacks_name);
    if (failed && lacks_name) /* no /proc to reach it through */
        failed = replace(&place, data, length, false, &lacks_name);
    if (failed)
        return err_set_sys(err, failed, "%s: cannot be written", path);
    sync_directory_of(place.path);
    return 0;
}

int output_write_text(const char *path, const struct buf *text, struct err *err)
{
    if (text->failed)
        return err_set(err, ERR_SYSTEM, "%s: no memory for what was to be written", path);
    return output_write(path, buf_text(text), text->len, err);
}
