/*
 * The scanner of our own against jansson: on every result in the tree and on thousands that were
 * damaged, both take the same texts and give the same numbers, and what was read can be written
 * again.
 */
#include "tests/fuzz/result_agree.h"

#include "bench/base/file.h"
#include "bench/base/rng.h"

#include "tests/test.h"

#include <dirent.h>
#include <stdlib.h>

struct corpus {
    char *texts[512];
    size_t lengths[512];
    char *names[512];
    size_t count;
};

static void gather(struct corpus *c, const char *path)
{
    DIR *folder = opendir(path);
    struct dirent *entry;
    while (folder && (entry = readdir(folder))) {
        char below[1024];
        size_t length = strlen(entry->d_name);
        snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
        if (entry->d_name[0] == '.')
            continue;
        if (length < 5 || strcmp(entry->d_name + length - 5, ".json")) {
            gather(c, below);
        } else if (CHECK(c->count < sizeof c->texts / sizeof *c->texts)) {
            c->texts[c->count] = file_read(below, &c->lengths[c->count], NULL);
            c->names[c->count] = strdup(below);
            c->count += c->texts[c->count] != NULL;
        }
    }
    if (folder)
        closedir(folder);
}

static void gather_all(struct corpus *c)
{
    gather(c, TEST_SOURCE_DIR "/tests/fixtures");
    gather(c, TEST_SOURCE_DIR "/tests/golden");
    gather(c, TEST_SOURCE_DIR "/tests/fuzz/result_read");
    CHECK_MSG(c->count > 30, "%zu files", c->count);
}

static void release(struct corpus *c)
{
    for (size_t i = 0; i < c->count; i++) {
        free(c->texts[i]);
        free(c->names[i]);
    }
}

static void the_readers_agree_on_every_file_of_the_tree(void)
{
    struct corpus c = {0};
    size_t read = 0;
    gather_all(&c);
    for (size_t i = 0; i < c.count; i++) {
        const char *fault = c.lengths[i] ? agree_fault(c.texts[i], c.lengths[i]) : NULL;
        struct result r;
        CHECK_MSG(!fault, "%s: %s", c.names[i], fault ? fault : "");
        if (!result_parse(&r, c.names[i], c.texts[i], c.lengths[i], NULL)) {
            read++;
            result_unload(&r);
        }
    }
    CHECK_MSG(read >= 7, "%zu of %zu files are results", read, c.count);
    release(&c);
}

static void a_result_of_ours_is_written_in_the_same_bytes(void)
{
    const char *path = TEST_SOURCE_DIR "/tests/golden/run/fake.json";
    struct result r;
    struct err err = {0};
    struct buf out = {0};
    size_t length;
    char *text = file_read(path, &length, &err);
    if (!CHECK_MSG(text && !result_read(&r, &(struct result_source){.path = path, .keep = 3}, &err),
                   "%s", err.text))
        return;
    CHECK_EQ(result_write(&r, &out, &err), 0);
    CHECK_EQ(out.len, length);
    CHECK_EQ(buf_text(&out), text);
    buf_release(&out);
    free(text);
    result_unload(&r);
}

/* A launch that was left out stands in the tree, since its reason is no number. */
static void a_launch_left_out_is_written_again_with_its_reason(void)
{
    static const char before[] = "\"duration_ns\": 101850",
                      reason[] = ",\n     \"excluded\": \"its clock was set by 5 s: \\\"ntp\\\"\"";
    struct result r;
    struct err err = {0};
    struct buf in = {0}, out = {0};
    size_t length;
    char *text = file_read(TEST_SOURCE_DIR "/tests/golden/run/fake.json", &length, &err);
    char *at = text ? strstr(text, before) : NULL;
    if (!CHECK_MSG(at, "no such launch: %s", err.text))
        return;
    at += sizeof before - 1;
    buf_add_bytes(&in, text, (size_t)(at - text));
    buf_add(&in, reason);
    buf_add(&in, at);
    for (int by_tree = 0; by_tree < 2; by_tree++) {
        const struct result_source from = {
            .path = "x", .text = buf_text(&in), .length = in.len, .keep = 3, .by_tree = by_tree};
        if (!CHECK_MSG(!result_read(&r, &from, &err), "%s", err.text))
            break;
        CHECK(r.cells[0].launch_count > 1);
        CHECK_EQ(r.cells[0].rounds[1], 1);
        buf_reset(&out);
        CHECK_EQ(result_write(&r, &out, &err), 0);
        CHECK_EQ(buf_text(&out), buf_text(&in));
        result_unload(&r);
    }
    buf_release(&in);
    buf_release(&out);
    free(text);
}

static void what_was_let_go_is_not_written(void)
{
    struct result r;
    struct err err = {0};
    struct buf out = {0};
    if (!CHECK(!result_load(&r, TEST_SOURCE_DIR "/tests/fixtures/report/host_a.json", &err)))
        return;
    CHECK_EQ(result_write(&r, &out, &err), -1);
    CHECK_EQ(err.code, ERR_USAGE);
    CHECK_CONTAINS(err.text, "host_a.json was read without");
    buf_release(&out);
    result_unload(&r);
}

/*
 * What cells that are alike differ in is taken out of their texts for who writes nothing: whatever
 * stands there, as often as it stands there, is what jansson finds.
 */
static void what_cells_differ_in_is_read_as_it_stands(void)
{
    static const char *const own[] = {
        "\"id\":\"a\",\"tasks\":2",
        "\"id\":\"a\",\"tasks\":2,\"workers\":3,\"ops_per_task\":100,\"batch_ops\":10,\"place\":0",
        "\"id\":\"a\",\"tasks\":2,\"tasks\":2",
        "\"id\":\"a\",\"tasks\":2,\"t\\u0061sks\":3",
        "\"id\":\"a\",\"t\\u0061sks\":3",
        "\"id\":\"a\",\"\\u0069d\":\"c\",\"tasks\":2",
        "\"id\":\"a\",\"id\":\"a\",\"tasks\":2",
        "\"\\u0069d\":\"a\",\"tasks\":2",
        "\"id\":\"b\",\"tasks\":2",
        "\"id\":\"\",\"tasks\":2",
        "\"id\":\"\\u00e4\",\"tasks\":2",
        "\"id\":\"\303\244\",\"tasks\":2",
        "\"id\":\"\303\",\"tasks\":2",
        "\"id\":\"a\\u0000\",\"tasks\":2",
        "\"id\":null,\"tasks\":2",
        "\"id\":5,\"tasks\":2",
        "\"tasks\":2",
        "\"id\":\"a\"",
        "\"id\":\"a\",\"tasks\":0",
        "\"id\":\"a\",\"tasks\":02",
        "\"id\":\"a\",\"tasks\":-2",
        "\"id\":\"a\",\"tasks\":2.0",
        "\"id\":\"a\",\"tasks\":2e0",
        "\"id\":\"a\",\"tasks\":null",
        "\"id\":\"a\",\"tasks\":\"2\"",
        "\"id\":\"a\",\"tasks\":1000000000",
        "\"id\":\"a\",\"tasks\":1000000001",
        "\"id\":\"a\",\"tasks\":999999999",
        "\"id\":\"a\",\"tasks\":2,\"ops_per_task\":9223372036854775807",
        "\"id\":\"a\",\"tasks\":2,\"ops_per_task\":9223372036854775808",
        "\"id\":\"a\",\"tasks\":2,\"workers\":null,\"batch_ops\":null",
        "\"id\":\"a\",\"tasks\":2,\"launch_distributions\":{\"x_ns\":[{\"n\":1}]}",
        "\"id\":\"a\",\"tasks\":2,\"launch_distributions\":{\"x_ns\":[}]}",
        "\"id\":\"a\",\"tasks\":2,\"launch_distributions\":{\"a\":1,\"a\":1}",
        "\"id\":\"a\",\"tasks\":2,\"launch_distributions\":{},\"launch_distributions\":{}",
        "\"id\":\"a\",\"tasks\":2,\"launch_distributions\":[]",
        "\"id\":\"a\",\"tasks\":2,\"launch_distributions\":null",
    };
    size_t taken = 0;
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        struct buf text = {0};
        buf_add(&text, "{\"schema\":\"contend.result/"
                       "1\",\"run\":{\"id\":\"r\",\"status\":\"complete\",\"tool\":{}},\"host\":{"
                       "\"hostname\":\"h\"},"
                       "\"cells\":[");
        for (int cell = 0; cell < 3; cell++)
            buf_printf(
                &text,
                "%s{%s,\"workload\":\"w\",\"lock\":\"l\",\"executor\":\"e\",\"params\":{\"p\":1},"
                "\"warnings\":[{\"code\":\"c\",\"text\":\"t\"}],\"status\":\"ok\","
                "\"metrics\":{\"x_ns\":{\"unit\":\"ns\",\"samples\":[%d]}}}",
                cell ? "," : "",
                cell == 0   ? "\"id\":\"b\",\"tasks\":7"
                : cell == 1 ? own[i]
                            : "\"id\":\"d\",\"tasks\":9",
                cell);
        buf_add(&text, "]}");
        const char *fault = agree_fault(buf_text(&text), text.len);
        CHECK_MSG(!fault, "%s: %s", own[i], fault ? fault : "");
        struct result r;
        struct err err = {0};
        if (result_parse(&r, "x.json", buf_text(&text), text.len, &err)) {
            CHECK_MSG(err.code == ERR_INPUT, "%s: %s", own[i], err.text);
        } else {
            taken++;
            CHECK_EQ(r.cells[0].id, "b");
            CHECK_EQ(r.cells[0].tasks, 7);
            CHECK_EQ(r.cells[2].id, "d");
            CHECK_EQ(r.cells[2].tasks, 9);
            CHECK_EQ(r.cells[2].metrics[0].samples[0], 2.0);
            result_unload(&r);
        }
        buf_release(&text);
    }
    CHECK_MSG(taken > 8 && taken < sizeof own / sizeof *own - 8, "%zu were taken", taken);
}

/* ---- Damage ------------------------------------------------------------------------------------
 */

static const char *const pieces[] = {
    "null",
    "true",
    "\"\"",
    "[]",
    "{}",
    "-1",
    "0",
    "1e308",
    "1e400",
    "-0.0",
    "0.1",
    "\\u0000",
    "\"",
    ",",
    ":",
    "{",
    "}",
    "[",
    "]",
    "9007199254740993",
    "18446744073709551616",
    "1e21",
    "1.5e-320",
    "\"samples\":[1,2],",
    "\"launches\":[0],",
    "\"launches\":[],",
    "\"summary\":{},",
    "\"distribution\":{\"n\":1},",
    "\"cells\":[],",
    "\"metrics\":{},",
    "\"sampl\\u0065s\":[3],",
    "\"m\\u0065trics\":{},",
    "\"round\":0,",
    "\"steal_ns\":1,",
    "\"later\":[{}],",
    "\xff",
    "\xc2\x9b",
    "01",
    "+1",
    "NaN",
    " ",
    "\n",
    "\"tasks\":2,",
    "\"n\":1,",
    "\"buckets\":[[1,2]],",
    "\x1b",
};

static char *damaged(struct rng *r, const struct corpus *c, size_t from, size_t *length)
{
    char *out = malloc(c->lengths[from] + 128);
    if (!out)
        return NULL;
    *length = c->lengths[from];
    memcpy(out, c->texts[from], *length);
    size_t at = rng_below(r, *length), kind = rng_below(r, 5);
    const char *piece = pieces[rng_below(r, sizeof pieces / sizeof *pieces)];
    size_t size = strlen(piece);
    /* Most pieces say something only where a member or an item may begin. */
    for (size_t i = 0; rng_below(r, 4) && i < 200 && at + 1 < *length; i++, at++)
        if (strchr("{[,:", out[at])) {
            at++;
            break;
        }
    if (kind == 0) {
        out[at] = (char)rng_below(r, 256);
    } else if (kind == 1) { /* left out */
        size_t gone = 1 + rng_below(r, 40);
        gone = gone < *length - at ? gone : *length - at;
        memmove(out + at, out + at + gone, *length - at - gone);
        *length -= gone;
    } else if (kind == 2) { /* cut */
        *length = at;
    } else if (kind == 3) { /* put in */
        memmove(out + at + size, out + at, *length - at);
        memcpy(out + at, piece, size);
        *length += size;
    } else { /* in place of a value */
        size_t end = at;
        while (end < *length && !strchr(",]}\n", out[end]))
            end++;
        memmove(out + at + size, out + end, *length - end);
        memcpy(out + at, piece, size);
        *length += size - (end - at);
    }
    return out;
}

/* What is damaged before is seldom read with one damage more. */
static void keep_small_results(struct corpus *c)
{
    size_t kept = 0;
    for (size_t i = 0; i < c->count; i++) {
        struct result r;
        bool is_kept = c->lengths[i] > 0 && c->lengths[i] < 20000 &&
                       !result_parse(&r, "x", c->texts[i], c->lengths[i], NULL);
        if (is_kept) {
            result_unload(&r);
            c->texts[kept] = c->texts[i];
            c->names[kept] = c->names[i];
            c->lengths[kept++] = c->lengths[i];
        } else {
            free(c->texts[i]);
            free(c->names[i]);
        }
    }
    c->count = kept;
    CHECK(kept > 10);
}

static void the_readers_agree_on_what_is_damaged(void)
{
    struct corpus c = {0};
    struct rng r = {.state = 11};
    size_t read = 0, tried = 0;
    gather_all(&c);
    keep_small_results(&c);
    for (size_t i = 0; i < 6000; i++) {
        size_t from = rng_below(&r, c.count), length = 0;
        char *text = damaged(&r, &c, from, &length);
        const char *fault = text && length ? agree_fault(text, length) : NULL;
        if (!CHECK_MSG(!fault, "%s, damage %zu: %s\n%.*s", c.names[from], i, fault ? fault : "",
                       (int)length, text)) {
            free(text);
            break;
        }
        struct result result;
        tried++;
        if (length && !result_parse(&result, "x", text, length, NULL)) {
            read++;
            result_unload(&result);
        }
        free(text);
    }
    CHECK_MSG(tried > 1000 && read * 20 > tried && read * 20 < 19 * tried,
              "%zu of %zu were read: too few of one kind", read, tried);
    release(&c);
}

static const struct test tests[] = {
    {"the_readers_agree_on_every_file_of_the_tree", the_readers_agree_on_every_file_of_the_tree},
    {"a_result_of_ours_is_written_in_the_same_bytes",
     a_result_of_ours_is_written_in_the_same_bytes},
    {"a_launch_left_out_is_written_again_with_its_reason",
     a_launch_left_out_is_written_again_with_its_reason},
    {"what_cells_differ_in_is_read_as_it_stands", what_cells_differ_in_is_read_as_it_stands},
    {"what_was_let_go_is_not_written", what_was_let_go_is_not_written},
    {"the_readers_agree_on_what_is_damaged", the_readers_agree_on_what_is_damaged},
    {0},
};

TEST_MAIN(tests)
