/* Tracks, chaining, accepting and verdicts, on histories made in a file of the test's own. */
#include "bench/judge/history/judge.h"
#include "bench/judge/history/page.h"
#include "bench/page/formats.h"
#include "bench/page/sparkline.h"

#include "bench/base/output.h"
#include "bench/base/rng.h"
#include "tests/test.h"

#include <unistd.h>

static char path[] = "/tmp/contend-history-XXXXXX";
static struct buf text;

/* Noise of +-1 % that repeats every 7 points: the same on every machine. */
static double wobble(size_t i)
{
    static const double parts[] = {0.4, -0.9, 0.1, 1.0, -0.3, -0.6, 0.3};
    return 1 + 0.01 * parts[i % 7];
}

static void add_point(size_t commit, const char *anchor, const char *machine, double ratio)
{
    buf_printf(&text,
               "{\"schema\":\"contend.history/1\",\"kind\":\"point\",\"commit\":\"%07zx\","
               "\"anchor\":%s%s%s,\"machine\":\"%s\",\"time\":\"2026-01-01T00:00:00Z\",\"series\":{"
               "\"spin/makespan_ns\":{\"unit\":\"ns\",\"better\":\"lower\",\"ratio\":%.6f,"
               "\"median\":%.6f}}}\n",
               0xabc0000 + commit, anchor ? "\"" : "", anchor ? anchor : "null", anchor ? "\"" : "",
               machine, ratio, 1000 * ratio);
}

static void add_accept(size_t from, size_t to)
{
    buf_printf(&text,
               "{\"schema\":\"contend.history/1\",\"kind\":\"accept\",\"from\":\"%07zx\",\"to\":"
               "\"%07zx\",\"series\":\"spin/*\",\"reason\":\"meant\"}\n",
               0xabc0000 + from, 0xabc0000 + to);
}

struct judged {
    struct history history;
    struct history_tracks tracks;
    struct history_judgements all;
};

/* Judges what was added since the last call. */
static bool judge(struct judged *j)
{
    static const struct history_request request = {
        .alpha = HISTORY_ALPHA, .least_ratio = HISTORY_LEAST_RATIO, .seed = 1};
    struct err err = {0};
    *j = (struct judged){0};
    bool ok = !output_write(path, buf_text(&text), text.len, &err) &&
              !history_load(&j->history, path, false, &err) &&
              !history_tracks_of(&j->tracks, &j->history, NULL, &err) &&
              !history_judge(&j->all, &j->tracks, &j->history, &request, &err);
    buf_reset(&text);
    return test_check(ok, __FILE__, __LINE__, "%s", err.text);
}

static void release(struct judged *j)
{
    history_judgements_release(&j->all);
    history_tracks_release(&j->tracks);
    history_unload(&j->history);
}

static void a_step_names_the_last_good_and_the_first_bad_commit(void)
{
    struct judged j;
    for (size_t i = 0; i < 40; i++)
        add_point(i, "v1", "m", wobble(i) * (i >= 25 ? 1.1 : 1));
    if (!judge(&j))
        return;
    CHECK_EQ(j.all.judged, 1);
    CHECK_EQ(j.all.verdicts[HISTORY_WORSE], 1);
    const struct history_judgement *found = &j.all.items[0];
    if (CHECK_EQ(found->change_count, 1)) {
        CHECK_EQ(found->changes[0].last_good, 24);
        CHECK_EQ(found->changes[0].first_bad, 25);
        CHECK(!found->changes[0].is_drift);
        CHECK_NEAR(found->changes[0].move, log(1.1), 0.01);
        struct buf words = {0};
        history_change_text(&words, found, &found->changes[0]);
        CHECK_CONTAINS(buf_text(&words), "a step at abc0019 (last good abc0018)");
        buf_release(&words);
    }
    release(&j);
}

/* The newest change for the worse of the first series; NULL when there is none. */
static const struct history_change *newest_worse(const struct judged *j)
{
    const struct history_judgement *found = &j->all.items[0];
    for (size_t i = found->change_count; i-- > 0;)
        if (found->changes[i].move > 0)
            return &found->changes[i];
    return NULL;
}

static void a_regression_after_a_larger_improvement_is_worse(void)
{
    static const double levels[][2] = {{0.8, 0.88}, {0.9, 0.9495}, {0.8, 0.85}, {0.5, 0.75}};
    for (size_t k = 0; k < sizeof levels / sizeof *levels; k++) {
        struct judged j;
        for (size_t i = 0; i < 130; i++)
            add_point(i, "v1", "m", wobble(i) * (i < 60 ? 1 : levels[k][i >= 100]));
        if (!judge(&j))
            return;
        CHECK_EQ(j.all.items[0].verdict, HISTORY_WORSE);
        if (CHECK_EQ(j.all.items[0].change_count, 2)) {
            const struct history_change *c = j.all.items[0].changes;
            CHECK(c[0].move < 0 && c[1].move > 0 && !c[1].is_recovered);
            CHECK_EQ(c[0].likely, 60);
            CHECK_EQ(c[1].likely, 100);
            CHECK_EQ(c[1].last_good, 99);
            CHECK_NEAR(c[1].move, log(levels[k][1] / levels[k][0]), 0.01);
        }
        release(&j);
    }
}

static void an_improvement_that_was_lost_again_is_worse(void)
{
    static const size_t lengths[][2] = {{40, 20}, {30, 12}, {60, 10}};
    for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++) {
        struct judged j;
        size_t from = lengths[k][0], to = from + lengths[k][1];
        for (size_t i = 0; i < to + 30; i++)
            add_point(i, "v1", "m", wobble(i) * (i >= from && i < to ? 0.9 : 1));
        if (!judge(&j))
            return;
        CHECK_EQ(j.all.items[0].verdict, HISTORY_WORSE);
        const struct history_change *c = newest_worse(&j);
        if (CHECK(c)) {
            CHECK_EQ(c->likely, to);
            CHECK_EQ(c->last_good, to - 1);
        }
        release(&j);
    }
}

static void the_last_good_commit_lies_before_all_that_is_worse(void)
{
    struct judged j;
    for (size_t i = 0; i < 120; i++)
        add_point(i, "v1", "m", wobble(i) * (i < 50 ? 1 : i < 90 ? 1.06 : 1.13));
    if (!judge(&j))
        return;
    const struct history_change *c = newest_worse(&j);
    if (CHECK(c != NULL)) {
        CHECK_EQ(c->likely, 90);
        CHECK_EQ(c->last_before, 89);
        CHECK_EQ(c->last_good, 49);
        struct buf words = {0};
        history_change_text(&words, &j.all.items[0], c);
        CHECK_CONTAINS(buf_text(&words), "a step at abc005a (last good abc0031)");
        buf_release(&words);
    }
    release(&j);
    /* What was accepted is good. */
    for (size_t i = 0; i < 120; i++)
        add_point(i, "v1", "m", wobble(i) * (i < 50 ? 1 : i < 90 ? 1.06 : 1.13));
    add_accept(50, 50);
    if (!judge(&j))
        return;
    c = newest_worse(&j);
    if (CHECK(c != NULL))
        CHECK_EQ(c->last_good, 89);
    release(&j);
}

static void an_odd_run_right_before_a_step_is_not_the_last_good_commit(void)
{
    struct judged j;
    for (size_t i = 0; i < 60; i++)
        add_point(i, "v1", "m", wobble(i) * (i == 39 ? 1.095 : i < 41 ? 1 : 1.1));
    if (!judge(&j))
        return;
    const struct history_change *c = newest_worse(&j);
    if (CHECK(c != NULL)) {
        CHECK(c->last_good != 39 && c->last_good <= 40);
        CHECK(c->first_bad >= 41);
    }
    release(&j);
}

static void what_came_back_is_recovered_though_it_is_worse_again(void)
{
    struct judged j;
    for (size_t i = 0; i < 140; i++)
        add_point(i, "v1", "m", wobble(i) * (i < 40 || (i >= 70 && i < 110) ? 1 : 1.1));
    if (!judge(&j))
        return;
    CHECK_EQ(j.all.items[0].verdict, HISTORY_WORSE);
    if (CHECK_EQ(j.all.items[0].change_count, 3)) {
        const struct history_change *c = j.all.items[0].changes;
        CHECK(c[0].move > 0 && c[0].is_recovered);
        CHECK(c[1].move < 0);
        CHECK(c[2].move > 0 && !c[2].is_recovered);
        CHECK_EQ(c[2].last_good, 109);
    }
    release(&j);
}

static void what_one_point_alone_says_is_watched(void)
{
    struct judged j;
    /* Two of the newest three are a little high, one very much so. */
    static const double newest[] = {1.022, 1.6, 1.024};
    for (size_t i = 0; i < 60; i++)
        add_point(i, "v1", "m", i < 57 ? wobble(i) : newest[i - 57]);
    if (!judge(&j))
        return;
    const struct history_judgement *found = &j.all.items[0];
    CHECK_EQ(found->verdict, HISTORY_WATCH_IT);
    CHECK_EQ(found->doubt, HISTORY_ONE_POINT);
    CHECK_EQ(found->watch_from, 57);
    release(&j);
    for (size_t i = 0; i < 62; i++)
        add_point(i, "v1", "m", i < 57 ? wobble(i) : i < 60 ? newest[i - 57] : 1.023);
    if (!judge(&j))
        return;
    CHECK_EQ(j.all.items[0].verdict, HISTORY_WORSE); /* five points are enough */
    release(&j);
}

/* Two odd runs in a row; the point before them makes up the number and is as it always was. */
static void what_two_points_say_is_watched_however_quiet_the_series_was(void)
{
    struct judged j;
    for (size_t points = 2; points <= 3; points++) {
        for (size_t i = 0; i < 42 + points - 2; i++)
            add_point(i, "v1", "m", i < 40 ? 1 : 1.5);
        if (!judge(&j))
            return;
        const struct history_judgement *found = &j.all.items[0];
        CHECK_EQ(found->verdict, points < 3 ? HISTORY_WATCH_IT : HISTORY_WORSE);
        if (points < 3) {
            CHECK_EQ(found->doubt, HISTORY_FEW_POINTS);
            CHECK_EQ(found->watch_from, 40);
        }
        release(&j);
    }
}

static void points_that_follow_each_other_are_reckoned_with(void)
{
    struct judged j;
    const struct page_style style = {.width = 100};
    struct page page;
    struct buf shown = {0};
    struct err err = {0};
    /* Slow weeks: a level wanders, and no commit moves it. */
    double level = 0;
    struct rng rng = {12};
    for (size_t i = 0; i < 100; i++) {
        level = 0.8 * level + 0.02 * ((double)(rng_next(&rng) >> 11) * 0x1p-53 - 0.5);
        add_point(i, "v1", "m", exp(level));
    }
    if (!judge(&j))
        return;
    const struct history_judgement *found = &j.all.items[0];
    CHECK(found->verdict != HISTORY_WORSE);
    CHECK_MSG(found->dependence > 0.6 && found->dependence < 1, "%g", found->dependence);
    history_page(&page, &j.all, &j.tracks, &j.history, true);
    CHECK_EQ(page_write(&page, "text", &style, &shown, &err), 0);
    CHECK_CONTAINS(buf_text(&shown), "neighbouring points resemble each other");
    page_release(&page);
    buf_release(&shown);
    release(&j);
}

static void raw_medians_need_a_larger_move(void)
{
    struct judged j;
    for (size_t i = 0; i < 40; i++)
        add_point(i, NULL, "m", wobble(i) * (i >= 25 ? 1.04 : 1));
    if (!judge(&j))
        return;
    CHECK_EQ(j.all.verdicts[HISTORY_WORSE], 0);
    release(&j);
    for (size_t i = 0; i < 40; i++)
        add_point(i, NULL, "m", wobble(i) * (i >= 25 ? 1.2 : 1));
    if (!judge(&j))
        return;
    CHECK_EQ(j.all.verdicts[HISTORY_WORSE], 1);
    CHECK(!j.tracks.items[0].is_anchored);
    release(&j);
}

static void anchors_are_chained_by_a_commit_that_became_one(void)
{
    struct judged j;
    for (size_t i = 0; i < 20; i++)
        add_point(i, "v1", "m", 2 * wobble(i));
    for (size_t i = 20; i < 40; i++)
        add_point(i, "abc0013", "m", wobble(i)); /* commit 19 = 0x13 */
    if (!judge(&j))
        return;
    CHECK_EQ(j.tracks.count, 1);
    const struct track *t = &j.tracks.items[0];
    CHECK_EQ(t->regime_count, 2);
    CHECK_EQ(t->regimes[0].anchor, "abc0013");
    CHECK_EQ(t->point_count, 40);
    CHECK_NEAR(t->regimes[1].shift, -log(2 * wobble(19)), 1e-6);
    CHECK_EQ(j.all.verdicts[HISTORY_STEADY], 1);
    release(&j);
}

static void what_holds_on_one_machine_is_not_carried_to_another(void)
{
    struct judged j;
    for (size_t i = 0; i < 20; i++)
        add_point(i, "v1", "m1", wobble(i));
    for (size_t i = 20; i < 40; i++)
        add_point(i, "abc0013", "m2", 1.5 * wobble(i));
    if (!judge(&j))
        return;
    CHECK_EQ(j.tracks.count, 2);
    CHECK_EQ(j.tracks.items[0].track_count, 2);
    CHECK_EQ(j.all.judged, 2);
    CHECK_EQ(j.all.verdicts[HISTORY_WORSE], 0);
    release(&j);
}

static void a_link_of_one_noisy_commit_is_no_step(void)
{
    struct judged j;
    for (size_t i = 0; i < 20; i++)
        add_point(i, "v1", "m1", wobble(i));
    add_point(19, "v1", "m2", 1.02 * wobble(19)); /* the link itself is 2 % off */
    for (size_t i = 20; i < 40; i++)
        add_point(i, "v1", "m2", wobble(i));
    if (!judge(&j))
        return;
    CHECK_EQ(j.tracks.count, 1);
    CHECK_EQ(j.all.verdicts[HISTORY_WORSE] + j.all.verdicts[HISTORY_BETTER], 0);
    release(&j);
}

static void accepted_drift_is_judged_again_from_there(void)
{
    struct judged j;
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < 60; i++)
            add_point(i, "v1", "m", wobble(i) * (1 + 0.004 * (double)i));
        /* After the accept the drift goes on or stops. */
        for (size_t i = 60; i < 100; i++)
            add_point(i, "v1", "m",
                      wobble(i) * (1.24 + (round == 2 ? 0.01 * (double)(i - 60) : 0)));
        if (round > 0)
            add_accept(0, 60);
        if (!judge(&j))
            return;
        static const enum history_verdict expected[] = {HISTORY_WORSE, HISTORY_ACCEPTED,
                                                        HISTORY_WORSE};
        CHECK_EQ(j.all.items[0].verdict, expected[round]);
        release(&j);
    }
}

static void a_replaced_point_counts_once_and_keeps_its_place(void)
{
    struct judged j;
    for (size_t i = 0; i < 10; i++)
        add_point(i, "v1", "m", 1);
    add_point(4, "v1", "m", 7);
    if (!judge(&j))
        return;
    CHECK_EQ(j.tracks.items[0].point_count, 10);
    CHECK_EQ(j.tracks.commit_count, 10);
    CHECK_NEAR(track_plain_value(&j.tracks.items[0], 4), 7, 1e-9);
    release(&j);
}

/* Buggy: all that stood behind the NUL was lost without a word, for it ended the text. */
static void what_a_crash_made_of_a_line_does_not_hide_the_next(void)
{
    struct history h;
    struct err err = {0};
    add_point(0, NULL, "m", 1);
    buf_add_bytes(&text, "\0\0\0\0\n", 5);
    add_point(1, NULL, "m", 1);
    if (CHECK_EQ(history_parse(&h, "h.jsonl", buf_text(&text), text.len, &err), 0)) {
        CHECK_EQ(h.point_count, 2);
        CHECK(strstr(buf_text(&h.warnings), "line 2 is no JSON") != NULL);
        history_unload(&h);
    }
    buf_reset(&text);
}

static void commits_are_one_when_one_is_the_beginning_of_the_other(void)
{
    CHECK(history_same_commit("0123abcd4567", "0123abcd4567"));
    CHECK(history_same_commit("0123abc", "0123abcd4567"));
    CHECK(!history_same_commit("0123ab", "0123abcd4567"));
    CHECK(!history_same_commit("0123abcd4567+", "0123abcd4567"));
    CHECK(!history_same_commit("release", "release-2"));
    CHECK(history_same_commit("v1", "v1"));
}

static void sparklines_show_the_newest_and_do_not_magnify_noise(void)
{
    struct buf b = {0};
    static const double rising[] = {0, 0, 0, 1, 2, 3, 4, 5, 6, 7};
    sparkline(&b, rising, 10, 8, 0, false);
    CHECK_EQ((const char *)buf_text(&b), "_.-=+*#@");
    buf_reset(&b);
    static const double flat[] = {1.001, 1, 1.0002};
    sparkline(&b, flat, 3, 8, 0.05, false);
    CHECK_EQ((const char *)buf_text(&b), "+==");
    buf_reset(&b);
    static const double gap[] = {0, (double)NAN, 7};
    sparkline(&b, gap, 3, 8, 0, true);
    CHECK_EQ((const char *)buf_text(&b), "▁ █");
    buf_reset(&b);
    sparkline(&b, flat, 0, 8, 0.05, true);
    CHECK_EQ((const char *)buf_text(&b), "");
    buf_release(&b);
}

static const struct test tests[] = {
    {"a_step_names_the_last_good_and_the_first_bad_commit",
     a_step_names_the_last_good_and_the_first_bad_commit},
    {"a_regression_after_a_larger_improvement_is_worse",
     a_regression_after_a_larger_improvement_is_worse},
    {"an_improvement_that_was_lost_again_is_worse", an_improvement_that_was_lost_again_is_worse},
    {"the_last_good_commit_lies_before_all_that_is_worse",
     the_last_good_commit_lies_before_all_that_is_worse},
    {"an_odd_run_right_before_a_step_is_not_the_last_good_commit",
     an_odd_run_right_before_a_step_is_not_the_last_good_commit},
    {"what_came_back_is_recovered_though_it_is_worse_again",
     what_came_back_is_recovered_though_it_is_worse_again},
    {"what_one_point_alone_says_is_watched", what_one_point_alone_says_is_watched},
    {"what_two_points_say_is_watched_however_quiet_the_series_was",
     what_two_points_say_is_watched_however_quiet_the_series_was},
    {"points_that_follow_each_other_are_reckoned_with",
     points_that_follow_each_other_are_reckoned_with},
    {"raw_medians_need_a_larger_move", raw_medians_need_a_larger_move},
    {"anchors_are_chained_by_a_commit_that_became_one",
     anchors_are_chained_by_a_commit_that_became_one},
    {"what_holds_on_one_machine_is_not_carried_to_another",
     what_holds_on_one_machine_is_not_carried_to_another},
    {"a_link_of_one_noisy_commit_is_no_step", a_link_of_one_noisy_commit_is_no_step},
    {"accepted_drift_is_judged_again_from_there", accepted_drift_is_judged_again_from_there},
    {"a_replaced_point_counts_once_and_keeps_its_place",
     a_replaced_point_counts_once_and_keeps_its_place},
    {"what_a_crash_made_of_a_line_does_not_hide_the_next",
     what_a_crash_made_of_a_line_does_not_hide_the_next},
    {"commits_are_one_when_one_is_the_beginning_of_the_other",
     commits_are_one_when_one_is_the_beginning_of_the_other},
    {"sparklines_show_the_newest_and_do_not_magnify_noise",
     sparklines_show_the_newest_and_do_not_magnify_noise},
    {0},
};

int main(int argc, char **argv)
{
    int fd = mkstemp(path);
    if (fd < 0)
        return 1;
    close(fd);
    int status = test_main(tests, argc, argv);
    unlink(path);
    buf_release(&text);
    return status;
}
