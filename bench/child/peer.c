#include "bench/child/peer.h"

#include "bench/child/child.h"

static bool is_fine(int (*body)(void *), const void *context, enum peer_verdict *verdict)
{
    if (*verdict != PEER_UNKNOWN)
        return *verdict == PEER_THERE;
    const struct child_request request = {.what = "the check of a library",
                                          .body = body,
                                          .context = (void *)(uintptr_t)context,
                                          .errors = CHILD_OURS};
    const struct child_watch watch = {.timeout_ns = UINT64_C(30000000000)};
    struct child_end end;
    bool is_there = !child_run(&request, &watch, &end, NULL) && child_is_fine(&end);
    *verdict = is_there ? PEER_THERE : PEER_MISSING;
    return is_there;
}

static int try_it(void *names)
{
    return peer_load(names, NULL) ? 0 : 1;
}

bool peer_is_there(const char *const *names, enum peer_verdict *verdict)
{
    return is_fine(try_it, names, verdict);
}

static int try_half(void *image)
{
    return peer_open_half(image, NULL) ? 0 : 1;
}

bool peer_half_is_there(const struct image *image, enum peer_verdict *verdict)
{
    return is_fine(try_half, image, verdict);
}
