/* A spinner from the words somebody typed. */
#include "bench/base/units.h"
#include "bench/demo/spinner.h"

#include <stdio.h>
#include <string.h>

static int find_word(const char *const *words, const char *word)
{
    int i = 0;
    while (strcmp(words[i], word))
        i++;
    return i;
}

struct spinner_request spinner_request_of(const char *model, const char *work,
                                          const struct lock *lock, uint64_t duration_ns)
{
    return (struct spinner_request){.model = (enum spinner_model)find_word(spinner_models, model),
                                    .work = work ? (enum slow_kind)find_word(spinner_works, work)
                                                 : SLOW_SLEEP,
                                    .lock = lock,
                                    .duration_ns = duration_ns};
}

int spinner_duration(const char *text, uint64_t *out_ns, struct err *err)
{
    char with_unit[64];
    size_t length = strlen(text);
    bool is_bare = strspn(text, "-+0123456789._") == length;
    int64_t value;
    struct err why = {0};
    snprintf(with_unit, sizeof with_unit, "%.*s%s", (int)sizeof with_unit - 2, text,
             is_bare ? "s" : "");
    if (units_parse("--seconds", with_unit, "ns", 1000000, INT64_C(3600000000000), &value, &why))
        return is_bare ? err_set(err, ERR_USAGE, "--seconds: \"%.32s\" is not within 0.001 to 3600",
                                 text)
                       : err_set(err, why.code, "%s", why.text);
    *out_ns = (uint64_t)value;
    return 0;
}
