/*
 * What the two sides of a duel print, one after the other in two slots: metrics that were taken
 * have a name, a unit and a value for each time that it was printed.
 */
/* fuzz: max_len 2048 */
/* fuzz: rooms duel */
#include "bench/judge/duel/observations.h"
#include "tests/fuzz/lib/target.h"

#include <math.h>
#include <string.h>

static void check(const struct observations *o)
{
    for (size_t i = 0; i < o->metric_count; i++) {
        const struct observed_metric *m = &o->metrics[i];
        if (observations_find(o, m->name) != m)
            target_fail("the metric \"%s\" is there twice", m->name);
        for (int arm = 0; arm < ARM_COUNT; arm++)
            for (size_t slot = 0; slot < o->slot_count; slot++)
                if (isinf(m->values[arm][slot]))
                    target_fail("%s has no value", m->name);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct observations o;
    struct input in;
    struct err err = {0};
    input_open(&in, data, size);
    if (observations_init(&o, &err))
        target_fail("%s", err.text);
    for (int i = 0; i < 4 && err.code == ERR_NONE; i++) {
        const struct sample s = {.output = input_text(&in)};
        if (i % 2 == 0 && observations_add_slot(&o, &err))
            target_fail("%s", err.text);
        if (observe_printed(&o, i % 2 ? ARM_HEAD : ARM_BASE, &s, &err)) {
            if (err.code != ERR_FAILED)
                target_expect_reason("sample", &err);
            if (!err.text[0] || strchr(err.text, '\n'))
                target_fail("it is refused without a word");
        }
    }
    check(&o);
    observations_release(&o);
    input_close(&in);
    return 0;
}
