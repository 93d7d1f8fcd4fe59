/* When are the callbacks called? The trace tells, for memory too, and what it tells adds up. */
#include "host.h"

enum { MOST_EVENTS = 100000 };

/* Follows a source and a sink through their events. */
typedef struct follower {
    memux_trace_event *events;
    int count;
    int64_t source_at, sink_at; /* where they stand now */
    int64_t read, written;
    int seen[MEMUX_STAGE_TRAILER + 1]; /* events per stage */
} follower;

static void follow(void *opaque, const memux_trace_event *event)
{
    follower *self = opaque;

    EXPECT(event->struct_size >= sizeof *event);
    EXPECT(event->elapsed_us >= 0);
    EXPECT(event->stage >= MEMUX_STAGE_OPEN && event->stage <= MEMUX_STAGE_TRAILER);
    self->seen[event->stage]++;
    switch (event->kind) {
    case MEMUX_TRACE_READ:
        EXPECT_SAME(event->offset, self->source_at);
        EXPECT(event->requested > 0 && event->returned <= event->requested);
        if (event->returned > 0)
            self->source_at += event->returned, self->read += event->returned;
        break;
    case MEMUX_TRACE_SEEK:
        EXPECT(event->offset >= 0);
        if (event->returned >= 0)
            self->source_at = event->offset;
        break;
    case MEMUX_TRACE_SIZE:
        break;
    case MEMUX_TRACE_WRITE:
    case MEMUX_TRACE_WRITEV:
        EXPECT_SAME(event->offset, self->sink_at);
        EXPECT(event->requested > 0 && event->returned <= event->requested);
        if (event->returned > 0)
            self->sink_at += event->returned, self->written += event->returned;
        break;
    default:
        MISSING("a kind that is known");
    }
    if (self->count < MOST_EVENTS)
        self->events[self->count++] = *event;
}

static follower follower_new(void)
{
    follower fresh;
    memset(&fresh, 0, sizeof fresh);
    fresh.events = malloc(MOST_EVENTS * sizeof *fresh.events);
    return fresh;
}

static int events_of(const follower *follower, int32_t kind)
{
    int count = 0;
    for (int i = 0; i < follower->count; i++)
        count += follower->events[i].kind == kind;
    return count;
}

static memux_extract_report trace_extract(memux_source *source, memux_sink *sink, follower *follower)
{
    memux_run_options run;
    memux_extract_options options;
    memux_extract_report report;

    memux_run_options_init(&run, sizeof run);
    run.trace = follow;
    run.trace_opaque = follower;
    memux_extract_options_init(&options, sizeof options);
    options.run = &run;
    memux_extract_report_init(&report, sizeof report);
    EXPECT_STATUS(memux_extract(source, sink, &options, &report, NULL), MEMUX_OK);
    EXPECT_SAME(follower->read, report.bytes_read);
    EXPECT_SAME(follower->written, report.bytes_written);
    EXPECT_SAME(report.engine, MEMUX_ENGINE_FFMPEG);
    return report;
}

static const char *const containers[] = { "h264.mp4", "h264_moov_at_end.mp4", "h264_fragmented.mp4", "h264.mkv", "h264.ts" };

static void the_events_of_a_reader_are_its_calls_one_for_one(void)
{
    for (size_t c = 0; c < 5; c++)
        for (int32_t seekability = MEMUX_SEEKABILITY_NONE; seekability <= MEMUX_SEEKABILITY_CHEAP; seekability++) {
            bytes file = clip(containers[c]);
            host host = host_of(file);
            host_sink sink_host = { 0 };
            memux_writer writer = host_writer(&sink_host);
            memux_source *source;
            memux_sink *sink = host_sink_of(&writer);
            follower follower = follower_new();
            memux_reader reader = host_reader(&host, seekability);
            reader.size = (int64_t)file.size;
            EXPECT_STATUS(memux_source_from_reader(&reader, &source, NULL), MEMUX_OK);
            trace_extract(source, sink, &follower);
            EXPECT_SAME(events_of(&follower, MEMUX_TRACE_READ), host.reads);
            EXPECT_SAME(events_of(&follower, MEMUX_TRACE_SEEK), host.seeks);
            EXPECT_SAME(events_of(&follower, MEMUX_TRACE_SIZE), host.size_questions);
            EXPECT_SAME(events_of(&follower, MEMUX_TRACE_WRITE), sink_host.writes);
            EXPECT_SAME(events_of(&follower, MEMUX_TRACE_WRITEV), 0);
            memux_sink_free(sink);
            memux_source_free(source);
            free(follower.events);
            free(sink_host.file.data);
            free(file.data);
        }
}

static void memory_sources_and_buffers_are_traced_too(void)
{
    for (size_t c = 0; c < 5; c++) {
        bytes file = clip(containers[c]), whole = extracted(file);
        memux_source *source = memory_source(file);
        memux_sink *sink = NULL;
        follower follower = follower_new();
        EXPECT_STATUS(memux_sink_to_buffer(&sink, NULL), MEMUX_OK);
        trace_extract(source, sink, &follower);
        EXPECT(follower.read > 0);
        EXPECT_SAME(follower.written, whole.size);
        memux_sink_free(sink);
        memux_source_free(source);
        free(follower.events);
        free(whole.data);
        free(file.data);
    }
}

static void reading_comes_in_the_order_open_probe_packets_and_writing_in_write(void)
{
    bytes file = clip("h264.ts");
    memux_source *source = memory_source(file);
    memux_sink *sink = NULL;
    follower follower = follower_new();
    int32_t reached = MEMUX_STAGE_OPEN;

    EXPECT_STATUS(memux_sink_to_buffer(&sink, NULL), MEMUX_OK);
    trace_extract(source, sink, &follower);
    EXPECT(follower.seen[MEMUX_STAGE_OPEN] + follower.seen[MEMUX_STAGE_PROBE] > 0);
    EXPECT(follower.seen[MEMUX_STAGE_PACKETS] > 0);
    EXPECT_SAME(follower.events[0].stage, MEMUX_STAGE_OPEN);
    for (int i = 0; i < follower.count; i++) {
        const memux_trace_event *event = &follower.events[i];
        if (event->kind == MEMUX_TRACE_WRITE || event->kind == MEMUX_TRACE_WRITEV) {
            EXPECT(event->stage >= MEMUX_STAGE_HEADER);
        } else {
            EXPECT(event->stage >= reached && event->stage <= MEMUX_STAGE_PACKETS);
            reached = event->stage;
        }
    }
    memux_sink_free(sink);
    memux_source_free(source);
    free(follower.events);
    free(file.data);
}

static void a_size_that_is_not_known_is_asked_for_in_sight(void)
{
    bytes file = clip("h264.mp4");
    host host = host_of(file);
    memux_source *source = host_source(&host, MEMUX_SEEKABILITY_CHEAP);
    memux_sink *sink = NULL;
    follower follower = follower_new();

    EXPECT_STATUS(memux_sink_to_buffer(&sink, NULL), MEMUX_OK);
    trace_extract(source, sink, &follower);
    EXPECT(host.size_questions > 0);
    EXPECT_SAME(events_of(&follower, MEMUX_TRACE_SIZE), host.size_questions);
    memux_sink_free(sink);
    memux_source_free(source);
    free(follower.events);
    free(file.data);
}

static void a_writev_is_traced_as_writev(void)
{
    bytes file = clip("h264.mp4");
    memux_source *source = memory_source(file);
    host_sink host = { 0 };
    memux_writer writer = host_writer(&host);
    memux_sink *sink;
    follower follower = follower_new();

    writer.write = NULL;
    writer.writev = host_writev;
    sink = host_sink_of(&writer);
    trace_extract(source, sink, &follower);
    EXPECT_SAME(events_of(&follower, MEMUX_TRACE_WRITEV), host.writes);
    EXPECT_SAME(events_of(&follower, MEMUX_TRACE_WRITE), 0);
    memux_sink_free(sink);
    memux_source_free(source);
    free(follower.events);
    free(host.file.data);
    free(file.data);
}

static void a_callback_that_fails_is_traced_with_its_code(void)
{
    bytes file = clip("h264.mp4");
    host host = host_of(file);
    memux_source *source = host_source(&host, MEMUX_SEEKABILITY_NONE);
    memux_run_options run;
    memux_count_options options;
    follower follower = follower_new();

    host.max_read = 4096;
    host.read_fault = (fault){ 4, 1, -77 };
    memux_run_options_init(&run, sizeof run);
    run.trace = follow;
    run.trace_opaque = &follower;
    memux_count_options_init(&options, sizeof options);
    options.run = &run;
    EXPECT_STATUS(memux_count(source, &options, NULL, NULL), MEMUX_ERROR_SOURCE);
    EXPECT_SAME(follower.count, 4);
    EXPECT_SAME(follower.events[3].returned, -77);
    EXPECT_SAME(follower.events[3].offset, host.fault_offset);
    memux_source_free(source);
    free(follower.events);
    free(file.data);
}

int main(void)
{
    RUN(the_events_of_a_reader_are_its_calls_one_for_one);
    RUN(memory_sources_and_buffers_are_traced_too);
    RUN(reading_comes_in_the_order_open_probe_packets_and_writing_in_write);
    RUN(a_size_that_is_not_known_is_asked_for_in_sight);
    RUN(a_writev_is_traced_as_writev);
    RUN(a_callback_that_fails_is_traced_with_its_code);
    return check_done();
}
