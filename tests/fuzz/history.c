/* Histories: whatever was read is judged and shown, in each format. */
/* fuzz: max_len 8192 */
/* fuzz: rooms history */
#include "bench/judge/history/history.h"

#include "bench/judge/history/page.h"
#include "tests/fuzz/lib/page_check.h"
#include "tests/fuzz/lib/parse.h"
#include "tests/fuzz/lib/target.h"

#include <string.h>

static void show(const struct history *h, const struct history_tracks *tracks,
                 const struct history_judgements *judged)
{
    static const struct page_style style = {.width = 80, .utf8 = true};
    for (int is_check = 0; is_check < 2; is_check++) {
        struct page p;
        history_page(&p, judged, tracks, h, is_check);
        page_check(&p, &style);
        page_release(&p);
    }
}

static void judge(const struct history *h)
{
    const struct history_request request = {
        .alpha = 0.01, .least_ratio = 0.03, .seed = 1, .newest = HISTORY_NEWEST};
    struct history_tracks tracks = {0};
    struct history_judgements judged = {0};
    struct err err = {0};
    if (history_tracks_of(&tracks, h, NULL, &err) ||
        history_judge(&judged, &tracks, h, &request, &err))
        target_expect_reason("judge", &err);
    else
        show(h, &tracks, &judged);
    history_judgements_release(&judged);
    history_tracks_release(&tracks);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct history h;
    struct err err = {0};
    if (history_parse(&h, "x.jsonl", (const char *)data, size, &err)) {
        target_expect_reason("history", &err);
        return 0;
    }
    /* Each line that is not blank is a point, an acceptance, of a later kind, or warned of. */
    if (h.point_count + h.accept_count > json_array_size(h.lines))
        target_fail("more points than lines");
    judge(&h);
    history_unload(&h);
    return 0;
}
