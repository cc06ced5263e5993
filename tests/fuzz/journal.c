/*
 * Journals of runs that were cut: what can be gone on with makes a result that can be read,
 * whatever lines were damaged.
 */
/* fuzz: max_len 8192 */
/* fuzz: rooms run */
#include "bench/run/resume.h"

#include "bench/result/write.h"
#include "bench/run/assemble.h"
#include "tests/fuzz/lib/parse.h"
#include "tests/fuzz/lib/target.h"

#include <string.h>

static void check_result(const json_t *header, const struct plan *plan,
                         const struct record *records)
{
    struct result result, again;
    struct err err = {0};
    struct buf out = {0};
    const struct run_state state = {.rounds = records_rounds(records, plan->cell_count),
                                    .visits = records_visits(records, plan->cell_count),
                                    .duration_ns = 1};
    if (assemble_result(&result, header, plan, records, &state, &err))
        target_fail("a run that is gone on with has no result: %s", err.text);
    if (result_write(&result, &out, &err))
        target_fail("its result cannot be written: %s", err.text);
    target_expect("result", parse_json(&out), buf_text(&out));
    if (result_parse(&again, "x", buf_text(&out), out.len, &err))
        target_fail("its result cannot be read: %s", err.text);
    result_unload(&again);
    result_unload(&result);
    buf_release(&out);
}

static void check_records(const json_t *header, const struct plan *plan, const json_t *visits,
                          struct journal_faults *faults)
{
    struct err err = {0};
    struct record *records = records_new(plan, &err);
    if (!records)
        target_fail("%s", err.text);
    resume_visits(records, plan, visits, faults);
    if (faults->count && !strstr(faults->first, "line "))
        target_fail("a bad line is not named: %s", faults->first);
    check_result(header, plan, records);
    records_free(records, plan->cell_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *header = NULL, *visits = NULL;
    struct journal_faults faults = {0};
    struct err err = {0};
    struct plan plan;
    if (journal_parse("x.journal", (const char *)data, size, &header, &visits, &faults, &err)) {
        target_expect_reason("journal", &err);
    } else if (resume_header(header, &plan, &err)) {
        target_expect_reason("header", &err);
    } else {
        check_records(json_object_get(header, "header"), &plan, visits, &faults);
        plan_release(&plan);
    }
    json_decref(header);
    json_decref(visits);
    return 0;
}
