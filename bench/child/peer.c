#include "bench/child/peer.h"

#include "bench/child/child.h"

static int try_it(void *names)
{
    return peer_load(names, NULL) ? 0 : 1;
}

bool peer_is_there(const char *const *names, enum peer_verdict *verdict)
{
    if (*verdict != PEER_UNKNOWN)
        return *verdict == PEER_THERE;
    const struct child_request request = {.what = "the check of a library",
                                          .body = try_it,
                                          .context = (void *)(uintptr_t)names,
                                          .errors = CHILD_OURS};
    const struct child_watch watch = {.timeout_ns = UINT64_C(30000000000)};
    struct child_end end;
    bool is_there = !child_run(&request, &watch, &end, NULL) && child_is_fine(&end);
    *verdict = is_there ? PEER_THERE : PEER_MISSING;
    return is_there;
}
