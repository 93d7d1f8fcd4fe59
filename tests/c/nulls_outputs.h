/* The rows of nulls.c on several outputs, several sinks, digests. */
#ifndef NULLS_OUTPUTS_H
#define NULLS_OUTPUTS_H

INIT_ROW(memux_fanout_options)
INIT_ROW(memux_fanout_output)
INIT_ROW(memux_fanout_result)
INIT_ROW(memux_fanout_report)

INIT_ROW(memux_digest_options)
INIT_ROW(memux_digest_report)

static void row_memux_digest(void)
{
    memux_source *source = source_of_nonsense();
    memux_digests *digests = GARBAGE(memux_digests);
    memux_digest_options options;
    memux_digest_report report;

    GARBAGE_REPORT(report);
    REFUSED(memux_digest(NULL, NULL, &digests, &report, error), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT(digests == NULL && report.truncated_at == MEMUX_UNKNOWN && report.packets == 0);
    REFUSED(memux_digest(source, NULL, NULL, NULL, error), MEMUX_ERROR_INVALID_ARGUMENT);
    memux_digest_options_init(&options, sizeof options);
    options.stream_count = 1;
    digests = GARBAGE(memux_digests);
    REFUSED(memux_digest(source, &options, &digests, NULL, error), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT(digests == NULL);
    options.stream_count = 0;
    options.algorithm = "\xff";
    REFUSED(memux_digest(source, &options, &digests, NULL, error), MEMUX_ERROR_INVALID_ARGUMENT);
    REFUSED(memux_digest(source, NULL, &digests, NULL, error), MEMUX_ERROR_FORMAT);
    memux_source_free(source);
}

static void row_memux_digests_count(void) { EXPECT_SAME(memux_digests_count(NULL), 0); }
static void row_memux_digests_stream(void) { EXPECT(!memux_digests_stream(NULL, 0) && !memux_digests_stream(NULL, SIZE_MAX)); }
static void row_memux_digests_whole(void) { EXPECT(memux_digests_whole(NULL)[0] == '\0'); }
static void row_memux_digests_algorithm(void) { EXPECT(memux_digests_algorithm(NULL)[0] == '\0'); }
static void row_memux_digests_free(void) { memux_digests_free(NULL); }

INIT_ROW(memux_segment_options)
INIT_ROW(memux_segment_report)

static int no_segment(void *opaque, const memux_segment_view *segment)
{
    (void)opaque;
    (void)segment;
    return EXPECT(0);
}

static void row_memux_segment(void)
{
    const memux_status refused = MEMUX_ERROR_INVALID_ARGUMENT;
    memux_source *source = source_of_nonsense();
    memux_segments *segments = GARBAGE(memux_segments);
    memux_segment_options options;
    memux_segment_report report;
    memux_remux_options remux;
    memux_run_options run;

    GARBAGE_REPORT(report);
    REFUSED(memux_segment(NULL, NULL, &segments, &report, error), refused);
    EXPECT(segments == NULL && report.truncated_at == MEMUX_UNKNOWN && report.segments == 0);
    REFUSED(memux_segment(source, NULL, NULL, NULL, error), refused);
    memux_segment_options_init(&options, sizeof options);
    memux_remux_options_init(&remux, sizeof remux);
    memux_run_options_init(&run, sizeof run);
    REFUSED(memux_segment(source, &options, NULL, NULL, error), refused);
    options.remux = &remux;
    REFUSED(memux_segment(source, &options, NULL, NULL, error), refused);
    options.segment = no_segment;
    REFUSED(memux_segment(source, &options, NULL, NULL, error), refused);
    remux.format = "mp4";
    options.cut_by = 99;
    REFUSED(memux_segment(source, &options, NULL, NULL, error), refused);
    options.cut_by = MEMUX_CUT_BY_HOST;
    REFUSED(memux_segment(source, &options, NULL, NULL, error), refused);
    options.cut_by = 0;
    options.duration_us = -1;
    REFUSED(memux_segment(source, &options, NULL, NULL, error), refused);
    options.duration_us = 0;
    options.reserved = 1;
    REFUSED(memux_segment(source, &options, NULL, NULL, error), refused);
    options.reserved = 0;
    remux.run = &run;
    REFUSED(memux_segment(source, &options, NULL, NULL, error), refused);
    remux.run = NULL;
    segments = GARBAGE(memux_segments);
    REFUSED(memux_segment(source, &options, &segments, NULL, error), MEMUX_ERROR_FORMAT);
    EXPECT(segments == NULL);
    memux_source_free(source);
}

static void row_memux_segments_hls(void)
{
    memux_buffer *buffer = GARBAGE(memux_buffer);

    REFUSED(memux_segments_hls(NULL, "i", "p", "s", &buffer, error), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT(buffer == NULL);
    REFUSED(memux_segments_hls(NULL, NULL, NULL, NULL, NULL, error), MEMUX_ERROR_INVALID_ARGUMENT);
}

static void row_memux_dash_manifest(void)
{
    memux_buffer *buffer = GARBAGE(memux_buffer);
    memux_dash_set set = { NULL, "i", "p", "s" };

    REFUSED(memux_dash_manifest(&set, 1, &buffer, error), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT(buffer == NULL);
    REFUSED(memux_dash_manifest(&set, 0, &buffer, error), MEMUX_ERROR_INVALID_ARGUMENT);
    REFUSED(memux_dash_manifest(NULL, 1, &buffer, error), MEMUX_ERROR_INVALID_ARGUMENT);
    REFUSED(memux_dash_manifest(&set, SIZE_MAX, &buffer, error), MEMUX_ERROR_INVALID_ARGUMENT);
    REFUSED(memux_dash_manifest(&set, 1, NULL, error), MEMUX_ERROR_INVALID_ARGUMENT);
}

static void row_memux_segments_free(void) { memux_segments_free(NULL); }

INIT_ROW(memux_member_result)

static void row_memux_sink_to_sinks(void)
{
    memux_sink *buffer = NULL, *sink = GARBAGE(memux_sink), *list[2];

    EXPECT_STATUS(memux_sink_to_buffer(&buffer, NULL), MEMUX_OK);
    list[0] = list[1] = buffer;
    REFUSED(memux_sink_to_sinks(list, 0, 0, &sink, error), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT(sink == NULL);
    sink = GARBAGE(memux_sink);
    REFUSED(memux_sink_to_sinks(list, 2, 0, &sink, error), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT(sink == NULL);
    REFUSED(memux_sink_to_sinks(list, 1, 2, &sink, error), MEMUX_ERROR_INVALID_ARGUMENT);
    REFUSED(memux_sink_to_sinks(list, 1, -1, &sink, error), MEMUX_ERROR_INVALID_ARGUMENT);
    REFUSED(memux_sink_to_sinks(list, 1, 0, NULL, error), MEMUX_ERROR_INVALID_ARGUMENT);
    REFUSED(memux_sink_to_sinks(NULL, 1, 0, &sink, error), MEMUX_ERROR_INVALID_ARGUMENT);
    REFUSED(memux_sink_to_sinks(list, SIZE_MAX, 0, &sink, error), MEMUX_ERROR_INVALID_ARGUMENT);
    list[1] = NULL;
    REFUSED(memux_sink_to_sinks(list, 2, 0, &sink, error), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT(sink == NULL);
    memux_sink_free(buffer);
}

static void row_memux_sink_get_member(void)
{
    memux_sink *buffer = NULL, *sink = NULL;
    memux_member_result result;

    EXPECT_STATUS(memux_sink_to_buffer(&buffer, NULL), MEMUX_OK);
    EXPECT_STATUS(memux_sink_to_sinks(&buffer, 1, 0, &sink, NULL), MEMUX_OK);
    memux_member_result_init(&result, sizeof result);
    REFUSED(memux_sink_get_member(NULL, 0, &result, error), MEMUX_ERROR_INVALID_ARGUMENT);
    REFUSED(memux_sink_get_member(buffer, 0, &result, error), MEMUX_ERROR_INVALID_ARGUMENT);
    REFUSED(memux_sink_get_member(sink, 1, &result, error), MEMUX_ERROR_INVALID_ARGUMENT);
    REFUSED(memux_sink_get_member(sink, SIZE_MAX, &result, error), MEMUX_ERROR_INVALID_ARGUMENT);
    REFUSED(memux_sink_get_member(sink, 0, NULL, error), MEMUX_ERROR_INVALID_ARGUMENT);
    result.struct_size = 1;
    REFUSED(memux_sink_get_member(sink, 0, &result, error), MEMUX_ERROR_INVALID_ARGUMENT);
    memux_sink_free(sink);
    memux_sink_free(buffer);
}

static void row_memux_fanout(void)
{
    memux_source *source = source_of_nonsense();
    memux_sink *sink = NULL;
    memux_remux_options remux;
    memux_fanout_output output;
    memux_fanout_result result;
    memux_fanout_report report;
    const memux_fanout_output *list[] = { &output, NULL };
    const memux_status refused = MEMUX_ERROR_INVALID_ARGUMENT;

    EXPECT_STATUS(memux_sink_to_buffer(&sink, NULL), MEMUX_OK);
    memux_remux_options_init(&remux, sizeof remux);
    memux_fanout_output_init(&output, sizeof output);
    memux_fanout_result_init(&result, sizeof result);
    remux.format = "mp4";
    output.sink = sink;
    output.remux = &remux;
    GARBAGE_REPORT(report);
    REFUSED(memux_fanout(NULL, list, 1, NULL, &report, error), refused);
    EXPECT(report.truncated_at == MEMUX_UNKNOWN);
    EXPECT_SAME(report.bytes_read + report.bytes_written + report.failed_outputs, 0);
    REFUSED(memux_fanout(source, list, 0, NULL, NULL, error), refused);
    REFUSED(memux_fanout(source, NULL, 0, NULL, NULL, error), refused);
    REFUSED(memux_fanout(source, NULL, 1, NULL, NULL, error), refused);
    REFUSED(memux_fanout(source, list, 2, NULL, NULL, error), refused);
    REFUSED(memux_fanout(source, list, SIZE_MAX, NULL, NULL, error), refused);
    output.reserved = 1;
    REFUSED(memux_fanout(source, list, 1, NULL, NULL, error), refused);
    output.reserved = 0;
    output.struct_size = 1;
    REFUSED(memux_fanout(source, list, 1, NULL, NULL, error), refused);
    output.struct_size = sizeof output;
    output.result = &result;
    result.struct_size = 1;
    REFUSED(memux_fanout(source, list, 1, NULL, NULL, error), refused);
    EXPECT(result.error == NULL);
    output.result = NULL;
    REFUSED(memux_fanout(source, list, 1, NULL, NULL, error), MEMUX_ERROR_FORMAT);
    memux_sink_free(sink);
    memux_source_free(source);
}

#endif
