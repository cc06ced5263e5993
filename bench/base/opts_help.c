/* The rows of a table as text. */
#include "bench/base/opts.h"
#include "bench/base/utf8.h"
#include "bench/base/wrap.h"

/* The texts stand at the same column, behind names that are not longer than this. */
enum { NAMES_MOST = 30, GAP = WRAP_GAP };

void opts_spelling(const struct opt *o, struct buf *out)
{
    if (o->letter)
        buf_printf(out, "-%c, ", o->letter);
    else
        buf_pad(out, 4);
    buf_printf(out, "--%s%s%s", o->name, o->argument ? " " : "", o->argument ? o->argument : "");
}

void opts_choices(const struct opt *o, struct buf *out)
{
    const char *name;
    for (size_t i = 0; (name = opts_choice(o, i)) != NULL; i++)
        buf_printf(out, "%s%s", i ? ", " : "", name);
}

/* "what it is: these, or those (the default)". */
static void describe(const struct opt *o, struct buf *out)
{
    const char *fallback = o->initial ? o->initial : o->without;
    buf_add(out, o->help);
    if (!o->is_many && opts_choice(o, 0)) {
        buf_add(out, ": ");
        opts_choices(o, out);
    }
    if (fallback)
        buf_printf(out, " (%s)", fallback);
}

/* Behind the longest name that is not too long; in a narrow terminal texts stand under names. */
static size_t texts_column(const struct opt *table, size_t width)
{
    enum { NARROW = 60, UNDER = 8 };
    size_t most = NAMES_MOST, longest = 10;
    if (width < NARROW)
        return UNDER;
    for (const struct opt *o = table; o->name; o++) {
        struct buf spelling = {0};
        opts_spelling(o, &spelling);
        size_t columns = utf8_columns(buf_text(&spelling)) + 2 * GAP;
        if (columns > longest && columns <= most)
            longest = columns;
        buf_release(&spelling);
    }
    return longest;
}

void opts_help(const struct opt *table, size_t width, struct buf *out)
{
    size_t column = texts_column(table, width);
    struct buf spelling = {0}, text = {0};
    for (const struct opt *o = table; o->name; o++) {
        buf_reset(&spelling);
        buf_reset(&text);
        opts_spelling(o, &spelling);
        describe(o, &text);
        wrap_row(out, buf_text(&spelling), buf_text(&text), column, width);
    }
    wrap_row(out, "-h, --help", "this text", column, width);
    buf_settle(out, &spelling);
    buf_settle(out, &text);
}
