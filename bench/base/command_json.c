/* What the tables of the commands say, for programs: man pages and completions are made of it. */
#include "bench/base/command_help.h"
#include "bench/base/json_make.h"

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
    struct json_maker list = json_maker_list();
    const char *name;
    for (size_t i = 0; (name = opts_choice(o, i)) != NULL; i++)
        json_make_add(&list, json_string(name));
    return json_made(&list);
}

/* Where plug-ins and files bring more, what there is is only what is known. */
static json_t *option_json(const struct opt *o)
{
    char letter[] = {o->letter, '\0'};
    struct json_maker row = json_maker_take(
        json_pack("{s:s, s:s*, s:s, s:s*, s:s, s:s*, s:s*}", "name", o->name, "letter",
                  o->letter ? letter : NULL, "kind", kind_name(o->kind), "argument", o->argument,
                  "help", o->help, "default", o->initial, "without", o->without));
    if (o->kind == OPT_NUMBER)
        json_make_all(&row, json_pack("{s:s, s:I, s:I}", "unit", o->unit, "min", (json_int_t)o->min,
                                      "max", (json_int_t)o->max));
    bool is_closed = o->kind == OPT_TEXT && !o->is_open;
    if (opts_choice(o, 0))
        json_make_value(&row, is_closed ? "choices" : "known", choices_of(o));
    return json_made(&row);
}

static json_t *options_json(const struct opt *table)
{
    static const struct opt help = {
        .name = "help", .letter = 'h', .kind = OPT_FLAG, .help = "this text"};
    struct json_maker list = json_maker_list();
    for (const struct opt *o = table; o && o->name; o++)
        json_make_add(&list, option_json(o));
    json_make_add(&list, option_json(&help));
    return json_made(&list);
}

/* A list of it, or of none. */
static json_t *arguments_json(const struct argument *a)
{
    struct json_maker list = json_maker_list();
    if (!a->name)
        return json_made(&list);
    struct json_maker row = json_maker_take(json_pack("{s:s, s:s, s:I}", "name", a->name, "help",
                                                      a->help, "min", (json_int_t)a->least));
    if (a->most != ARGUMENTS_ANY)
        json_make_int(&row, "max", a->most);
    if (a->choices) {
        struct json_maker choices = json_maker_list();
        for (size_t i = 0; a->choices[i]; i++)
            json_make_add(&choices, json_string(a->choices[i]));
        json_make_value(&row, "choices", json_made(&choices));
    }
    json_make_add(&list, json_made(&row));
    return json_made(&list);
}

/* "BASE HEAD\nBASE... -- HEAD..." as a list of forms. */
static json_t *forms_json(const char *usage)
{
    struct json_maker list = json_maker_list();
    for (const char *form = usage ? usage : "[OPTION]..."; *form;) {
        size_t length = strcspn(form, "\n");
        json_make_add(&list, json_stringn(form, length));
        form += length + (form[length] == '\n');
    }
    return json_made(&list);
}

static json_t *command_json(const struct command *c);

static json_t *commands_json(const struct command *const *commands)
{
    struct json_maker list = json_maker_list();
    for (; *commands; commands++)
        if ((*commands)->summary)
            json_make_add(&list, command_json(*commands));
    return json_made(&list);
}

static json_t *command_json(const struct command *c)
{
    struct json_maker o = json_maker_take(
        json_pack("{s:s, s:s, s:o, s:s*, s:s*, s:s*, s:o, s:o}", "name", c->name, "summary",
                  c->summary, "usage", forms_json(c->usage), "about", c->about, "statuses",
                  c->statuses, "examples", c->examples, "arguments", arguments_json(&c->argument),
                  "options", options_json(c->options)));
    if (c->commands)
        json_make_value(&o, "commands", commands_json(c->commands));
    return json_made(&o);
}

json_t *help_json(const struct command *program, const char *version)
{
    return json_pack("{s:s, s:s, s:o}", "schema", "contend.help/1", "version", version, "commands",
                     commands_json(program->commands));
}
