#include "bench/base/image.h"

#include "bench/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef MFD_EXEC
#define MFD_EXEC 0x10U /* Linux 6.3 */
#endif

static int write_all(int fd, const struct image *image)
{
    for (const unsigned char *p = image->begin; p < image->end;) {
        ssize_t wrote = write(fd, p, (size_t)(image->end - p));
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return -1;
        p += wrote;
    }
    return 0;
}

static int in_memory(const struct image *image)
{
    unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    int fd = memfd_create(image->name, flags | MFD_EXEC);
    if (fd < 0 && errno == EINVAL) /* a kernel that does not know the flag */
        fd = memfd_create(image->name, flags);
    if (fd < 0)
        return -1;
    if (write_all(fd, image)) {
        close(fd);
        return -1;
    }
    /* What a workload writes by mistake must not be what the next one is measured with. */
    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
    return fd;
}

/* Opened anew for reading: what is open for writing cannot be executed. */
static int in_file(const struct image *image)
{
    const char *directory = getenv("TMPDIR");
    int fd =
        open(directory && *directory ? directory : "/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0700);
    if (fd < 0)
        return -1;
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int again = write_all(fd, image) ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    int error = errno;
    close(fd);
    errno = error;
    return again;
}

int image_open(const struct image *image, struct err *err)
{
    int fd = in_memory(image);
    if (fd < 0)
        fd = in_file(image);
    /* Low numbers may be a standard stream that is closed here and wanted there. */
    int high = fd < 0 ? -1 : file_raise_fd(fd, IMAGE_FD_LEAST);
    int error = errno;
    if (fd >= 0)
        close(fd);
    return high < 0 ? err_set_sys(err, error, "the program image %s cannot be made", image->name)
                    : high;
}

int image_exec(int fd, char *const *argv, char *const *environment)
{
    syscall(SYS_execveat, fd, "", argv, environment, AT_EMPTY_PATH);
    /* Valgrind and the like know no program without a path; the system itself needs none. */
    int error = errno;
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    execve(path, argv, environment);
    errno = error;
    return -1;
}
