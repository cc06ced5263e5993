/*
 * A file without a name in the directory for temporary files ($TMPDIR, /tmp when that is not set):
 * nothing is left behind, however the program ends.
 *
 * open(2), O_TMPFILE; where the file system has not got it, a name that is taken away at once.
 */
#ifndef CONTEND_WORKLOADS_SCRATCH_FILE_H
#define CONTEND_WORKLOADS_SCRATCH_FILE_H

#include "bench/base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static inline const char *scratch_directory(void)
{
    const char *directory = getenv("TMPDIR");
    return directory && *directory ? directory : "/tmp";
}

/*
 * Returns a descriptor to be closed by the caller, open for reading and writing, or -1.
 * is_inherited: it stays open in a program image that this process starts.
 */
static inline int scratch_file_open(bool is_inherited, struct err *err)
{
    const char *directory = scratch_directory();
    char path[PATH_MAX];
    int kept = is_inherited ? 0 : O_CLOEXEC;
    int fd = open(directory, O_TMPFILE | O_RDWR | kept, 0600);
    /* What kernels and file systems answer that do not know the flag: open(2), ERRORS. */
    bool is_unknown = fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL);
    if (is_unknown &&
        snprintf(path, sizeof path, "%s/contend.XXXXXX", directory) < (int)sizeof path) {
        fd = mkostemp(path, kept);
        if (fd >= 0)
            unlink(path);
    }
    if (fd < 0)
        err_set(err, errno == EMFILE || errno == ENFILE ? ERR_LIMIT : ERR_UNAVAILABLE,
                "no file can be made in the directory \"%s\" (TMPDIR): %s", directory,
                strerror(errno));
    return fd;
}

#endif
