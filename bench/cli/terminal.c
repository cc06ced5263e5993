#include "bench/cli/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

int terminal_columns(int descriptor, int otherwise)
{
    struct winsize size;
    bool is_known = !ioctl(descriptor, TIOCGWINSZ, &size) && size.ws_col > 0;
    return is_known ? size.ws_col : otherwise;
}

/* What the user says of it, who may want less than it has; 0: nothing that makes sense. */
static int columns_variable(void)
{
    const char *text = getenv("COLUMNS");
    char *end = NULL;
    long columns = text ? strtol(text, &end, 10) : 0;
    bool is_number = text && end != text && !*end;
    return is_number && columns > 0 && columns <= WIDTH_MOST ? (int)columns : 0;
}

int terminal_width(int descriptor, int otherwise)
{
    if (!isatty(descriptor))
        return otherwise;
    int columns = columns_variable();
    return columns ? columns : terminal_columns(descriptor, WIDTH_PIPE);
}

int terminal_text_width(int64_t asked)
{
    return asked > 0 ? (int)asked : terminal_width(STDOUT_FILENO, WIDTH_PIPE);
}

size_t terminal_help_width(void)
{
    enum { READABLE = 100 };
    int wanted = columns_variable();
    int columns = terminal_columns(STDOUT_FILENO, wanted ? wanted : WIDTH_PIPE);
    return (size_t)(columns < WIDTH_LEAST ? WIDTH_LEAST : columns > READABLE ? READABLE : columns);
}

bool terminal_has_colour(void)
{
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
    return isatty(STDOUT_FILENO) && !(no && no[0]) && !(term && !strcmp(term, "dumb"));
}

bool terminal_is_utf8(void)
{
    const char *names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value && value[0])
            return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
    }
    return false;
}
