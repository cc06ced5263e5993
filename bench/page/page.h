/*
 * A page: what a command has to show, as data.
 *
 * A judgement puts a page together with the verbs below; a format (formats.h) turns a page into
 * bytes.  Neither knows the other: a view never asks which format there is, and a format knows
 * nothing of benchmarks.
 *
 *   page ── heading, words (sentence, note, source ..), command, gap, fold
 *        ── grid: columns (key, head, unit, group) x rows of cells; rows may stand in groups
 *        ── verdict: what was judged, the word, how severe, why
 *        ── chart: panels of series of points with intervals on two axes
 *        ── the command's own JSON document, where outsiders rely on one
 *
 * Cells are values: a number keeps its unit and interval, a missing one its reason.  How many
 * digits it deserves is the format's business.
 *
 * The error is sticky: where memory runs out the page remembers it, every later verb does nothing,
 * and page_write() refuses.  So no verb returns anything, and nothing can be forgotten.
 *
 * Texts are copied.  They may hold any bytes; formats escape them.
 */
#ifndef CONTEND_PAGE_PAGE_H
#define CONTEND_PAGE_PAGE_H

#include "bench/base/buf.h"
#include "bench/page/number.h"

#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE_PRINTF(n) __attribute__((format(printf, n, n + 1)))

/* Whom a part of a page is for.  Formats serve one of them; that there are others is no news. */
enum page_audience {
    PAGE_TERMINAL = 1, /* somebody at a terminal: few columns, the answer first */
    PAGE_PAPER = 2,    /* a reader of text that goes elsewhere: a pull request, an article */
    PAGE_DATA = 4,     /* a program: machine names, numbers unrounded */
    PAGE_GATE = 8,     /* a job: what was judged, and what to do about it */
    /* Of page_is_for(): gets the command's own document, and what PAGE_DATA gets where none is. */
    PAGE_OWN_JSON = 16,
    PAGE_VIEWER = 32, /* a reader who sees charts as well, and has room */
    PAGE_DOCUMENT = PAGE_PAPER | PAGE_VIEWER,
    PAGE_READERS = PAGE_TERMINAL | PAGE_DOCUMENT,
    PAGE_ALL = PAGE_READERS | PAGE_DATA | PAGE_GATE,
};

enum page_tone {
    PAGE_PLAIN,
    PAGE_STRONG,
    PAGE_FAINT,
    PAGE_GOOD,
    PAGE_BAD, /* in documents bold: it is what a reader must not miss */
    PAGE_DOUBTFUL,
    PAGE_NOTED,
};

/* What a paragraph is; its looks follow from that. */
enum page_role {
    PAGE_SENTENCE,
    PAGE_SOURCE,  /* what all of it rests on: a file, a host, a run */
    PAGE_MEANING, /* what numbers mean */
    PAGE_NOTE,
    PAGE_WARNING, /* jobs are told as well */
    PAGE_LEGEND,  /* what marks in grids stand for */
    PAGE_SUMMARY, /* the one sentence about it all; jobs are told as well */
};

enum page_align { PAGE_AUTO, PAGE_LEFT, PAGE_RIGHT }; /* AUTO: right where all are numbers */

enum page_column_flags {
    PAGE_LABEL = 1,     /* says which row it is: leading columns, repeated in each panel */
    PAGE_ONCE = 2,      /* left out in text where the row above has the same */
    PAGE_RAGGED = 4,    /* takes only the room it needs: later columns do not line up */
    PAGE_BELOW = 8,     /* in text on lines of its own, under the row */
    PAGE_CODE = 16,     /* a name or a command */
    PAGE_INTERVAL = 32, /* in separated values three columns: KEY, KEY_lo, KEY_hi */
    PAGE_SUBJECT = 64,  /* where text has no room for columns: "- SUBJECT: the others" */
};

struct page_column {
    const char *key;    /* machine name, with its unit: "makespan_ns"; ends a table when NULL */
    const char *head;   /* what people read over it; NULL: the key */
    const char *group;  /* heads beside each other with an equal group are spanned by it; or NULL */
    const char *unit;   /* of its numbers: "ns", "per_s" (base/units.h); NULL: counts */
    const char *before; /* in front of each value where it stands below or beside no head: "> " */
    enum page_align align;
    unsigned flags;
    unsigned width; /* columns of text it takes at least */
    unsigned gap;   /* blanks in front of it in text; 0: two, or three before a group */
    unsigned to;    /* audience; 0: all that the grid is for */
};

struct page_grid_form {
    const char *key;   /* machine name: "claims" */
    const char *title; /* NULL: none */
    const char *subtitle;
    const struct page_column *columns; /* ended by one without key */
    bool is_headless;                  /* in text no heads over the columns */
    unsigned margin;                   /* blanks in front of each line of text */
    unsigned below; /* where PAGE_BELOW begins in text; 0: under the last column */
};

enum page_severity {
    PAGE_PASS,
    PAGE_FAIL,   /* a gate is shut by it */
    PAGE_ERROR,  /* nothing can be said, since what judges is itself in doubt */
    PAGE_WARNED, /* not judged, and somebody should look */
    PAGE_SKIP,   /* not judged */
};

struct page_verdict {
    const char *id;   /* what was judged: a cell, a claim */
    const char *name; /* in which respect: a metric, a sentence */
    const char *word; /* "slower" */
    enum page_severity severity;
    const char *text; /* the grounds; may be NULL */
};

/* What is drawn. Rows and lanes are named by the labels of points, in the order of their first. */
enum page_chart_kind {
    PAGE_LINES,  /* y over x, joined; intervals are bands */
    PAGE_DOTS,   /* a row a label: a dot at y with its interval, along the y axis */
    PAGE_BARS,   /* the same from 0 on; one bar a series */
    PAGE_STACKS, /* the parts of a row, one series each, behind each other */
    /* A lane a label: stretches of time lo..hi, of the state the series is; NAN: there is the lane.
     */
    PAGE_LANES,
};

enum page_scale {
    PAGE_LINEAR,
    PAGE_LOG,
    PAGE_TAIL /* of 0 to 1: 0.9, 0.99, 0.999 are as far apart */
};

struct page_axis {
    const char *name;
    const char *unit; /* NULL: counts */
    enum page_scale scale;
    double from, to; /* what it shows at least; equal: what there is */
    bool is_percent; /* of a ratio: shown times 100 */
    double step;     /* of the ruler of lanes, in its unit; 0: as it fits */
};

/* How a series is drawn where that is not the chart's way. */
enum page_mark {
    PAGE_AS_CHART,
    PAGE_FIT,   /* a law through points: a thin line, no points of its own */
    PAGE_TICK,  /* a small stroke on its row */
    PAGE_RULE,  /* an upright line at x, or at lo of a lane, named by the label */
    PAGE_ARROW, /* of lanes: from the first point's label and lo to the second's, and so on */
};

/* How a stretch of a lane, or a part of a stack, looks: what a grey printer tells states by. */
enum page_body {
    PAGE_BLOCK,    /* as high as the lane */
    PAGE_HOLLOW,   /* its outline */
    PAGE_BAND,     /* half as high */
    PAGE_FRAME,    /* the outline of that */
    PAGE_HAIRLINE, /* a line along the middle */
    PAGE_PALE,     /* as high as the lane, in the lightest shade */
};

enum { PAGE_TINTS = 8 };

struct page_series_form {
    const char *name;
    enum page_mark mark;
    unsigned tint; /* 1 to PAGE_TINTS: the same for the same thing in all charts; 0: the next one */
    enum page_body body; /* of lanes and stacks */
};

enum page_point_flags {
    PAGE_ROUGH = 1,      /* rests on too little to be more than a size: hollow, "~" */
    PAGE_UNRELIABLE = 2, /* what it rests on is in doubt: hollow, starred (page_explain_stars()) */
};

struct page_point {
    double x, y;
    double lo, hi;     /* of y; NAN: no interval */
    const char *label; /* may be NULL */
    unsigned flags;
};

struct page_chart_form {
    const char *key;      /* machine name: "ladder" */
    const char *title;    /* what is to be seen in it, as a sentence */
    const char *subtitle; /* what is drawn, and what of; may be NULL */
    const char *note;     /* under it, what must not be overlooked; may be NULL */
    enum page_chart_kind kind;
    struct page_axis x, y;
    bool is_searched; /* a series in time of which viewers may search the changes themselves */
};

struct page_block;

struct page {
    const char *title;         /* who speaks: "contend compare" */
    struct page_block *blocks; /* in order */
    struct page_block *last;
    void *memory;     /* chunks all of it lies in */
    json_t *document; /* owned; NULL: none of its own */
    size_t document_flags;
    char *document_text;       /* owned; in place of the tree */
    unsigned audience, indent; /* of the next block */
    unsigned expected;         /* who will see it: all, or those page_expect() said */
    int digits;                /* of measured values that follow; 0: as their intervals deserve */
    bool with_intervals;       /* measured values that follow show theirs */
    unsigned
        columns; /* most columns of a document's table beside its labels; 0: what a page holds */
    bool is_measured; /* it cannot be made again: where it cannot be written, it is kept */
    bool failed;      /* memory ran out */
};

/* A number without an interval. */
static inline struct page_value page_exactly(double value)
{
    return (struct page_value){.center = value, .lo = (double)NAN, .hi = (double)NAN};
}

void page_init(struct page *p, const char *title);
void page_release(struct page *p);

/* A buffer's text, for the verbs; where memory ran out for it, it did for the page. */
const char *page_text_of(struct page *p, const struct buf *b);
/* Releases what a part of the page was made with: empty for want of memory is not empty. */
void page_settle(struct page *p, struct buf *scratch);

/* Whom the following is for (PAGE_ALL at first), and how far text is indented. */
void page_to(struct page *p, unsigned audience);
void page_indent(struct page *p, unsigned columns);

/*
 * Whether any of these will see the page.  Large parts that nobody will see need not be made; small
 * ones are, without a question.
 */
static inline bool page_is_for(const struct page *p, unsigned audience)
{
    return p->expected & audience;
}

/* How measured values that follow are shown to people: the three fields of struct page. */
void page_numbers(struct page *p, int digits, bool with_intervals);
/* At most so many columns beside the labels in a table on paper; 0: as many as fit. */
void page_columns(struct page *p, unsigned columns);

/* An empty line of text; documents space their blocks themselves. */
void page_gap(struct page *p);
/* level 1 to 4 */
void page_heading(struct page *p, unsigned level, const char *format, ...) PAGE_PRINTF(3);
void page_say(struct page *p, enum page_role role, const char *format, ...) PAGE_PRINTF(3);
/* "Could not be judged:" in bold before it. */
void page_say_after(struct page *p, const char *lead, enum page_role role, const char *format, ...)
    PAGE_PRINTF(4);
/* These words of the sentence before, where they stand first in it, are a name or a command. */
void page_code(struct page *p, const char *words);
/* A command line, to be copied. */
void page_command(struct page *p, const char *text);
/* Lines as they are, for documents' blocks of code. */
void page_verbatim(struct page *p, const char *lines);
/* What documents may hide behind a title until somebody asks. */
void page_fold(struct page *p, const char *format, ...) PAGE_PRINTF(2);
void page_unfold(struct page *p);

/* ---- Grids: rows and cells go to the last one begun ------------------------------------ */

void page_grid(struct page *p, const struct page_grid_form *form);
/* Following rows belong together under that name. */
void page_group(struct page *p, const char *format, ...) PAGE_PRINTF(2);
void page_row(struct page *p);
/* The next cell of the row; cells that are not given stay empty. */
void page_text(struct page *p, const char *format, ...) PAGE_PRINTF(2);
void page_toned(struct page *p, enum page_tone tone, const char *format, ...) PAGE_PRINTF(3);
/* Several as they are, up to a NULL. */
void page_texts(struct page *p, ...) __attribute__((sentinel));
void page_empty(struct page *p);
/* One more line of the cell before. */
void page_line(struct page *p, const char *format, ...) PAGE_PRINTF(2);
/*
 * A measured value, with the digits its interval deserves.  `unit` NULL is the column's; where
 * units differ from row to row each cell says its own.
 */
void page_value(struct page *p, struct page_value v, const char *unit, bool is_exact);
/* A number with so many significant digits; page_count() a whole one. */
void page_number(struct page *p, double value, const char *unit, int digits);
void page_count(struct page *p, uint64_t count);
/* A number that people read in words of their own: "+2.01 %", "1/4.2". */
void page_shown(struct page *p, struct page_value v, const char *format, ...) PAGE_PRINTF(3);
/* Could not be had. reason may be NULL. */
void page_missing(struct page *p, const char *reason);
/* The rest of the row was not measured: "skipped", and why. */
void page_status(struct page *p, const char *word, const char *reason);
/* A series as one small line. */
void page_trend(struct page *p, const double *values, size_t count, double least_span);

/* ---- Verdicts, charts, the document ---------------------------------------------------- */

void page_verdict(struct page *p, const struct page_verdict *v);

/*
 * A chart; then its panels (none: one without a name, on the chart's axes), of each its series, of
 * each its points.  An axis NULL is the chart's.
 */
void page_chart(struct page *p, const struct page_chart_form *form);
void page_panel(struct page *p, const char *title, const struct page_axis *x,
                const struct page_axis *y);
void page_series(struct page *p, const struct page_series_form *form);
void page_point(struct page *p, const struct page_point *point);
/* A named one of a row, with the flags its value deserves. */
void page_row_point(struct page *p, const char *label, struct page_value v, unsigned flags);
/*
 * Of the charts behind that block (NULL: of all): those with unreliable points get the line that
 * explains the star, and where all points are, that title in place of one that rests on them.
 */
void page_explain_stars(struct page *p, const struct page_block *behind, const char *line,
                        const char *title);

/*
 * Something to be tried in the page by scripts (assets/explore.js), which is taken; NULL is out of
 * memory.  At most one a page, and nothing that is not said in words and grids as well: formats
 * without scripts leave it out.
 */
void page_model(struct page *p, json_t *model);

/*
 * The command's own document, which is taken; NULL is out of memory.  JSON then is that document,
 * and flags are json_dumps()'s.
 */
void page_document(struct page *p, json_t *document, size_t flags);

/* The same of a document that was never a tree as a whole, because that would be large: its text,
 * which is taken. */
void page_document_text(struct page *p, struct buf *text);

#endif
