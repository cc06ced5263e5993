/*
 * Peers with an interface in C++ have a half in that language: a small library of its own that lies
 * in the program as an image and is loaded by the process that measures it.  So the program links
 * no C++, stays one file, and its start is what it was.
 */
#ifndef CONTEND_BASE_PEER_HALF_H
#define CONTEND_BASE_PEER_HALF_H

#include "bench/base/image.h"

/* A handle of it, which is never closed; NULL with ERR_LIMIT, for what it is linked to may be
 * missing.  Its descriptor stays open, so that no two have one name. */
void *peer_open_half(const struct image *image, struct err *err);

/* What it exports by that name, for the life of the process; NULL likewise. */
const void *peer_load_half(const struct image *image, const char *symbol, struct err *err);

#endif
