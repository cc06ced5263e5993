/* What ranks do together, and what rank 0 says of it. */
#include "bench/mpi/measure.h"

#include "bench/base/buf.h"
#include "bench/base/clock.h"
#include "bench/base/file.h"
#include "bench/base/json_make.h"
#include "bench/machine/affinity.h"

#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WORD_BITS = 64, MASK_WORDS = MPI_CPUS / WORD_BITS, STATUS_REFUSED = 3 };

/* Where a rank is, and when it came to be. */
struct place {
    char host[MPI_HOST_MAX];
    char boot[MPI_BOOT_ID];
    uint64_t mask[MASK_WORDS]; /* of the CPUs it may use */
    bool is_beyond;            /* there are more than that has bits: they cannot be told apart */
    int64_t startup_ns;        /* launch to first instruction; below 0: another machine's clock */
    int64_t init_ns;           /* first instruction to the end of MPI_Init */
};

struct ranks {
    int rank, count;
    const struct mpi_request *request;
    struct place *places; /* of rank 0: one a rank */
    struct json_maker out;
};

void mpi_boot_id(char *out)
{
    char text[MPI_BOOT_ID + 8] = "";
    file_read_small("/proc/sys/kernel/random/boot_id", text, sizeof text);
    text[strcspn(text, "\n")] = '\0';
    snprintf(out, MPI_BOOT_ID, "%.36s", text);
}

/* ---- Where they are ------------------------------------------------------------------------- */

static void find_place(struct place *p, uint64_t began_ns, uint64_t inited_ns)
{
    static int cpus[MPI_CPUS];
    const char *at = getenv(MPI_LAUNCHED_AT), *on = getenv(MPI_LAUNCHED_ON);
    *p = (struct place){.startup_ns = -1, .init_ns = (int64_t)(inited_ns - began_ns)};
    gethostname(p->host, sizeof p->host - 1);
    mpi_boot_id(p->boot);
    if (at && on && p->boot[0] && !strcmp(on, p->boot))
        p->startup_ns = (int64_t)(began_ns - strtoull(at, NULL, 10));
    int count = affinity_allowed(cpus, MPI_CPUS);
    for (int i = 0; i < count; i++) {
        p->is_beyond |= cpus[i] >= MPI_CPUS;
        p->mask[cpus[i] % MPI_CPUS / WORD_BITS] |= UINT64_C(1) << cpus[i] % WORD_BITS;
    }
}

static bool is_same_machine(const struct place *a, const struct place *b)
{
    return a->boot[0] && b->boot[0] ? !strcmp(a->boot, b->boot) : !strcmp(a->host, b->host);
}

static unsigned count_cpus(const uint64_t *mask)
{
    unsigned count = 0;
    for (size_t i = 0; i < MASK_WORDS; i++)
        count += (unsigned)__builtin_popcountll(mask[i]);
    return count;
}

/* "0-3,8" of a mask. */
static void add_list(struct buf *out, const uint64_t *mask)
{
    bool first = true;
    for (int cpu = 0; cpu < MPI_CPUS; cpu++) {
        int end = cpu;
        while (end < MPI_CPUS && mask[end / WORD_BITS] >> end % WORD_BITS & 1)
            end++;
        if (end == cpu)
            continue;
        buf_printf(out, end - cpu > 1 ? "%s%d-%d" : "%s%d", first ? "" : ",", cpu, end - 1);
        first = false;
        cpu = end;
    }
}

/*
 * Whether the ranks of a machine have a CPU each: sets that meet are fine where none is bound and
 * there are CPUs for all.  What engines do by themselves where two of their nodes are one machine:
 * each binds its rank to CPU 0, and a barrier takes a thousand times as long.
 */
static bool have_room(const struct ranks *r, struct buf *why)
{
    for (int i = 0; i < r->count; i++) {
        const struct place *a = &r->places[i];
        uint64_t all[MASK_WORDS] = {0};
        if (a->is_beyond) {
            buf_printf(why, "rank %d on %s may use CPUs beyond the %d that can be compared", i,
                       a->host, MPI_CPUS);
            return false;
        }
        unsigned ranks = 0;
        for (int k = 0; k < r->count; k++) {
            const struct place *b = &r->places[k];
            if (!is_same_machine(a, b))
                continue;
            ranks++;
            bool meets = false;
            for (size_t w = 0; w < MASK_WORDS; w++) {
                all[w] |= b->mask[w];
                meets |= k != i && (a->mask[w] & b->mask[w]);
            }
            if (meets && memcmp(a->mask, b->mask, sizeof a->mask) != 0) {
                buf_printf(why, "ranks %d and %d on %s are bound to CPU sets that overlap: ", i, k,
                           a->host);
                add_list(why, a->mask);
                buf_add(why, " and ");
                add_list(why, b->mask);
                return false;
            }
        }
        if (count_cpus(all) >= ranks)
            continue;
        buf_printf(why, "%u ranks on %s share CPU set ", ranks, a->host);
        add_list(why, all);
        return false;
    }
    return true;
}

/* ---- Measuring ------------------------------------------------------------------------------ */

/*
 * Who has nothing to do sleeps: a waiting MPI_Barrier computes, and would take a CPU from whoever
 * is measured.
 */
static void meet_quietly(void)
{
    MPI_Request all;
    int done = 0;
    MPI_Ibarrier(MPI_COMM_WORLD, &all);
    while (MPI_Test(&all, &done, MPI_STATUS_IGNORE), !done)
        clock_sleep_until_ns(clock_now_ns() + 200000);
}

/* A number of rank 0. */
static void say_number(struct ranks *r, const char *key, double value)
{
    if (r->rank == 0)
        json_make_finite(&r->out, key, value);
}

/* Round trips of a byte between rank 0 and that one, after a tenth that nobody counts. */
static double trip_ns(const struct ranks *r, int peer)
{
    int64_t warm = r->request->trips / 10 + 1;
    uint64_t begin_ns = 0;
    char byte = 'x';
    for (int64_t i = -warm; i < r->request->trips; i++) {
        if (i == 0)
            begin_ns = clock_now_ns();
        if (r->rank == 0) {
            MPI_Send(&byte, 1, MPI_CHAR, peer, 0, MPI_COMM_WORLD);
            MPI_Recv(&byte, 1, MPI_CHAR, peer, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        } else {
            MPI_Recv(&byte, 1, MPI_CHAR, 0, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
            MPI_Send(&byte, 1, MPI_CHAR, 0, 0, MPI_COMM_WORLD);
        }
    }
    return (double)(clock_now_ns() - begin_ns) / (double)r->request->trips;
}

/* The first rank that is on this machine, or the first that is on another; 0: there is none. */
static int peer_of(const struct ranks *r, bool elsewhere)
{
    for (int i = 1; i < r->count; i++)
        if (is_same_machine(&r->places[0], &r->places[i]) != elsewhere)
            return i;
    return 0;
}

static void pingpong(struct ranks *r)
{
    static const char *const keys[] = {"pingpong_here_ns", "pingpong_elsewhere_ns"};
    for (int elsewhere = 0; elsewhere < 2; elsewhere++) {
        int peer = r->rank == 0 ? peer_of(r, elsewhere) : 0;
        MPI_Bcast(&peer, 1, MPI_INT, 0, MPI_COMM_WORLD);
        if (peer && (r->rank == 0 || r->rank == peer))
            say_number(r, keys[elsewhere], trip_ns(r, peer));
        meet_quietly();
    }
}

static void barrier(struct ranks *r)
{
    int64_t warm = r->request->trips / 10 + 1;
    uint64_t begin_ns = 0;
    for (int64_t i = -warm; i < r->request->trips; i++) {
        if (i == 0)
            begin_ns = clock_now_ns();
        MPI_Barrier(MPI_COMM_WORLD);
    }
    say_number(r, "barrier_ns", (double)(clock_now_ns() - begin_ns) / (double)r->request->trips);
    meet_quietly();
}

/* Of all ranks the longest, from the barrier on. */
static double longest_ns(uint64_t begin_ns)
{
    uint64_t own_ns = clock_now_ns() - begin_ns, most_ns = 0;
    MPI_Reduce(&own_ns, &most_ns, 1, MPI_UINT64_T, MPI_MAX, 0, MPI_COMM_WORLD);
    return (double)most_ns;
}

static void sleep_together(struct ranks *r)
{
    MPI_Barrier(MPI_COMM_WORLD);
    uint64_t begin_ns = clock_now_ns();
    for (int64_t i = 0; i < r->request->sleeps; i++)
        clock_sleep_until_ns(clock_now_ns() + (uint64_t)r->request->sleep_ns);
    double span_ns = longest_ns(begin_ns);
    say_number(r, "sleep_per_s", (double)r->count * (double)r->request->sleeps / span_ns * 1e9);
    meet_quietly();
}

/* Steps of a generator, each of which needs the one before it. */
static uint64_t spin(uint64_t steps, uint64_t value)
{
    for (uint64_t i = 0; i < steps; i++)
        value = value * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return value;
}

/* So many steps take about as long as was asked for, alone. */
static uint64_t calibrate(const struct ranks *r, uint64_t *sink)
{
    uint64_t steps = 1 << 16, took_ns = 0;
    while (took_ns < 2000000) {
        steps *= 2;
        uint64_t begin_ns = clock_now_ns();
        *sink += spin(steps, *sink);
        took_ns = clock_now_ns() - begin_ns;
    }
    return (uint64_t)((double)steps * (double)r->request->spin_ns / (double)took_ns) + 1;
}

static void compute(struct ranks *r)
{
    uint64_t steps = 0, begin_ns, sink = (uint64_t)r->rank;
    double alone_ns = 0;
    if (r->rank == 0) {
        steps = calibrate(r, &sink);
        begin_ns = clock_now_ns();
        sink += spin(steps, sink);
        alone_ns = (double)(clock_now_ns() - begin_ns);
    }
    meet_quietly();
    MPI_Bcast(&steps, 1, MPI_UINT64_T, 0, MPI_COMM_WORLD);
    MPI_Barrier(MPI_COMM_WORLD);
    begin_ns = clock_now_ns();
    sink += spin(steps, sink);
    double span_ns = longest_ns(begin_ns);
    say_number(r, "spin_alone_per_s", r->rank ? 0 : (double)steps / alone_ns * 1e9);
    say_number(r, "spin_per_s", (double)steps * (double)r->count / span_ns * 1e9);
    say_number(r, "spin_steps", (double)steps);
    uint64_t all = 0;
    MPI_Reduce(&sink, &all, 1, MPI_UINT64_T, MPI_SUM, 0, MPI_COMM_WORLD);
    say_number(r, "spin_sum", (double)(all & 0xffff)); /* nothing of it was left out */
}

/* ---- What is said --------------------------------------------------------------------------- */

static void say_places(struct ranks *r)
{
    json_t *list = json_array();
    for (int i = 0; i < r->count; i++) {
        const struct place *p = &r->places[i];
        struct json_maker o = json_maker_new();
        struct buf cpus = {0};
        add_list(&cpus, p->mask);
        json_make_text(&o, "host", p->host);
        json_make_text(&o, "cpus", buf_text(&cpus));
        if (p->startup_ns >= 0)
            json_make_int(&o, "startup_ns", p->startup_ns);
        json_make_int(&o, "init_ns", p->init_ns);
        json_make_item(&r->out, list, json_made(&o));
        buf_release(&cpus);
    }
    json_make_value(&r->out, "ranks", list);
}

static void say_line(json_t *document)
{
    char *text = document ? json_dumps(document, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;
    if (text)
        printf(MPI_LINE "%s\n", text);
    fflush(stdout);
    free(text);
    json_decref(document);
}

/* Whether it may begin: rank 0 decides, and says why not. */
static bool may_begin(struct ranks *r)
{
    struct buf why = {0};
    int is_fine = 1;
    if (r->rank == 0) {
        bool room = have_room(r, &why);
        is_fine = room || r->request->shares_cpus;
        if (!room)
            json_make_text(&r->out, is_fine ? "overlap" : "refused", buf_text(&why));
    }
    buf_release(&why);
    MPI_Bcast(&is_fine, 1, MPI_INT, 0, MPI_COMM_WORLD);
    return is_fine;
}

int mpi_rank(const struct mpi_request *request, uint64_t began_ns, int argc, char **argv)
{
    struct ranks r = {.request = request, .out = json_maker_new()};
    char version[MPI_MAX_LIBRARY_VERSION_STRING];
    int length;
    MPI_Init(&argc, &argv);
    uint64_t inited_ns = clock_now_ns();
    MPI_Comm_rank(MPI_COMM_WORLD, &r.rank);
    MPI_Comm_size(MPI_COMM_WORLD, &r.count);
    struct place own;
    find_place(&own, began_ns, inited_ns);
    r.places = r.rank ? NULL : calloc((size_t)r.count, sizeof *r.places);
    if (r.rank == 0 && !r.places)
        MPI_Abort(MPI_COMM_WORLD, STATUS_REFUSED);
    MPI_Gather(&own, sizeof own, MPI_BYTE, r.places, sizeof own, MPI_BYTE, 0, MPI_COMM_WORLD);
    MPI_Get_library_version(version, &length);
    version[strcspn(version, ",\n")] = '\0';
    bool is_fine = may_begin(&r);
    if (is_fine) {
        pingpong(&r);
        barrier(&r);
        sleep_together(&r);
        compute(&r);
    }
    if (r.rank == 0) {
        json_make_text(&r.out, "mpi", version);
        say_places(&r);
        say_line(json_made(&r.out));
    } else {
        json_decref(json_made(&r.out));
    }
    free(r.places);
    MPI_Finalize();
    return is_fine ? EXIT_SUCCESS : STATUS_REFUSED;
}
