/* Whether somebody else's library is there: tried out in a child, so that it stays out of this
 * process. */
#ifndef CONTEND_CHILD_PEER_H
#define CONTEND_CHILD_PEER_H

#include "bench/base/peer_half.h"
#include "bench/base/peer_library.h"

enum peer_verdict { PEER_UNKNOWN, PEER_THERE, PEER_MISSING };

/* *verdict remembers the answer, which does not change while the program runs. */
bool peer_is_there(const char *const *names, enum peer_verdict *verdict);

/* The same of all that a half in C++ is linked to. */
bool peer_half_is_there(const struct image *image, enum peer_verdict *verdict);

#endif
