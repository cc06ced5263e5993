/* A plug-in that holds nothing: its author forgot the table. */
#include "bench/contend.h"

const struct contend_plugin contend_plugin_v1 = {
    .abi = CONTEND_ABI,
    .name = "hollow",
};
