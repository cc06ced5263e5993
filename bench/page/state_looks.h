/* How the states of a unit look where they are shares of its time: as in a timeline, but as high as
 * each other; a grey printer tells them by fill and outline. */
#ifndef CONTEND_PAGE_STATE_LOOKS_H
#define CONTEND_PAGE_STATE_LOOKS_H

#include "bench/page/page.h"

enum { STATE_RUNS, STATE_WANTS, STATE_QUEUES, STATE_SLEEPS, STATE_LOOKS };

static const struct state_look {
    unsigned tint;
    enum page_body body;
} state_looks[STATE_LOOKS] = {
    [STATE_RUNS] = {1, PAGE_BLOCK},
    [STATE_WANTS] = {5, PAGE_BLOCK},
    [STATE_QUEUES] = {4, PAGE_HOLLOW},
    [STATE_SLEEPS] = {8, PAGE_PALE},
};

#endif
