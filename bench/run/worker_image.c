#include "bench/run/worker_image.h"

#include "bench/base/file.h"
#include "bench/base/image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

IMAGE_EMBED(contend_worker_image, CONTEND_WORKER_FILE);

/* A pipe would keep us waiting, and what cannot be started is told by its name. */
static int open_program(const char *file, struct err *err)
{
    struct stat info;
    int low = open(file, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (low >= 0 && (fstat(low, &info) || !S_ISREG(info.st_mode) || access(file, X_OK))) {
        close(low);
        return err_set(err, ERR_INPUT,
                       "CONTEND_WORKER: %s: is no program; contend-worker, or nothing, is accepted",
                       file);
    }
    int high = low < 0 ? -1 : file_raise_fd(low, IMAGE_FD_LEAST);
    if (high < 0)
        err_set_sys(err, errno, "CONTEND_WORKER: %s", file);
    if (low >= 0)
        close(low);
    return high;
}

int worker_image(struct err *err)
{
    static int fd = -1;
    const char *file = getenv("CONTEND_WORKER");
    if (fd >= 0)
        return fd;
    if (file && *file) {
        return fd = open_program(file, err);
    }
    const struct image image = {"contend-worker", contend_worker_image, contend_worker_image_end};
    return fd = image_open(&image, err);
}
