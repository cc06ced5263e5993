/* contend: argv -> command -> exit status.  The only place that ends the program. */
#include "bench/cli/cli.h"
#include "bench/executors/spawn.h"

/* Its workers have it, and here is asked what they can do. */
const char program_has_unit_command[] = "yes";

int main(int argc, char **argv)
{
    return cli_main(argc, argv);
}
