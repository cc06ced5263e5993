/*
 * Outputs, read as those read them that they are made for.
 *
 * Each function returns NULL, or what is wrong in words: the parser of the consumer's own where
 * there is one (jansson, expat), a strict reader of the format's definition elsewhere.  They share
 * no code with what writes.  All of them refuse bytes that are no UTF-8, and characters that act
 * rather than show wherever the format has another way to write them.
 */
#ifndef TESTS_FUZZ_PARSE_H
#define TESTS_FUZZ_PARSE_H

#include "bench/base/buf.h"

#include <stdbool.h>
#include <stddef.h>

const char *parse_json(const struct buf *text);

/* XML 1.0; the character data of all elements in *data, the attribute values in *attributes, where
 * they are not NULL. */
const char *parse_xml(const struct buf *text, struct buf *data, struct buf *attributes);

/*
 * Tables of separated values (RFC 4180, lines may end with a line feed alone; TSV: no quotes): all
 * records of one have as many fields, an empty line parts tables, and no field is a formula.
 * *records counts all of them, heads included; *last is the last field.
 */
const char *parse_separated(const struct buf *text, char separator, size_t *records,
                            struct buf *last);

/* A terminal: with `colour` the sequences that only set colours. */
const char *parse_terminal(const struct buf *text, bool colour);

/* GitHub's Markdown: no HTML but ours, tables whose rows have as many cells as their head. */
const char *parse_markdown(const struct buf *text);

/* LaTeX: commands of a short list, braces that match, specials escaped. */
const char *parse_latex(const struct buf *text);

/* Workflow commands of GitHub. */
const char *parse_github(const struct buf *text);

/* The exposition formats of Prometheus and OpenMetrics. */
const char *parse_exposition(const struct buf *text, bool is_openmetrics);

/* Go's benchmark format. */
const char *parse_benchfmt(const struct buf *text);

/* What no format has raw: invalid UTF-8, and what acts, but the characters of `kept`. */
const char *parse_characters(const struct buf *text, const char *kept);

#endif
