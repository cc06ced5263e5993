/* contend history: what was measured of each commit, and what changed where. */
#include "bench/cli/commands.h"
#include "bench/cli/history.h"

#include <stddef.h>

static const struct command *const words[] = {
    &history_add, &history_show, &history_check_command, &history_accept, &history_export, NULL,
};

const struct command command_history = {
    .name = "history",
    .summary = "what was measured of each commit, and which commit changed it",
    .usage = "WORD [OPTION]...",
    .about = "One line a commit in " HISTORY_FILE
             " (--file): the ratio of each figure to a pinned anchor build measured interleaved in "
             "the same job, so that no two days are ever compared.  \"check\" finds where a series "
             "changed.",
    .commands = words,
};
