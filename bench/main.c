/* contend: argv -> command -> exit status.  The only place that ends the program. */
#include "bench/cli/cli.h"
#include "bench/core/json.h"
#include "bench/executors/spawn.h"
#include "bench/registry.h"

#include <fcntl.h>
#include <gsl/gsl_errno.h>
#include <stdio.h>
#include <stdlib.h>
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

/* A constructor of a plug-in may call exit(): its status would be taken for ours. */
static void tell_of_plugin(void)
{
    const char *path = registry_opening();
    if (!path)
        return;
    fprintf(stderr, "contend: error: --plugin: %s ended the program while it was loaded\n", path);
    _exit(EXIT_RUN_FAILED);
}

int main(int argc, char **argv)
{
    hold_standard_descriptors();
    atexit(tell_of_plugin);
    json_watch_memory();
    gsl_set_error_handler_off(); /* its functions return what went wrong; it would abort */
    return cli_main(argc, argv);
}
