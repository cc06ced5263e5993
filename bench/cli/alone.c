#include "bench/cli/alone.h"

#include "bench/machine/turn.h"

#include <stdio.h>

int alone_begin(const struct alone *alone, struct err *err)
{
    char note[TURN_NOTE];
    const struct turn_request request = {.wait_ns = (uint64_t)alone->wait_ns,
                                         .is_forced = alone->is_forced};
    if (turn_take(&request, note, err))
        return -1;
    if (note[0])
        fprintf(stderr, "contend: measuring beside another contend: %s\n", note);
    return 0;
}
