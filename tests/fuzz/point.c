/* Files of runs and duels as points of a history: what is made of one is a line that can be read.
 */
/* fuzz: seeds fixtures/report */
/* fuzz: rooms history */
#include "bench/base/json.h"
#include "bench/judge/history/history.h"
#include "tests/fuzz/lib/target.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct history_origin origin = {.commit_of_tree = "0123abc"};
    struct err err = {0};
    struct history h;
    json_t *point = history_point_parse("x.json", (const char *)data, size, &origin, &err);
    if (!point) {
        target_expect_reason("point", &err);
        return 0;
    }
    char *line = json_dump_text(point, JSON_COMPACT | JSON_REAL_PRECISION(15));
    if (!line || strchr(line, '\n'))
        target_fail("a point is no line");
    if (history_parse(&h, "x.jsonl", line, strlen(line), &err))
        target_fail("a point cannot be read again: %s", err.text);
    if (h.point_count != 1 || h.warnings.len)
        target_fail("%zu points: %s", h.point_count, buf_text(&h.warnings));
    history_unload(&h);
    free(line);
    json_decref(point);
    return 0;
}
