/* Several outputs in one pass, and what each of them is alone. */
#ifndef FANNING_H
#define FANNING_H

#include "remuxing.h"

enum { OUTPUTS = 4, MOST = 6 };

/* What is made; OUTPUTS of them unless a test says otherwise. */
typedef struct fan {
    memux_remux_options remux[MOST];
    memux_extract_options extract[MOST];
    memux_fanout_output outputs[MOST];
    memux_fanout_result results[MOST];
    const memux_fanout_output *list[MOST];
    host_sink hosts[MOST];
    memux_writer writers[MOST];
    memux_sink *sinks[MOST];
    memux_run_options run;
    memux_fanout_options options;
    memux_fanout_report report;
    memux_error *error;
    size_t count;
} fan;

static inline memux_fanout_output *add(fan *self)
{
    size_t nth = self->count++;
    memux_fanout_output *output = &self->outputs[nth];

    memux_fanout_output_init(output, sizeof *output);
    GARBAGE_REPORT(self->results[nth]);
    self->writers[nth] = host_writer(&self->hosts[nth]);
    self->writers[nth].seek = host_sink_seek;
    self->sinks[nth] = host_sink_of(&self->writers[nth]);
    output->sink = self->sinks[nth];
    output->result = &self->results[nth];
    self->list[nth] = output;
    return output;
}

static inline void add_remux(fan *self, const char *format, int32_t layout)
{
    memux_remux_options *options = &self->remux[self->count];

    memux_remux_options_init(options, sizeof *options);
    options->format = format;
    options->layout = layout;
    options->bit_exact = 1;
    add(self)->remux = options;
}

static inline void add_stream(fan *self, int32_t stream)
{
    memux_extract_options *options = &self->extract[self->count];

    memux_extract_options_init(options, sizeof *options);
    options->select = MEMUX_SELECT_INDEX;
    options->stream_index = stream;
    add(self)->extract = options;
}

static inline void fan_empty(fan *self)
{
    memset(self, 0, sizeof *self);
    memux_run_options_init(&self->run, sizeof self->run);
    memux_fanout_options_init(&self->options, sizeof self->options);
    self->options.run = &self->run;
}

static inline void fan_begin(fan *self)
{
    fan_empty(self);
    add_stream(self, 0);
    add_remux(self, "mp4", MEMUX_LAYOUT_FRAGMENTED);
    add_stream(self, 1);
    add_remux(self, "matroska", MEMUX_LAYOUT_AUTO);
}

static inline memux_status fan_run(fan *self, memux_source *source)
{
    memux_status status;

    GARBAGE_REPORT(self->report);
    status = memux_fanout(source, self->list, self->count, &self->options, &self->report, &self->error);
    EXPECT((status < 0) == (self->error != NULL));
    return status;
}

static inline void fan_end(fan *self)
{
    for (size_t i = 0; i < self->count; i++) {
        memux_error_free(self->results[i].error);
        memux_sink_free(self->sinks[i]);
        EXPECT_SAME(self->hosts[i].released, 1);
        free(self->hosts[i].file.data);
    }
    memux_error_free(self->error);
}

/* What the nth output is where nothing else is made. */
static inline bytes alone(const fan *self, size_t nth, bytes file)
{
    host_sink host = { 0 };
    memux_writer writer = host_writer(&host);
    memux_source *source = memory_source(file);
    memux_sink *sink;

    writer.seek = host_sink_seek;
    sink = host_sink_of(&writer);
    if (self->outputs[nth].remux) {
        memux_remux_options options = self->remux[nth];
        options.run = &chosen.run; /* FFmpeg's engine */
        EXPECT(memux_remux(source, sink, &options, NULL, NULL) >= 0);
    } else {
        EXPECT(memux_extract(source, sink, &self->extract[nth], NULL, NULL) >= 0);
    }
    memux_sink_free(sink);
    memux_source_free(source);
    return host.file;
}

#endif
