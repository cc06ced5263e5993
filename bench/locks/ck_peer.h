/*
 * What the locks of Concurrency Kit (ck_spinlock.h, libck of the system) have in common.  They are
 * inline functions, compiled into this program with its own flags.
 *
 * Nothing of ours is around such a lock: no wait is timed, nobody is told of waiters, and a waiter
 * never offers its CPU, so that with more units than CPUs each hand-over to one that does not run
 * takes a time slice.  Beside the lock of ours of that kind it shows what such care costs.
 */
#ifndef CONTEND_LOCKS_CK_PEER_H
#define CONTEND_LOCKS_CK_PEER_H

#include "bench/base/peer_library.h"
#include "bench/contend.h"

#ifdef CONTEND_HAVE_CK
#include <ck_pr.h>
#include <ck_spinlock.h>
#endif

static const char *ck_unavailable(void)
{
#ifdef CONTEND_HAVE_CK
    return PEER_UNSEEN ? PEER_NO_TSAN : NULL;
#else
    return "built without Concurrency Kit: install libck-dev and build again";
#endif
}

#endif
