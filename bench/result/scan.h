/*
 * Walking over JSON text without building a tree, for the parts of a result that are nothing but
 * numbers: tens of millions of them, which a tree would hold at fifty bytes each.
 *
 * The scanner never explains itself.  Where it meets what it does not take (an error, or a number
 * jansson would store in another way) it returns false, and the caller lets jansson read the same
 * text: that finds and names what is wrong, or does not.  Values passed over by scan_skip() are
 * only delimited; who keeps their text has jansson read it.
 */
#ifndef CONTEND_RESULT_SCAN_H
#define CONTEND_RESULT_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* How deep values may lie in each other. */
enum { SCAN_DEPTH_MAX = 64 };

struct scan {
    const char *at, *end;
};

struct span {
    const char *text; /* borrowed, not terminated */
    size_t length;
};

/* Passes blanks and then `c`; false, with the blanks passed, when something else stands there. */
bool scan_take(struct scan *s, char c);

/* The same without passing `c`. */
bool scan_sees(struct scan *s, char c);

/* Passes a string; *out is what stands between the quotes, escapes and all. */
bool scan_string(struct scan *s, struct span *out);

/* Passes a number of JSON's grammar and gives its nearest double. */
bool scan_number(struct scan *s, double *out);

/* Passes any value; *out is its text. */
bool scan_skip(struct scan *s, struct span *out);

/* Passes "[1, 2.5, ...]", calling `take` for each number; nothing but numbers may stand in it. */
bool scan_numbers(struct scan *s, bool (*take)(void *to, double value), void *to);

/*
 * Passes the members of an object after its "{", one a call: key and ":".  Returns true with a
 * member, false at the end or at something unexpected; *ok tells which.  Set *first to true before.
 */
bool scan_member(struct scan *s, bool *first, struct span *key, bool *ok);

/* The same for the items of an array after its "[". */
bool scan_item(struct scan *s, bool *first, bool *ok);

/* Whether it is that text, byte by byte. */
static inline bool span_is(struct span s, const char *text)
{
    return s.length == strlen(text) && !memcmp(s.text, text, s.length);
}

#endif
