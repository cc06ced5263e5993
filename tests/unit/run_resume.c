/* Journals that were edited: what can be gone on with makes a result, and what cannot says why. */
#include "bench/run/resume.h"

#include "tests/test.h"

static const char plan_text[] =
    "{'seed': 1, 'rounds': 3, 'budget_ns': 1000000000, 'task_time_ns': 1000000,"
    " 'timer_slack_ns': 50000, 'timeout_ns': 1000000000, 'cells': ["
    "  {'id': 'spin/none/fake/tasks=2', 'workload': 'spin', 'lock': 'none', 'executor': 'fake',"
    "   'tasks': 2, 'workers': 0, 'placement': 0, 'lock_is_shared': false, 'is_control': false,"
    "   'params': {}, 'lock_params': {}, 'executor_params': {}, 'control': 1, 'batch_ops': 1,"
    "   'batch_count': 1},"
    "  {'id': 'spin/none/fake/tasks=1', 'workload': 'spin', 'lock': 'none', 'executor': 'fake',"
    "   'tasks': 1, 'workers': 0, 'placement': 0, 'lock_is_shared': false, 'is_control': true,"
    "   'params': {}, 'lock_params': {}, 'executor_params': {}, 'control': 1, 'batch_ops': 1,"
    "   'batch_count': 1}]}";

static const char header_text[] =
    "{'schema': 'contend.result/1', 'run': {'id': 'a', 'status': 'partial', 'tool': {}},"
    " 'host': {'hostname': 'h'}}";

/* JSON with the other quotes; what it is to hold in place of a part of it. */
static json_t *json_of(const char *text, const char *part, const char *instead)
{
    char copy[4000];
    const char *at = part ? strstr(text, part) : NULL;
    CHECK_MSG(!part || at, "there is no %s", part ? part : "");
    if (at)
        snprintf(copy, sizeof copy, "%.*s%s%s", (int)(at - text), text, instead, at + strlen(part));
    else
        snprintf(copy, sizeof copy, "%s", text);
    for (char *c = copy; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    json_error_t error = {0};
    json_t *made = json_loads(copy, JSON_REJECT_DUPLICATES, &error);
    CHECK_MSG(made != NULL, "%s: %s", error.text, copy);
    return made;
}

static json_t *first_line(json_t *header, json_t *plan)
{
    return json_pack("{s:s, s:o, s:o}", "schema", "contend.journal/1", "header", header, "plan",
                     plan);
}

static void what_a_result_cannot_be_made_with_is_refused_before_anything_is_measured(void)
{
    static const struct {
        const char *part, *instead, *expected;
    } of_plan[] =
        {
            {"'batch_ops': 1", "'batch_ops': 1000000000000", NULL},
            {"'batch_ops': 1,   'batch_count': 1", "'batch_ops': 1000000000000,'batch_count': 1000",
             "too many"},
            {"'tasks': 1, 'workers'", "'tasks': 2, 'workers'", "is there already"},
            {"'placement': 0", "'placement': 0, 'skip_reason': 'a\\u0007'", NULL},
            {"'placement': 0", "'placement': 0, 'skip_reason': ''", NULL},
        },
      of_header[] = {
          {"'id': 'a', ", "", "\"id\" is missing"},
          {"'hostname': 'h'", "'hostname': 5", "hostname"},
          {"'tool': {}", "'tool': {}, 'warnings': [5]", "warnings"},
          {"contend.result/1", "contend.result/9", "another version"},
      };
    for (size_t i = 0; i < sizeof of_plan / sizeof *of_plan; i++) {
        struct plan plan;
        struct err err = {0};
        json_t *line = first_line(json_of(header_text, NULL, NULL),
                                  json_of(plan_text, of_plan[i].part, of_plan[i].instead));
        int status = resume_header(line, &plan, &err);
        CHECK_MSG(!status == !of_plan[i].expected, "%s: %s", of_plan[i].instead, err.text);
        if (of_plan[i].expected)
            CHECK_MSG(strstr(err.text, of_plan[i].expected) != NULL, "%s", err.text);
        plan_release(&plan);
        json_decref(line);
    }
    for (size_t i = 0; i < sizeof of_header / sizeof *of_header; i++) {
        struct plan plan;
        struct err err = {0};
        json_t *line = first_line(json_of(header_text, of_header[i].part, of_header[i].instead),
                                  json_of(plan_text, NULL, NULL));
        CHECK_EQ(resume_header(line, &plan, &err), -1);
        CHECK_EQ(err.code, ERR_INPUT);
        CHECK_MSG(strstr(err.text, of_header[i].expected) != NULL, "%s", err.text);
        json_decref(line);
    }
}

static const char visit_text[] =
    "{'line': 2, 'cell': 0, 'round': 0, 'id': 'spin/none/fake/tasks=2', 'spent_ns': 5,"
    " 'launches': [{'duration_ns': 10}], 'metrics': {'makespan_ns': {'v': [7], 'h': [8, 2],"
    " 'min': 8, 'max': 9}}}";

static void visits_that_no_result_could_hold_are_named_and_left_out(void)
{
    static const struct {
        const char *part, *instead, *expected;
    } rows[] = {
        {"'v': [7]", "'v': [7]", NULL},
        {"'v': [7]", "'v': [1e300]", "no number within"},
        {"'min': 8", "'min': 10", "goes from 10 to 9"},
        {"'min': 8", "'min': -1", "goes from -1"},
        {"'h': [8, 2]", "'h': []", "goes from"},
        {"'round': 0", "'round': 3", "its round is none of the plan"},
        {"'spent_ns': 5", "'spent_ns': 5, 'error': 6", NULL},
    };
    struct plan plan;
    struct err err = {0};
    json_t *line = first_line(json_of(header_text, NULL, NULL), json_of(plan_text, NULL, NULL));
    if (!CHECK_EQ(resume_header(line, &plan, &err), 0))
        return;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct journal_faults faults = {0};
        struct record *records = records_new(&plan, &err);
        json_t *visits = json_pack("[o]", json_of(visit_text, rows[i].part, rows[i].instead));
        resume_visits(records, &plan, visits, &faults);
        CHECK_EQ(faults.count, rows[i].expected ? 1 : 0);
        CHECK_EQ(records[0].visit_count, rows[i].expected ? 0 : 1);
        if (rows[i].expected)
            CHECK_MSG(strstr(faults.first, rows[i].expected) && strstr(faults.first, "line 2: "),
                      "%s", faults.first);
        json_decref(visits);
        records_free(records, plan.cell_count);
    }
    plan_release(&plan);
    json_decref(line);
}

static void a_bucket_that_is_full_stays_full(void)
{
    struct plan plan;
    struct err err = {0};
    struct journal_faults faults = {0};
    json_t *line = first_line(json_of(header_text, NULL, NULL), json_of(plan_text, NULL, NULL));
    if (!CHECK_EQ(resume_header(line, &plan, &err), 0))
        return;
    struct record *records = records_new(&plan, &err);
    json_t *visits = json_pack("[o, o]", json_of(visit_text, "[8, 2]", "[8, 4294967295]"),
                               json_of(visit_text, "'round': 0", "'round': 1"));
    resume_visits(records, &plan, visits, &faults);
    CHECK_EQ(faults.count, 0);
    int at = metric_index(&records[0].list, "makespan_ns");
    if (CHECK(at >= 0 && records[0].series[at].histogram))
        CHECK_EQ(records[0].series[at].histogram->buckets[histogram_index(8)], UINT32_MAX);
    json_decref(visits);
    records_free(records, plan.cell_count);
    plan_release(&plan);
    json_decref(line);
}

static const struct test tests[] = {
    {"what_a_result_cannot_be_made_with_is_refused_before_anything_is_measured",
     what_a_result_cannot_be_made_with_is_refused_before_anything_is_measured},
    {"visits_that_no_result_could_hold_are_named_and_left_out",
     visits_that_no_result_could_hold_are_named_and_left_out},
    {"a_bucket_that_is_full_stays_full", a_bucket_that_is_full_stays_full},
    {0},
};

TEST_MAIN(tests)
