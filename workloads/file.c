/*
 * file: real reads and writes.  An operation writes a block to a file of the task's own, has the
 * device confirm it, reads it back and compares.
 *
 * The file has no name and lies in $TMPDIR (workloads/scratch_file.h), so nothing is left of it. It
 * is written once before: operations overwrite and do not allocate.  What is read was just written
 * and comes from the page cache, as most of what programs read does.
 *
 * A thread or process lets the lock go around these calls.  A regular file cannot be waited for:
 * it is "ready" always and blocks all the same, so an event loop stands still meanwhile, in every
 * program that does not hand such calls to a thread.
 */
#include "bench/contend.h"
#include "workloads/latency_ring.h"
#include "workloads/scratch_file.h"

#include <sys/vfs.h>

enum { SIZE, SYNC };
enum { SYNC_FSYNC, SYNC_FDATASYNC, SYNC_NONE };

static const char *const syncs[] = {"fsync", "fdatasync", "none", NULL};

static const struct param params[] = {
    {.name = "size",
     .unit = "bytes",
     .value = 4096,
     .min = 8,
     .max = 67108864,
     .help = "bytes of a block"},
    {.name = "sync",
     .unit = "count",
     .value = SYNC_FSYNC,
     .max = SYNC_NONE,
     .help = "how a block is confirmed after it was written",
     .choices = syncs},
    {0},
};

enum { WRITE_TIME, SYNC_TIME, READ_TIME, BYTES };

static const struct metric metrics[] = {
    {"file_write_ns", "ns", BETTER_LOWER, NATURE_NOISY, "latency",
     "writing a block, into the page cache"},
    {"file_sync_ns", "ns", BETTER_LOWER, NATURE_NOISY, "latency",
     "from asking the device to confirm a block until it has"},
    {"file_read_ns", "ns", BETTER_LOWER, NATURE_NOISY, "latency",
     "reading a block back, from the page cache"},
    {"file_bytes", "bytes", BETTER_NEUTRAL, NATURE_EXACT, "throughput",
     "bytes written and read in one operation"},
    {0},
};

/* A task's: one writer. Its block to be written and the one read stand behind the desks. */
struct desk {
    _Alignas(CONTEND_LINE_BYTES) int fd;
    uint64_t byte_count;
    struct latency_ring writes;
    struct latency_ring syncs;
    struct latency_ring reads;
};

static struct desk *desk_of(const struct launch *l, uint32_t index)
{
    return (struct desk *)l->workload_shared + index;
}

static size_t block_stride(const int64_t *values)
{
    size_t size = (size_t)values[SIZE];
    return (size + CONTEND_LINE_BYTES - 1) / CONTEND_LINE_BYTES * CONTEND_LINE_BYTES;
}

static size_t shared_bytes(const int64_t *values, uint32_t task_count)
{
    return (sizeof(struct desk) + 2 * block_stride(values)) * task_count;
}

static char *block_of(const struct task *t, bool is_read)
{
    size_t index = 2 * (size_t)t->index + is_read;
    return (char *)desk_of(t->launch, t->launch->task_count) +
           block_stride(t->launch->workload_params) * index;
}

/* ---- Files -------------------------------------------------------------------------- */

static void teardown(struct launch *l)
{
    int *fds = l->workload_state;
    for (uint32_t i = 0; fds && i < l->task_count && fds[i] >= 0; i++)
        close(fds[i]);
    free(fds);
    l->workload_state = NULL;
}

static int make_file(int fd, size_t size, struct err *err)
{
    int failed = posix_fallocate(fd, 0, (off_t)size);
    if (!failed && fsync(fd))
        failed = errno;
    return failed ? err_set(err, ERR_LIMIT, "a file of %zu bytes in \"%s\" (TMPDIR): %s", size,
                            scratch_directory(), strerror(failed))
                  : 0;
}

static int setup(struct launch *l, struct err *err)
{
    int *fds = malloc(sizeof *fds * l->task_count);
    if (!fds)
        return err_set(err, ERR_LIMIT, "no memory for %u descriptors", l->task_count);
    for (uint32_t i = 0; i < l->task_count; i++)
        fds[i] = -1;
    l->workload_state = fds;
    for (uint32_t i = 0; i < l->task_count; i++) {
        fds[i] = scratch_file_open(l->executor->traits & EXECUTOR_FRESH_IMAGE, err);
        if (fds[i] < 0 || make_file(fds[i], (size_t)l->workload_params[SIZE], err)) {
            teardown(l);
            return -1;
        }
    }
    return 0;
}

/* Their numbers go through the shared memory: what setup() keeps, a fresh image has not got. */
static void prepare(struct launch *l)
{
    const int *fds = l->workload_state;
    for (uint32_t i = 0; i < l->task_count; i++)
        desk_of(l, i)->fd = fds[i];
}

/* ---- Operations --------------------------------------------------------------------- */

/* The first reason stays. */
static bool fail(struct task *t, const char *what, int failed)
{
    t->is_failed = 1;
    if (!t->launch->failure[0])
        snprintf(t->launch->failure, sizeof t->launch->failure,
                 "task %u: %s a file in \"%.100s\": %s", t->index, what, scratch_directory(),
                 strerror(failed));
    return false;
}

static bool move_block(struct task *t, char *block, bool is_read)
{
    int fd = desk_of(t->launch, t->index)->fd;
    size_t size = (size_t)task_param(t, SIZE);
    for (size_t done = 0; done < size;) {
        ssize_t moved = is_read ? pread(fd, block + done, size - done, (off_t)done)
                                : pwrite(fd, block + done, size - done, (off_t)done);
        if (moved > 0)
            done += (size_t)moved;
        else if (moved == 0 || errno != EINTR)
            return fail(t, is_read ? "reading" : "writing", moved ? errno : EIO);
    }
    desk_of(t->launch, t->index)->byte_count += size;
    return true;
}

static bool sync_file(struct task *t)
{
    int fd = desk_of(t->launch, t->index)->fd;
    int64_t how = task_param(t, SYNC);
    if (how == SYNC_NONE)
        return true;
    return (how == SYNC_FSYNC ? fsync(fd) : fdatasync(fd)) == 0 || fail(t, "synchronising", errno);
}

/* Without the lock: only numbers of its own task and the file are touched. */
static bool write_and_read(struct task *t)
{
    struct desk *mine = desk_of(t->launch, t->index);
    uint64_t begin_ns = task_now_ns(t);
    if (!move_block(t, block_of(t, false), false))
        return false;
    uint64_t written_ns = task_now_ns(t);
    if (!sync_file(t))
        return false;
    uint64_t synced_ns = task_now_ns(t);
    if (!move_block(t, block_of(t, true), true))
        return false;
    uint64_t read_ns = task_now_ns(t);
    latency_ring_add(&mine->writes, written_ns - begin_ns);
    if (task_param(t, SYNC) != SYNC_NONE)
        latency_ring_add(&mine->syncs, synced_ns - written_ns);
    latency_ring_add(&mine->reads, read_ns - synced_ns);
    return true;
}

/* Differs from that of every other task and operation in its first eight bytes, and all through. */
static void fill_block(struct task *t, uint64_t sequence)
{
    size_t size = (size_t)task_param(t, SIZE);
    char *block = block_of(t, false);
    uint64_t word = (sequence << 24 | t->index) * UINT64_C(0x9e3779b97f4a7c15) + 1;
    memset(block, (int)(word >> 56), size);
    memcpy(block, &word, sizeof word);
}

static uint64_t run(struct task *t, uint64_t op_count)
{
    uint64_t intact = 0;
    for (uint64_t i = 0; i < op_count; i++) {
        fill_block(t, t->batch_count * op_count + i);
        task_release(t);
        bool is_done = write_and_read(t);
        task_acquire(t);
        if (!is_done)
            return 0;
        intact += !memcmp(block_of(t, false), block_of(t, true), (size_t)task_param(t, SIZE));
        task_checkpoint(t);
    }
    return intact;
}

/* Blocks that came back as they were written. */
/* Numbers of statfs(2). */
static const char *file_system_name(int fd)
{
    static const struct {
        long number;
        const char *name;
    } known[] = {{0x01021994, "tmpfs"}, {0xef53, "ext"},      {0x58465342, "xfs"},
                 {0x9123683e, "btrfs"}, {0x6969, "nfs"},      {0x794c7630, "overlayfs"},
                 {0xf2f52010, "f2fs"},  {0x2fc12fc1, "zfs"},  {0x01021997, "9p"},
                 {0x65735546, "fuse"},  {0x858458f6, "ramfs"}};
    struct statfs s;
    if (fstatfs(fd, &s))
        return "unknown file system";
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if ((long)s.f_type == known[i].number)
            return known[i].name;
    return "another file system";
}

static void collect(struct launch *l, struct sink *sink)
{
    const int *fds = l->workload_state;
    double bytes = 0, ops = 0;
    for (uint32_t i = 0; i < l->task_count; i++) {
        const struct desk *desk = desk_of(l, i);
        latency_ring_post(&desk->writes, sink, WRITE_TIME);
        latency_ring_post(&desk->syncs, sink, SYNC_TIME);
        latency_ring_post(&desk->reads, sink, READ_TIME);
        bytes += (double)desk->byte_count;
        ops += (double)desk->reads.seen;
    }
    if (ops > 0)
        sink->value(sink, BYTES, bytes / ops);
    if (l->workload_params[SYNC] == SYNC_NONE)
        sink->absent(sink, SYNC_TIME, "file.sync is none");
    else
        sink->source(sink, SYNC_TIME, file_system_name(fds[0]));
}

static const char *unfit(const struct executor *x, const int64_t *values)
{
    (void)values;
    return x->traits & EXECUTOR_VIRTUAL ? "the executor's clock is simulated, a disk is not" : NULL;
}

const struct workload workload_file = {
    .name = "file",
    .summary = "writes blocks to a file, syncs, reads them back",
    .kind = WORKLOAD_IO,
    .params = params,
    .ops_per_task = 4,
    .metrics = metrics,
    .shared_bytes = shared_bytes,
    .setup = setup,
    .teardown = teardown,
    .prepare = prepare,
    .run = run,
    .expected = expected_op_count,
    .collect = collect,
    .unfit = unfit,
};
