/* Remuxing into each kind of sink, and what a probe says of the output. */
#ifndef REMUXING_H
#define REMUXING_H

#include "reports.h"

/* Where an output goes. */
enum into { SEEKING, FORWARD, BUFFER, SINKS };
static const char *const sink_names[] = { "a sink that can seek", "a sink that cannot seek", "a buffer of the library" };

/* A remux with what may be asked for; `format` and what is left zero are the defaults. */
typedef struct remux {
    memux_run_options run;
    memux_limits limits;
    memux_remux_options options;
    host_sink host; /* what came out */
    memux_remux_report report;
    memux_error *error;
} remux;

static inline void remux_begin(remux *self, const char *format, int32_t layout)
{
    memset(self, 0, sizeof *self);
    memux_run_options_init(&self->run, sizeof self->run);
    memux_limits_init(&self->limits, sizeof self->limits);
    memux_remux_options_init(&self->options, sizeof self->options);
    self->run.limits = &self->limits;
    self->options.run = &self->run;
    self->options.format = format;
    self->options.layout = layout;
    self->options.bit_exact = 1;
}

/* Runs it on the source; the bytes are in `host.file`, whatever the sink. */
static inline memux_status remux_run(remux *self, memux_source *source, enum into into)
{
    memux_writer writer = host_writer(&self->host);
    memux_sink *sink = NULL;
    memux_status status;

    writer.seek = into == SEEKING ? host_sink_seek : NULL;
    if (into == BUFFER)
        EXPECT_STATUS(memux_sink_to_buffer(&sink, NULL), MEMUX_OK);
    else
        sink = host_sink_of(&writer);
    GARBAGE_REPORT(self->report);
    status = memux_remux(source, sink, &self->options, &self->report, &self->error);
    if (into == BUFFER) {
        memux_buffer *buffer = NULL;
        EXPECT_STATUS(memux_sink_take_buffer(sink, &buffer, NULL), MEMUX_OK);
        if (memux_buffer_size(buffer) > 0)
            host_take(&self->host, memux_buffer_data(buffer), memux_buffer_size(buffer));
        memux_buffer_free(buffer);
    }
    memux_sink_free(sink);
    EXPECT((status < 0) == (self->error != NULL) && memux_error_status(self->error) == (status < 0 ? status : MEMUX_OK));
    EXPECT(self->report.bytes_written >= self->host.file.size);
    return status;
}

static inline void remux_end(remux *self)
{
    memux_error_free(self->error);
    free(self->host.file.data);
}

/* The clip in memory, remuxed. */
static inline memux_status remux_clip(remux *self, const char *name, enum into into)
{
    bytes file = clip(name);
    memux_source *source = memory_source(file);
    memux_status status = remux_run(self, source, into);

    memux_source_free(source);
    free(file.data);
    return status;
}

/* What is in the output; the caller frees it. */
static inline memux_info *remux_info(const remux *self)
{
    memux_source *source = memory_source(self->host.file);
    memux_info *info = NULL;

    EXPECT_STATUS(memux_probe(source, NULL, &info, NULL, NULL), MEMUX_OK);
    memux_source_free(source);
    if (!info) {
        printf("Bail out! an output that no probe can read\n");
        exit(2);
    }
    return info;
}

static inline const char *tag_of(const memux_tag *tags, size_t count, const char *key)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(tags[i].key, key) == 0)
            return tags[i].value;
    return NULL;
}

static inline int same_text(const char *got, const char *wanted)
{
    if (got && wanted ? strcmp(got, wanted) == 0 : got == wanted)
        return 1;
    printf("# \"%s\", expected \"%s\"\n", got ? got : "nothing", wanted ? wanted : "nothing");
    return EXPECT(!"the same text");
}

/* Where the first box of the name begins on the outermost level of an MP4; -1: nowhere. */
static inline int64_t box_of(bytes file, const char *name)
{
    for (size_t at = 0; at + 8 <= file.size;) {
        const uint8_t *head = file.data + at;
        size_t size = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
        if (memcmp(head + 4, name, 4) == 0)
            return (int64_t)at;
        if (size < 8)
            break;
        at += size;
    }
    return -1;
}

#endif
