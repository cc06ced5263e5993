/*
 * contend unit: what the executor `spawn` starts, once for each task.  Maps the launch that its
 * parent has made, runs the task and ends.
 *
 * Where the kernel put this image, the launch's address may be taken: then the image is made
 * anew, as the same process.
 */
#include "bench/base/units.h"
#include "bench/child/child.h"
#include "bench/registry.h"
#include "bench/run/launch/launch.h"
#include "bench/worker/worker.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* After the command's own name. */
enum { FD = 1, MEMORY, BYTES, LAUNCH, PARENT, INDEX, PLUGINS };

/* How often another image is tried; one in some ten thousand needs a second. */
enum { IMAGES_MAX = 8 };
#define IMAGES_VARIABLE "CONTEND_UNIT_IMAGES"

static int try_another_image(char *const *argv, struct err *err)
{
    const char *text = getenv(IMAGES_VARIABLE);
    int images = text ? text[0] - '0' : 1;
    if (images < 1 || images >= IMAGES_MAX)
        return -1;
    char count[2] = {(char)('0' + images + 1), '\0'};
    setenv(IMAGES_VARIABLE, count, 1);
    execv("/proc/self/exe", argv - 1); /* from the program's name on */
    return err_set_sys(err, errno, "starting the program again");
}

/* The task's slot is as it was when the parent has it back. */
static void run_task(struct launch *l, uint32_t index)
{
    struct task *t = &l->tasks[index];
    const struct task_verbs *verbs = t->verbs;
    const _Atomic uint32_t *attention = t->attention;
    launch_bind_task(l, index);
    l->body(t);
    t->verbs = verbs;
    t->attention = attention;
}

int unit_main(int argc, char *const *argv, struct err *err)
{
    int64_t values[PLUGINS] = {0};
    if (argc < PLUGINS)
        return err_set(err, ERR_USAGE, "unit: only the executor \"spawn\" calls this");
    for (int i = FD; i < PLUGINS; i++)
        if (units_parse("unit", argv[i], "count", 0, INT64_MAX, &values[i], err))
            return EXIT_FAILURE;
    prctl(PR_SET_NAME, "contend"); /* not "exe", after the path it was started by */
    if (!child_die_with((pid_t)values[PARENT], SIGKILL))
        return EXIT_FAILURE;
    for (int i = PLUGINS; i < argc; i++)
        if (registry_load_plugin(argv[i], err))
            return EXIT_FAILURE;
    const struct launch_place place = {
        .fd = (int)values[FD],
        .memory = (uintptr_t)values[MEMORY],
        .bytes = (size_t)values[BYTES],
        .launch = (uintptr_t)values[LAUNCH],
    };
    struct launch *l;
    if (launch_attach(&place, &l, err)) {
        if (err->code == ERR_LIMIT)
            try_another_image(argv, err);
        return EXIT_FAILURE;
    }
    run_task(l, (uint32_t)values[INDEX]);
    return EXIT_SUCCESS;
}
