#include "bench/result/merge_files.h"

#include "bench/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- Descriptors --------------------------------------------------------------------------- */

static void close_it(struct merge_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    file->fd = -1;
}

static void close_all(struct merge_files *f)
{
    for (size_t i = 0; i < f->count; i++)
        close_it(&f->items[i]);
    f->opened = 0;
}

/* It is open, and the one that was opened first no longer is, where there are too many. */
static void put_into_ring(struct merge_files *f, uint32_t number, int fd)
{
    uint32_t *place = &f->ring[f->opened % MERGE_FILES_OPEN_MOST];
    if (f->opened >= MERGE_FILES_OPEN_MOST)
        close_it(&f->items[*place]);
    f->opened++;
    f->items[number].fd = fd;
    *place = number;
}

/* A limit on descriptors may be lower than what was kept in mind. */
static int open_regular(struct merge_files *f, const char *path)
{
    int fd = file_open_regular(path);
    if (fd < 0 && (errno == EMFILE || errno == ENFILE) && f->opened) {
        close_all(f);
        fd = file_open_regular(path);
    }
    return fd;
}

static int has_changed(const char *path, struct err *err)
{
    return err_set(err, ERR_INPUT, "%s: has changed while it was merged", path);
}

/* ---- The file without a name ---------------------------------------------------------------- */

static int open_spool(void)
{
    const char *folder = getenv("TMPDIR");
    char path[PATH_MAX];
    folder = folder && *folder ? folder : "/tmp";
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
        return fd;
    snprintf(path, sizeof path, "%s/contend-merge.XXXXXX", folder);
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        unlink(path);
    return fd;
}

static int add_to_spool(struct merge_files *f, const char *path, const char *text, size_t length,
                        struct err *err)
{
    if (!f->has_spool) {
        f->spool = open_spool();
        f->has_spool = f->spool >= 0;
    }
    if (!f->has_spool || file_write_whole(f->spool, text, length))
        return err_set_sys(err, errno, "%s: a temporary file for it (TMPDIR)", path);
    f->spool_bytes += length;
    return 0;
}

int merge_files_keep(struct merge_files *f, const char *path, const char *text, size_t length,
                     struct merge_text *where, struct err *err)
{
    *where = (struct merge_text){f->spool_bytes, (uint32_t)length, MERGE_FILES_SPOOL};
    return add_to_spool(f, path, text, length, err);
}

/* Of a text that is no object from the start no more is taken than of any text. */
static uint64_t most_of(const char *text, size_t length)
{
    while (length && strchr(" \t\r\n", *text) && *text)
        text++, length--;
    return length && *text == '{' ? INT64_MAX : FILE_MOST_BYTES;
}

static int copy_stream(struct merge_files *f, const char *path, int from, struct err *err)
{
    char chunk[65536];
    uint64_t begin = f->spool_bytes, most = 0;
    ssize_t got;
    while ((got = file_read_some(from, chunk, sizeof chunk)) != 0) {
        if (got < 0)
            return err_set(err, ERR_INPUT, "%s: %s", path, strerror(errno));
        if (f->spool_bytes == begin)
            most = most_of(chunk, (size_t)got);
        if (add_to_spool(f, path, chunk, (size_t)got, err))
            return -1;
        if (f->spool_bytes - begin > most)
            return err_set(err, ERR_INPUT,
                           "%s: is larger than %u bytes, the most that is read of it", path,
                           FILE_MOST_BYTES);
    }
    return add_to_spool(f, path, "", 0, err); /* it is there, be it empty */
}

static int add_stream(struct merge_files *f, const char *path, struct merge_text *where, int *fd,
                      struct err *err)
{
    int from = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC)
                                 : fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
    if (from < 0)
        return err_set(err, ERR_INPUT, "%s: %s", path, strerror(errno));
    *where = (struct merge_text){.at = f->spool_bytes, .file = MERGE_FILES_SPOOL};
    int failed = copy_stream(f, path, from, err);
    close(from);
    *fd = f->spool;
    return failed;
}

/* ---- Files ---------------------------------------------------------------------------------- */

int merge_files_add(struct merge_files *f, const char *path, struct merge_text *where, int *fd,
                    struct err *err)
{
    struct merge_file one = {.path = path, .fd = -1};
    *fd = strcmp(path, "-") ? open_regular(f, path) : -1;
    if (*fd < 0)
        return add_stream(f, path, where, fd, err);
    int failed = fstat(*fd, &one.found) ? err_set_sys(err, errno, "%s: cannot be looked at", path)
                 : !vec_add(f, one)     ? err_set(err, ERR_SYSTEM, "%s: out of memory", path)
                                        : 0;
    if (failed) {
        close(*fd);
        return -1;
    }
    *where = (struct merge_text){.file = (uint32_t)f->count - 1};
    put_into_ring(f, where->file, *fd);
    return 0;
}

static int check_unchanged(const struct merge_file *file, struct err *err)
{
    const struct stat *was = &file->found;
    struct stat is;
    if (fstat(file->fd, &is))
        return err_set_sys(err, errno, "%s: cannot be looked at", file->path);
    bool is_same = is.st_dev == was->st_dev && is.st_ino == was->st_ino &&
                   is.st_size == was->st_size && is.st_mtim.tv_sec == was->st_mtim.tv_sec &&
                   is.st_mtim.tv_nsec == was->st_mtim.tv_nsec;
    return is_same ? 0 : has_changed(file->path, err);
}

static int open_again(struct merge_files *f, uint32_t number, struct err *err)
{
    struct merge_file *file = &f->items[number];
    if (file->fd >= 0)
        return 0;
    int fd = open_regular(f, file->path);
    if (fd < 0)
        return err_set_sys(err, errno, "%s: cannot be read again", file->path);
    put_into_ring(f, number, fd);
    return 0;
}

int merge_files_read(struct merge_files *f, const char *path, const struct merge_text *where,
                     char *to, struct err *err)
{
    bool is_file = where->file != MERGE_FILES_SPOOL;
    if (is_file && open_again(f, where->file, err))
        return -1;
    int fd = is_file ? f->items[where->file].fd : f->spool;
    size_t done = 0;
    while (done < where->length) {
        ssize_t got = pread(fd, to + done, where->length - done, (off_t)(where->at + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_set_sys(err, errno, "%s: cannot be read again", path);
        if (got == 0)
            return has_changed(path, err);
        done += (size_t)got;
    }
    /* Looked at behind the reading: what it was until then it was while it was read. */
    return is_file ? check_unchanged(&f->items[where->file], err) : 0;
}

void merge_files_release(struct merge_files *f)
{
    close_all(f);
    if (f->has_spool)
        close(f->spool);
    vec_release(f);
    *f = (struct merge_files){0};
}
