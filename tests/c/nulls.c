/*
 * Every export, called with NULL, zero sizes and values that mean nothing. Each has a row; an export without one fails.
 * Structs that a host passes by pointer are in structs.c.
 */
#include "reports.h"

static const uint8_t no_media[16] = "not any media..";

static int free_calls;

static void count_free(void *opaque)
{
    (void)opaque;
    free_calls++;
}

static int never_write(void *opaque, MEMUX_WRITE_CONST uint8_t *buf, int buf_size)
{
    (void)opaque, (void)buf, (void)buf_size;
    MISSING("a write of nothing");
    return buf_size;
}

/* A handle's out parameter starts as garbage and must be NULL after a failure. */
#define GARBAGE(type) ((type *)(void *)&free_calls)

/* Runs `call` twice: with an error to fill (garbage before) and without. Nothing but the status may differ. */
#define REFUSED(call_with_error, wanted)                       \
    do {                                                       \
        memux_error *error_object = GARBAGE(memux_error);      \
        memux_error **error = &error_object;                   \
        memux_status status = (call_with_error);               \
        EXPECT_STATUS(status, (wanted));                       \
        EXPECT_ERROR(status, error);                           \
        error = NULL;                                          \
        EXPECT_STATUS((call_with_error), (wanted));            \
    } while (0)

/* `_init` of NULL, of no bytes and of fewer bytes than struct_size needs touches nothing. */
#define INIT_ROW(name)                                                          \
    static void row_##name##_init(void)                                         \
    {                                                                           \
        name value;                                                             \
        unsigned char bytes[sizeof(name)], zero[sizeof(name)] = { 0 };          \
        size_t size;                                                            \
        name##_init(NULL, 0);                                                   \
        name##_init(NULL, sizeof(name));                                        \
        memset(bytes, 0xAA, sizeof bytes);                                      \
        memcpy(&value, bytes, sizeof value);                                    \
        name##_init(&value, 0);                                                 \
        EXPECT(memcmp(&value, bytes, sizeof value) == 0);                       \
        name##_init(&value, sizeof(size_t) - 1);                                \
        EXPECT(memcmp(&value, bytes, sizeof value) == 0);                       \
        name##_init(&value, sizeof(size_t));                                    \
        EXPECT_SAME(value.struct_size, sizeof(size_t));                         \
        EXPECT(memcmp((char *)&value + sizeof size, bytes + sizeof size, sizeof value - sizeof size) == 0); \
        name##_init(&value, sizeof value);                                      \
        EXPECT_SAME(value.struct_size, sizeof value);                           \
        EXPECT(memcmp((char *)&value + sizeof size, zero, sizeof value - sizeof size) == 0); \
    }

INIT_ROW(memux_reader)
INIT_ROW(memux_writer)
INIT_ROW(memux_limits)
INIT_ROW(memux_run_options)
INIT_ROW(memux_count_options)
INIT_ROW(memux_extract_options)
INIT_ROW(memux_count_report)
INIT_ROW(memux_extract_report)
INIT_ROW(memux_build_info)
INIT_ROW(memux_probe_options)
INIT_ROW(memux_probe_report)
INIT_ROW(memux_input_options)
INIT_ROW(memux_input_report)
INIT_ROW(memux_packet)
INIT_ROW(memux_remux_options)
INIT_ROW(memux_remux_report)

static void row_memux_version(void)
{
    EXPECT_SAME(memux_version(), MEMUX_VERSION);
}

static void row_memux_version_string(void)
{
    EXPECT(memux_version_string() != NULL && memux_version_string()[0] != '\0');
}

static void row_memux_get_build_info(void)
{
    REFUSED(memux_get_build_info(NULL, error), MEMUX_ERROR_INVALID_ARGUMENT);
}

static void row_memux_status_name(void)
{
    EXPECT(memux_status_name(0) != NULL && memux_status_name(-1) != NULL && memux_status_name(INT32_MIN) != NULL);
    EXPECT(memux_status_name(INT32_MAX)[0] != '\0');
}

static void row_memux_status_message(void)
{
    EXPECT(memux_status_message(0) != NULL && memux_status_message(-1) != NULL && memux_status_message(INT32_MIN) != NULL);
    EXPECT(memux_status_message(INT32_MAX)[0] != '\0');
}

static void row_memux_error_status(void) { EXPECT_SAME(memux_error_status(NULL), MEMUX_OK); }
static void row_memux_error_stage(void) { EXPECT_SAME(memux_error_stage(NULL), MEMUX_STAGE_NONE); }
static void row_memux_error_stream(void) { EXPECT_SAME(memux_error_stream(NULL), -1); }
static void row_memux_error_limit(void) { EXPECT_SAME(memux_error_limit(NULL), MEMUX_LIMIT_NONE); }
static void row_memux_error_offset(void) { EXPECT(memux_error_offset(NULL) == MEMUX_UNKNOWN); }
static void row_memux_error_ffmpeg_code(void) { EXPECT_SAME(memux_error_ffmpeg_code(NULL), 0); }
static void row_memux_error_host_code(void) { EXPECT_SAME(memux_error_host_code(NULL), 0); }
static void row_memux_error_message(void) { EXPECT(memux_error_message(NULL) && memux_error_message(NULL)[0] == '\0'); }
static void row_memux_error_hint(void) { EXPECT(memux_error_hint(NULL) && memux_error_hint(NULL)[0] == '\0'); }
static void row_memux_error_free(void) { memux_error_free(NULL); }

static void row_memux_cancel_create(void)
{
    REFUSED(memux_cancel_create(NULL, error), MEMUX_ERROR_INVALID_ARGUMENT);
}

static void row_memux_cancel_set(void) { memux_cancel_set(NULL); }
static void row_memux_cancel_reset(void) { memux_cancel_reset(NULL); }
static void row_memux_cancel_is_set(void) { EXPECT_SAME(memux_cancel_is_set(NULL), 0); }
static void row_memux_cancel_free(void) { memux_cancel_free(NULL); }

#include "nulls_sources.h"

static void row_memux_count_frames(void)
{
    uint64_t frames = 4711;

    REFUSED(memux_count_frames(NULL, 0, &frames, error), MEMUX_ERROR_FORMAT);
    REFUSED(memux_count_frames(NULL, 1, &frames, error), MEMUX_ERROR_INVALID_ARGUMENT);
    REFUSED(memux_count_frames(no_media, 0, &frames, error), MEMUX_ERROR_FORMAT);
    REFUSED(memux_count_frames(no_media, sizeof no_media, NULL, error), MEMUX_ERROR_INVALID_ARGUMENT);
    REFUSED(memux_count_frames(no_media, SIZE_MAX, &frames, error), MEMUX_ERROR_INVALID_ARGUMENT);
    REFUSED(memux_count_frames(no_media, sizeof no_media, &frames, error), MEMUX_ERROR_FORMAT);
    EXPECT_SAME(frames, 4711); /* results are written on success only */
}

/* The call fails, and the report, garbage before, holds what is wanted. */
#define REFUSED_COUNT(source, options, status, wanted)                              \
    do {                                                                            \
        memux_count_report report, expected = (wanted);                             \
        GARBAGE_REPORT(report);                                                     \
        REFUSED(memux_count((source), (options), &report, error), (status));        \
        same_count_report(&report, &expected);                                      \
        REFUSED(memux_count((source), (options), NULL, error), (status));           \
    } while (0)

static void row_memux_count(void)
{
    memux_source *source = memory_source((bytes){ (uint8_t *)(uintptr_t)no_media, sizeof no_media });
    memux_source *empty = memory_source((bytes){ NULL, 0 });
    memux_count_options options;
    memux_count_report looked = unknown_count(MEMUX_COUNT_PACKETS);

    /* Nothing was done: not even what was asked for is known. */
    REFUSED_COUNT(NULL, NULL, MEMUX_ERROR_INVALID_ARGUMENT, unknown_count(0));
    memux_count_options_init(&options, sizeof options);
    options.mode = 99;
    REFUSED_COUNT(source, &options, MEMUX_ERROR_INVALID_ARGUMENT, unknown_count(0));
    options.mode = MEMUX_COUNT_PACKETS;
    options.select = -1;
    REFUSED_COUNT(source, &options, MEMUX_ERROR_INVALID_ARGUMENT, unknown_count(0));
    /* The head of memory is looked at where it lies, so no byte counts as read. */
    looked.engine = MEMUX_ENGINE_FFMPEG;
    REFUSED_COUNT(source, NULL, MEMUX_ERROR_FORMAT, looked);
    REFUSED_COUNT(empty, NULL, MEMUX_ERROR_FORMAT, looked);
    looked.mode = looked.obtained_by = options.mode = MEMUX_COUNT_DECODED;
    options.select = MEMUX_SELECT_VIDEO;
    REFUSED_COUNT(source, &options, MEMUX_ERROR_FORMAT, looked);
    for (int e = 0; e < ENGINES; e++) {
        choice choice;
        memux_status wanted = engines[e].engine == MEMUX_ENGINE_WALK ? MEMUX_ERROR_UNSUPPORTED : MEMUX_ERROR_FORMAT;
        choose(&choice, engines[e].engine);
        REFUSED_COUNT(NULL, &choice.count, MEMUX_ERROR_INVALID_ARGUMENT, unknown_count(0));
        REFUSED(memux_count(source, &choice.count, NULL, error), wanted);
        REFUSED(memux_count(empty, &choice.count, NULL, error), wanted);
    }
    memux_source_free(empty);
    memux_source_free(source);
}

static void row_memux_extract_video(void)
{
    REFUSED(memux_extract_video(NULL, 0, never_write, NULL, error), MEMUX_ERROR_FORMAT);
    REFUSED(memux_extract_video(NULL, 1, never_write, NULL, error), MEMUX_ERROR_INVALID_ARGUMENT);
    REFUSED(memux_extract_video(no_media, sizeof no_media, NULL, NULL, error), MEMUX_ERROR_INVALID_ARGUMENT);
    REFUSED(memux_extract_video(no_media, sizeof no_media, never_write, NULL, error), MEMUX_ERROR_FORMAT);
}

#define REFUSED_EXTRACT(source, sink, options, status, wanted)                              \
    do {                                                                                    \
        memux_extract_report report, expected = (wanted);                                   \
        GARBAGE_REPORT(report);                                                             \
        REFUSED(memux_extract((source), (sink), (options), &report, error), (status));      \
        same_extract_report(&report, &expected);                                            \
        REFUSED(memux_extract((source), (sink), (options), NULL, error), (status));         \
    } while (0)

static void row_memux_extract(void)
{
    memux_source *source = memory_source((bytes){ (uint8_t *)(uintptr_t)no_media, sizeof no_media });
    memux_source *empty = memory_source((bytes){ NULL, 0 });
    memux_sink *sink = NULL;
    memux_extract_options options;
    memux_extract_report looked = unknown_extract();

    EXPECT_STATUS(memux_sink_to_buffer(&sink, NULL), MEMUX_OK);
    REFUSED_EXTRACT(NULL, sink, NULL, MEMUX_ERROR_INVALID_ARGUMENT, unknown_extract());
    REFUSED_EXTRACT(source, NULL, NULL, MEMUX_ERROR_INVALID_ARGUMENT, unknown_extract());
    REFUSED_EXTRACT(NULL, NULL, NULL, MEMUX_ERROR_INVALID_ARGUMENT, unknown_extract());
    memux_extract_options_init(&options, sizeof options);
    options.select = 99;
    REFUSED_EXTRACT(source, sink, &options, MEMUX_ERROR_INVALID_ARGUMENT, unknown_extract());
    looked.engine = MEMUX_ENGINE_FFMPEG;
    REFUSED_EXTRACT(source, sink, NULL, MEMUX_ERROR_FORMAT, looked);
    REFUSED_EXTRACT(empty, sink, NULL, MEMUX_ERROR_FORMAT, looked);
    for (int e = 0; e < ENGINES; e++) {
        choice choice;
        memux_status wanted = engines[e].engine == MEMUX_ENGINE_WALK ? MEMUX_ERROR_UNSUPPORTED : MEMUX_ERROR_FORMAT;
        choose(&choice, engines[e].engine);
        REFUSED_EXTRACT(NULL, sink, &choice.extract, MEMUX_ERROR_INVALID_ARGUMENT, unknown_extract());
        REFUSED(memux_extract(source, sink, &choice.extract, NULL, error), wanted);
        REFUSED(memux_extract(empty, sink, &choice.extract, NULL, error), wanted);
    }
    memux_sink_free(sink);
    memux_source_free(empty);
    memux_source_free(source);
}

static void row_memux_extract_size(void)
{
    memux_source *source = memory_source((bytes){ (uint8_t *)(uintptr_t)no_media, sizeof no_media });
    memux_extract_report report;
    uint64_t size = 4711;

    memset(&report, 0xAA, sizeof report);
    report.struct_size = sizeof report;
    REFUSED(memux_extract_size(NULL, NULL, &size, &report, error), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT(report.truncated_at == MEMUX_UNKNOWN);
    EXPECT_SAME(report.stream_index, -1);
    REFUSED(memux_extract_size(source, NULL, NULL, &report, error), MEMUX_ERROR_INVALID_ARGUMENT);
    REFUSED(memux_extract_size(NULL, NULL, NULL, NULL, error), MEMUX_ERROR_INVALID_ARGUMENT);
    REFUSED(memux_extract_size(source, NULL, &size, NULL, error), MEMUX_ERROR_FORMAT);
    EXPECT_SAME(size, 4711);
    memux_source_free(source);
}

static void row_memux_extract_into(void)
{
    memux_source *source = memory_source((bytes){ (uint8_t *)(uintptr_t)no_media, sizeof no_media });
    memux_extract_report report;
    uint8_t byte = 0xEE;

    memset(&report, 0xAA, sizeof report);
    report.struct_size = sizeof report;
    REFUSED(memux_extract_into(NULL, &byte, 1, NULL, &report, error), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT_SAME(report.bytes_written, 0);
    EXPECT_SAME(report.stream_index, -1);
    REFUSED(memux_extract_into(source, NULL, 1, NULL, &report, error), MEMUX_ERROR_INVALID_ARGUMENT);
    REFUSED(memux_extract_into(source, &byte, SIZE_MAX, NULL, &report, error), MEMUX_ERROR_INVALID_ARGUMENT);
    REFUSED(memux_extract_into(NULL, NULL, 0, NULL, NULL, error), MEMUX_ERROR_INVALID_ARGUMENT);
    REFUSED(memux_extract_into(source, NULL, 0, NULL, NULL, error), MEMUX_ERROR_FORMAT);
    REFUSED(memux_extract_into(source, &byte, 1, NULL, NULL, error), MEMUX_ERROR_FORMAT);
    EXPECT_SAME(byte, 0xEE);
    memux_source_free(source);
}

#include "nulls_containers.h"
#include "nulls_outputs.h"

static void row_memux_log_set(void)
{
    REFUSED(memux_log_set(0, NULL, NULL, error), MEMUX_OK);
    REFUSED(memux_log_set(INT32_MAX, NULL, NULL, error), MEMUX_OK);
}

#define ROW(name) { #name, row_##name }

static const struct row {
    const char *name;
    void (*test)(void);
} rows[] = {
    ROW(memux_reader_init), ROW(memux_writer_init), ROW(memux_limits_init), ROW(memux_run_options_init),
    ROW(memux_count_options_init), ROW(memux_extract_options_init), ROW(memux_count_report_init),
    ROW(memux_extract_report_init), ROW(memux_build_info_init),
    ROW(memux_version), ROW(memux_version_string), ROW(memux_get_build_info), ROW(memux_status_name), ROW(memux_status_message),
    ROW(memux_error_status), ROW(memux_error_stage), ROW(memux_error_stream), ROW(memux_error_limit), ROW(memux_error_offset),
    ROW(memux_error_ffmpeg_code), ROW(memux_error_host_code), ROW(memux_error_message), ROW(memux_error_hint),
    ROW(memux_error_free),
    ROW(memux_cancel_create), ROW(memux_cancel_set), ROW(memux_cancel_reset), ROW(memux_cancel_is_set), ROW(memux_cancel_free),
    ROW(memux_source_from_memory), ROW(memux_source_from_slices), ROW(memux_source_from_reader), ROW(memux_source_free),
    ROW(memux_sink_to_writer), ROW(memux_sink_to_buffer), ROW(memux_sink_take_buffer), ROW(memux_sink_free),
    ROW(memux_buffer_data), ROW(memux_buffer_size), ROW(memux_buffer_free),
    ROW(memux_count_frames), ROW(memux_count), ROW(memux_extract_video), ROW(memux_extract), ROW(memux_extract_size),
    ROW(memux_extract_into), ROW(memux_log_set),
    ROW(memux_probe_options_init), ROW(memux_probe_report_init), ROW(memux_probe), ROW(memux_info_container),
    ROW(memux_info_stream), ROW(memux_info_chapter), ROW(memux_info_program), ROW(memux_info_json), ROW(memux_info_free),
    ROW(memux_input_options_init), ROW(memux_input_report_init), ROW(memux_input_open), ROW(memux_input_next),
    ROW(memux_input_seek), ROW(memux_input_select), ROW(memux_input_info), ROW(memux_input_get_report), ROW(memux_input_free),
    ROW(memux_remux_options_init), ROW(memux_remux_report_init), ROW(memux_remux),
    ROW(memux_fanout_options_init), ROW(memux_fanout_output_init), ROW(memux_fanout_result_init), ROW(memux_fanout_report_init),
    ROW(memux_digest_options_init), ROW(memux_digest_report_init), ROW(memux_digest), ROW(memux_digests_count),
    ROW(memux_digests_stream), ROW(memux_digests_whole), ROW(memux_digests_algorithm), ROW(memux_digests_free),
    ROW(memux_segment_options_init), ROW(memux_segment_report_init), ROW(memux_segment), ROW(memux_segments_hls),
    ROW(memux_dash_manifest), ROW(memux_segments_free),
    ROW(memux_fanout), ROW(memux_member_result_init), ROW(memux_sink_to_sinks), ROW(memux_sink_get_member),
    ROW(memux_feed_create), ROW(memux_source_from_feed), ROW(memux_feed_push), ROW(memux_feed_push_all),
    ROW(memux_feed_finish), ROW(memux_feed_fail), ROW(memux_feed_level), ROW(memux_feed_free),
    ROW(memux_packet_init), ROW(memux_packet_retain), ROW(memux_kept_packet_view), ROW(memux_kept_packet_free),
};

/* The committed list of exports and the rows name the same functions. */
static void every_export_has_a_row(void)
{
    const char *path = getenv("MEMUX_SYMBOLS");
    FILE *list = fopen(path ? path : "packaging/symbols.txt", "r");
    int seen[sizeof rows / sizeof *rows] = { 0 };
    char line[256], name[256];

    if (!list) {
        MISSING("MEMUX_SYMBOLS to name the list of exports");
        return;
    }
    while (fgets(line, sizeof line, list)) {
        size_t row = 0;
        if (sscanf(line, "%255s", name) != 1 || strncmp(name, "memux_", 6) != 0)
            continue;
        while (row < sizeof rows / sizeof *rows && strcmp(rows[row].name, name) != 0)
            row++;
        if (row < sizeof rows / sizeof *rows)
            seen[row] = 1;
        else
            printf("# %s has no row\n", name), MISSING("a row for each export");
    }
    fclose(list);
    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++)
        if (!seen[row])
            printf("# %s is in no list of exports\n", rows[row].name), MISSING("an export for each row");
}

int main(void)
{
    char promise[128];

    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) {
        snprintf(promise, sizeof promise, "%s_answers_null_and_nonsense_with_a_status", rows[row].name);
        check_run(promise, rows[row].test);
    }
    RUN(every_export_has_a_row);
    return check_done();
}
