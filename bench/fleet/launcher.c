#include "bench/fleet/launcher.h"

#include "bench/base/program.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- Dividing ------------------------------------------------------------------------------- */

struct words {
    VEC(char *);
};

/* One word, from where it begins; *at goes behind it.  NULL: a quote is open. */
static char *take_word(const char **at)
{
    struct buf word = {0};
    char quote = 0;
    const char *p = *at;
    for (; *p && (quote || !isspace((unsigned char)*p)); p++) {
        if (*p == quote) {
            quote = 0;
        } else if (!quote && (*p == '\'' || *p == '"')) {
            quote = *p;
        } else {
            p += *p == '\\' && quote != '\'' && p[1];
            buf_add_bytes(&word, p, 1);
        }
    }
    *at = p;
    buf_add(&word, "");
    char *text = quote || word.failed ? NULL : strdup(buf_text(&word));
    buf_release(&word);
    return text;
}

int launcher_parse(struct launcher *out, const char *text, struct err *err)
{
    struct words words = {0};
    *out = (struct launcher){.text = text};
    for (const char *at = text;;) {
        while (isspace((unsigned char)*at))
            at++;
        if (!*at)
            break;
        char *word = take_word(&at);
        if (word && vec_add(&words, word))
            continue;
        free(word);
        out->words = words.items;
        out->count = words.count;
        return err_set(err, ERR_USAGE, "--launcher: \"%s\" has a quote that is not closed", text);
    }
    size_t count = words.count;
    if (!vec_add(&words, NULL))
        err_set(err, ERR_SYSTEM, "no memory for a launcher");
    out->words = words.items;
    out->count = count;
    if (words.failed)
        return -1;
    if (!count)
        return err_set(err, ERR_USAGE,
                       "--launcher: \"%s\" names no program (such as 'srun -N1' or 'ssh host')",
                       text);
    /* It would not be there a second time either. */
    char path[4096];
    const char *program = out->words[0];
    if (strchr(program, '/') ? !program_is(program) : !program_find(program, path, sizeof path))
        return err_set(err, ERR_USAGE, "--launcher: \"%s\": %s cannot be executed: %s", text,
                       program, strchr(program, '/') ? strerror(errno) : "it is not in PATH");
    return 0;
}

void launcher_release(struct launcher *l)
{
    for (size_t i = 0; i < l->count; i++)
        free(l->words[i]);
    free(l->words);
    *l = (struct launcher){0};
}

/* ---- What follows --------------------------------------------------------------------------- */

int launcher_check_words(const struct opt_list *words, struct err *err)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_@%+=:,./-";
    for (size_t i = 0; i < words->count; i++) {
        const char *word = words->items[i];
        if (word[strspn(word, plain)])
            return err_set(err, ERR_USAGE,
                           "--launcher: \"%s\" might reach another shell, which would change it: "
                           "letters, digits and _@%%+=:,./- alone pass unchanged",
                           word);
    }
    return 0;
}
