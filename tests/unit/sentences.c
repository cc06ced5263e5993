/* Sentences: computed from the numbers, hedged where intervals overlap, absent without cells. */
#include "bench/judge/sentences/sentences.h"

#include "tests/draft.h"

/* Six samples around center: their interval at 95 % is the full range, center -/+ spread. */
static void add(struct draft *d, const char *kind, const char *lock, const char *executor,
                int tasks, const char *metric, double center, double spread)
{
    buf_printf(&d->text,
               "%s{\"id\":\"w/%s/%s/tasks=%d,n=%zu\",\"workload\":\"work\",\"workload_kind\":"
               "\"%s\",\"lock\":\"%s\",\"executor\":\"%s\",\"tasks\":%d,\"status\":\"ok\","
               "\"metrics\":{\"%s\":{\"unit\":\"%s\",\"samples\":[%.9g,%.9g,%.9g,%.9g,%.9g,%.9g]"
               "}}}",
               d->cells ? "," : "", lock, executor, tasks, d->cells, kind, lock, executor, tasks,
               metric, strstr(metric, "_ns") ? "ns" : "per_s", center - spread, center, center,
               center, center, center + spread);
    d->cells++;
}

static void check_sentences(struct draft *d, const char *const *expected)
{
    struct result r;
    struct sentences s;
    struct err err = {0};
    buf_add(&d->text, "]}");
    if (!CHECK_MSG(result_parse(&r, "draft", buf_text(&d->text), d->text.len, &err) == 0, "%s",
                   err.text))
        return;
    CHECK_EQ(sentences_of(&s, &r, &err), 0);
    size_t i = 0;
    for (; expected[i] && i < s.count; i++)
        CHECK_EQ((const char *)s.items[i], expected[i]);
    CHECK_MSG(i == s.count && !expected[i], "%zu sentences", s.count);
    sentences_release(&s);
    result_unload(&r);
    buf_release(&d->text);
}

static void nothing_is_said_of_nothing(void)
{
    struct draft d;
    draft_begin(&d, 4);
    check_sentences(&d, (const char *const[]){NULL});
}

static void starting_is_compared_with_a_thread(void)
{
    struct draft d;
    draft_begin(&d, 4);
    add(&d, "startup", "none", "coroutine", 1, "lifecycle_ns", 100, 4);
    add(&d, "startup", "none", "process", 1, "lifecycle_ns", 300000, 9000);
    add(&d, "startup", "none", "thread", 1, "lifecycle_ns", 20000, 600);
    check_sentences(&d, (const char *const[]){
                            "Starting and ending one unit costs 20 us as a thread, 300 us as a "
                            "process (15 times a thread) and 98 ns as a coroutine (1/200 of a "
                            "thread) (work, 1 task; 10th percentiles).",
                            NULL});
}

static void intervals_that_overlap_are_not_called_different(void)
{
    struct draft d;
    draft_begin(&d, 4);
    add(&d, "startup", "none", "thread", 1, "lifecycle_ns", 20000, 3000);
    add(&d, "startup", "none", "process", 1, "lifecycle_ns", 21000, 3000);
    check_sentences(&d, (const char *const[]){"Starting and ending one unit costs 19 us as a "
                                              "thread and 20 us as a process (no difference can "
                                              "be told) (work, 1 task; 10th percentiles).",
                                              NULL});
}

/* Adds a member to the cell added last. */
static void amend(struct draft *d, const char *member)
{
    d->text.data[--d->text.len] = '\0';
    buf_printf(&d->text, ",%s}", member);
}

static void amend_metric(struct draft *d, const char *member)
{
    d->text.len -= 3;
    buf_printf(&d->text, ",%s}}}", member);
}

/* A machine on which others ran nearly all the time: most repetitions took a time slice. */
static void a_start_costs_what_its_fastest_tenth_takes(void)
{
    struct draft d;
    draft_begin(&d, 4);
    add(&d, "startup", "none", "thread", 1, "lifecycle_ns", 3970000, 30000);
    amend_metric(&d, "\"distribution\":{\"n\":90,\"min\":10000,\"p10\":11000,\"p50\":12000,"
                     "\"p90\":4000000,\"p99\":4000000,\"p999\":4000000,\"max\":4000000}");
    add(&d, "startup", "none", "process", 1, "lifecycle_ns", 110000, 0);
    check_sentences(
        &d, (const char *const[]){"Starting and ending one unit costs 11 us (median 4.0 ms) as a "
                                  "thread and 110 us as a process (10 times a thread) (work, 1 "
                                  "task; 10th percentiles).",
                                  NULL});
}

static const char unusable[] = "\"warnings\":[{\"code\":\"unusable\",\"text\":\"t\"}]";
static const char kept_waiting[] = "\"warnings\":[{\"code\":\"kept_waiting\",\"text\":\"t\"}]";

static void where_the_cpu_was_kept_from_a_start_none_is_told(void)
{
    struct draft d;
    draft_begin(&d, 4);
    add(&d, "startup", "none", "thread", 1, "lifecycle_ns", 3970000, 3000);
    amend(&d, kept_waiting);
    add(&d, "startup", "none", "coroutine", 1, "lifecycle_ns", 110, 3);
    check_sentences(
        &d, (const char *const[]){"Starting and ending one unit costs 110 ns as a coroutine "
                                  "(work, 1 task; 10th percentiles).",
                                  "Of 1 cell the start is left out, because others kept the CPU "
                                  "from it.",
                                  NULL});
}

static void add_everything(struct draft *d, bool is_unusable)
{
    static const char *const executors[] = {"serial", "thread", "process", "coroutine"};
    static const char *const locks[] = {"none", "gil"};
    static const int tasks[] = {1, 4};
    static const struct {
        const char *kind, *metric;
    } rows[] = {{"startup", "lifecycle_ns"}, {"io", "makespan_ns"}, {"cpu", "throughput_per_s"}};
    for (size_t k = 0; k < 3; k++)
        for (size_t x = 0; x < 4; x++)
            for (size_t l = 0; l < 2; l++)
                for (size_t t = 0; t < 2; t++) {
                    add(d, rows[k].kind, locks[l], executors[x], tasks[t], rows[k].metric,
                        (double)(1000 * (x + 1) * (l + 1)), 10);
                    if (is_unusable)
                        amend(d, unusable);
                }
}

/* Buggy result: with 77 of 77 cells unusable "threads get 2.9 times as much under gil". */
static void nothing_is_found_in_unusable_cells(void)
{
    struct draft d;
    draft_begin(&d, 4);
    add_everything(&d, true);
    check_sentences(&d, (const char *const[]){"48 of 48 cells are unusable, because others used "
                                              "the CPUs: nothing can be said here.",
                                              NULL});
}

static void a_sentence_rests_on_usable_cells_alone(void)
{
    struct draft d;
    draft_begin(&d, 4);
    add(&d, "startup", "none", "thread", 1, "lifecycle_ns", 20000, 600);
    amend(&d, unusable);
    add(&d, "startup", "none", "process", 1, "lifecycle_ns", 300000, 9000);
    check_sentences(
        &d, (const char *const[]){"Starting and ending one unit costs 300 us as a process (work, "
                                  "1 task; 10th percentiles).",
                                  "1 of 2 cells is unusable, because others used the CPUs: "
                                  "nothing here rests on it.",
                                  NULL});
}

static void waiting_is_held_against_one_after_the_other(void)
{
    struct draft d;
    draft_begin(&d, 4);
    add(&d, "io", "none", "thread", 1, "makespan_ns", 10e6, 10e4);
    add(&d, "io", "none", "thread", 200, "makespan_ns", 20e6, 20e4);
    add(&d, "io", "none", "coroutine", 200, "makespan_ns", 10e6, 10e4);
    check_sentences(&d, (const char *const[]){
                            "200 tasks of work take 2.00 s one after the other (one alone, times "
                            "their number), but 20.0 ms as threads (100 at once) and 10.00 ms as "
                            "coroutines (200 at once): from the first start to the last end.",
                            NULL});
    draft_begin(&d, 4);
    add(&d, "io", "none", "serial", 200, "makespan_ns", 3e9, 3e7);
    add(&d, "io", "none", "coroutine", 200, "makespan_ns", 3.01e9, 3e7);
    check_sentences(&d, (const char *const[]){"200 tasks of work take 3.00 s one after the other, "
                                              "but 3.01 s as coroutines (no gain can be told).",
                                              NULL});
}

static void computing_is_told_with_and_without_the_lock(void)
{
    struct draft d;
    draft_begin(&d, 4);
    static const char *const executors[] = {"thread", "process", "coroutine"};
    static const double rates[3][2] = {{400, 95}, {390, 380}, {100, 100}};
    for (int x = 0; x < 3; x++) {
        add(&d, "cpu", "none", executors[x], 1, "throughput_per_s", 100, 1);
        add(&d, "cpu", "gil", executors[x], 1, "throughput_per_s", 100, 1);
        add(&d, "cpu", "none", executors[x], 4, "throughput_per_s", rates[x][0], 1);
        add(&d, "cpu", "gil", executors[x], 4, "throughput_per_s", rates[x][1], 1);
    }
    check_sentences(&d, (const char *const[]){
                            "Computing work with 4 tasks in place of 1 on 4 CPUs, threads get 4.00 "
                            "times as much done without a lock and 0.950 times as much under gil; "
                            "processes 3.90 and 3.80 times as much; coroutines about as much (1.00 "
                            "times) and about as much (1.00 times).",
                            NULL});
}

static void a_missing_half_leaves_the_sentence_out(void)
{
    struct draft d;
    draft_begin(&d, 4);
    add(&d, "cpu", "none", "thread", 1, "throughput_per_s", 100, 1);
    add(&d, "cpu", "none", "thread", 4, "throughput_per_s", 400, 1);
    add(&d, "cpu", "gil", "thread", 4, "throughput_per_s", 400, 1);
    add(&d, "io", "none", "thread", 200, "makespan_ns", 20e6, 20e4);
    check_sentences(&d, (const char *const[]){NULL});
}

/* Buggy result: nothing at all was said of executors and metrics that are not called like ours. */
static void a_stranger_is_told_of_by_what_it_is(void)
{
    static const char threads[] = "\"lock_traits\":[\"none\"],\"executor_traits\":[\"kernel_"
                                  "units\",\"shared_heap\",\"typical\"]";
    static const char processes[] = "\"lock_traits\":[\"none\"],\"executor_traits\":[\"kernel_"
                                    "units\",\"typical\",\"unheard_of\"]";
    struct draft d;
    draft_begin(&d, 4);
    add(&d, "startup", "free_for_all", "fork_server", 1, "birth_ns", 300000, 9000);
    amend_metric(&d, "\"role\":\"start\"");
    amend(&d, processes);
    add(&d, "startup", "free_for_all", "weaver", 1, "birth_ns", 20000, 600);
    amend_metric(&d, "\"role\":\"start\"");
    amend(&d, threads);
    check_sentences(&d,
                    (const char *const[]){"Starting one unit costs 20 us as a weaver and 300 us "
                                          "as a fork_server (15 times a weaver) (work, 1 task; "
                                          "10th percentiles).",
                                          NULL});
}

static void a_name_is_nothing_where_the_file_says_what_it_is(void)
{
    struct draft d;
    draft_begin(&d, 4);
    add(&d, "startup", "none", "thread", 1, "lifecycle_ns", 20000, 600);
    amend(&d, "\"executor_traits\":[\"kernel_units\",\"typical\"],\"lock_traits\":[\"none\"]");
    check_sentences(&d, (const char *const[]){NULL});
    draft_begin(&d, 4);
    add(&d, "startup", "none", "thread", 1, "lifecycle_ns", 20000, 600);
    amend_metric(&d, "\"role\":\"lifecycle\"");
    amend(&d, "\"executor_traits\":[\"kernel_units\",\"typical\"],\"lock_traits\":[\"exclusive\"]");
    check_sentences(&d, (const char *const[]){NULL});
}

static const struct test tests[] = {
    {"nothing_is_said_of_nothing", nothing_is_said_of_nothing},
    {"starting_is_compared_with_a_thread", starting_is_compared_with_a_thread},
    {"intervals_that_overlap_are_not_called_different",
     intervals_that_overlap_are_not_called_different},
    {"a_start_costs_what_its_fastest_tenth_takes", a_start_costs_what_its_fastest_tenth_takes},
    {"where_the_cpu_was_kept_from_a_start_none_is_told",
     where_the_cpu_was_kept_from_a_start_none_is_told},
    {"nothing_is_found_in_unusable_cells", nothing_is_found_in_unusable_cells},
    {"a_sentence_rests_on_usable_cells_alone", a_sentence_rests_on_usable_cells_alone},
    {"waiting_is_held_against_one_after_the_other", waiting_is_held_against_one_after_the_other},
    {"computing_is_told_with_and_without_the_lock", computing_is_told_with_and_without_the_lock},
    {"a_missing_half_leaves_the_sentence_out", a_missing_half_leaves_the_sentence_out},
    {"a_stranger_is_told_of_by_what_it_is", a_stranger_is_told_of_by_what_it_is},
    {"a_name_is_nothing_where_the_file_says_what_it_is",
     a_name_is_nothing_where_the_file_says_what_it_is},
    {0},
};

TEST_MAIN(tests)
