/*
 * One object from hand to hand, on one CPU so that no sleeping CPU has to be woken in between.
 * Between threads its address is enough; a process can be given bytes alone, and an object of many
 * parts has to be made into bytes and back.
 */
#include "bench/judge/claims/textbook/claim.h"

#define OBJECT(x, w)                                                                               \
    {                                                                                              \
        .workload = "payload", .executor = x, .tasks = "2", .params = w, .placement = "same"       \
    }

const struct claim claim_sharing_nothing = {
    .name = "sharing_nothing",
    .number = 6,
    .sentence = "Processes share nothing: what they hand over must be made into bytes and back, "
                "which costs more than handing over a reference.",
    .where = "A Bit of Jargon",
    .parts =
        {
            {.text = "handing 4 KiB over as text between processes, against by pointer between "
                     "threads",
             .metric = "handover_ns",
             .subject = OBJECT("process", "way=json_pipe"),
             .base = OBJECT("thread", "way=pointer"),
             .above = 1},
            {.text = "times an object is written anew when processes hand over raw bytes",
             .effect = EFFECT_VALUE,
             .metric = "handover_copies",
             .subject = OBJECT("process", "way=pipe"),
             .above = 0.5},
            {.text = "... as text against raw bytes",
             .metric = "handover_copies",
             .subject = OBJECT("process", "way=json_pipe"),
             .base = OBJECT("process", "way=pipe"),
             .above = 1},
            {.text = "... by pointer between threads",
             .effect = EFFECT_NEVER,
             .metric = "handover_copies",
             .subject = OBJECT("thread", "way=pointer")},
        },
};
