#include "bench/run/resume.h"

#include "bench/run/assemble.h"

#include <string.h>

/* As at the end of the run, so that what is wrong is not found out when all is measured. */
static int check_result(const json_t *header, const struct plan *p, struct err *err)
{
    struct result r;
    struct record *records = records_new(p, err);
    if (!records)
        return -1;
    struct err own = {0};
    int failed = assemble_result(&r, header, p, records, &(const struct run_state){0}, &own)
                     ? err_set(err, own.code, "no result can be made with it: %s", own.text)
                     : 0;
    result_unload(&r);
    records_free(records, p->cell_count);
    return failed;
}

int resume_header(const json_t *first, struct plan *out, struct err *err)
{
    const char *schema = json_string_value(json_object_get(first, "schema"));
    const json_t *header = json_object_get(first, "header");
    *out = (struct plan){0};
    if (!schema || strcmp(schema, "contend.journal/1") || !json_is_object(header) ||
        !json_is_object(json_object_get(header, "run")))
        return err_set(err, ERR_INPUT, "not a journal of this version");
    if (plan_from_json(json_object_get(first, "plan"), out, err))
        return -1;
    if (!check_result(header, out, err))
        return 0;
    plan_release(out);
    return -1;
}

void resume_visits(struct record *records, const struct plan *p, const json_t *visits,
                   struct journal_faults *faults)
{
    for (size_t i = 0; i < json_array_size(visits); i++) {
        const json_t *visit = json_array_get(visits, i);
        size_t line = (size_t)json_integer_value(json_object_get(visit, "line"));
        struct err why = {0};
        if (json_integer_value(json_object_get(visit, "round")) >= p->rounds_most)
            journal_fault(faults, line, "its round is none of the plan");
        else if (records_check(records, p->cell_count, visit, &why) ||
                 records_add(records, p->cell_count, visit, &why))
            journal_fault(faults, line, why.text);
    }
}
