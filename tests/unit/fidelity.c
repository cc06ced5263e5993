/* The fidelity table: shapes, verdicts, and reasons for what is missing. */
#include "bench/judge/fidelity/fidelity.h"
#include "bench/page/formats.h"
#include "tests/test.h"

static struct buf text;

static void begin(const char *runtime)
{
    buf_reset(&text);
    buf_printf(&text,
               "{\"schema\":\"contend.result/1\",\"run\":{\"id\":\"%s\",\"started_at\":"
               "\"2026-01-31T12:00:00Z\",\"status\":\"partial\",\"command\":[\"x\"],\"seed\":1,"
               "\"tool\":{\"name\":\"x\",\"version\":\"1\",\"runtime\":\"%s\"}},"
               "\"host\":{\"hostname\":\"h\",\"cpus_allowed\":2,\"kernel\":\"k\"},\"cells\":[",
               runtime, runtime);
}

/* A cell with one metric; `more` is put into its metric object. */
static void add_samples(const char *workload, const char *executor, int tasks, const char *params,
                        const char *metric, const char *samples, const char *more)
{
    const char *lock = strcmp(executor, "serial") ? "gil" : "none";
    buf_printf(&text,
               "%s{\"id\":\"%s/%s/%s/tasks=%d,x=%zu\",\"role\":\"measured\",\"workload\":\"%s\","
               "\"workload_kind\":\"cpu\",\"lock\":\"%s\",\"executor\":\"%s\",\"tasks\":%d,"
               "\"workers\":0,\"placement\":\"free\",%s,\"status\":\"ok\",\"warnings\":[],"
               "\"metrics\":{\"%s\":{\"unit\":\"ns\",\"better\":\"lower\",\"nature\":\"noisy\","
               "\"group\":\"latency\",\"definition\":\"d\",\"source\":\"clock\","
               "\"samples\":[%s]%s}}}",
               text.data[text.len - 1] == '[' ? "" : ",", workload, lock, executor, tasks, text.len,
               workload, lock, executor, tasks, params, metric, samples, more);
}

static void add(const char *workload, const char *executor, int tasks, const char *params,
                const char *metric, double value, const char *more)
{
    char sample[32];
    snprintf(sample, sizeof sample, "%.9g", value);
    add_samples(workload, executor, tasks, params, metric, sample, more);
}

static const char plain[] = "\"params\":{},\"lock_params\":{\"interval\":5000000}";

static void end(struct result *out)
{
    struct err err = {0};
    buf_add(&text, "]}");
    if (!CHECK_EQ(result_parse(out, "x.json", buf_text(&text), text.len, &err), 0))
        printf("  %s\n", err.text);
}

static const struct fidelity_row *row(const struct fidelity *f, const char *name)
{
    for (size_t i = 0; i < f->count; i++)
        if (!strcmp(f->rows[i].rule->name, name))
            return &f->rows[i];
    CHECK_MSG(false, "there is no row %s", name);
    return &f->rows[0];
}

static void table_of(struct fidelity *out, const struct result *emulated, const struct result *real)
{
    struct err err = {0};
    CHECK_EQ(fidelity_of(out, emulated, real, 1, &err), 0);
}

/* Two results with the throughput of 1 and 2 threads, and the table of them. */
static void compare_scaling(double a1, double a2, double b1, double b2, struct fidelity *out)
{
    struct result emulated, real;
    begin("contend 1");
    add("spin", "thread", 1, plain, "throughput_per_s", a1, "");
    add("spin", "thread", 2, plain, "throughput_per_s", a2, "");
    end(&emulated);
    begin("cpython 3");
    add("spin", "thread", 1, plain, "throughput_per_s", b1, "");
    add("spin", "thread", 2, plain, "throughput_per_s", b2, "");
    end(&real);
    table_of(out, &emulated, &real);
    result_unload(&emulated);
    result_unload(&real);
}

static void speed_does_not_matter_but_scaling_does(void)
{
    struct fidelity f;
    compare_scaling(1e6, 1e6, 100, 97, &f);
    CHECK_EQ(row(&f, "cpu_threads_2")->verdict, FIDELITY_AGREES);
    CHECK_NEAR(row(&f, "cpu_threads_2")->difference, 1 / 0.97 - 1, 1e-9);
    CHECK_EQ(row(&f, "cpu_threads_2")->emulated_text, "1.000");
    compare_scaling(1e6, 2e6, 100, 97, &f);
    CHECK_EQ(row(&f, "cpu_threads_2")->verdict, FIDELITY_DIFFERS);
    CHECK_EQ(f.counts[FIDELITY_DIFFERS], 1);
}

/* Lock switches of launches between 100 and `most` (median 150) against 195 each time. */
static enum fidelity_verdict verdict_of_spread(int most)
{
    struct result emulated, real;
    struct fidelity f;
    char samples[64];
    begin("contend 1");
    snprintf(samples, sizeof samples, "100,140,150,160,%d", most);
    add_samples("spin", "thread", 2, plain, "handoffs_per_s", samples, "");
    end(&emulated);
    begin("cpython 3");
    add_samples("spin", "thread", 2, plain, "handoffs_per_s", "195,195,195,195,195", "");
    end(&real);
    table_of(&f, &emulated, &real);
    CHECK_NEAR(row(&f, "switches_2_5ms")->emulated.lo, 100, 1e-9);
    CHECK_NEAR(row(&f, "switches_2_5ms")->emulated.hi, most, 1e-9);
    enum fidelity_verdict verdict = row(&f, "switches_2_5ms")->verdict;
    result_unload(&emulated);
    result_unload(&real);
    return verdict;
}

/* Half of them at 100 and half at 200 against 195: the median may be either. */
static void however_many_launches_there_are_they_say_how_far_they_vary(void)
{
    enum { PAIRS = 150 };
    struct result emulated, real;
    struct fidelity f;
    struct buf samples = {0};
    for (size_t i = 0; i < PAIRS; i++)
        buf_printf(&samples, "%s100,200", i ? "," : "");
    begin("contend 1");
    add_samples("spin", "thread", 2, plain, "handoffs_per_s", buf_text(&samples), "");
    end(&emulated);
    begin("cpython 3");
    add_samples("spin", "thread", 2, plain, "handoffs_per_s", "195,195,195,195,195", "");
    end(&real);
    table_of(&f, &emulated, &real);
    CHECK_NEAR(row(&f, "switches_2_5ms")->emulated.lo, 100, 1e-9);
    CHECK_NEAR(row(&f, "switches_2_5ms")->emulated.hi, 200, 1e-9);
    CHECK_EQ(row(&f, "switches_2_5ms")->verdict, FIDELITY_UNDECIDED);
    result_unload(&emulated);
    result_unload(&real);
    buf_release(&samples);
}

static void out_of_tolerance_by_less_than_launches_vary_is_undecided(void)
{
    CHECK_EQ(verdict_of_spread(170), FIDELITY_DIFFERS);
    CHECK_EQ(verdict_of_spread(190), FIDELITY_UNDECIDED);
    CHECK_EQ(verdict_of_spread(230), FIDELITY_UNDECIDED);
}

static void what_is_missing_says_why_and_stays(void)
{
    struct fidelity f;
    size_t rules = 0;
    compare_scaling(1, 1, 1, 1, &f);
    while (fidelity_rules[rules].name)
        rules++;
    CHECK_EQ(f.count, rules);
    CHECK_EQ(f.counts[0] + f.counts[1] + f.counts[2] + f.counts[3], rules);
    CHECK_EQ(f.counts[FIDELITY_MISSING], rules - 1);
    for (size_t i = 0; i < f.count; i++)
        CHECK_MSG((f.rows[i].verdict == FIDELITY_MISSING) == (f.rows[i].reason[0] != '\0'), "%s",
                  f.rows[i].rule->name);
    CHECK_EQ(row(&f, "echo_2")->reason,
             "contend 1: there is no cell mixed/gil/thread/tasks=3,mode=echo");
    CHECK_CONTAINS(row(&f, "slice_p50")->reason, "has no lock_slice_ns");
}

static void base_of_zero_is_missing(void)
{
    struct fidelity f;
    compare_scaling(0, 1, 1, 1, &f);
    CHECK_EQ(row(&f, "cpu_threads_2")->verdict, FIDELITY_MISSING);
    CHECK_CONTAINS(row(&f, "cpu_threads_2")->reason, "nothing to divide by");
}

static void turns_are_counted_in_intervals(void)
{
    static const char spread[] = ",\"distribution\":{\"n\":9,\"min\":1,\"p50\":5100000,"
                                 "\"p90\":6000000,\"p99\":1,\"p999\":1,\"max\":1}";
    struct result emulated, real;
    struct fidelity f;
    begin("contend 1");
    add("spin", "thread", 2, plain, "lock_hold_ns", 1, spread);
    end(&emulated);
    begin("cpython 3");
    add("spin", "thread", 2, plain, "lock_slice_ns", 1, spread);
    end(&real);
    table_of(&f, &emulated, &real);
    CHECK_NEAR(row(&f, "slice_p50")->emulated.center, 1.02, 1e-9);
    CHECK_NEAR(row(&f, "slice_p90")->real.center, 1.2, 1e-9);
    CHECK_EQ(row(&f, "slice_p90")->verdict, FIDELITY_AGREES);
    result_unload(&emulated);
    result_unload(&real);
}

static void cells_are_told_apart_by_interval_mode_and_scope(void)
{
    struct result r;
    char reason[FIDELITY_REASON_MAX];
    begin("contend 1");
    add("spin", "thread", 2, "\"params\":{},\"lock_params\":{\"interval\":1000000}", "m", 1, "");
    add("spin", "thread", 2, plain, "m", 2, "");
    add("spin", "process", 2, "\"params\":{},\"lock_params\":{\"scope\":\"shared\"}", "m", 3, "");
    add("mixed", "thread", 2, "\"params\":{\"mode\":\"echo\"}", "m", 4, "");
    add("mixed", "thread", 3, "\"params\":{}", "m", 5, "");
    end(&r);
    const struct fidelity_cell wanted[] = {
        {.workload = "spin", .executor = "thread", .tasks = 2, .interval_ns = 1000000},
        {.workload = "spin", .executor = "thread", .tasks = 2},
        {.workload = "spin", .executor = "process", .tasks = 2},
        {.workload = "mixed", .executor = "thread", .tasks = 2, .mode = "echo"},
        {.workload = "mixed", .executor = "thread", .tasks = 2, .mode = "sleep"},
        {.workload = "mixed", .executor = "thread", .tasks = 3, .mode = "sleep"},
    };
    static const int found[] = {0, 1, -1, 3, -1, 4};
    for (size_t i = 0; i < 6; i++) {
        const struct result_cell *c = fidelity_find(&r, &wanted[i], reason, sizeof reason);
        CHECK_MSG(c == (found[i] < 0 ? NULL : &r.cells[found[i]]), "cell %zu", i);
    }
    result_unload(&r);
}

/* Milliseconds for: in sequence, 2 threads, 4 threads, 2 processes. */
static enum fidelity_verdict verdict_of_orders(const double *a, const double *b, struct fidelity *f)
{
    static const struct {
        const char *executor;
        int tasks;
    } forms[] = {{"serial", 2}, {"thread", 2}, {"thread", 4}, {"process", 2}};
    struct result results[2];
    for (size_t side = 0; side < 2; side++) {
        begin(side ? "cpython 3" : "contend 1");
        for (size_t i = 0; i < 4; i++)
            add("prime", forms[i].executor, forms[i].tasks, plain, "makespan_ns",
                (side ? b : a)[i] * 1e6, "");
        end(&results[side]);
    }
    table_of(f, &results[0], &results[1]);
    result_unload(&results[0]);
    result_unload(&results[1]);
    return row(f, "prime_order")->verdict;
}

static void the_order_of_four_tolerates_ties(void)
{
    static const double emulated[] = {1519, 1549, 3117, 761}, real[] = {1549, 1540, 3209, 777},
                        turned[] = {700, 1549, 3117, 1500};
    struct fidelity f;
    CHECK_EQ(verdict_of_orders(emulated, real, &f), FIDELITY_AGREES);
    CHECK_EQ(row(&f, "prime_order")->emulated_text, "P<S=2<4");
    CHECK_EQ(verdict_of_orders(turned, real, &f), FIDELITY_DIFFERS);
}

static void a_collapse_is_judged_by_what_both_lose(void)
{
    static const double kept[][3] = {
        /* emulated, real: round trips kept of 1000, and whether that agrees beside one thread */
        {30, 38, FIDELITY_AGREES},
        {20, 200, FIDELITY_DIFFERS},
        {210, 200, FIDELITY_AGREES}};
    for (size_t i = 0; i < 3; i++) {
        struct result results[2];
        struct fidelity f;
        for (size_t side = 0; side < 2; side++) {
            begin(side ? "cpython 3" : "contend 1");
            for (int tasks = 1; tasks <= 2; tasks++)
                add("mixed", "thread", tasks, "\"params\":{\"mode\":\"echo\"}",
                    "io_throughput_per_s", tasks == 1 ? 1000 : kept[i][side], "");
            end(&results[side]);
        }
        table_of(&f, &results[0], &results[1]);
        CHECK_EQ((int)row(&f, "echo_1")->verdict, (int)kept[i][2]);
        result_unload(&results[0]);
        result_unload(&results[1]);
    }
}

/* Rows about what no interpreter here is need nothing of the real side. */
static void a_variant_is_held_against_what_is_known(void)
{
    static const struct {
        double switches;
        enum fidelity_verdict verdict;
    } cases[] = {{70, FIDELITY_AGREES}, {190, FIDELITY_DIFFERS}};
    for (size_t i = 0; i < 2; i++) {
        struct result emulated, real;
        struct fidelity f;
        begin("contend 1");
        add("spin", "thread", 2, plain, "handoffs_per_s", 195, "");
        add("spin", "thread", 2,
            "\"params\":{},\"lock_params\":{\"interval\":5000000,\"forced_switch\":\"off\"}",
            "handoffs_per_s", cases[i].switches, "");
        end(&emulated);
        begin("cpython 3");
        end(&real);
        table_of(&f, &emulated, &real);
        CHECK_EQ(row(&f, "unforced_switches")->verdict, cases[i].verdict);
        CHECK_NEAR(row(&f, "unforced_switches")->emulated.center, cases[i].switches / 195, 1e-9);
        CHECK_CONTAINS(row(&f, "ticks_late")->reason, "no cell mixed/gil_ticks/thread/tasks=2");
        result_unload(&emulated);
        result_unload(&real);
    }
}

static void each_row_has_a_name_of_its_own(void)
{
    for (size_t i = 0; fidelity_rules[i].name; i++) {
        CHECK(i < FIDELITY_ROWS_MAX);
        CHECK(fidelity_rules[i].kind == FIDELITY_VARIANT
                  ? fidelity_rules[i].least < fidelity_rules[i].most
                  : fidelity_rules[i].tolerance > 0);
        for (size_t k = 0; k < i; k++)
            CHECK_MSG(strcmp(fidelity_rules[i].name, fidelity_rules[k].name) != 0, "%s twice",
                      fidelity_rules[i].name);
    }
}

static void every_format_says_the_same(void)
{
    struct fidelity f;
    struct result emulated, real;
    struct err err = {0};
    begin("contend 1");
    add("spin", "thread", 2, plain, "handoffs_per_s", 194.7, "");
    end(&emulated);
    begin("cpython 3");
    add("spin", "thread", 2, plain, "handoffs_per_s", 194.3, "");
    end(&real);
    table_of(&f, &emulated, &real);
    struct page page;
    fidelity_page(&page, &f, &emulated, &real, 1);
    for (size_t i = 0; page_formats[i]; i++) {
        struct buf out = {0};
        bool is_gate = !strcmp(page_formats[i], "github");
        if (!strcmp(page_formats[i], "svg")) /* a table is no picture */
            continue;
        CHECK_MSG(!page_write(&page, page_formats[i], &(struct page_style){0}, &out, &err), "%s",
                  err.text);
        /* GitHub is told what shuts the gate, and the sum. */
        CHECK_CONTAINS(buf_text(&out), is_gate ? "1 agree, " : "agrees");
        CHECK_CONTAINS(buf_text(&out), is_gate ? "32 missing" : "there is no cell");
        if (!strcmp(page_formats[i], "text") || !strcmp(page_formats[i], "markdown"))
            CHECK_CONTAINS(buf_text(&out), "1 agree, 0 differ, 0 undecided, 32 missing");
        buf_release(&out);
    }
    page_release(&page);
    result_unload(&emulated);
    result_unload(&real);
    buf_release(&text);
}

static const struct test tests[] = {
    {"speed_does_not_matter_but_scaling_does", speed_does_not_matter_but_scaling_does},
    {"out_of_tolerance_by_less_than_launches_vary_is_undecided",
     out_of_tolerance_by_less_than_launches_vary_is_undecided},
    {"however_many_launches_there_are_they_say_how_far_they_vary",
     however_many_launches_there_are_they_say_how_far_they_vary},
    {"what_is_missing_says_why_and_stays", what_is_missing_says_why_and_stays},
    {"base_of_zero_is_missing", base_of_zero_is_missing},
    {"turns_are_counted_in_intervals", turns_are_counted_in_intervals},
    {"cells_are_told_apart_by_interval_mode_and_scope",
     cells_are_told_apart_by_interval_mode_and_scope},
    {"the_order_of_four_tolerates_ties", the_order_of_four_tolerates_ties},
    {"a_collapse_is_judged_by_what_both_lose", a_collapse_is_judged_by_what_both_lose},
    {"a_variant_is_held_against_what_is_known", a_variant_is_held_against_what_is_known},
    {"each_row_has_a_name_of_its_own", each_row_has_a_name_of_its_own},
    {"every_format_says_the_same", every_format_says_the_same},
    {0},
};

TEST_MAIN(tests)
