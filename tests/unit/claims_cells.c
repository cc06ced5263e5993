/* The claims' cells as ids, suites and command lines; and that every claim is complete. */
#include "bench/judge/claims/cells.h"
#include "tests/test.h"

static const struct claim_cell plain = {.workload = "spin", .executor = "thread", .tasks = "2"};
static const struct claim_cell full = {.workload = "sleep",
                                       .lock = "gil",
                                       .executor = "coroutine",
                                       .tasks = "4cpus",
                                       .params = "duration=10ms,gil.interval=1ms",
                                       .placement = "same",
                                       .probe = "memory",
                                       .ops = 6};
static const struct substitutions swapped = {{{"gil", "mine"}, {"coroutine", "fibre"}}, 2};

static void check_id(const struct claim_cell *c, const struct substitutions *s, long cpus,
                     const char *wanted)
{
    struct buf id = {0};
    claim_cell_id(c, s, cpus, &id);
    CHECK_EQ(buf_text(&id), wanted);
    buf_release(&id);
}

static void cells_are_called_as_the_runner_calls_them(void)
{
    check_id(&plain, NULL, 2, "spin/none/thread/tasks=2");
    check_id(&full, NULL, 2,
             "sleep/gil/coroutine/tasks=8,placement=same,duration=10ms,gil.interval=1ms");
    check_id(&full, &swapped, 16,
             "sleep/mine/fibre/tasks=64,placement=same,duration=10ms,mine.interval=1ms");
}

static void a_suite_has_what_the_cells_need(void)
{
    static const struct claim own = {.name = "own",
                                     .parts = {{.text = "x", .subject = full, .base = plain}}};
    struct claim_list list = {{&own}, 1};
    json_t *suite = claims_suite(&list, &swapped, 2);
    json_t *groups = json_object_get(suite, "groups"), *first = json_array_get(groups, 0);
    CHECK_EQ(json_array_size(groups), 2);
    CHECK_EQ(json_string_value(json_array_get(json_object_get(first, "executors"), 0)), "fibre");
    CHECK_EQ(json_string_value(json_object_get(json_object_get(first, "params"), "mine.interval")),
             "1ms");
    CHECK_EQ(json_string_value(json_array_get(json_object_get(first, "probes"), 0)), "memory");
    CHECK_EQ(json_integer_value(json_object_get(first, "ops")), 6);
    CHECK_EQ(json_array_size(json_object_get(json_array_get(groups, 1), "probes")), 0);
    json_decref(suite);
}

static void a_claim_for_several_cpus_costs_nothing_on_one(void)
{
    static const struct claim own = {
        .name = "own", .needs_cpus = "x", .parts = {{.text = "x", .subject = plain}}};
    struct claim_list list = {{&own}, 1};
    json_t *suite = claims_suite(&list, NULL, 1);
    CHECK_EQ(json_array_size(json_object_get(suite, "groups")), 0);
    json_decref(suite);
}

static void a_command_names_both_cells(void)
{
    static const struct claim_part both = {
        .text = "x",
        .subject = {.workload = "spin", .lock = "gil", .executor = "thread", .tasks = "cpus"},
        .base = {.workload = "spin", .executor = "serial", .tasks = "cpus"}};
    struct buf text = {0};
    const char *file = "./a.so";
    const struct opt_list plugins = {.items = &file, .count = 1};
    claim_part_command(&both, &swapped, &plugins, &text);
    CHECK_CONTAINS(buf_text(&text), "contend run --plugin ./a.so --workload spin "
                                    "--lock mine,none --executor thread,serial --tasks cpus ");
    buf_release(&text);
}

static void substitutions_have_a_form(void)
{
    struct substitutions s = {0};
    struct err err = {0};
    CHECK_EQ(substitutions_add(&s, "gil=mine", &err), 0);
    CHECK_EQ(substitute(&s, "gil"), "mine");
    CHECK_EQ(substitute(&s, "gil_ticks"), "gil_ticks");
    static const char *const wrong[] = {"gil", "=mine", "gil=", ""};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct err no = {0};
        CHECK_MSG(substitutions_add(&s, wrong[i], &no) == -1 && no.code == ERR_USAGE, "%s",
                  wrong[i]);
    }
}

static void claims_are_chosen_by_name_and_number(void)
{
    struct claim_list list;
    const char *items[] = {"convoy,2", "startup"}, *wrong = "conwoy";
    struct opt_list words = {.items = items, .count = 2};
    struct err err = {0};
    CHECK_EQ(claims_choose(&list, &words, &err), 0);
    CHECK_EQ(list.count, 2);
    CHECK_EQ(list.items[0]->name, "startup");
    CHECK_EQ(list.items[1]->name, "convoy");
    words = (struct opt_list){.items = &wrong, .count = 1};
    CHECK_EQ(claims_choose(&list, &words, &err), -1);
    CHECK_CONTAINS(err.text, "did you mean \"convoy\"");
}

/* What every claim must have; new ones are checked by being listed. */
static void every_claim_is_complete(void)
{
    const struct claim *c;
    int before = 0;
    for (size_t i = 0; (c = claim_at(i)) != NULL; i++) {
        CHECK_MSG(c->number > before, "%s: numbers ascend", c->name);
        before = c->number;
        CHECK_MSG(c->sentence[strlen(c->sentence) - 1] == '.', "%s: a sentence", c->name);
        CHECK_MSG(c->where && *c->where, "%s: where it stands", c->name);
        CHECK_MSG(claim_part_count(c) > 0, "%s: has parts", c->name);
        for (size_t k = 0; k < claim_part_count(c); k++) {
            const struct claim_part *p = &c->parts[k];
            bool has_bound = p->above > 0 || p->below > 0;
            bool needs_base = p->effect == EFFECT_RATIO || p->effect == EFFECT_BREAKEVEN;
            CHECK_MSG(has_bound == (p->effect != EFFECT_NEVER), "%s: \"%s\": bounds", c->name,
                      p->text);
            CHECK_MSG(!(p->above > 0 && p->below > 0) || p->above < p->below, "%s: \"%s\"", c->name,
                      p->text);
            CHECK_MSG((p->base.workload != NULL) == needs_base, "%s: \"%s\": base", c->name,
                      p->text);
            CHECK_MSG(p->metric && p->subject.workload && p->subject.executor && p->subject.tasks,
                      "%s: \"%s\": subject", c->name, p->text);
        }
    }
    CHECK_MSG(before > 0, "there are claims");
}

static const struct test tests[] = {
    {"cells_are_called_as_the_runner_calls_them", cells_are_called_as_the_runner_calls_them},
    {"a_suite_has_what_the_cells_need", a_suite_has_what_the_cells_need},
    {"a_claim_for_several_cpus_costs_nothing_on_one",
     a_claim_for_several_cpus_costs_nothing_on_one},
    {"a_command_names_both_cells", a_command_names_both_cells},
    {"substitutions_have_a_form", substitutions_have_a_form},
    {"claims_are_chosen_by_name_and_number", claims_are_chosen_by_name_and_number},
    {"every_claim_is_complete", every_claim_is_complete},
    {0},
};
TEST_MAIN(tests)
