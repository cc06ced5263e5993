/* Files of other programs: what is imported is a result, the same each time. */
/* fuzz: seeds fixtures/import */
/* fuzz: rooms exchange */
#include "bench/exchange/import/import.h"

#include "bench/result/result.h"
#include "tests/fuzz/lib/target.h"

#include <string.h>

static void check(const char *format, const char *text, size_t size)
{
    struct buf once = {0}, twice = {0};
    struct err err = {0};
    struct result r;
    if (import_text("x.json", text, size, format, &once, &err)) {
        target_expect_reason(format ? format : "import", &err);
    } else {
        if (result_parse(&r, "y.json", buf_text(&once), once.len, &err))
            target_fail("what was imported is no result: %s", err.text);
        result_unload(&r);
        if (import_text("x.json", text, size, format, &twice, &err) ||
            strcmp(buf_text(&once), buf_text(&twice)))
            target_fail("it is another result the second time");
    }
    buf_release(&once);
    buf_release(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check(NULL, (const char *)data, size);
    for (size_t i = 0; import_name_at(i); i++)
        check(import_name_at(i), (const char *)data, size);
    return 0;
}
