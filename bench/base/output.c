#include "bench/base/output.h"

#include "bench/base/file.h"
#include "bench/base/interrupt.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LINKS_MAX = 40 /* as the kernel follows */, TRIES_MAX = 100, READER_WAIT_S = 10 };

/* A place to write to, with its links followed. */
struct place {
    char path[PATH_MAX];
    struct stat found; /* of a file that is there */
    bool is_there, is_stream;
    int door; /* the descriptor of our own that it is, else -1 */
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

/* The descriptor that "/proc/self/fd/1" is, and what else leads there; -1: it is something else. */
static int door_of(const char *path)
{
    char copy[PATH_MAX], folder[PATH_MAX], own[64];
    memcpy(copy, path, strlen(path) + 1);
    if (!realpath(dirname(copy), folder))
        return -1;
    snprintf(own, sizeof own, "/proc/%lld/", (long long)getpid());
    size_t length = strlen(folder);
    if (strncmp(folder, own, strlen(own)) || length < 3 || strcmp(folder + length - 3, "/fd"))
        return -1;
    const char *number = strrchr(path, '/') + 1;
    return (int)strtol(number, NULL, 10); /* a name that is there, so a number */
}

/*
 * What is open already is written to as it is: the file behind a redirection was given open, with
 * what stands in it, and may have lost its name.
 */
static int enter_door(const char *path, struct place *out, struct err *err)
{
    int flags = fcntl(out->door, F_GETFL);
    out->is_there = out->is_stream = true;
    if (stat(out->path, &out->found))
        return err_set(err, ERR_INPUT, "%s: %s", path, strerror(errno));
    if (S_ISDIR(out->found.st_mode))
        return refuse(path, out->found.st_mode, err);
    return flags < 0 || (flags & O_ACCMODE) == O_RDONLY || flags & O_PATH
               ? err_set(err, ERR_INPUT, "%s: is not open for writing", path)
               : 0;
}

static int find_place(const char *path, struct place *out, struct err *err)
{
    *out = (struct place){.door = -1};
    if (!*path)
        return err_set(err, ERR_INPUT, "\"\": an empty name is no file to write");
    if (!strcmp(path, "-")) {
        out->is_stream = true;
        return 0;
    }
    if (strlen(path) >= sizeof out->path)
        return err_set(err, ERR_INPUT, "%.200s: the path is too long", path);
    memcpy(out->path, path, strlen(path) + 1);
    if (path[strlen(path) - 1] == '/')
        return refuse(path, S_IFDIR, err);
    int links = 0;
    while (!lstat(out->path, &out->found) && S_ISLNK(out->found.st_mode)) {
        out->door = door_of(out->path);
        if (out->door >= 0)
            return enter_door(path, out, err);
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
    if (!out->is_there && errno == ENAMETOOLONG)
        return err_set(err, ERR_INPUT, "%s: cannot be written: %s", path, strerror(errno));
    mode_t mode = out->found.st_mode;
    out->is_stream = out->is_there && (S_ISFIFO(mode) || S_ISCHR(mode));
    if (!out->is_there || out->is_stream)
        return 0;
    if (!S_ISREG(mode))
        return refuse(path, mode, err);
    if (file_is_frozen(out->path) || access(out->path, W_OK))
        return err_set(err, ERR_INPUT, "%s: is there and read-only", path);
    return 0;
}

bool output_is_stream(const char *path)
{
    struct place place;
    return !find_place(path, &place, NULL) && place.is_stream;
}

int output_target(const char *path, char *out, struct err *err)
{
    struct place place;
    if (find_place(path, &place, err))
        return -1;
    strcpy(out, place.path);
    return 0;
}

int output_keep(const char *read, const char *path, struct err *err)
{
    struct stat input, output;
    bool is_same = path && !stat(path, &output) && S_ISREG(output.st_mode) && !stat(read, &input) &&
                   input.st_dev == output.st_dev && input.st_ino == output.st_ino;
    return is_same
               ? err_set(err, ERR_USAGE,
                         "%s: is what is read, and would be lost: name another file to write", path)
               : 0;
}

int output_keep_all(const struct opt_list *read, const char *path, struct err *err)
{
    for (size_t i = 0; i < read->count; i++)
        if (output_keep(read->items[i], path, err))
            return -1;
    return 0;
}

bool output_exists(const char *path)
{
    struct place place;
    return !find_place(path, &place, NULL) && place.is_there && !place.is_stream &&
           place.found.st_size > 0;
}

enum { DRAWN_DIGITS = 16, PREFIX_SIZE = 256 };
static const char suffix[] = ".tmp";

/* What stands before the drawn digits in the names of its temporary files: ".result.json." */
static void prefix_of(const struct place *place, char *out)
{
    char base[PATH_MAX];
    memcpy(base, place->path, sizeof base);
    snprintf(out, PREFIX_SIZE, ".%.200s.", basename(base));
}

/* The next name beside the place to try: one that cannot be guessed. */
static int draw_name(const struct place *place, char *name, struct err *err)
{
    char directory[PATH_MAX], prefix[PREFIX_SIZE];
    memcpy(directory, place->path, sizeof directory);
    prefix_of(place, prefix);
    uint64_t drawn = 0;
    if (getrandom(&drawn, sizeof drawn, 0) != sizeof drawn)
        return err_set_sys(err, errno, "drawing the name of a temporary file");
    if (snprintf(name, PATH_MAX, "%s/%s%0*llx%s", dirname(directory), prefix, DRAWN_DIGITS,
                 (unsigned long long)drawn, suffix) >= PATH_MAX)
        return err_set(err, ERR_INPUT, "%s: the path is too long", place->path);
    return 0;
}

static bool is_drawn_name(const char *name, const char *prefix)
{
    size_t before = strlen(prefix), digits = 0;
    if (strncmp(name, prefix, before))
        return false;
    while (isxdigit((unsigned char)name[before + digits]))
        digits++;
    return digits == DRAWN_DIGITS && !strcmp(name + before + digits, suffix);
}

/*
 * Takes away what is left of writers that were killed between giving a file its temporary name and
 * its own.  A writer has its file locked as long as it lives.
 */
static void sweep(const struct place *place)
{
    char path[PATH_MAX], prefix[PREFIX_SIZE];
    memcpy(path, place->path, sizeof path);
    prefix_of(place, prefix);
    DIR *directory = opendir(dirname(path));
    for (const struct dirent *e; directory && (e = readdir(directory)) != NULL;) {
        if (!is_drawn_name(e->d_name, prefix))
            continue;
        int fd =
            openat(dirfd(directory), e->d_name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        if (fd >= 0 && !flock(fd, LOCK_EX | LOCK_NB))
            unlinkat(dirfd(directory), e->d_name, 0);
        if (fd >= 0)
            close(fd);
    }
    if (directory)
        closedir(directory);
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
        int fd = open(dirname(directory), O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
        if (fd >= 0) {
            flock(fd, LOCK_EX | LOCK_NB); /* see sweep() */
            file_let_owner(fd);
            return fd;
        }
    }
    for (int i = 0; i < TRIES_MAX; i++) {
        if (draw_name(place, name, err))
            return -1;
        int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
        if (fd < 0 && errno != EEXIST)
            return fd;
        struct stat made;
        if (fd >= 0) {
            flock(fd, LOCK_EX | LOCK_NB);
            file_let_owner(fd);
            if (fstat(fd, &made) || made.st_nlink)
                return fd;
            close(fd); /* taken away before it was locked */
        }
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

/* Standard output may have been closed, or a pipe be somebody else's. */
static int check_stream(const char *path, const struct place *place, struct err *err)
{
    if (!strcmp(path, "-")) {
        int flags = fcntl(STDOUT_FILENO, F_GETFL);
        return flags < 0 || (flags & O_ACCMODE) == O_RDONLY
                   ? err_set(err, ERR_INPUT, "-: standard output is not open for writing")
                   : 0;
    }
    return place->door < 0 && access(place->path, W_OK)
               ? err_set(err, ERR_INPUT, "%s: cannot be written: %s", path, strerror(errno))
               : 0;
}

int output_check(const char *path, struct err *err)
{
    struct place place;
    char name[PATH_MAX];
    if (find_place(path, &place, err))
        return -1;
    if (place.is_stream)
        return check_stream(path, &place, err);
    if (!place.is_there && file_make_parents(place.path, err))
        return -1;
    sweep(&place);
    int fd = open_beside(&place, true, name, err);
    if (fd < 0)
        return err_set(err, ERR_INPUT, "%s: cannot be written: %s", path, strerror(errno));
    /* A full file system lets an empty file be made, and refuses its first block. */
    char block[4096] = {0};
    int failed = file_write_whole(fd, block, sizeof block) || fsync(fd) ? errno : 0;
    close(fd);
    if (*name)
        unlink(name);
    return failed ? err_set(err, ERR_INPUT, "%s: cannot be written: %s", path, strerror(failed))
                  : 0;
}

/* A pipe may be named before its reader is there; it is waited for, and not for ever. */
static int open_stream(const char *path)
{
    enum { LOOKS_A_SECOND = 50 };
    const struct timespec look = {.tv_nsec = 1000000000 / LOOKS_A_SECOND};
    int fd = -1;
    for (int i = 0; i < READER_WAIT_S * LOOKS_A_SECOND && fd < 0; i++) {
        fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
        if (fd < 0 && (errno != ENXIO || (nanosleep(&look, NULL) && interrupt_came)))
            return -1;
    }
    if (fd < 0)
        errno = ENXIO;
    else if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK))
        return -1;
    return fd;
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

/* ---- A document as it is made ------------------------------------------------------------------
 */

struct output {
    const char *path; /* borrowed; NULL: standard output */
    struct place place;
    int fd;
    char name[PATH_MAX]; /* of the temporary file; "" while it has none */
};

static int cannot(const struct output *o, int sys_errno, struct err *err)
{
    return o->path ? err_set_sys(err, sys_errno, "%s: cannot be written", o->path)
                   : err_set_sys(err, sys_errno, "writing to standard output");
}

static bool is_stdout(const struct output *o)
{
    return !o->path || !strcmp(o->path, "-");
}

static int open_it(struct output *o, struct err *err)
{
    if (is_stdout(o)) {
        o->place.is_stream = true;
        o->fd = STDOUT_FILENO;
        return fflush(stdout) ? cannot(o, errno, err) : 0;
    }
    if (find_place(o->path, &o->place, err))
        return -1;
    if (!o->place.is_stream)
        sweep(&o->place);
    if (o->place.door == STDOUT_FILENO && fflush(stdout))
        return cannot(o, errno, err);
    o->fd = o->place.door >= 0   ? fcntl(o->place.door, F_DUPFD_CLOEXEC, 0)
            : o->place.is_stream ? open_stream(o->place.path)
                                 : open_beside(&o->place, true, o->name, NULL);
    if (o->fd < 0 && o->place.is_stream && errno == ENXIO)
        return err_set(err, ERR_INPUT, "%s: nobody reads this pipe (%d s were waited for a reader)",
                       o->path, READER_WAIT_S);
    return o->fd < 0 ? cannot(o, errno, err) : 0;
}

struct output *output_open(const char *path, struct err *err)
{
    struct output *o = malloc(sizeof *o);
    if (!o) {
        err_set(err, ERR_SYSTEM, "%s: no memory to write it", path ? path : "standard output");
        return NULL;
    }
    *o = (struct output){.path = path, .fd = -1};
    if (!open_it(o, err))
        return o;
    free(o);
    return NULL;
}

int output_add(struct output *o, const char *data, size_t length, struct err *err)
{
    return file_write_whole(o->fd, data, length) ? cannot(o, errno, err) : 0;
}

/* As the file that it takes the place of, and on the disk. */
static int settle(const struct output *o)
{
    return (o->place.is_there && take_after(o->fd, &o->place.found)) || fsync(o->fd) ? -1 : 0;
}

/* Where there is no /proc to reach it through it gets no name: what has one gets its content. */
static int copy_to_named(struct output *o)
{
    char block[65536];
    int nameless = o->fd;
    ssize_t got = -1;
    o->fd = open_beside(&o->place, false, o->name, NULL);
    off_t at = 0;
    while (o->fd >= 0 && (got = pread(nameless, block, sizeof block, at)) > 0 &&
           !file_write_whole(o->fd, block, (size_t)got))
        at += got;
    int failed = o->fd < 0 || got ? errno : 0;
    close(nameless);
    errno = failed;
    return failed || settle(o) ? -1 : 0;
}

static int take_place(struct output *o)
{
    return settle(o) || (!*o->name && name_it(o->fd, &o->place, o->name) && copy_to_named(o)) ? -1
                                                                                              : 0;
}

int output_end(struct output *o, bool is_whole, struct err *err)
{
    bool is_file = !o->place.is_stream;
    int failed = is_whole && is_file && take_place(o) ? errno : 0;
    if (o->fd >= 0 && !is_stdout(o) && close(o->fd) && !failed)
        failed = errno;
    if (is_whole && is_file && !failed && rename(o->name, o->place.path))
        failed = errno;
    if (is_whole && failed)
        cannot(o, failed, err);
    bool is_there = is_whole && !failed;
    if (is_file && is_there)
        sync_directory_of(o->place.path);
    else if (*o->name)
        unlink(o->name);
    free(o);
    return is_there ? 0 : -1;
}

int output_write(const char *path, const char *data, size_t length, struct err *err)
{
    struct output *o = output_open(path, err);
    if (!o)
        return -1;
    int failed = output_add(o, data, length, err);
    return output_end(o, !failed, err);
}

int output_write_text(const char *path, const struct buf *text, struct err *err)
{
    if (text->failed)
        return err_set(err, ERR_SYSTEM, "%s: no memory for what was to be written", path);
    return output_write(path, buf_text(text), text->len, err);
}

/* ---- What cannot be made again ----------------------------------------------------------------
 */

/* In that folder, under a name nobody has; false: it could not be. */
static bool keep_in(const char *folder, const struct buf *text, const char *ending,
                    struct buf *name)
{
    buf_reset(name);
    bool is_named = folder && *folder;
    buf_printf(name, "%s/contend-kept-XXXXXX%s", is_named ? folder : "", ending);
    int fd = !is_named || name->failed ? -1 : mkostemps(name->data, (int)strlen(ending), O_CLOEXEC);
    if (fd < 0)
        return false;
    file_let_owner(fd);
    bool is_kept = !file_write_whole(fd, buf_text(text), text->len) && !fsync(fd);
    is_kept = !close(fd) && is_kept;
    if (!is_kept)
        unlink(name->data);
    return is_kept;
}

int output_keep_text(const char *path, const struct buf *text, const char *ending, struct err *err)
{
    struct buf name = {0};
    struct err own = {0};
    /* A reader that has gone ends us otherwise, with all of it. */
    void (*then)(int) = signal(SIGPIPE, SIG_IGN);
    int failed = output_write_text(path, text, &own);
    signal(SIGPIPE, then);
    if (!failed)
        return 0;
    const char *const folders[] = {"results", ".", getenv("TMPDIR"), "/tmp"};
    bool is_kept = false;
    for (size_t i = 0; i < sizeof folders / sizeof *folders && !is_kept && !text->failed; i++)
        is_kept = keep_in(folders[i], text, ending, &name);
    if (is_kept)
        err_set(err, own.code, "%.1024s; what was measured is in %.900s", own.text,
                buf_text(&name));
    else
        err_set(err, own.code, "%s", own.text);
    buf_release(&name);
    return -1;
}

int output_keep_file(const char *path, const char *made, const char *ending, struct err *err)
{
    struct buf all = {0};
    size_t length;
    char *text = file_read(made, &length, err);
    if (text)
        buf_add_bytes(&all, text, length);
    int failed = !text || output_keep_text(path, &all, ending, err);
    buf_release(&all);
    free(text);
    return failed ? -1 : 0;
}
