/* contend: argv -> command -> exit status.  The only place that ends the program. */
#include "bench/cli/cli.h"
#include "bench/core/json.h"
#include "bench/executors/spawn.h"

#include <fcntl.h>
#include <gsl/gsl_errno.h>
#include <unistd.h>

/* Its workers have it, and here is asked what they can do. */
const char program_has_unit_command[] = "yes";

/* Started without stdin, stdout or stderr: what is opened first, a journal say, must not take their
 * numbers and be written to as if it were a terminal. */
static void hold_standard_descriptors(void)
{
    int fd;
    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

int main(int argc, char **argv)
{
    hold_standard_descriptors();
    json_watch_memory();
    gsl_set_error_handler_off(); /* its functions return what went wrong; it would abort */
    return cli_main(argc, argv);
}
