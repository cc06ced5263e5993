#include "bench/cli/reference_folder.h"

#include "reference_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "contend-reference."

static const struct {
    const char *name, *text;
} files[] = {CONTEND_REFERENCE_FILES};

/* What the program itself leaves there. */
static const char *const made[] = {"result.json", "result.json.tmp"};

static const char *base_folder(void)
{
    const char *base = getenv("TMPDIR");
    return base && base[0] ? base : "/tmp";
}

/* Only what a reference puts there is removed: a folder with anything else in it stays. */
static void remove_at(int folder, int parent, const char *name)
{
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        unlinkat(folder, files[i].name, 0);
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        unlinkat(folder, made[i], 0);
    unlinkat(parent, name, AT_REMOVEDIR);
}

static bool is_ours(int folder)
{
    struct stat s;
    return !fstat(folder, &s) && S_ISDIR(s.st_mode) && s.st_uid == geteuid();
}

/* Those whose owner is gone: the kernel let go of its lock. */
static void remove_left(void)
{
    DIR *all = opendir(base_folder());
    for (const struct dirent *one; all && (one = readdir(all)) != NULL;) {
        if (strncmp(one->d_name, PREFIX, strlen(PREFIX)) != 0)
            continue;
        int folder =
            openat(dirfd(all), one->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (folder >= 0 && is_ours(folder) && !flock(folder, LOCK_EX | LOCK_NB))
            remove_at(folder, dirfd(all), one->d_name);
        if (folder >= 0)
            close(folder);
    }
    if (all)
        closedir(all);
}

static int write_file(int folder, const char *path, const char *name, const char *text,
                      struct err *err)
{
    int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
    if (!f)
        return err_set_sys(err, errno, "%s/%s", path, name);
    bool is_written = fputs(text, f) != EOF;
    if (fclose(f) != 0 || !is_written)
        return err_set_sys(err, errno, "%s/%s", path, name);
    return 0;
}

/*
 * Between mkdtemp() and the lock another one may take it for left: then it is made once more, under
 * another name.
 */
static int make_locked(struct reference_folder *f, struct err *err)
{
    enum { TRIES = 100 };
    for (int i = 0; i < TRIES; i++) {
        snprintf(f->path, sizeof f->path, "%s/" PREFIX "XXXXXX", base_folder());
        if (!mkdtemp(f->path)) {
            err_set_sys(err, errno, "a temporary folder %s", f->path);
            f->path[0] = '\0';
            return -1;
        }
        f->lock = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        struct stat s;
        if (f->lock >= 0 && !flock(f->lock, LOCK_EX | LOCK_NB) && !fstat(f->lock, &s) &&
            s.st_nlink > 0 && !access(f->path, F_OK))
            return 0;
        if (f->lock >= 0)
            close(f->lock);
        f->lock = -1;
    }
    return err_set(err, ERR_FAILED, "a temporary folder in %s: each one is taken away again",
                   base_folder());
}

int reference_folder_open(struct reference_folder *f, struct err *err)
{
    *f = (struct reference_folder){.lock = -1};
    remove_left();
    if (make_locked(f, err))
        return -1;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (write_file(f->lock, f->path, files[i].name, files[i].text, err))
            return -1;
    return 0;
}

void reference_folder_close(struct reference_folder *f)
{
    if (f->lock >= 0) {
        remove_at(f->lock, AT_FDCWD, f->path);
        close(f->lock);
    }
    *f = (struct reference_folder){.lock = -1};
}
