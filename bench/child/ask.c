#include "bench/child/ask.h"

#include "bench/child/child.h"

#include <string.h>

/* What does not fit is no reason to end it: the first line does, or is cut. */
static bool keep(void *text, const char *bytes, size_t length)
{
    child_keep_text(text, bytes, length);
    return true;
}

bool child_ask(const char *const *argv, uint64_t timeout_ns, char *out, size_t size)
{
    struct child_text text = {.text = out, .size = size};
    const struct child_request request = {
        .what = argv[0],
        .program = argv[0],
        .argv = (char *const *)(uintptr_t)argv,
        .out = CHILD_PIPE,
    };
    const struct child_watch watch = {
        .timeout_ns = timeout_ns, .on_output = keep, .context = &text};
    struct child_end end;
    out[0] = '\0';
    if (child_run(&request, &watch, &end, NULL) || !child_is_fine(&end))
        out[0] = '\0';
    out[strcspn(out, "\n")] = '\0';
    return out[0] != '\0';
}
