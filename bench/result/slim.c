#include "bench/result/slim.h"

#include "bench/result/result.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* At first, and for the largest cell: more than that is read as a whole, or not at all. */
enum { WINDOW_BYTES = 4 << 20, WINDOW_MOST = 256 << 20 };

/*
 * Moves what is still needed to the front and reads behind it.  False when there is no more, or
 * reading failed: what is then missing is found out by who reads the whole.
 */
static bool refill(struct slim *s)
{
    if (s->at_end)
        return false;
    size_t kept = (size_t)(s->scan.end - s->scan.at);
    s->text_at += (uint64_t)(s->scan.at - s->text);
    if (kept)
        memmove(s->window, s->scan.at, kept);
    if (kept > s->capacity / 2 && s->capacity < WINDOW_MOST) {
        char *window = realloc(s->window, 2 * s->capacity);
        if (!window)
            return false;
        s->window = window;
        s->capacity *= 2;
    }
    s->text = s->window;
    if (kept == s->capacity)
        return false;
    ssize_t got;
    do
        got = pread(s->fd, s->window + kept, s->capacity - kept, (off_t)(s->text_at + kept));
    while (got < 0 && errno == EINTR);
    s->at_end = got <= 0;
    s->scan = (struct scan){s->window, s->window + kept + (got > 0 ? got : 0)};
    return true;
}

static int take_head(struct slim *s)
{
    struct span key, value;
    bool first = true, ok;
    buf_reset(&s->head);
    ok = scan_take(&s->scan, '{');
    buf_add(&s->head, "{");
    while (ok && scan_member(&s->scan, &first, &key, &ok)) {
        if (span_is(key, "cells") && scan_take(&s->scan, '[')) {
            buf_add(&s->head, "}");
            return s->head.failed ? -1 : 0;
        }
        ok = scan_skip(&s->scan, &value);
        if (ok)
            slim_add_member(&s->head, 1, key, value);
    }
    return -1;
}

int slim_open(struct slim *s, const char *text, size_t length, uint64_t at)
{
    *s = (struct slim){.scan = {text, text + length},
                       .fd = -1,
                       .text = text,
                       .text_at = at,
                       .at_end = true,
                       .first = true};
    return take_head(s);
}

bool slim_take_several(struct scan *s)
{
    struct scan at = *s;
    struct span key, value;
    bool first = true, ok;
    if (!scan_take(&at, '{') || !scan_member(&at, &first, &key, &ok) || !span_is(key, "schema") ||
        !scan_string(&at, &value) || !span_is(value, RESULTS_SCHEMA) ||
        !scan_member(&at, &first, &key, &ok) || !span_is(key, "results") || !scan_take(&at, '['))
        return false;
    *s = at;
    return true;
}

static int take_several(struct slim *s)
{
    return slim_take_several(&s->scan) ? 0 : -1;
}

/* As much is read as it takes to see how it begins. */
static int open_file(struct slim *s, int fd, uint64_t at, int (*take)(struct slim *s))
{
    *s = (struct slim){.fd = fd, .capacity = WINDOW_BYTES, .text_at = at, .first = true};
    s->text = s->window = malloc(s->capacity);
    if (!s->window)
        return -1;
    s->scan = (struct scan){s->window, s->window};
    while (refill(s)) {
        struct scan before = s->scan;
        if (!scan_sees(&s->scan, '{') && s->scan.at < s->scan.end)
            return -1; /* whatever follows, it is no object */
        if (!take(s))
            return 0;
        s->scan = before;
    }
    return -1;
}

int slim_open_file(struct slim *s, int fd, uint64_t at)
{
    return open_file(s, fd, at, take_head);
}

int slim_open_several(struct slim *s, int fd, uint64_t at)
{
    int failed = open_file(s, fd, at, take_several);
    s->is_inner = s->is_first_result = true;
    return failed;
}

int slim_next_result(struct slim *s)
{
    for (;;) {
        struct scan before = s->scan;
        bool first = s->is_first_result, ok;
        bool is_more = scan_item(&s->scan, &first, &ok);
        if (is_more ? !take_head(s) : ok) {
            s->is_first_result = first;
            s->first = true;
            return is_more;
        }
        s->scan = before;
        if (!refill(s))
            return -1;
    }
}

/* Behind the cells: other members, the end of the object, and nothing, or other results. */
static bool take_tail(struct slim *s)
{
    struct span key, value;
    bool first = false, ok;
    buf_add(&s->tail, "{");
    while (scan_member(&s->scan, &first, &key, &ok)) {
        if (span_is(key, "cells") || !scan_skip(&s->scan, &value))
            return false;
        slim_add_member(&s->tail, 1, key, value);
    }
    buf_add(&s->tail, "}");
    if (!ok || s->tail.failed || s->is_inner)
        return ok && !s->tail.failed;
    scan_sees(&s->scan, ' ');
    return s->scan.at == s->scan.end && s->at_end;
}

static int take_next(struct slim *s, struct slim_cell *out)
{
    bool ok;
    slim_cell_reset(out);
    buf_reset(&s->tail);
    if (!scan_item(&s->scan, &s->first, &ok))
        return ok && take_tail(s) ? 0 : -1;
    const char *begin = s->scan.at;
    if (!slim_take_cell(&s->scan, out))
        return -1;
    s->cell_at = s->text_at + (uint64_t)(begin - s->text);
    s->cell_length = (size_t)(s->scan.at - begin);
    return 1;
}

int slim_next(struct slim *s, struct slim_cell *out)
{
    for (;;) {
        struct scan before = s->scan;
        bool first = s->first;
        int got = take_next(s, out);
        if (got >= 0)
            return got;
        s->scan = before;
        s->first = first;
        if (!refill(s))
            return -1;
    }
}

void slim_close(struct slim *s)
{
    buf_release(&s->head);
    buf_release(&s->tail);
    free(s->window);
}
