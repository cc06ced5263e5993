/*
 * What the coroutine runtime costs, by itself: one row a figure, the median of --runs repetitions
 * with the least and the greatest. Each repetition runs in its own process, so that memory is cold
 * where the row says so and one row does not warm up the next.
 *
 *     coro_bench [--runs N] [ROW...]       rows whose names begin with one of the words; all by
 * default
 *     coro_bench --once ROW                one repetition, the values alone: for coro_ratio.py,
 * which runs this in turns with coro_floor.cpp, and with builds of this that lack a service
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/coro/coro.h"
#include "tests/unit/coro_alone.h"

enum { SECOND_NS = 1000000000, MOST_VALUES = 8 };

struct row {
    const char *name;
    const char *unit;
    void (*measure)(double *values, int a, int b); /* fills `columns` values */
    int a, b;
    int columns;
};

static void must(int error, const char *what)
{
    if (error < 0) {
        fprintf(stderr, "%s: %s\n", what, coro_strerror(error));
        exit(1);
    }
}

static struct coro_loop *new_loop(struct coro_config config)
{
    int error;
    struct coro_loop *loop = coro_loop_new(&config, &error);
    must(error, "coro_loop_new");
    return loop;
}

/* CPU time of the one thread there is: what others take of its CPU is no cost of a switch. */
static uint64_t busy_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}

static double busy_since(uint64_t start_ns)
{
    return (double)(busy_now() - start_ns);
}

/* What a cycle costs at the moment: a machine that shares its cores shows it here first. */
static void cycle(double *values, int a, int b)
{
    (void)a, (void)b;
    enum { N = 100000000 };
    uint64_t x = 1, start_ns = busy_now();
    for (int i = 0; i < N; i++)
        __asm__ volatile("" : "+r"(x));
    values[0] = busy_since(start_ns) / N;
}

/* ---- yield ---- */

struct ring {
    uint64_t turns; /* of each task */
};

static int yields(void *arg, uint64_t *value)
{
    (void)value;
    for (uint64_t n = ((struct ring *)arg)->turns; n > 0; n--)
        coro_yield();
    return 0;
}

static void yield(double *values, int tasks, int kind)
{
    struct coro_loop *loop = new_loop((struct coro_config){.stack = (enum coro_stack)kind});
    struct ring ring = {.turns = tasks < 100000 ? 20000000 / (uint64_t)tasks : 30};
    struct ring warm = {.turns = 3};
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < tasks; i++)
            must(coro_spawn(loop, yields, round == 0 ? &warm : &ring, 0, NULL), "coro_spawn");
        uint64_t start_ns = busy_now();
        coro_loop_run(loop, NULL);
        values[0] = busy_since(start_ns) / ((double)ring.turns * tasks);
    }
    coro_loop_free(loop);
}

/* ---- spawn and await ---- */

static int nothing(void *arg, uint64_t *value)
{
    *value = (uintptr_t)arg;
    return 0;
}

static int spawns_and_awaits(void *arg, uint64_t *value)
{
    unsigned flags = *(unsigned *)arg;
    struct coro_loop *loop = coro_loop_self();
    enum { N = 5000000 };
    uint64_t sum = 0, start_ns = busy_now();
    for (uintptr_t i = 0; i < N; i++) {
        struct coro *task;
        struct coro_result result;
        coro_spawn(loop, nothing, (void *)i, flags, &task);
        coro_await(task, &result);
        sum += result.value;
    }
    if (sum != (uint64_t)N * (N - 1) / 2)
        abort();
    *value = (uint64_t)(busy_since(start_ns) * 1000 / N);
    return 0;
}

static void spawn_await(double *values, int flags, int kind)
{
    uint64_t picoseconds = 0;
    unsigned f = (unsigned)flags;
    struct coro_config config = {.stack = (enum coro_stack)kind};
    must(coro_alone(&config, spawns_and_awaits, &f, &picoseconds), "coro_alone");
    values[0] = (double)picoseconds / 1000;
}

static int sleeps_an_hour(void *arg, uint64_t *value)
{
    (void)arg, (void)value;
    return coro_sleep(3600ULL * SECOND_NS);
}

static int spawns_and_cancels(void *arg, uint64_t *value)
{
    unsigned flags = *(unsigned *)arg;
    struct coro_loop *loop = coro_loop_self();
    enum { N = 2000000 };
    uint64_t start_ns = busy_now();
    for (int i = 0; i < N; i++) {
        struct coro *task;
        struct coro_result result;
        coro_spawn(loop, sleeps_an_hour, NULL, flags, &task);
        if (flags == 0)
            coro_yield();
        coro_cancel(loop, task);
        coro_await(task, &result);
        if (result.error != CORO_CANCELLED)
            abort();
    }
    *value = (uint64_t)(busy_since(start_ns) * 1000 / N);
    return 0;
}

static void spawn_sleep_cancel(double *values, int flags, int kind)
{
    uint64_t picoseconds = 0;
    unsigned f = (unsigned)flags;
    struct coro_config config = {.stack = (enum coro_stack)kind};
    must(coro_alone(&config, spawns_and_cancels, &f, &picoseconds), "coro_alone");
    values[0] = (double)picoseconds / 1000;
}

/* ---- channel ---- */

enum { ITEMS = 5000000 };

static int sends(void *arg, uint64_t *value)
{
    (void)value;
    struct coro_chan *chan = arg;
    for (uint64_t i = 0; i < ITEMS; i++)
        coro_send(chan, i);
    return coro_chan_close(chan);
}

static int receives(void *arg, uint64_t *value)
{
    struct coro_chan *chan = arg;
    uint64_t item;
    while (coro_receive(chan, &item) == 0)
        *value += item;
    return 0;
}

static void channel(double *values, int capacity, int kind)
{
    struct coro_loop *loop = new_loop((struct coro_config){.stack = (enum coro_stack)kind});
    struct coro_chan *chan = coro_chan_new(loop, (uint32_t)capacity, NULL);
    struct coro *receiver;
    coro_spawn(loop, receives, chan, 0, &receiver);
    coro_spawn(loop, sends, chan, 0, NULL);
    uint64_t start_ns = busy_now();
    coro_loop_run(loop, NULL);
    values[0] = busy_since(start_ns) / ITEMS;
    coro_chan_free(chan);
    coro_loop_free(loop);
}

static struct coro_chan *there, *back;

static int answers(void *arg, uint64_t *value)
{
    (void)arg, (void)value;
    uint64_t item;
    while (coro_receive(there, &item) == 0)
        coro_send(back, item + 1);
    return 0;
}

static int asks(void *arg, uint64_t *value)
{
    (void)arg, (void)value;
    uint64_t item = 0;
    for (uint64_t i = 0; i < ITEMS; i++) {
        coro_send(there, item);
        coro_receive(back, &item);
    }
    if (item != ITEMS)
        abort();
    return coro_chan_close(there);
}

/* One way of a round trip: every item is a change of task. */
static void channel_ping_pong(double *values, int capacity, int kind)
{
    struct coro_loop *loop = new_loop((struct coro_config){.stack = (enum coro_stack)kind});
    there = coro_chan_new(loop, (uint32_t)capacity, NULL);
    back = coro_chan_new(loop, (uint32_t)capacity, NULL);
    coro_spawn(loop, answers, NULL, 0, NULL);
    coro_spawn(loop, asks, NULL, 0, NULL);
    uint64_t start_ns = busy_now();
    coro_loop_run(loop, NULL);
    values[0] = busy_since(start_ns) / ITEMS / 2;
    coro_chan_free(there);
    coro_chan_free(back);
    coro_loop_free(loop);
}

/* ---- skynet ---- */

static int skynet_node(void *arg, uint64_t *value)
{
    /* The number of the first leaf, and in the low bits the depth left. */
    uintptr_t first = (uintptr_t)arg >> 3, depth = (uintptr_t)arg & 7;
    if (depth == 0) {
        *value = first;
        return 0;
    }
    uintptr_t width = 1;
    for (uintptr_t d = 1; d < depth; d++)
        width *= 10;
    struct coro_loop *loop = coro_loop_self();
    struct coro *children[10];
    for (uintptr_t i = 0; i < 10; i++) {
        uintptr_t child = (first + i * width) << 3 | (depth - 1);
        int error = coro_spawn(loop, skynet_node, (void *)child, CORO_EAGER, &children[i]);
        if (error != 0)
            return error;
    }
    uint64_t sum = 0;
    for (int i = 0; i < 10; i++) {
        struct coro_result result;
        coro_await(children[i], &result);
        sum += result.value;
    }
    *value = sum;
    return 0;
}

static void skynet(double *values, int unused, int kind)
{
    (void)unused;
    uint64_t sum = 0;
    struct coro_config config = {.stack = (enum coro_stack)kind};
    uint64_t start_ns = busy_now();
    must(coro_alone(&config, skynet_node, (void *)(uintptr_t)6, &sum), "coro_alone");
    values[0] = busy_since(start_ns) / 1e6;
    if (sum != 499999500000)
        abort();
}

/* ---- memory ---- */

static double resident_bytes(void)
{
    long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f == NULL || fscanf(f, "%*d %ld", &pages) != 1)
        exit(1);
    fclose(f);
    return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

static double page_table_bytes(void)
{
    char line[128];
    long kib = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        if (sscanf(line, "VmPTE: %ld", &kib) == 1)
            break;
    if (f != NULL)
        fclose(f);
    return (double)kib * 1024;
}

static uint32_t gate;

static int waits_at_gate(void *arg, uint64_t *value)
{
    (void)arg, (void)value;
    return coro_wait(&gate, 0, CORO_FOREVER);
}

static struct coro_config config_of(int kind, int tasks)
{
    (void)tasks;
    return (struct coro_config){.stack = (enum coro_stack)kind,
                                .stack_bytes = kind == CORO_DENSE ? 1024 : 0};
}

static void bytes(double *values, int tasks, int kind)
{
    struct coro_loop *loop = new_loop(config_of(kind, tasks));
    double resident = resident_bytes(), tables = page_table_bytes();
    for (int i = 0; i < tasks; i++)
        must(coro_spawn(loop, waits_at_gate, NULL, 0, NULL), "coro_spawn");
    struct coro_until idle = {.idle = true};
    if (coro_loop_run(loop, &idle) != CORO_STOP_IDLE)
        abort();
    values[0] = (resident_bytes() - resident) / tasks;
    values[1] = (page_table_bytes() - tables) / tasks;
    coro_wake(loop, &gate, UINT32_MAX);
    if (coro_loop_run(loop, NULL) != CORO_STOP_FINISHED)
        abort();
    coro_loop_free(loop);
}

/* ---- sleepers ---- */

struct sleeper {
    uint64_t late_ns;
};

static struct {
    struct coro_loop *loop;
    struct sleeper *sleepers;
    uint32_t tasks;
    bool is_uniform; /* 10 ms to 1 s; else 1 s for all */
    uint64_t early;
} field;

static int sleeps(void *arg, uint64_t *value)
{
    (void)value;
    struct sleeper *me = arg;
    uint64_t i = (uint64_t)(me - field.sleepers);
    uint64_t ns = SECOND_NS;
    if (field.is_uniform)
        ns = 10000000 + (i * UINT64_C(0x9e3779b97f4a7c15) >> 11) % 990000001;
    uint64_t start_ns = coro_now();
    int error = coro_sleep(ns);
    int64_t late_ns = (int64_t)(coro_now() - start_ns - ns);
    if (late_ns < 0)
        field.early++;
    me->late_ns = (uint64_t)late_ns;
    return error;
}

static int spawns_sleepers(void *arg, uint64_t *value)
{
    (void)arg, (void)value;
    for (uint32_t i = 0; i < field.tasks; i++)
        must(coro_spawn(field.loop, sleeps, &field.sleepers[i], 0, NULL), "coro_spawn");
    return 0;
}

static int by_size(const void *a, const void *b)
{
    uint64_t x = ((const struct sleeper *)a)->late_ns, y = ((const struct sleeper *)b)->late_ns;
    return (x > y) - (x < y);
}

enum { UNIFORM = 1 << 4, COALESCED = 1 << 5, PRECISE = 1 << 6 };

/* Columns: wall s, CPU s, lateness p50 and p99 in us, peak MB. */
static void sleepers(double *values, int tasks, int how)
{
    int kind = how & 15;
    struct coro_config config = config_of(kind, tasks);
    config.lateness = (how & COALESCED) != 0 ? CORO_COALESCED
                      : (how & PRECISE) != 0 ? CORO_PRECISE
                                             : CORO_DEFAULT;
    field.loop = new_loop(config);
    field.tasks = (uint32_t)tasks;
    field.is_uniform = (how & UNIFORM) != 0;
    field.sleepers = calloc((size_t)tasks, sizeof *field.sleepers);
    memset(field.sleepers, 1, (size_t)tasks * sizeof *field.sleepers);
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    uint64_t start_ns = coro_now();
    must(coro_spawn(field.loop, spawns_sleepers, NULL, 0, NULL), "coro_spawn");
    if (coro_loop_run(field.loop, NULL) != CORO_STOP_FINISHED)
        abort();
    values[0] = (double)(coro_now() - start_ns) / SECOND_NS;
    getrusage(RUSAGE_SELF, &after);
    values[1] = (double)(after.ru_utime.tv_sec - before.ru_utime.tv_sec + after.ru_stime.tv_sec -
                         before.ru_stime.tv_sec) +
                (double)(after.ru_utime.tv_usec - before.ru_utime.tv_usec + after.ru_stime.tv_usec -
                         before.ru_stime.tv_usec) /
                    1e6;
    if (field.early > 0) {
        fprintf(stderr, "%llu woke early\n", (unsigned long long)field.early);
        abort();
    }
    qsort(field.sleepers, (size_t)tasks, sizeof *field.sleepers, by_size);
    values[2] = (double)field.sleepers[tasks / 2].late_ns / 1000;
    values[3] = (double)field.sleepers[(uint64_t)tasks * 99 / 100].late_ns / 1000;
    values[4] = (double)after.ru_maxrss / 1024;
    coro_loop_free(field.loop);
}

static const struct row rows[] = {
    {"cycle", "ns", cycle, 0, 0, 1},
    {"yield/2", "ns", yield, 2, CORO_GUARDED, 1},
    {"yield/1000", "ns", yield, 1000, CORO_GUARDED, 1},
    {"yield/100000", "ns", yield, 100000, CORO_GUARDED, 1},
    {"yield/2/dense", "ns", yield, 2, CORO_DENSE, 1},
    {"yield/1000/dense", "ns", yield, 1000, CORO_DENSE, 1},
    {"yield/100000/dense", "ns", yield, 100000, CORO_DENSE, 1},
    {"yield/2/compact", "ns", yield, 2, CORO_COMPACT, 1},
    {"yield/1000/compact", "ns", yield, 1000, CORO_COMPACT, 1},
    {"yield/100000/compact", "ns", yield, 100000, CORO_COMPACT, 1},
    {"spawn_await/eager", "ns", spawn_await, CORO_EAGER, CORO_GUARDED, 1},
    {"spawn_await/deferred", "ns", spawn_await, 0, CORO_GUARDED, 1},
    {"spawn_await/eager/compact", "ns", spawn_await, CORO_EAGER, CORO_COMPACT, 1},
    {"spawn_sleep_cancel/eager", "ns", spawn_sleep_cancel, CORO_EAGER, CORO_GUARDED, 1},
    {"spawn_sleep_cancel/deferred", "ns", spawn_sleep_cancel, 0, CORO_GUARDED, 1},
    {"channel/1", "ns", channel, 1, CORO_GUARDED, 1},
    {"channel/1/ping_pong", "ns", channel_ping_pong, 1, CORO_GUARDED, 1},
    {"channel/1024", "ns", channel, 1024, CORO_GUARDED, 1},
    {"channel/1024/compact", "ns", channel, 1024, CORO_COMPACT, 1},
    {"skynet", "ms", skynet, 0, CORO_GUARDED, 1},
    {"skynet/dense", "ms", skynet, 0, CORO_DENSE, 1},
    {"skynet/compact", "ms", skynet, 0, CORO_COMPACT, 1},
    {"bytes/1000000/guarded", "bytes; page tables", bytes, 1000000, CORO_GUARDED, 2},
    {"bytes/1000000/dense", "bytes; page tables", bytes, 1000000, CORO_DENSE, 2},
    {"bytes/1000000/compact", "bytes; page tables", bytes, 1000000, CORO_COMPACT, 2},
#define SLEEPERS(name, tasks, how)                                                                 \
    {                                                                                              \
        "sleepers/" name, "s; CPU s; late p50 us; p99 us; peak MB", sleepers, tasks, how, 5        \
    }
    SLEEPERS("100000/compact", 100000, CORO_COMPACT),
    SLEEPERS("100000/dense", 100000, CORO_DENSE),
    SLEEPERS("100000/guarded", 100000, CORO_GUARDED),
    SLEEPERS("100000/compact/uniform", 100000, CORO_COMPACT | UNIFORM),
    SLEEPERS("100000/guarded/uniform", 100000, CORO_GUARDED | UNIFORM),
    SLEEPERS("100000/compact/uniform/coalesced", 100000, CORO_COMPACT | UNIFORM | COALESCED),
    SLEEPERS("100000/compact/uniform/precise", 100000, CORO_COMPACT | UNIFORM | PRECISE),
    SLEEPERS("1000000/compact", 1000000, CORO_COMPACT),
    SLEEPERS("1000000/dense", 1000000, CORO_DENSE),
    SLEEPERS("1000000/guarded", 1000000, CORO_GUARDED),
    SLEEPERS("1000000/compact/uniform", 1000000, CORO_COMPACT | UNIFORM),
    SLEEPERS("1000000/guarded/uniform", 1000000, CORO_GUARDED | UNIFORM),
};

/* ---- repeating ---- */

static bool run_once(const struct row *row, double *shared)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        row->measure(shared, row->a, row->b);
        _exit(0);
    }
    int status = -1;
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print_row(const struct row *row, int runs, double *shared)
{
    double *all = calloc((size_t)runs * MOST_VALUES, sizeof *all);
    printf("%-36s", row->name);
    for (int run = 0; run < runs; run++) {
        if (!run_once(row, shared)) {
            printf(" failed\n");
            free(all);
            return;
        }
        for (int c = 0; c < row->columns; c++)
            all[c * runs + run] = shared[c];
    }
    for (int c = 0; c < row->columns; c++) {
        double *column = &all[c * runs];
        qsort(column, (size_t)runs, sizeof *column, by_value);
        printf(" %.*f [%.*f-%.*f]", column[0] < 100 ? 2 : 0, column[runs / 2],
               column[0] < 100 ? 2 : 0, column[0], column[0] < 100 ? 2 : 0, column[runs - 1]);
    }
    printf("  %s\n", row->unit);
    free(all);
}

/* A word that is a row's whole name means that row, else all that begin with it. */
static bool is_meant(const struct row *row, const char *word)
{
    if (strcmp(row->name, word) == 0)
        return true;
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
        if (strcmp(rows[r].name, word) == 0)
            return false;
    return strncmp(row->name, word, strlen(word)) == 0;
}

static int measure_once(const char *name)
{
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        if (strcmp(rows[r].name, name) != 0)
            continue;
        double values[MOST_VALUES] = {0};
        rows[r].measure(values, rows[r].a, rows[r].b);
        for (int c = 0; c < rows[r].columns; c++)
            printf("%s%.9g", c > 0 ? " " : "", values[c]);
        printf("\n");
        return 0;
    }
    fprintf(stderr, "--once: there is no row \"%s\"\n", name);
    return 2;
}

int main(int argc, char **argv)
{
    int runs = 7, first = 1;
    if (argc == 3 && strcmp(argv[1], "--once") == 0)
        return measure_once(argv[2]);
    if (argc > 2 && strcmp(argv[1], "--runs") == 0) {
        runs = atoi(argv[2]);
        first = 3;
    }
    if (runs < 1 || runs > 1000) {
        fprintf(stderr, "--runs: 1 to 1000\n");
        return 2;
    }
    double *shared = mmap(NULL, MOST_VALUES * sizeof *shared, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return 3;
    printf("switch %s, %d runs: median [least-greatest]\n", coro_switch_name(), runs);
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        bool is_wanted = first >= argc;
        for (int i = first; i < argc; i++)
            is_wanted |= is_meant(&rows[r], argv[i]);
        if (is_wanted)
            print_row(&rows[r], runs, shared);
    }
    return 0;
}
