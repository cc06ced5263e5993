/* Plans as journals hold them: one that is taken is written and read as the same. */
/* fuzz: max_len 2048 */
/* fuzz: rooms plan */
#include "bench/run/plan/plan.h"

#include "bench/base/json.h"
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct plan once, twice;
    struct err err = {0};
    json_t *document = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
    if (!document)
        return 0;
    if (plan_from_json(document, &once, &err)) {
        target_expect_reason("plan", &err);
    } else {
        char *text = text_of(&once);
        json_t *json = json_loads(text, 0, NULL);
        if (plan_from_json(json, &twice, &err))
            target_fail("a plan cannot be read again: %s", err.text);
        char *again = text_of(&twice);
        if (strcmp(text, again))
            target_fail("it is another plan: %s\n%s", text, again);
        free(text);
        free(again);
        json_decref(json);
        plan_release(&once);
        plan_release(&twice);
    }
    json_decref(document);
    return 0;
}
