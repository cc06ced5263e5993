/*
 * Command lines, a word a line, through the tables that parse them; nothing is run.  Whatever is
 * typed is taken or refused in one line, and values that are taken lie in the range of their row.
 */
/* fuzz: max_len 1024 */
/* fuzz: rooms cli */
#include "bench/cli/cli.h"
#include "tests/fuzz/lib/target.h"

#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 40 };

static void check_value(const struct opt *o, const char *settings)
{
    int64_t number = o->min;
    double ratio = 0;
    memcpy(&number, settings + o->offset, o->kind == OPT_NUMBER ? sizeof number : 0);
    memcpy(&ratio, settings + o->offset, o->kind == OPT_RATIO ? sizeof ratio : 0);
    /* 0, and what lies below, stands for what nobody typed. */
    if (number > 0 && (number < o->min || number > o->max))
        target_fail("--%s: %lld", o->name, (long long)number);
    if (!(ratio <= 1))
        target_fail("--%s: %g", o->name, ratio);
}

static void check_settings(const struct invocation *line)
{
    for (const struct opt *o = line->command ? line->command->options : NULL; o && o->name; o++)
        check_value(o, line->settings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char program[] = "contend";
    char *argv[WORDS_MAX + 2] = {program}, *text = malloc(size + 1), *next = text, *word;
    struct invocation line;
    struct err err = {0};
    int argc = 1;
    if (!text)
        target_fail("no memory");
    memcpy(text, size ? (const char *)data : "", size);
    text[size] = '\0';
    while (argc <= WORDS_MAX && (word = strsep(&next, "\n")))
        argv[argc++] = word;
    if (invocation_parse(&line, &cli_program, argc, argv, &err)) {
        target_expect_reason("command line", &err);
        if (err.code != ERR_USAGE)
            target_fail("refused as no usage: %s", err.text);
    } else if (!line.wants_help) {
        check_settings(&line);
    }
    invocation_release(&line);
    free(text);
    return 0;
}
