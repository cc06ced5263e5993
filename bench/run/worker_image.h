/* The program that workers are: bench/worker/, which lies in this one. */
#ifndef CONTEND_RUN_WORKER_IMAGE_H
#define CONTEND_RUN_WORKER_IMAGE_H

#include "bench/base/err.h"

/*
 * Its descriptor, the same at each call; closed on exec.  CONTEND_WORKER in the environment names a
 * file in its place: debuggers, profilers and sanitizers read symbols from a file.
 */
int worker_image(struct err *err);

#endif
