/* What a history has to show, with memory that runs out; what it says is held by tests/golden. */
#include "bench/judge/history/page.h"

#include "tests/unit/page_refused.h"

static struct history history;
static struct history_tracks tracks;
static struct history_judgements all;

static int write_page(const char *format, struct buf *out, struct err *err)
{
    struct page page;
    history_page(&page, &all, &tracks, &history, false);
    int failed = page_write(&page, format, &(struct page_style){.width = 60}, out, err);
    page_release(&page);
    return failed;
}

static void every_refused_allocation_is_said(void)
{
    static const struct history_request request = {
        .alpha = HISTORY_ALPHA, .least_ratio = HISTORY_LEAST_RATIO, .seed = 1};
    struct err err = {0};
    const char *path = TEST_SOURCE_DIR "/tests/fixtures/history/all.jsonl";
    bool ok = !history_load(&history, path, false, &err) &&
              !history_tracks_of(&tracks, &history, "[aw]*", &err) &&
              !history_judge(&all, &tracks, &history, &request, &err);
    /* The document is made by setters that only json_watch_memory() looks at, once a process. */
    if (CHECK_MSG(ok, "%s", err.text))
        check_refusals(write_page, "json");
    history_judgements_release(&all);
    history_tracks_release(&tracks);
    history_unload(&history);
}

static const struct test tests[] = {
    {"every_refused_allocation_is_said", every_refused_allocation_is_said},
    {0},
};
TEST_MAIN(tests)
