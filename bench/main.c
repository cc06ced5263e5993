/* contend: argv -> command -> exit status.  The only place that ends the program. */
#include "bench/base/json.h"
#include "bench/cli/cli.h"
#include "bench/executors/spawn.h"
#include "bench/machine/capabilities.h"
#include "bench/registry.h"

#include <fcntl.h>
#include <gsl/gsl_errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* Its workers have it, and here is asked what they can do. */
const char program_has_unit_command[] = "yes";

/* What it takes to write JSON nested as deep as is read (base/json.c), and as much again. */
enum { STACK_LEAST = 1 << 20 };

/*
 * Started without stdin, stdout or stderr: what is opened first, a journal say, must not take their
 * numbers and be written to as if it were a terminal.  A stdout that nobody has refuses what is
 * written to it, so that a document that was to go there is not lost with status 0.
 */
static void hold_standard_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 &&
            open("/dev/null", fd == STDOUT_FILENO ? O_RDONLY : O_RDWR) < 0)
            return;
}

/*
 * A stack that may hardly grow (ulimit -s 16) ends in a signal wherever it is used up.  Nothing
 * here prints with it; with less than 16 KiB no program comes as far as its main().
 */
static void check_stack(void)
{
    static const char message[] = "contend: error: the stack may not grow to 1 MiB, which contend "
                                  "needs (ulimit -s)\n";
    struct rlimit limit;
    if (getrlimit(RLIMIT_STACK, &limit) || limit.rlim_cur >= STACK_LEAST)
        return;
    ssize_t wrote = write(STDERR_FILENO, message, sizeof message - 1);
    (void)wrote;
    _exit(EXIT_RUN_FAILED);
}

/* What we make is ours to read again, whatever the umask. */
static void keep_files_ours(void)
{
    umask(umask(S_IRWXG | S_IRWXO) & (S_IRWXG | S_IRWXO));
}

/* Numbers are written for programs, too: a setlocale() of a plug-in puts no commas into them. */
static void keep_locale(void)
{
    locale_t plain = newlocale(LC_ALL_MASK, "C", NULL);
    if (plain)
        uselocale(plain);
}

/*
 * A constructor of a plug-in may call exit(), or a hook that is asked while a run is planned: its
 * status would be taken for ours, which with plug-ins never ends so.
 */
static void tell_of_plugin(void)
{
    const char *path = registry_opening();
    if (path)
        fprintf(stderr, "contend: error: --plugin: %s ended the program while it was loaded\n",
                path);
    else if (registry_has_plugins())
        fprintf(stderr, "contend: error: a plug-in ended the program\n");
    else
        return;
    _exit(EXIT_RUN_FAILED);
}

/* Told of at an exit() that does not come; there in programs that were built to look for leaks. */
extern void __lsan_do_leak_check(void) __attribute__((weak)); /* NOLINT: that is its name */

/*
 * What a plug-in left to be done at the end (destructors, atexit) could crash, hang or end with a
 * status of its own, once all is measured and written: nobody asked for it, and it is not done.
 */
static int leave(int status)
{
    if (!registry_has_plugins())
        return status;
    fflush(NULL);
    if (__lsan_do_leak_check)
        __lsan_do_leak_check();
    _exit(status);
}

int main(int argc, char **argv)
{
    check_stack();
    capabilities_drop();
    hold_standard_descriptors();
    keep_files_ours();
    keep_locale();
    atexit(tell_of_plugin);
    json_watch_memory();
    gsl_set_error_handler_off(); /* its functions return what went wrong; it would abort */
    return leave(cli_main(argc, argv));
}
