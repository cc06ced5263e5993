#include "bench/child/raiser.h"

#include "bench/base/program.h"
#include "bench/child/child.h"
#include "bench/machine/priority.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char program[] = "contend-raise";

#define MOST_NS UINT64_C(10000000000)

/* Beside this program: another one of that name in PATH may be anybody's. */
static bool find_program(char path[PATH_MAX])
{
    ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);
    if (length < 0)
        return false;
    path[length] = '\0';
    char *slash = strrchr(path, '/');
    size_t room = slash ? (size_t)(path + PATH_MAX - (slash + 1)) : 0;
    if (room < sizeof program)
        return false;
    memcpy(slash + 1, program, sizeof program);
    return program_is(path);
}

static void explain(const struct child_end *end, const char *said, char *why_not, size_t size)
{
    char words[128];
    if (said[0])
        snprintf(why_not, size, "raising it needs CAP_SYS_NICE, and %.*s", (int)strcspn(said, "\n"),
                 said);
    else
        snprintf(why_not, size, "raising it needs CAP_SYS_NICE, and %s %s", program,
                 child_words(end, words, sizeof words));
}

/* Has it done, or answered, by the program; a part of us, for it is asked for by our session. */
static bool ask(const char *verb, char *why_not, size_t size)
{
    char path[PATH_MAX], said[96] = "";
    if (!find_program(path)) {
        snprintf(why_not, size, "raising it needs CAP_SYS_NICE, and no %s lies beside contend",
                 program);
        return false;
    }
    const char *const argv[] = {program, verb, NULL};
    char *const environment[] = {NULL};
    struct child_text text = {.text = said, .size = sizeof said};
    const struct child_request request = {.what = program,
                                          .program = path,
                                          .argv = (char *const *)(uintptr_t)argv,
                                          .environment = environment,
                                          .errors = CHILD_PIPE,
                                          .is_part_of_us = true};
    const struct child_watch watch = {
        .timeout_ns = MOST_NS, .on_output = child_keep_text, .context = &text};
    struct child_end end;
    if (child_run(&request, &watch, &end, NULL)) {
        snprintf(why_not, size, "raising it needs CAP_SYS_NICE, and %s could not be started",
                 program);
        return false;
    }
    if (child_is_fine(&end))
        return true;
    explain(&end, said, why_not, size);
    return false;
}

bool raiser_may(char *why_not, size_t size)
{
    if (priority_nice() != 0) {
        snprintf(why_not, size, "it was started with another one");
        return false;
    }
    return priority_may_be_raised() || ask("ask", why_not, size);
}

bool raiser_raise(char *why_not, size_t size)
{
    if (setsid() < 0) {
        snprintf(why_not, size, "no session of its own could be made");
        return false;
    }
    return priority_raise_session() || ask("nice", why_not, size);
}

bool raiser_conduct(void)
{
    char why_not[RAISER_REASON];
    return priority_conduct() || ask("realtime", why_not, sizeof why_not);
}
