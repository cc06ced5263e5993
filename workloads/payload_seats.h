/*
 * Where the tasks of the workload payload sit: in a ring, each with its own object, a place where
 * it is given the next one, and, where the way needs them, a descriptor to either neighbour.
 *
 *   | seats: one a task | desks: one a task: its object | what it is given, or its text |
 *
 * A desk's object is read and written by its task alone, as its own memory would be.  It lies in
 * the launch's mapping because a fresh program image has nothing else.
 */
#ifndef CONTEND_WORKLOADS_PAYLOAD_SEATS_H
#define CONTEND_WORKLOADS_PAYLOAD_SEATS_H

#include "bench/base/err.h"
#include "bench/contend.h"
#include "workloads/object.h"
#include "workloads/scratch_file.h"

#include <sys/mman.h>
#include <sys/socket.h>

enum { PARAM_WAY, PARAM_SIZE };
enum { WAY_POINTER, WAY_SHARED, WAY_FILE, WAY_PIPE, WAY_SOCKET, WAY_JSON, WAY_JSON_PIPE };

static const char *const way_names[] = {"pointer", "shared", "file",      "pipe",
                                        "socket",  "json",   "json_pipe", NULL};

static const struct {
    bool has_descriptors;
    bool is_text;
} ways[] = {
    [WAY_PIPE] = {.has_descriptors = true},
    [WAY_SOCKET] = {.has_descriptors = true},
    [WAY_JSON] = {.is_text = true},
    [WAY_JSON_PIPE] = {.has_descriptors = true, .is_text = true},
};

enum { NO_FD = -1 };

struct seat {
    /* Written by the task before. */
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint32_t given; /* objects, modulo 2^32 */
    struct object *pointer;                              /* with WAY_POINTER */
    /* The owner's. */
    _Alignas(CONTEND_LINE_BYTES) struct object *held;
    int read_fd;  /* from the task before, or NO_FD */
    int write_fd; /* to the next one, or NO_FD */
    uint32_t taken;
    uint64_t round_ns; /* the first task's: of whole rounds */
    uint64_t verify_ns;
    uint64_t verify_count;
    uint64_t handover_count; /* objects given */
    uint64_t copy_count;     /* ... and written anew, here */
    uint64_t byte_count;     /* ... and sent from here */
};

static inline struct seat *seat_of(const struct launch *l, uint32_t index)
{
    return (struct seat *)l->workload_shared + index;
}

static inline struct seat *next_seat(const struct task *t)
{
    return seat_of(t->launch, t->index + 1 == t->launch->task_count ? 0 : t->index + 1);
}

/* ---- Places in memory --------------------------------------------------------------- */

static inline int64_t way_of(const struct launch *l)
{
    return l->workload_params[PARAM_WAY];
}

static inline size_t object_size(const struct launch *l)
{
    return (size_t)l->workload_params[PARAM_SIZE];
}

static inline size_t whole_lines(size_t bytes)
{
    return (bytes + CONTEND_LINE_BYTES - 1) / CONTEND_LINE_BYTES * CONTEND_LINE_BYTES;
}

/* With the length that stands before it. */
static inline size_t text_bytes(const int64_t *values)
{
    return whole_lines(sizeof(uint64_t) + object_text_room((size_t)values[PARAM_SIZE]));
}

static inline size_t object_bytes(const int64_t *values)
{
    return whole_lines((size_t)values[PARAM_SIZE]);
}

/* Beside the object itself: what is given to the task, or the text it reads and writes. */
static inline size_t inbox_bytes(const int64_t *values)
{
    switch (values[PARAM_WAY]) {
    case WAY_SHARED:
        return object_bytes(values);
    case WAY_JSON:
    case WAY_JSON_PIPE:
        return text_bytes(values);
    default:
        return 0;
    }
}

static inline size_t desk_bytes(const int64_t *values)
{
    return object_bytes(values) + inbox_bytes(values);
}

static inline char *desk_of(const struct launch *l, const struct seat *seat)
{
    size_t index = (size_t)(seat - seat_of(l, 0));
    return (char *)seat_of(l, l->task_count) + desk_bytes(l->workload_params) * index;
}

static inline struct object *desk_object(const struct task *t)
{
    return (struct object *)(void *)desk_of(t->launch, seat_of(t->launch, t->index));
}

/* What setup() made, in memory that forked units have a copy of. */
struct way_state {
    char *map; /* the file's, or NULL */
    size_t map_bytes;
    struct {
        int read_fd;
        int write_fd;
    } edges[]; /* one a task: from it to the next one; with descriptors */
};

static inline char *inbox_of(const struct launch *l, const struct seat *seat)
{
    const struct way_state *state = l->workload_state;
    if (way_of(l) == WAY_FILE)
        return state->map + object_bytes(l->workload_params) * (size_t)(seat - seat_of(l, 0));
    return desk_of(l, seat) + object_bytes(l->workload_params);
}

/* ---- Descriptors and files ---------------------------------------------------------- */

static inline void way_close(struct launch *l)
{
    struct way_state *state = l->workload_state;
    if (!state)
        return;
    if (state->map)
        munmap(state->map, state->map_bytes);
    for (uint32_t i = 0; i < l->task_count && ways[way_of(l)].has_descriptors; i++) {
        if (state->edges[i].write_fd == NO_FD)
            break;
        close(state->edges[i].read_fd);
        close(state->edges[i].write_fd);
    }
    free(state);
    l->workload_state = NULL;
}

static inline int open_edges(struct launch *l, struct way_state *state, struct err *err)
{
    /* As task_read() and task_write() want them; a fresh image is given what it does not inherit.
     */
    int flags = (l->executor->wait_io ? O_NONBLOCK : 0) |
                (l->executor->traits & EXECUTOR_FRESH_IMAGE ? 0 : O_CLOEXEC);
    int socket_flags =
        (flags & O_NONBLOCK ? SOCK_NONBLOCK : 0) | (flags & O_CLOEXEC ? SOCK_CLOEXEC : 0);
    bool is_socket = way_of(l) == WAY_SOCKET;
    for (uint32_t i = 0; i < l->task_count; i++) {
        int fds[2];
        if (is_socket ? socketpair(AF_UNIX, SOCK_STREAM | socket_flags, 0, fds) : pipe2(fds, flags))
            return err_set(err, ERR_LIMIT, "%s %u of %u: %s", is_socket ? "socket pair" : "pipe",
                           i + 1, l->task_count, strerror(errno));
        state->edges[i].read_fd = fds[0];
        state->edges[i].write_fd = fds[1];
    }
    return 0;
}

static inline int open_file(struct launch *l, struct way_state *state, struct err *err)
{
    size_t bytes = object_bytes(l->workload_params) * l->task_count;
    int fd = scratch_file_open(false, err);
    if (fd < 0)
        return -1;
    /* Not merely a length: a full disk would be a fault at the first write through the mapping. */
    int failed = posix_fallocate(fd, 0, (off_t)bytes);
    void *map = failed
                    ? MAP_FAILED
                    : mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
    if (!failed && map == MAP_FAILED)
        failed = errno;
    close(fd);
    if (failed)
        return err_set(err, ERR_LIMIT, "a file of %zu bytes in \"%s\" (TMPDIR): %s", bytes,
                       scratch_directory(), strerror(failed));
    state->map = map;
    state->map_bytes = bytes;
    return 0;
}

static inline int way_open(struct launch *l, struct err *err)
{
    struct way_state *state = calloc(1, sizeof *state + sizeof state->edges[0] * l->task_count);
    if (!state)
        return err_set(err, ERR_LIMIT, "no memory for the descriptors of %u tasks", l->task_count);
    for (uint32_t i = 0; i < l->task_count; i++)
        state->edges[i].read_fd = state->edges[i].write_fd = NO_FD;
    l->workload_state = state;
    int failed = 0;
    if (ways[way_of(l)].has_descriptors)
        failed = open_edges(l, state, err);
    else if (way_of(l) == WAY_FILE)
        failed = open_file(l, state, err);
    if (failed)
        way_close(l);
    return failed;
}

/* Their numbers go through the shared memory: what setup() keeps, a fresh image has not got. */
static inline void way_prepare(struct launch *l)
{
    const struct way_state *state = l->workload_state;
    for (uint32_t i = 0; i < l->task_count; i++) {
        uint32_t before = i ? i - 1 : l->task_count - 1;
        seat_of(l, i)->write_fd = state->edges[i].write_fd;
        seat_of(l, i)->read_fd = state->edges[before].read_fd;
    }
}

#endif
