#include "bench/base/program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool program_is(const char *path)
{
    struct stat file;
    if (stat(path, &file))
        return false;
    if (S_ISREG(file.st_mode))
        return access(path, X_OK) == 0;
    errno = EISDIR;
    return false;
}

bool program_find(const char *name, char *out, size_t size)
{
    const char *path = getenv("PATH");
    for (const char *at = path ? path : "/bin:/usr/bin"; *name && *at;) {
        size_t length = strcspn(at, ":");
        int needed = snprintf(out, size, "%.*s/%s", (int)length, length ? at : ".", name);
        if (needed > 0 && (size_t)needed < size && program_is(out))
            return true;
        at += length + (at[length] == ':');
    }
    return false;
}

int program_own(char *out, size_t size, struct err *err)
{
    static const char link[] = "/proc/self/exe";
    ssize_t length = readlink(link, out, size - 1);
    out[length > 0 ? length : 0] = '\0';
    return length > 0 ? 0 : err_set_sys(err, errno, "%s, which says what this program is", link);
}

bool program_is_script(const char *path)
{
    char mark[2] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, mark, sizeof mark);
    if (fd >= 0)
        close(fd);
    return got == (ssize_t)sizeof mark && mark[0] == '#' && mark[1] == '!';
}
