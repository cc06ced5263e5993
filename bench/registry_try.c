#include "bench/registry_try.h"

#include "bench/base/interrupt.h"
#include "bench/child/child.h"
#include "bench/registry.h"

#include <sys/wait.h>

/* No status that a constructor would end the program with by chance. */
enum { STATUS_CAME_BACK = 86 };

/* What a constructor may take: a library that reads a large file, never one that waits for
 * somebody. */
#define LOAD_MOST_NS UINT64_C(10000000000)

static int load(void *path)
{
    registry_load_plugin(path, NULL);
    return STATUS_CAME_BACK; /* whatever was found wrong is found once more, by who asked */
}

static int tell(const char *path, const struct child_end *end, struct err *err)
{
    char words[256];
    if (WIFEXITED(end->status) && WEXITSTATUS(end->status) == STATUS_CAME_BACK)
        return 0;
    if (interrupt_came)
        return err_set(err, ERR_FAILED, "--plugin: interrupted while %s was loaded", path);
    if (!end->in_time)
        return err_set(err, ERR_FAILED, "--plugin: %s did not come back from being loaded in %d s",
                       path, (int)(LOAD_MOST_NS / 1000000000u));
    if (WIFEXITED(end->status))
        return err_set(err, ERR_FAILED, "--plugin: %s ended the program while it was loaded", path);
    return err_set(err, ERR_FAILED, "--plugin: %s %s while it was loaded", path,
                   child_words(end, words, sizeof words));
}

int registry_try_plugin(const char *path, struct err *err)
{
    const struct child_request request = {
        .what = "a plug-in", .body = load, .context = (void *)(uintptr_t)path};
    const struct child_watch watch = {.timeout_ns = LOAD_MOST_NS, .interrupted = &interrupt_came};
    struct child_end end;
    return child_run(&request, &watch, &end, err) ? -1 : tell(path, &end, err);
}
