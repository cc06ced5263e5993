/* For machines that show what a job found: JUnit reports and GitHub's annotations. */
#include "bench/duel/report.h"

static void add_xml(struct buf *out, const char *text)
{
    for (; *text; text++)
        switch (*text) {
        case '&':
            buf_add(out, "&amp;");
            break;
        case '<':
            buf_add(out, "&lt;");
            break;
        case '>':
            buf_add(out, "&gt;");
            break;
        case '"':
            buf_add(out, "&quot;");
            break;
        default:
            /* Other control characters cannot stand in XML 1.0 at all. */
            buf_printf(out, "%c", (unsigned char)*text < ' ' ? ' ' : *text);
        }
}

/* "+2.01 % (+1.95 % .. +2.10 %), 36 pairs ..", or the reason. */
static void add_story(struct buf *out, const struct duel_outcome *o, const struct duel_row *row)
{
    if (*row->reason) {
        buf_add(out, row->reason);
        return;
    }
    duel_add_effect(out, &row->arms[ARM_HEAD], row->higher_is_better);
    buf_add(out, " (");
    duel_add_interval(out, &row->arms[ARM_HEAD].effect, row->higher_is_better);
    buf_add(out, "), ");
    duel_add_grounds(out, o, row);
}

struct tally {
    size_t tests, failures, errors, skipped;
};

/* How JUnit calls it; NULL for a test that passed. */
static const char *junit_element(const struct duel_report *r, size_t i, const struct duel_row *row)
{
    if (duel_control_fired(&r->subjects[i], &r->outcomes[i]))
        return "error";
    switch (row->verdict) {
    case VERDICT_SLOWER:
        return "failure";
    case VERDICT_UNDECIDED:
    case VERDICT_NOT_COMPARABLE:
        return "skipped";
    default:
        return NULL;
    }
}

static void add_case(struct buf *out, const struct duel_report *r, size_t i,
                     const struct duel_row *row, struct tally *tally)
{
    const char *element = junit_element(r, i, row);
    struct buf story = {0};
    add_story(&story, &r->outcomes[i], row);
    buf_add(out, "  <testcase classname=\"");
    add_xml(out, r->subjects[i].name);
    buf_printf(out, "\" name=\"%s\"", row->metric);
    tally->tests++;
    if (!element) {
        buf_add(out, "/>\n");
    } else {
        tally->failures += element[0] == 'f';
        tally->errors += element[0] == 'e';
        tally->skipped += element[0] == 's';
        buf_printf(out, "><%s message=\"%s: ", element,
                   element[0] == 'e' ? "the control fired" : verdict_name(row->verdict));
        add_xml(out, buf_text(&story));
        buf_add(out, "\"/></testcase>\n");
    }
    buf_release(&story);
}

void duel_render_junit(const struct duel_report *r, struct buf *out)
{
    struct buf cases = {0};
    struct tally tally = {0};
    for (size_t i = 0; i < r->count; i++)
        for (size_t j = 0; j < r->outcomes[i].row_count; j++)
            if (r->outcomes[i].rows[j].is_gated)
                add_case(&cases, r, i, &r->outcomes[i].rows[j], &tally);
    buf_printf(out,
               "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"contend duel\" "
               "tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\">\n%s</testsuite>\n",
               tally.tests, tally.failures, tally.errors, tally.skipped, buf_text(&cases));
    buf_release(&cases);
}

/* Values of workflow commands: per cent signs and line ends are escaped, in titles also , and : */
static void add_command_text(struct buf *out, const char *text, bool is_property)
{
    for (; *text; text++)
        if (*text == '%' || *text == '\n' || *text == '\r' ||
            (is_property && (*text == ',' || *text == ':')))
            buf_printf(out, "%%%02X", (unsigned char)*text);
        else
            buf_printf(out, "%c", *text);
}

void duel_render_github(const struct duel_report *r, struct buf *out)
{
    for (size_t i = 0; i < r->count; i++) {
        const struct duel_outcome *o = &r->outcomes[i];
        bool fired = duel_control_fired(&r->subjects[i], o);
        for (size_t j = 0; j < o->row_count; j++) {
            const struct duel_row *row = &o->rows[j];
            if (!row->is_gated)
                continue;
            const char *level =
                fired                            ? "warning"
                : row->verdict == VERDICT_SLOWER ? "error"
                : row->verdict == VERDICT_UNDECIDED || row->verdict == VERDICT_NOT_COMPARABLE
                    ? "warning"
                    : "notice";
            struct buf story = {0};
            buf_printf(&story, "%s: ", fired ? "the control fired" : verdict_name(row->verdict));
            add_story(&story, o, row);
            buf_printf(out, "::%s title=", level);
            add_command_text(out, r->subjects[i].name, true);
            buf_printf(out, " %s::", row->metric);
            add_command_text(out, buf_text(&story), false);
            buf_add(out, "\n");
            buf_release(&story);
        }
    }
}
