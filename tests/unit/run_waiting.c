/* When a start is how long others kept the CPU, and when it is what it costs. */
#include "bench/registry.h"
#include "bench/run/derive.h"

#include "tests/test.h"

enum { ROUNDS = 7 };

/* Repetitions of a start: `good` of 20 us, `bad` of 4 ms; others took `share` of the machine. */
struct story {
    uint32_t good, bad;
    double cpu_ns, share;
};

static void put(struct record *r, const char *metric, double value)
{
    static double samples[4][ROUNDS];
    static uint32_t launches[ROUNDS] = {0, 1, 2, 3, 4, 5, 6};
    static size_t used;
    struct series *s = &r->series[metric_index(&r->list, metric)];
    double *mine = samples[used++ % 4];
    for (size_t i = 0; i < ROUNDS; i++)
        mine[i] = value;
    s->samples = mine;
    s->launches = launches;
    s->count = ROUNDS;
}

static bool is_kept_waiting(const struct story *story)
{
    struct cell cell = {.workload = registry_find_workload("noop", NULL),
                        .executor = registry_find_executor("thread", NULL),
                        .lock = registry_find_lock("none", NULL),
                        .tasks = 1};
    static struct histogram h;
    static struct launch_note notes[ROUNDS];
    struct record r = {.cell = &cell, .launches = notes, .launch_count = ROUNDS};
    metric_list_of(cell.workload, cell.workload_params, &r.list);
    r.series = calloc(r.list.count, sizeof *r.series);
    if (!r.series)
        return false;
    histogram_init(&h);
    for (uint32_t i = 0; i < story->good; i++)
        histogram_add(&h, 20000);
    for (uint32_t i = 0; i < story->bad; i++)
        histogram_add(&h, 4000000);
    put(&r, "lifecycle_ns", 4000000);
    put(&r, "lifecycle_cpu_ns", story->cpu_ns);
    put(&r, "lifecycle_others_ratio", story->share);
    r.series[metric_index(&r.list, "lifecycle_ns")].histogram = &h;
    json_t *list = derive_warnings(&r, &(const struct derive_host){0});
    bool found = false;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *w = json_array_get(list, i);
        if (strcmp(json_string_value(json_object_get(w, "code")), "kept_waiting"))
            continue;
        found = true;
        CHECK_CONTAINS(json_string_value(json_object_get(w, "text")),
                       "4.0 ms each, of which 15 us");
    }
    json_decref(list);
    free(r.series);
    return found;
}

static void one_repetition_in_ten_that_was_left_alone_is_enough(void)
{
    CHECK(!is_kept_waiting(&(struct story){11, 89, 15000, 0.9}));
    CHECK(is_kept_waiting(&(struct story){9, 91, 15000, 0.9}));
}

/* An executor whose starts wait for something of their own is no busy machine. */
static void nobody_is_blamed_where_the_cpus_were_idle(void)
{
    CHECK(!is_kept_waiting(&(struct story){0, 100, 15000, 0.05}));
    CHECK(is_kept_waiting(&(struct story){0, 100, 15000, 0.15}));
}

static void a_start_that_computes_all_the_time_did_not_wait(void)
{
    CHECK(!is_kept_waiting(&(struct story){0, 100, 3000000, 0.9}));
}

static const struct test tests[] = {
    {"one_repetition_in_ten_that_was_left_alone_is_enough",
     one_repetition_in_ten_that_was_left_alone_is_enough},
    {"nobody_is_blamed_where_the_cpus_were_idle", nobody_is_blamed_where_the_cpus_were_idle},
    {"a_start_that_computes_all_the_time_did_not_wait",
     a_start_that_computes_all_the_time_did_not_wait},
    {0},
};

TEST_MAIN(tests)
