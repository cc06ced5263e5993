/* contend: argv -> command -> exit status.  The only place that ends the program. */
#include "bench/cli/cli.h"

int main(int argc, char **argv)
{
    return cli_main(argc, argv);
}
