#include "bench/judge/duel/code.h"

#include "bench/base/program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
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

/* All of `from`, and false where it is more than a control is worth. */
static bool copy_all(int from, int to)
{
    enum { COPY_MOST_BYTES = 256 << 20 };
    struct stat st;
    if (fstat(from, &st) || st.st_size > COPY_MOST_BYTES)
        return false;
    for (;;) {
        ssize_t put = sendfile(to, from, NULL, COPY_MOST_BYTES);
        if (put == 0 || (put < 0 && errno != EINTR))
            return put == 0;
    }
}

int code_copy(const char *path, char *out, size_t size)
{
    char begin[2];
    int from = open(path, O_RDONLY | O_CLOEXEC), fd = -1;
    /* An interpreter would look for the script under a name that is gone by then. */
    if (from >= 0 && pread(from, begin, sizeof begin, 0) == sizeof begin && memcmp(begin, "#!", 2))
        fd = memfd_create("contend-copy", MFD_CLOEXEC);
    if (fd >= 0 && !copy_all(from, fd)) {
        close(fd);
        fd = -1;
    }
    if (from >= 0)
        close(from);
    if (fd >= 0)
        snprintf(out, size, "/proc/self/fd/%d", fd);
    return fd;
}
