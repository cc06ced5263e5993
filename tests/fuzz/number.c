/* Numbers of a result's text: the scanner and jansson take the same ones, and find the same value.
 */
/* fuzz: max_len 256 */
/* fuzz: rooms result */
#include "bench/result/scan.h"
#include "tests/fuzz/lib/target.h"

#include <jansson.h>
#include <string.h>

static bool keep(void *to, double value)
{
    *(double *)to = value;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct scan s = {(const char *)data, (const char *)data + size};
    double value = 0;
    bool is_taken = scan_numbers(&s, keep, &value) && !scan_sees(&s, ' ') && s.at == s.end;
    json_t *list = json_loadb((const char *)data, size, 0, NULL);
    size_t count = json_array_size(list);
    const json_t *last = count ? json_array_get(list, count - 1) : NULL;
    /* What the scanner does not take, jansson is asked for: it may well be a number. */
    if (is_taken && (!json_is_array(list) || (last && !json_is_number(last))))
        target_fail("the scanner takes what jansson does not");
    if (is_taken && last && !(json_number_value(last) == value))
        target_fail("%.17g is %.17g to jansson", value, json_number_value(last));
    json_decref(list);
    return 0;
}
