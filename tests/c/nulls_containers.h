/* The rows of nulls.c on what is in a container: memux_probe, memux_info, memux_input, packets, memux_remux. */
#ifndef NULLS_CONTAINERS_H
#define NULLS_CONTAINERS_H

static memux_source *source_of_nonsense(void)
{
    return memory_source((bytes){ (uint8_t *)(uintptr_t)no_media, sizeof no_media });
}

static void row_memux_probe(void)
{
    memux_source *source = source_of_nonsense(), *empty = memory_source((bytes){ NULL, 0 });
    memux_info *info = GARBAGE(memux_info);
    memux_probe_options options;
    memux_probe_report report;

    GARBAGE_REPORT(report);
    REFUSED(memux_probe(NULL, NULL, &info, &report, error), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT(info == NULL);
    EXPECT(report.bytes_needed == MEMUX_UNKNOWN && report.truncated_at == MEMUX_UNKNOWN);
    EXPECT_SAME(report.bytes_read, 0);
    EXPECT_SAME(report.engine, MEMUX_ENGINE_AUTO);
    REFUSED(memux_probe(source, NULL, NULL, NULL, error), MEMUX_ERROR_INVALID_ARGUMENT);
    memux_probe_options_init(&options, sizeof options);
    options.level = 2;
    info = GARBAGE(memux_info);
    REFUSED(memux_probe(source, &options, &info, NULL, error), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT(info == NULL);
    info = GARBAGE(memux_info);
    REFUSED(memux_probe(source, NULL, &info, NULL, error), MEMUX_ERROR_FORMAT);
    EXPECT(info == NULL);
    REFUSED(memux_probe(empty, NULL, &info, NULL, error), MEMUX_ERROR_FORMAT);
    memux_source_free(empty);
    memux_source_free(source);
}

static void row_memux_info_container(void) { EXPECT(memux_info_container(NULL) == NULL); }
static void row_memux_info_stream(void) { EXPECT(!memux_info_stream(NULL, 0) && !memux_info_stream(NULL, SIZE_MAX)); }
static void row_memux_info_chapter(void) { EXPECT(!memux_info_chapter(NULL, 0) && !memux_info_chapter(NULL, SIZE_MAX)); }
static void row_memux_info_program(void) { EXPECT(!memux_info_program(NULL, 0) && !memux_info_program(NULL, SIZE_MAX)); }
static void row_memux_info_free(void) { memux_info_free(NULL); }

static void row_memux_info_json(void)
{
    bytes file = clip("h264.mp4");
    memux_source *source = memory_source(file);
    memux_buffer *json = GARBAGE(memux_buffer);
    memux_info *info = NULL;

    REFUSED(memux_info_json(NULL, &json, error), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT(json == NULL);
    EXPECT_STATUS(memux_probe(source, NULL, &info, NULL, NULL), MEMUX_OK);
    REFUSED(memux_info_json(info, NULL, error), MEMUX_ERROR_INVALID_ARGUMENT);
    memux_info_free(info);
    memux_source_free(source);
    free(file.data);
}

static void row_memux_input_open(void)
{
    memux_source *source = source_of_nonsense(), *empty = memory_source((bytes){ NULL, 0 });
    memux_input *input = GARBAGE(memux_input);
    memux_input_options options;

    REFUSED(memux_input_open(NULL, NULL, &input, error), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT(input == NULL);
    REFUSED(memux_input_open(source, NULL, NULL, error), MEMUX_ERROR_INVALID_ARGUMENT);
    memux_input_options_init(&options, sizeof options);
    options.level = -1;
    input = GARBAGE(memux_input);
    REFUSED(memux_input_open(source, &options, &input, error), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT(input == NULL);
    input = GARBAGE(memux_input);
    REFUSED(memux_input_open(source, NULL, &input, error), MEMUX_ERROR_FORMAT);
    EXPECT(input == NULL);
    REFUSED(memux_input_open(empty, NULL, &input, error), MEMUX_ERROR_FORMAT);
    memux_source_free(empty);
    memux_source_free(source);
}

/* An input to be misused; its source is gone already. */
static memux_input *input_of(bytes file)
{
    memux_source *source = memory_source(file);
    memux_input *input = NULL;

    EXPECT_STATUS(memux_input_open(source, NULL, &input, NULL), MEMUX_OK);
    memux_source_free(source);
    return input;
}

static void row_memux_input_next(void)
{
    bytes file = clip("h264.mp4");
    memux_input *input = input_of(file);
    memux_packet packet;

    memux_packet_init(&packet, sizeof packet);
    REFUSED(memux_input_next(NULL, &packet, error), MEMUX_ERROR_INVALID_ARGUMENT);
    REFUSED(memux_input_next(NULL, NULL, error), MEMUX_ERROR_INVALID_ARGUMENT);
    REFUSED(memux_input_next(input, NULL, error), MEMUX_ERROR_INVALID_ARGUMENT);
    /* A mistake in the call is no failure of the input. */
    EXPECT_STATUS(memux_input_next(input, &packet, NULL), MEMUX_OK);
    EXPECT_SAME(packet.dts, -1024);
    memux_input_free(input);
    free(file.data);
}

static void row_memux_input_seek(void)
{
    bytes file = clip("h264.mp4");
    memux_input *input = input_of(file);
    int64_t landed = 4711;

    REFUSED(memux_input_seek(NULL, 0, MEMUX_SEEK_KEYFRAME, &landed, error), MEMUX_ERROR_INVALID_ARGUMENT);
    REFUSED(memux_input_seek(input, 0, 2, &landed, error), MEMUX_ERROR_INVALID_ARGUMENT);
    REFUSED(memux_input_seek(input, 0, -1, NULL, error), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT_SAME(landed, 4711);
    EXPECT_STATUS(memux_input_seek(input, INT64_MIN, MEMUX_SEEK_KEYFRAME, &landed, NULL), MEMUX_OK);
    EXPECT_SAME(landed, 0);
    EXPECT_STATUS(memux_input_seek(input, INT64_MAX, MEMUX_SEEK_EXACT, &landed, NULL), MEMUX_OK);
    EXPECT_SAME(landed, 2400000);
    EXPECT_STATUS(memux_input_seek(input, INT64_MIN, MEMUX_SEEK_EXACT, NULL, NULL), MEMUX_OK);
    memux_input_free(input);
    free(file.data);
}

static void row_memux_input_select(void)
{
    bytes file = clip("h264.mp4");
    memux_input *input = input_of(file);
    const int32_t streams[] = { 0, 2 }, negative = -1;

    REFUSED(memux_input_select(NULL, streams, 1, error), MEMUX_ERROR_INVALID_ARGUMENT);
    REFUSED(memux_input_select(input, NULL, 1, error), MEMUX_ERROR_INVALID_ARGUMENT);
    REFUSED(memux_input_select(input, streams, SIZE_MAX, error), MEMUX_ERROR_INVALID_ARGUMENT);
    REFUSED(memux_input_select(input, streams, 2, error), MEMUX_ERROR_NO_STREAM);
    REFUSED(memux_input_select(input, &negative, 1, error), MEMUX_ERROR_NO_STREAM);
    REFUSED(memux_input_select(input, NULL, 0, error), MEMUX_OK);
    memux_input_free(input);
    free(file.data);
}

static void row_memux_input_info(void)
{
    bytes file = clip("h264.mp4");
    memux_input *input = input_of(file);
    memux_info *info = GARBAGE(memux_info);

    REFUSED(memux_input_info(NULL, &info, error), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT(info == NULL);
    REFUSED(memux_input_info(input, NULL, error), MEMUX_ERROR_INVALID_ARGUMENT);
    memux_input_free(input);
    free(file.data);
}

static void row_memux_input_get_report(void)
{
    bytes file = clip("h264.mp4");
    memux_input *input = input_of(file);
    memux_input_report report;

    memux_input_report_init(&report, sizeof report);
    REFUSED(memux_input_get_report(NULL, &report, error), MEMUX_ERROR_INVALID_ARGUMENT);
    REFUSED(memux_input_get_report(input, NULL, error), MEMUX_ERROR_INVALID_ARGUMENT);
    memux_input_free(input);
    free(file.data);
}

static void row_memux_input_free(void) { memux_input_free(NULL); }

static void row_memux_packet_retain(void)
{
    memux_kept_packet *kept = GARBAGE(memux_kept_packet);
    memux_packet packet;

    memux_packet_init(&packet, sizeof packet);
    REFUSED(memux_packet_retain(NULL, &kept, error), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT(kept == NULL);
    REFUSED(memux_packet_retain(&packet, NULL, error), MEMUX_ERROR_INVALID_ARGUMENT);
    packet.size = 1;
    REFUSED(memux_packet_retain(&packet, &kept, error), MEMUX_ERROR_INVALID_ARGUMENT);
    packet.data = no_media;
    packet.size = SIZE_MAX;
    REFUSED(memux_packet_retain(&packet, &kept, error), MEMUX_ERROR_INVALID_ARGUMENT);
    packet.size = sizeof no_media;
    packet.side_data_count = 1;
    REFUSED(memux_packet_retain(&packet, &kept, error), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT(kept == NULL);
    /* A packet without bytes is one, and its copy is padded. */
    packet.size = packet.side_data_count = 0;
    EXPECT_STATUS(memux_packet_retain(&packet, &kept, NULL), MEMUX_OK);
    EXPECT_SAME(memux_kept_packet_view(kept)->size, 0);
    EXPECT_SAME(memux_kept_packet_view(kept)->padding, 64);
    memux_kept_packet_free(kept);
}

static void row_memux_kept_packet_view(void) { EXPECT(memux_kept_packet_view(NULL) == NULL); }
static void row_memux_kept_packet_free(void) { memux_kept_packet_free(NULL); }

static memux_remux_report unknown_remux(void)
{
    memux_remux_report report;

    memset(&report, 0, sizeof report);
    report.struct_size = sizeof report;
    report.truncated_at = MEMUX_UNKNOWN;
    return report;
}

/* The call fails before anything was done, and the report, garbage before, says so. */
#define REFUSED_REMUX(source, sink, options, status)                                     \
    do {                                                                                 \
        memux_remux_report report, expected = unknown_remux();                           \
        GARBAGE_REPORT(report);                                                          \
        REFUSED(memux_remux((source), (sink), (options), &report, error), (status));     \
        EXPECT(memcmp(&report, &expected, sizeof report) == 0);                          \
    } while (0)

static void row_memux_remux(void)
{
    const memux_status refused = MEMUX_ERROR_INVALID_ARGUMENT;
    memux_source *source = source_of_nonsense(), *empty = memory_source((bytes){ NULL, 0 });
    memux_sink *sink = NULL;
    memux_remux_options options;
    memux_tag tag = { NULL, "value" };
    const int32_t stream = 0;

    EXPECT_STATUS(memux_sink_to_buffer(&sink, NULL), MEMUX_OK);
    REFUSED_REMUX(source, sink, NULL, refused);
    memux_remux_options_init(&options, sizeof options);
    REFUSED_REMUX(source, sink, &options, refused); /* no format */
    options.format = "mp4";
    REFUSED_REMUX(NULL, sink, &options, refused);
    REFUSED_REMUX(source, NULL, &options, refused);
    options.stream_count = 1;
    REFUSED_REMUX(source, sink, &options, refused);
    options.streams = &stream;
    options.stream_count = SIZE_MAX;
    REFUSED_REMUX(source, sink, &options, refused);
    options.stream_count = 0;
    options.tag_count = 1;
    REFUSED_REMUX(source, sink, &options, refused);
    options.tags = &tag;
    REFUSED_REMUX(source, sink, &options, refused); /* a tag without a key */
    tag.key = "";
    REFUSED_REMUX(source, sink, &options, refused);
    options.tag_count = SIZE_MAX;
    REFUSED_REMUX(source, sink, &options, refused);
    options.tag_count = 0;
    options.streams = NULL;
    options.format = "\xff";
    REFUSED_REMUX(source, sink, &options, refused);
    options.format = "mp4";
    REFUSED(memux_remux(source, sink, &options, NULL, error), MEMUX_ERROR_FORMAT);
    REFUSED(memux_remux(empty, sink, &options, NULL, error), MEMUX_ERROR_FORMAT);
    memux_sink_free(sink);
    memux_source_free(empty);
    memux_source_free(source);
}

#endif
