#include "bench/lab/runtimes/folder.h"

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

/* All that lies below it is ours: compilers leave what they like there. */
#define RUNTIMES "runtimes"

/* What the program itself leaves there. */
static const char *const made[] = {"result.json", "result.json.tmp"};

static const char *base_folder(void)
{
    const char *base = getenv("TMPDIR");
    return base && base[0] ? base : "/tmp";
}

/* A folder with all that is in it; symbolic links are taken for what they are. */
static void remove_tree(int parent, const char *name)
{
    int folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *all = folder < 0 ? NULL : fdopendir(folder);
    if (folder >= 0 && !all)
        close(folder);
    for (const struct dirent *one; all && (one = readdir(all)) != NULL;)
        if (strcmp(one->d_name, ".") != 0 && strcmp(one->d_name, "..") != 0 &&
            unlinkat(folder, one->d_name, 0))
            remove_tree(folder, one->d_name);
    if (all)
        closedir(all);
    unlinkat(parent, name, AT_REMOVEDIR);
}

/* Only what a reference puts there is removed: a folder with anything else in it stays. */
static void remove_at(int folder, int parent, const char *name)
{
    for (size_t i = 0; runtime_names[i]; i++)
        for (const struct reference_file *file = runtime_files(runtime_names[i]); file->name;
             file++)
            unlinkat(folder, file->name, 0);
    remove_tree(folder, RUNTIMES);
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

static int write_files(int folder, const char *path, const struct reference_file *files,
                       struct err *err)
{
    for (; files->name; files++)
        if (write_file(folder, path, files->name, files->text, err))
            return -1;
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
            err_set_sys(err, errno, "a temporary folder %s (TMPDIR)", f->path);
            f->path[0] = '\0';
            return -1;
        }
        f->lock = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        struct stat s;
        if (f->lock >= 0 && !flock(f->lock, LOCK_EX | LOCK_NB) && !fstat(f->lock, &s) &&
            s.st_nlink > 0 && !access(f->path, F_OK))
            return 0;
        int why = errno;
        if (f->lock >= 0)
            close(f->lock);
        f->lock = -1;
        rmdir(f->path);
        if (why != EWOULDBLOCK && why != ENOENT)
            return err_set_sys(err, why, "a temporary folder %s (TMPDIR)", f->path);
    }
    return err_set(err, ERR_FAILED, "a temporary folder in %s: each one is taken away again",
                   base_folder());
}

int reference_folder_open(struct reference_folder *f, const struct reference_file *files,
                          struct err *err)
{
    *f = (struct reference_folder){.lock = -1};
    remove_left();
    if (make_locked(f, err))
        return -1;
    return files ? write_files(f->lock, f->path, files, err) : 0;
}

int reference_folder_add(const struct reference_folder *f, const char *name,
                         const struct reference_file *files, char *path, size_t size,
                         struct err *err)
{
    static const struct reference_file none[] = {{0}};
    snprintf(path, size, "%s/" RUNTIMES, f->path);
    if (mkdir(path, 0700) && errno != EEXIST)
        return err_set_sys(err, errno, "%s", path);
    snprintf(path, size, "%s/" RUNTIMES "/%s", f->path, name);
    if (mkdir(path, 0700))
        return err_set_sys(err, errno, "%s", path);
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0 || mkdirat(folder, "build", 0700)) {
        err_set_sys(err, errno, "%s/build", path);
        if (folder >= 0)
            close(folder);
        return -1;
    }
    int failed = write_files(folder, path, files ? files : none, err);
    close(folder);
    return failed;
}

void reference_folder_close(struct reference_folder *f)
{
    if (f->lock >= 0) {
        remove_at(f->lock, AT_FDCWD, f->path);
        close(f->lock);
    }
    *f = (struct reference_folder){.lock = -1};
}
