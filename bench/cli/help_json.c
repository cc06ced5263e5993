/* What the tables of the commands say, for programs: man pages and completions are made of it. */
#include "bench/cli/cli.h"
#include "bench/cli/help.h"
#include "version.h"

#include <string.h>

static const char *kind_name(enum opt_kind kind)
{
    static const char *const names[] = {[OPT_FLAG] = "flag",
                                        [OPT_TEXT] = "text",
                                        [OPT_NUMBER] = "number",
                                        [OPT_RATIO] = "ratio",
                                        [OPT_LIST] = "list"};
    return names[kind];
}

static json_t *choices_of(const struct opt *o)
{
    json_t *list = json_array();
    const char *name;
    for (size_t i = 0; (name = opts_choice(o, i)) != NULL; i++)
        json_array_append_new(list, json_string(name));
    return list;
}

/* Where plug-ins and files bring more, what there is is only what is known. */
static json_t *option_json(const struct opt *o)
{
    char letter[] = {o->letter, '\0'};
    json_t *row =
        json_pack("{s:s, s:s*, s:s, s:s*, s:s, s:s*, s:s*}", "name", o->name, "letter",
                  o->letter ? letter : NULL, "kind", kind_name(o->kind), "argument", o->argument,
                  "help", o->help, "default", o->initial, "without", o->without);
    if (o->kind == OPT_NUMBER)
        json_object_update_new(row, json_pack("{s:s, s:I, s:I}", "unit", o->unit, "min",
                                              (json_int_t)o->min, "max", (json_int_t)o->max));
    bool is_closed = o->kind == OPT_TEXT && !o->is_open;
    if (opts_choice(o, 0))
        json_object_set_new(row, is_closed ? "choices" : "known", choices_of(o));
    return row;
}

static json_t *options_json(const struct opt *table)
{
    static const struct opt help = {
        .name = "help", .letter = 'h', .kind = OPT_FLAG, .help = "this text"};
    json_t *list = json_array();
    for (const struct opt *o = table; o && o->name; o++)
        json_array_append_new(list, option_json(o));
    json_array_append_new(list, option_json(&help));
    return list;
}

static json_t *arguments_json(const struct argument *table)
{
    json_t *list = json_array();
    for (const struct argument *a = table; a && a->name; a++) {
        json_t *row = json_pack("{s:s, s:s, s:I}", "name", a->name, "help", a->help, "min",
                                (json_int_t)a->least);
        if (a->most != ARGUMENTS_ANY)
            json_object_set_new(row, "max", json_integer(a->most));
        if (a->choices) {
            json_t *choices = json_array();
            for (size_t i = 0; a->choices[i]; i++)
                json_array_append_new(choices, json_string(a->choices[i]));
            json_object_set_new(row, "choices", choices);
        }
        json_array_append_new(list, row);
    }
    return list;
}

/* "BASE HEAD\nBASE... -- HEAD..." as a list of forms. */
static json_t *forms_json(const char *usage)
{
    json_t *list = json_array();
    for (const char *form = usage ? usage : "[OPTION]..."; *form;) {
        size_t length = strcspn(form, "\n");
        json_array_append_new(list, json_stringn(form, length));
        form += length + (form[length] == '\n');
    }
    return list;
}

static json_t *command_json(const struct command *c);

static json_t *commands_json(const struct command *const *commands)
{
    json_t *list = json_array();
    for (; *commands; commands++)
        if ((*commands)->summary)
            json_array_append_new(list, command_json(*commands));
    return list;
}

static json_t *command_json(const struct command *c)
{
    json_t *o = json_pack("{s:s, s:s, s:o, s:s*, s:s*, s:s*, s:o, s:o}", "name", c->name, "summary",
                          c->summary, "usage", forms_json(c->usage), "about", c->about, "statuses",
                          c->statuses, "examples", c->examples, "arguments",
                          arguments_json(c->arguments), "options", options_json(c->options));
    if (c->commands)
        json_object_set_new(o, "commands", commands_json(c->commands));
    return o;
}

json_t *help_json(void)
{
    return json_pack("{s:s, s:s, s:o}", "schema", "contend.help/1", "version", CONTEND_VERSION,
                     "commands", commands_json(cli_commands));
}
