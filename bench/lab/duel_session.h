/*
 * A whole duel: from what was asked for to a page, and the document where one was wanted.
 *
 * It knows what the engine does not: how a document begins (run/header.h), that the sides' parent
 * may be gone (ahead.h), and that what was measured until an interrupt is written all the same.
 */
#ifndef CONTEND_LAB_DUEL_SESSION_H
#define CONTEND_LAB_DUEL_SESSION_H

#include "bench/base/command.h"
#include "bench/judge/duel/report.h"
#include "bench/judge/duel/request.h"

struct duel_session {
    const struct duel_request *request; /* checked */
    const struct call *call;            /* as typed, for the document */
    const char *priority_note;          /* what priority samples have, in words */
    void (*on_progress)(void *context, const char *text);
};

struct duel_found {
    bool is_interrupted; /* then there is no page, and the document is a partial one */
    bool is_written;     /* the document; not where an interrupt came before anything to show */
    struct page page;    /* the caller's */
    int status;
    struct err failure; /* the first that could not be run, beside comparisons that are whole */
};

/* Makes the sides, measures, judges, writes request->output. -1 with err, and nothing is found. */
int duel_session_run(const struct duel_session *s, struct duel_found *out, struct err *err);

#endif
