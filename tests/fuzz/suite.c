/* Suites as files: one that is taken is a plan that is the same when it was written and read. */
/* fuzz: max_len 2048 */
/* fuzz: rooms plan */
#include "bench/run/plan/suite.h"
#include "bench/base/json.h"
#include "bench/run/plan/plan.h"
#include "tests/fuzz/lib/target.h"

#include <stdlib.h>
#include <string.h>

static char *text_of(const struct plan *p)
{
    json_t *json = plan_to_json(p);
    char *text = json_dump_text(json, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(json);
    if (!text)
        target_fail("a plan cannot be written");
    return text;
}

static void check_again(const struct plan *p)
{
    struct plan again;
    struct err err = {0};
    json_t *json = plan_to_json(p);
    if (plan_from_json(json, &again, &err))
        target_fail("a plan cannot be read again: %s", err.text);
    char *a = text_of(p), *b = text_of(&again);
    if (strcmp(a, b))
        target_fail("it is another plan: %s\n%s", a, b);
    free(a);
    free(b);
    plan_release(&again);
    json_decref(json);
}

/* What a few words can ask for takes longer than a fuzzer waits. */
static bool is_small(const json_t *suite)
{
    static const char *const lists[] = {"workloads", "locks", "executors", "tasks", "placements"};
    static const size_t defaults[] = {0, 2, 16, 4, 1};
    const size_t most = 2000;
    size_t all = 0, i;
    json_t *group;
    json_array_foreach(json_object_get(suite, "groups"), i, group)
    {
        size_t cells = 1;
        for (size_t k = 0; k < sizeof lists / sizeof *lists && cells <= most; k++) {
            size_t asked = json_array_size(json_object_get(group, lists[k]));
            cells *= asked ? asked : defaults[k];
        }
        all += cells;
        if (all > most)
            return false;
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = {0};
    json_t *document = suite_read("suite.json", (const char *)data, size, &err);
    if (!document) {
        target_expect_reason("suite", &err);
        return 0;
    }
    struct plan_request request;
    struct plan plan;
    plan_request_init(&request);
    request.suite = "suite.json";
    request.document = document;
    request.seed = 1;
    if (!is_small(document)) {
        ;
    } else if (plan_build(&request, &plan, &err)) {
        target_expect_reason("plan", &err);
    } else {
        check_again(&plan);
        plan_release(&plan);
    }
    json_decref(document);
    return 0;
}
