#include "bench/result/slim.h"

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
    if (kept)
        memmove(s->window, s->scan.at, kept);
    if (kept > s->capacity / 2 && s->capacity < WINDOW_MOST) {
        char *window = realloc(s->window, 2 * s->capacity);
        if (!window)
            return false;
        s->window = window;
        s->capacity *= 2;
    }
    if (kept == s->capacity)
        return false;
    ssize_t got;
    do
        got = read(s->fd, s->window + kept, s->capacity - kept);
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

int slim_open(struct slim *s, const char *text, size_t length)
{
    *s = (struct slim){.scan = {text, text + length}, .fd = -1, .at_end = true, .first = true};
    return take_head(s);
}

int slim_open_file(struct slim *s, int fd)
{
    *s = (struct slim){.fd = fd, .capacity = WINDOW_BYTES, .first = true};
    s->window = malloc(s->capacity);
    if (!s->window)
        return -1;
    s->scan = (struct scan){s->window, s->window};
    while (refill(s)) {
        struct scan before = s->scan;
        if (!scan_sees(&s->scan, '{') && s->scan.at < s->scan.end)
            return -1; /* whatever follows, it is no object */
        if (!take_head(s))
            return 0;
        s->scan = before;
    }
    return -1;
}

/* Behind the cells: other members, the end of the object, nothing. */
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
    scan_sees(&s->scan, ' ');
    return ok && s->scan.at == s->scan.end && !s->tail.failed;
}

static int take_next(struct slim *s, struct slim_cell *out)
{
    bool ok;
    slim_cell_reset(out);
    buf_reset(&s->tail);
    if (!scan_item(&s->scan, &s->first, &ok))
        return ok && take_tail(s) && s->at_end ? 0 : -1;
    return slim_take_cell(&s->scan, out) ? 1 : -1;
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
