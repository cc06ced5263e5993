#include "bench/cli/alone.h"

#include "bench/base/interrupt.h"
#include "bench/cli/cli.h"
#include "bench/machine/turn.h"

#include <stdio.h>

static void say_note(const char *note)
{
    struct buf line = {0};
    buf_printf(&line, "contend: measuring beside another contend: %s\n", note);
    cli_tell(&line);
}

int alone_begin(const struct alone *alone, struct err *err)
{
    char note[TURN_NOTE];
    const struct turn_request request = {.wait_ns = (uint64_t)alone->wait_ns,
                                         .is_forced = alone->is_forced};
    if (turn_take(&request, note, err))
        return -1;
    if (note[0])
        say_note(note);
    return 0;
}

int alone_ahead(const struct alone *alone, bool is_wanted, ahead_measure *measure, void *context,
                struct err *err)
{
    if (alone_begin(alone, err))
        return EXIT_RUN_FAILED;
    interrupt_catch(INTERRUPT_IGNORED);
    int status = ahead_run(is_wanted, measure, context, err);
    return status < 0 ? EXIT_RUN_FAILED : status;
}
