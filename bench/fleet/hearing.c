#include "bench/fleet/hearing.h"

#include "bench/base/clock.h"
#include "bench/base/json.h"
#include "bench/base/json_make.h"
#include "version.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CLOCK_TOLERANCE_S = 2 };

int fleet_no_memory(struct err *err)
{
    return err_set(err, ERR_SYSTEM, "no memory for a fleet of workers");
}

void fleet_tell(const struct fleet *f, const char *format, ...)
{
    struct buf line = {0};
    char text[1000];
    va_list arguments;
    if (!f->request->say)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    buf_add(&line, text);
    f->request->say(buf_text(&line));
    buf_release(&line);
}

static time_t epoch_of(const char *instant)
{
    struct tm t = {0};
    const char *end = instant ? strptime(instant, "%Y-%m-%dT%H:%M:%S", &t) : NULL;
    return end ? timegm(&t) : -1;
}

/* It began between our call and now; what its clock says beyond that, the clocks differ by. */
static int check_clock(struct fleet *f, struct seat *s, const json_t *header, struct err *err)
{
    static const char simulated[] = "virtual";
    const char *host =
        json_string_value(json_object_get(json_object_get(header, "host"), "hostname"));
    time_t began = epoch_of(
               json_string_value(json_object_get(json_object_get(header, "run"), "started_at"))),
           now = time(NULL);
    if (began < 0 || !host || !strcmp(host, simulated))
        return 0;
    if (began < s->launched_at - CLOCK_TOLERANCE_S)
        s->clock_offset_s = (int64_t)(began - s->launched_at);
    else if (began > now + CLOCK_TOLERANCE_S)
        s->clock_offset_s = (int64_t)(began - now);
    if (!s->clock_offset_s || json_object_get(f->clocks, host))
        return 0;
    fleet_tell(
        f, "the clock of host \"%s\" is %" PRId64 " s %s this one's: its times of day are its own",
        host, s->clock_offset_s < 0 ? -s->clock_offset_s : s->clock_offset_s,
        s->clock_offset_s < 0 ? "behind" : "ahead of");
    struct json_maker m = json_maker_of(f->clocks);
    json_make_int(&m, host, s->clock_offset_s);
    json_t *made = json_made(&m);
    json_decref(made);
    return made ? 0 : fleet_no_memory(err);
}

/* Another contend, or another idea of the plan, would be found out when all is measured. */
static int check_header(const struct fleet *f, const struct seat *s, const json_t *header,
                        struct err *err)
{
    const json_t *run = json_object_get(header, "run"), *tool = json_object_get(run, "tool");
    const char *version = json_string_value(json_object_get(tool, "version"));
    const char *commit = json_string_value(json_object_get(tool, "commit"));
    const json_t *shard = json_object_get(run, "shard");
    const char *plan = json_string_value(json_object_get(shard, "plan"));
    bool is_virtual = commit && !strcmp(commit, "virtual");
    if (!version || !commit || strcmp(version, CONTEND_VERSION) != 0 ||
        (strcmp(commit, CONTEND_COMMIT) != 0 && !is_virtual))
        return err_set(err, ERR_INPUT,
                       "%s starts contend %.20s of commit %.20s, and this is %s of commit %s; "
                       "--launched names the one that is meant",
                       s->launcher->text, version ? version : "?", commit ? commit : "?",
                       CONTEND_VERSION, CONTEND_COMMIT);
    if (!plan || strtoull(plan, NULL, 16) != f->run.plan ||
        json_integer_value(json_object_get(shard, "index")) != s->shard ||
        json_integer_value(json_object_get(shard, "count")) != f->run.shards)
        return err_set(err, ERR_INPUT,
                       "%s makes another plan of the same words (%.16s, here %016" PRIx64
                       "): numbers of tasks such as 4cpus depend on the machine",
                       s->launcher->text, plan ? plan : "none", f->run.plan);
    return 0;
}

int hearing_line(void *context, enum stream_line kind, const char *line, size_t length,
                 struct err *err)
{
    struct hearing *h = context;
    struct seat *s = h->seat;
    s->heard_ns = clock_now_ns();
    if (s->is_silent && !shard_of(h->fleet, s)->is_done)
        fleet_tell(h->fleet, "shard %" PRId64 ": %s is heard of again", s->shard,
                   s->launcher->text);
    s->is_silent = false;
    if (kind != STREAM_HEADER)
        return 0;
    if (s->stream.restarts)
        fleet_tell(h->fleet, "shard %" PRId64 ": %s began again", s->shard, s->launcher->text);
    json_t *json = json_parse(line, length, 0, NULL);
    const json_t *header = json_object_get(json, "header");
    int failed =
        check_header(h->fleet, s, header, err) || check_clock(h->fleet, s, header, err) ? -1 : 0;
    json_decref(json);
    return failed;
}
