#include "bench/run/launch/mailbox.h"

#include "bench/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Above the standard streams, and above where the worker wants it. */
enum { FD_LEAST = 10 };

static struct mailbox *map(int fd, size_t bytes, struct err *err)
{
    void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at != MAP_FAILED)
        return at;
    err_set_sys(err, errno, "mapping the mailbox");
    return NULL;
}

struct mailbox *mailbox_new(struct err *err)
{
    int low = memfd_create("contend mailbox", MFD_CLOEXEC);
    int fd = low < 0 ? -1 : file_raise_fd(low, FD_LEAST);
    int error = errno;
    if (fd < 0 || ftruncate(fd, sizeof(struct mailbox))) {
        err_set_sys(err, fd < 0 ? error : errno, "making the mailbox");
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    struct mailbox *m = map(fd, sizeof *m, err);
    if (m)
        m->fd = fd;
    else
        close(fd);
    return m;
}

void mailbox_free(struct mailbox *m)
{
    if (!m)
        return;
    close(m->fd);
    munmap(m, sizeof *m);
}

/* Where the room begins: at a page of its own. */
static size_t room_at(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return (sizeof(struct mailbox) + page - 1) / page * page;
}

int mailbox_make_room(struct mailbox *m, size_t bytes, void **room, struct err *err)
{
    size_t at = room_at();
    *room = MAP_FAILED;
    if (!ftruncate(m->fd, (off_t)(at + bytes)))
        *room = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, m->fd, (off_t)at);
    if (*room == MAP_FAILED)
        return err_set(err, ERR_LIMIT, "no memory for %zu bytes of what units did: %s", bytes,
                       strerror(errno));
    m->room_bytes = bytes;
    return 0;
}

void mailbox_free_room(struct mailbox *m, void *room)
{
    if (m && m->room_bytes && room)
        munmap(room, m->room_bytes);
}

void *mailbox_room(struct mailbox *m)
{
    return m->room_bytes ? (char *)m + room_at() : NULL;
}

void mailbox_clear(struct mailbox *m)
{
    m->is_done = false;
    m->err = (struct err){0};
    m->launch_count = 0;
    m->op_ns = m->slowdown = 0;
    for (size_t i = 0; i < LAUNCHES_MAX; i++)
        m->excluded[i][0] = '\0';
    for (size_t i = 0; i < METRICS_MAX; i++) {
        struct found *f = &m->found[i];
        for (size_t j = 0; j < LAUNCHES_MAX; j++)
            f->values[j] = NAN;
        f->reason[0] = f->source[0] = '\0';
        f->has_histogram = f->is_failed = false;
    }
}

struct mailbox *mailbox_attach(int fd, struct err *err)
{
    struct stat info;
    if (fstat(fd, &info) || info.st_size < (off_t)sizeof(struct mailbox)) {
        err_set(err, ERR_USAGE, "descriptor %d holds no assignment", fd);
        return NULL;
    }
    return map(fd, (size_t)info.st_size, err);
}

bool mailbox_tell_unmapped(int fd, const struct err *err)
{
    const off_t parent_at = offsetof(struct mailbox, job) + offsetof(struct assignment, parent);
    pid_t parent = 0;
    bool is_done = true;
    return pread(fd, &parent, sizeof parent, parent_at) == sizeof parent && parent == getppid() &&
           pwrite(fd, err, sizeof *err, offsetof(struct mailbox, err)) == sizeof *err &&
           pwrite(fd, &is_done, sizeof is_done, offsetof(struct mailbox, is_done)) ==
               sizeof is_done;
}
