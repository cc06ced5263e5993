/*
 * Programs that lie in a program: put into it by the build, started from a file in memory.  So
 * what belongs together is one file, wherever it is copied, and never of two builds.
 */
#ifndef CONTEND_BASE_IMAGE_H
#define CONTEND_BASE_IMAGE_H

#include "bench/base/err.h"

#include <stddef.h>

struct image {
    const char *name;
    const unsigned char *begin, *end;
};

/* Defines `const unsigned char symbol[], symbol_end[]`: the bytes of the file. */
#define IMAGE_EMBED(symbol, path)                                                                  \
    __asm__(".pushsection .rodata\n.balign 16\n" #symbol ":\n.incbin \"" path "\"\n" #symbol       \
            "_end:\n.byte 0\n.popsection\n");                                                      \
    extern const unsigned char symbol[] __attribute__((visibility("hidden")));                     \
    extern const unsigned char symbol##_end[] __attribute__((visibility("hidden")))

/* Descriptors of images lie above those that whoever is started wants elsewhere. */
enum { IMAGE_FD_LEAST = 10 };

/*
 * A descriptor that image_exec() starts it from; closed on exec, above 9, the caller's to close.
 * Where files in memory may not be executed it is a file without a name in TMPDIR.
 */
int image_open(const struct image *image, struct err *err);

/* As execve(); returns with -1 and errno only. */
int image_exec(int fd, char *const *argv, char *const *environment);

#endif
