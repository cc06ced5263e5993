/* Files of tolerances: each line that counts is one, with a pattern and a ratio of its range. */
/* fuzz: max_len 1024 */
/* fuzz: rooms duel */
#include "bench/judge/duel/request.h"
#include "tests/fuzz/lib/target.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct duel_tolerances t;
    struct err err = {0};
    size_t lines = 1;
    for (size_t i = 0; i < size; i++)
        lines += data[i] == '\n';
    if (duel_tolerances_parse("tolerances", (const char *)data, size, &t, &err))
        target_expect_reason("tolerances", &err);
    else if (t.count > lines)
        target_fail("%zu tolerances in %zu lines", t.count, lines);
    for (size_t i = 0; i < t.count && err.code == ERR_NONE; i++)
        if (!t.items[i].glob[0] || strpbrk(t.items[i].glob, " \t\r\n") ||
            !(t.items[i].ratio >= 0 && t.items[i].ratio <= 10))
            target_fail("\"%s\" %g", t.items[i].glob, t.items[i].ratio);
    duel_tolerances_release(&t);
    return 0;
}
