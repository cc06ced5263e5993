/* Numbers with units: what is read lies in its range, and is read again from its exact form. */
/* fuzz: max_len 128 */
/* fuzz: rooms base */
#include "bench/base/units.h"
#include "bench/base/utf8.h"
#include "tests/fuzz/lib/target.h"

#include <stdio.h>
#include <string.h>

static const char *const units[] = {"ns", "bytes", "count", "ratio", "per_s", NULL};

static void check_whole(struct input *in)
{
    const char *unit = units[input_below(in, 3)];
    int64_t min = (int64_t)input_whole(in), max = (int64_t)input_whole(in), value = 0, again = 0;
    struct err err = {0};
    char text[64];
    if (units_parse("--x", input_text(in), unit, min, max, &value, &err)) {
        target_expect_reason("units", &err);
        return;
    }
    if (value < min || value > max)
        target_fail("%lld lies outside of its range", (long long)value);
    units_format_exact(text, sizeof text, value, unit);
    if (units_parse("--x", text, unit, min, max, &again, &err) || again != value)
        target_fail("%lld %s is %s, which is not read again", (long long)value, unit, text);
}

static void check_ratio(struct input *in)
{
    double value = -1;
    struct err err = {0};
    if (units_parse_ratio("--x", input_text(in), 0, 10, &value, &err))
        target_expect_reason("ratio", &err);
    else if (!(value >= 0 && value <= 10))
        target_fail("%g lies outside of its range", value);
}

static void check_format(struct input *in)
{
    char text[64];
    double value = input_real(in);
    units_format(text, sizeof text, value, input_word(in, units), 1 + (int)input_below(in, 17));
    if (utf8_columns(text) == 0)
        target_fail("%g is shown as nothing", value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in;
    input_open(&in, data, size);
    switch (input_below(&in, 3)) {
    case 0:
        check_whole(&in);
        break;
    case 1:
        check_ratio(&in);
        break;
    default:
        check_format(&in);
    }
    input_close(&in);
    return 0;
}
