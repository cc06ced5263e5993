/* Several results: what differs from the first, with intervals, the worst first. */
#include "bench/judge/charts/charts.h"

#include "bench/judge/compare/compare.h"

/* One other result against the first; that they cannot be compared is said, with the reason. */
static int add_against(struct page *p, const struct chart_subject *s, size_t other, struct err *err)
{
    const struct compare_request request = {.filter = s->filter, .tolerance = COMPARE_TOLERANCE};
    const struct compare_side base = {&s->results[0], 1}, head = {&s->results[other], 1};
    struct comparison c = {0};
    struct err why = {0};
    if (!compare_results(&c, &base, &head, &request, &why)) {
        compare_chart(p, &c);
        comparison_release(&c);
        return 0;
    }
    if (why.code == ERR_SYSTEM) {
        *err = why;
        return -1;
    }
    page_say_after(p, "Not compared:", PAGE_SENTENCE, "%s", why.text);
    return 0;
}

static int add(struct page *p, const struct chart_subject *s, struct err *err)
{
    for (size_t i = 1; i < s->result_count; i++)
        if (add_against(p, s, i, err))
            return -1;
    return 0;
}

const struct chart chart_differences = {
    .name = "differences",
    .summary = "what differs from the first result, the worst first",
    .wants = "a second result of the same cells",
    .is_of_all = true,
    .add = add,
};
