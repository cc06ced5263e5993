#include "bench/run/worker_image.h"

#include "bench/core/image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

IMAGE_EMBED(contend_worker_image, CONTEND_WORKER_FILE);

int worker_image(struct err *err)
{
    static int fd = -1;
    const char *file = getenv("CONTEND_WORKER");
    if (fd >= 0)
        return fd;
    if (file && *file) {
        int low = open(file, O_RDONLY | O_CLOEXEC);
        fd = low < 0 ? -1 : fcntl(low, F_DUPFD_CLOEXEC, IMAGE_FD_LEAST);
        if (low < 0 || fd < 0)
            err_set_sys(err, errno, "CONTEND_WORKER: %s", file);
        if (low >= 0)
            close(low);
        return fd;
    }
    const struct image image = {"contend-worker", contend_worker_image, contend_worker_image_end};
    return fd = image_open(&image, err);
}
