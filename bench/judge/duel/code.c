#include "bench/judge/duel/code.h"

#include "bench/base/file.h"
#include "bench/base/hash.h"
#include "bench/base/program.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int code_find(const char *what, const char *program, char *out, size_t size, struct err *err)
{
    if (strchr(program, '/')) {
        struct stat st;
        snprintf(out, size, "%s", program);
        if (program_is(out))
            return 0;
        return err_set(err, ERR_USAGE, "%s: \"%.200s\" is no program: %s", what, program,
                       stat(program, &st)    ? strerror(errno)
                       : S_ISREG(st.st_mode) ? "not executable"
                                             : "not a file");
    }
    if (program_find(program, out, size))
        return 0;
    return err_set(err, ERR_USAGE, "%s: \"%.200s\" is no program in PATH", what, program);
}

int code_hash(const char *path, uint64_t *hash, struct err *err)
{
    size_t length;
    char *data = file_read(path, &length, err);
    if (!data)
        return -1;
    *hash = hash_fnv1a(*hash ? *hash : HASH_FNV1A, data, length);
    free(data);
    return 0;
}

void code_mark(const char *path, struct code_mark *out)
{
    struct stat st;
    *out = (struct code_mark){0};
    if (stat(path, &st))
        return;
    *out = (struct code_mark){
        .is_known = true,
        .device = st.st_dev,
        .inode = st.st_ino,
        .size = (uint64_t)st.st_size,
        .modified_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec,
    };
}

bool code_is_unchanged(const char *path, const struct code_mark *mark)
{
    struct code_mark now;
    code_mark(path, &now);
    return !mark->is_known ||
           (now.is_known && now.device == mark->device && now.inode == mark->inode &&
            now.size == mark->size && now.modified_ns == mark->modified_ns);
}

int code_copy(const char *path, char *out, size_t size)
{
    size_t length;
    char *data = file_read(path, &length, NULL);
    /* An interpreter would look for the script under a name that is gone by then. */
    int fd = data && length > 2 && memcmp(data, "#!", 2) ? memfd_create("contend-copy", MFD_CLOEXEC)
                                                         : -1;
    for (size_t done = 0; fd >= 0 && done < length;) {
        ssize_t put = write(fd, data + done, length - done);
        if (put > 0) {
            done += (size_t)put;
            continue;
        }
        close(fd);
        fd = -1;
    }
    free(data);
    if (fd >= 0)
        snprintf(out, size, "/proc/self/fd/%d", fd);
    return fd;
}
