/*
 * Structs that pass between a host and a library of another version: sizes, tails, reserved members, unknown values.
 * Every struct goes through the same trials; one line in `structs` says how it is handed over.
 */
#include "host.h"

enum { LARGEST = 4096, ROOM = LARGEST + 64 };

/* A struct with room for a larger version behind it. */
typedef union roomy {
    size_t struct_size;
    unsigned char bytes[ROOM];
    memux_reader reader;
    memux_writer writer;
    memux_limits limits;
    memux_run_options run;
    memux_count_options count;
    memux_extract_options extract;
    memux_count_report count_report;
    memux_extract_report extract_report;
    memux_build_info build_info;
    memux_probe_options probe;
    memux_probe_report probe_report;
    memux_input_options input;
    memux_input_report input_report;
    memux_packet packet;
    memux_remux_options remux;
    memux_remux_report remux_report;
} roomy;

static bytes file;

static memux_status count_with(const memux_count_options *options, memux_count_report *report, memux_error **error)
{
    memux_source *source = memory_source(file);
    memux_status status = memux_count(source, options, report, error);

    memux_source_free(source);
    return status;
}

static memux_status extract_with(const memux_extract_options *options, memux_extract_report *report, memux_error **error)
{
    memux_source *source = memory_source(file);
    memux_sink *sink = NULL;
    memux_status status;

    EXPECT_STATUS(memux_sink_to_buffer(&sink, NULL), MEMUX_OK);
    status = memux_extract(source, sink, options, report, error);
    memux_sink_free(sink);
    memux_source_free(source);
    return status;
}

static memux_status pass_reader(roomy *value, memux_error **error)
{
    host host = host_of(file);
    memux_source *source = NULL;
    memux_status status;

    if (value->struct_size >= sizeof(memux_reader)) {
        value->reader.read = host_read;
        value->reader.opaque = &host;
    }
    status = memux_source_from_reader(&value->reader, &source, error);
    EXPECT((status >= 0) == (source != NULL));
    memux_source_free(source);
    return status;
}

static memux_status pass_writer(roomy *value, memux_error **error)
{
    memux_sink *sink = NULL;
    memux_status status;

    if (value->struct_size >= sizeof(memux_writer))
        value->writer.write = host_write;
    status = memux_sink_to_writer(&value->writer, &sink, error);
    EXPECT((status >= 0) == (sink != NULL));
    memux_sink_free(sink);
    return status;
}

static memux_status pass_run(roomy *value, memux_error **error)
{
    memux_count_options options;

    memux_count_options_init(&options, sizeof options);
    options.run = &value->run;
    return count_with(&options, NULL, error);
}

static memux_status pass_limits(roomy *value, memux_error **error)
{
    roomy run;

    memux_run_options_init(&run.run, sizeof run.run);
    run.run.limits = &value->limits;
    return pass_run(&run, error);
}

static memux_status pass_count(roomy *value, memux_error **error) { return count_with(&value->count, NULL, error); }
static memux_status pass_extract(roomy *value, memux_error **error) { return extract_with(&value->extract, NULL, error); }
static memux_status pass_count_report(roomy *value, memux_error **error) { return count_with(NULL, &value->count_report, error); }
static memux_status pass_extract_report(roomy *value, memux_error **error) { return extract_with(NULL, &value->extract_report, error); }
static memux_status pass_build_info(roomy *value, memux_error **error) { return memux_get_build_info(&value->build_info, error); }

static memux_status probe_with(const memux_probe_options *options, memux_probe_report *report, memux_error **error)
{
    memux_source *source = memory_source(file);
    memux_info *info = NULL;
    memux_status status = memux_probe(source, options, &info, report, error);

    EXPECT((status >= 0) == (info != NULL));
    memux_info_free(info);
    memux_source_free(source);
    return status;
}

static memux_status pass_probe(roomy *value, memux_error **error) { return probe_with(&value->probe, NULL, error); }
static memux_status pass_probe_report(roomy *value, memux_error **error) { return probe_with(NULL, &value->probe_report, error); }

static memux_input *open_input(const memux_input_options *options, memux_status *status, memux_error **error)
{
    memux_source *source = memory_source(file);
    memux_input *input = NULL;

    *status = memux_input_open(source, options, &input, error);
    EXPECT((*status >= 0) == (input != NULL));
    memux_source_free(source);
    return input;
}

static memux_status pass_input(roomy *value, memux_error **error)
{
    memux_status status;

    memux_input_free(open_input(&value->input, &status, error));
    return status;
}

static memux_status pass_input_report(roomy *value, memux_error **error)
{
    memux_status status;
    memux_input *input = open_input(NULL, &status, NULL);

    status = memux_input_get_report(input, &value->input_report, error);
    memux_input_free(input);
    return status;
}

/* A packet goes both ways: the host hands one over to be copied, and one to be filled. */
static memux_status pass_packet(roomy *value, memux_error **error)
{
    memux_kept_packet *kept = NULL;
    memux_status status = memux_packet_retain(&value->packet, &kept, error), opened;
    memux_input *input;

    EXPECT((status >= 0) == (kept != NULL));
    memux_kept_packet_free(kept);
    input = open_input(NULL, &opened, NULL);
    EXPECT_STATUS(memux_input_next(input, &value->packet, NULL), status);
    memux_input_free(input);
    return status;
}

static memux_status remux_with(const memux_remux_options *options, memux_remux_report *report, memux_error **error)
{
    memux_source *source = memory_source(file);
    memux_sink *sink = NULL;
    memux_status status;

    EXPECT_STATUS(memux_sink_to_buffer(&sink, NULL), MEMUX_OK);
    status = memux_remux(source, sink, options, report, error);
    memux_sink_free(sink);
    memux_source_free(source);
    return status;
}

/* The one struct whose defaults are not enough: the container must be named. */
static memux_status pass_remux(roomy *value, memux_error **error)
{
    if (value->struct_size >= sizeof(memux_remux_options))
        value->remux.format = "mp4";
    return remux_with(&value->remux, NULL, error);
}

static memux_status pass_remux_report(roomy *value, memux_error **error)
{
    memux_remux_options options;

    memux_remux_options_init(&options, sizeof options);
    options.format = "mp4";
    return remux_with(&options, &value->remux_report, error);
}

static const struct kind {
    const char *name;
    size_t size;
    memux_status (*pass)(roomy *value, memux_error **error);
} structs[] = {
    { "memux_reader", sizeof(memux_reader), pass_reader },
    { "memux_writer", sizeof(memux_writer), pass_writer },
    { "memux_limits", sizeof(memux_limits), pass_limits },
    { "memux_run_options", sizeof(memux_run_options), pass_run },
    { "memux_count_options", sizeof(memux_count_options), pass_count },
    { "memux_extract_options", sizeof(memux_extract_options), pass_extract },
    { "memux_count_report", sizeof(memux_count_report), pass_count_report },
    { "memux_extract_report", sizeof(memux_extract_report), pass_extract_report },
    { "memux_build_info", sizeof(memux_build_info), pass_build_info },
    { "memux_probe_options", sizeof(memux_probe_options), pass_probe },
    { "memux_probe_report", sizeof(memux_probe_report), pass_probe_report },
    { "memux_input_options", sizeof(memux_input_options), pass_input },
    { "memux_input_report", sizeof(memux_input_report), pass_input_report },
    { "memux_packet", sizeof(memux_packet), pass_packet },
    { "memux_remux_options", sizeof(memux_remux_options), pass_remux },
    { "memux_remux_report", sizeof(memux_remux_report), pass_remux_report },
};

/* Hands over a struct that is zero but for its size and one byte (at 0: none). */
static void expect_of_each(size_t (*size_of)(const struct kind *), size_t (*set_byte)(const struct kind *), memux_status wanted)
{
    for (size_t i = 0; i < sizeof structs / sizeof *structs; i++) {
        static roomy value;
        memux_error *error;
        memux_status status;
        size_t at = set_byte ? set_byte(&structs[i]) : 0;

        memset(&value, 0, sizeof value);
        value.struct_size = size_of(&structs[i]);
        if (at != 0)
            value.bytes[at] = 1;
        status = structs[i].pass(&value, &error);
        if (!EXPECT_STATUS(status, wanted))
            printf("#   with %s\n", structs[i].name);
        EXPECT_ERROR(status, &error);
    }
}

static size_t no_size(const struct kind *kind) { return (void)kind, 0; }
static size_t one_byte(const struct kind *kind) { return (void)kind, 1; }
static size_t own_size(const struct kind *kind) { return kind->size; }
static size_t a_byte_short(const struct kind *kind) { return kind->size - 1; }
static size_t a_member_more(const struct kind *kind) { return kind->size + 8; }
static size_t first_unknown_byte(const struct kind *kind) { return kind->size; }
static size_t largest(const struct kind *kind) { return (void)kind, (size_t)LARGEST; }
static size_t largest_byte(const struct kind *kind) { return (void)kind, (size_t)LARGEST - 1; }
static size_t too_large(const struct kind *kind) { return (void)kind, (size_t)LARGEST + 1; }
static size_t absurd(const struct kind *kind) { return (void)kind, SIZE_MAX; }

static void a_zeroed_struct_with_its_size_is_the_defaults(void) { expect_of_each(own_size, NULL, MEMUX_OK); }
static void a_struct_without_its_size_is_refused(void) { expect_of_each(no_size, NULL, MEMUX_ERROR_INVALID_ARGUMENT); }

static void a_struct_smaller_than_version_one_is_refused(void)
{
    expect_of_each(one_byte, NULL, MEMUX_ERROR_INVALID_ARGUMENT);
    expect_of_each(a_byte_short, NULL, MEMUX_ERROR_INVALID_ARGUMENT);
}

static void a_struct_above_4096_bytes_is_refused(void)
{
    expect_of_each(largest, NULL, MEMUX_OK);
    expect_of_each(too_large, NULL, MEMUX_ERROR_INVALID_ARGUMENT);
    expect_of_each(absurd, NULL, MEMUX_ERROR_INVALID_ARGUMENT);
}

static void a_newer_struct_whose_new_members_are_zero_is_taken(void) { expect_of_each(a_member_more, NULL, MEMUX_OK); }

static void a_newer_struct_that_asks_for_something_new_is_unsupported(void)
{
    expect_of_each(a_member_more, first_unknown_byte, MEMUX_ERROR_UNSUPPORTED);
    expect_of_each(largest, largest_byte, MEMUX_ERROR_UNSUPPORTED);
}

static void init_of_an_older_and_smaller_struct_stays_inside_it(void)
{
    static roomy value;

    memset(&value, 0xAA, sizeof value);
    memux_count_report_init(&value.count_report, sizeof(memux_count_report) - 8);
    EXPECT_SAME(value.struct_size, sizeof(memux_count_report) - 8);
    EXPECT_SAME(value.bytes[sizeof(memux_count_report) - 8], 0xAA);
}

/* The message of a refusal names the member. */
static void expect_refused(memux_status status, memux_error *error, memux_status wanted, const char *member)
{
    EXPECT_STATUS(status, wanted);
    EXPECT_SAME(memux_error_stage(error), MEMUX_STAGE_ARGUMENTS);
    if (!strstr(memux_error_message(error), member)) {
        printf("# \"%s\" does not name %s\n", memux_error_message(error), member);
        check_broken = 1;
    }
    EXPECT_ERROR(status, &error);
}

#define TRY(kind, type, field, value, wanted)                    \
    do {                                                         \
        static roomy room;                                       \
        memux_error *error = NULL;                               \
        memux_status status;                                     \
        type##_init((type *)(void *)&room, sizeof(type));        \
        room.kind.field = (value);                               \
        status = pass_##kind(&room, &error);                     \
        if ((wanted) < 0)                                        \
            expect_refused(status, error, (wanted), #field);     \
        else                                                     \
            EXPECT_STATUS(status, (wanted));                     \
    } while (0)

static void an_unknown_enum_value_is_refused_by_name(void)
{
    const memux_status refused = MEMUX_ERROR_INVALID_ARGUMENT;

    TRY(reader, memux_reader, seekability, 4, refused);
    TRY(reader, memux_reader, seekability, -1, refused);
    TRY(run, memux_run_options, engine, 3, refused);
    TRY(run, memux_run_options, engine, INT32_MIN, refused);
    TRY(count, memux_count_options, mode, 4, refused);
    TRY(count, memux_count_options, mode, -1, refused);
    TRY(count, memux_count_options, select, 3, refused);
    TRY(count, memux_count_options, select, INT32_MAX, refused);
    TRY(extract, memux_extract_options, select, 3, refused);
    TRY(extract, memux_extract_options, select, -1, refused);
    TRY(extract, memux_extract_options, framing, 7, refused);
    TRY(extract, memux_extract_options, framing, -1, refused);
    TRY(run, memux_run_options, engine, MEMUX_ENGINE_FFMPEG, MEMUX_OK);
    TRY(probe, memux_probe_options, level, 2, refused);
    TRY(probe, memux_probe_options, level, -1, refused);
    TRY(input, memux_input_options, level, 2, refused);
    TRY(input, memux_input_options, level, INT32_MIN, refused);
    TRY(input, memux_input_options, level, MEMUX_PROBE_HEADER, MEMUX_OK);
    TRY(remux, memux_remux_options, layout, 4, refused);
    TRY(remux, memux_remux_options, layout, -1, refused);
    TRY(remux, memux_remux_options, tag_policy, 3, refused);
    TRY(remux, memux_remux_options, tag_policy, INT32_MIN, refused);
    TRY(remux, memux_remux_options, drop_tags, 2, refused);
    TRY(remux, memux_remux_options, drop_chapters, -1, refused);
    TRY(remux, memux_remux_options, bit_exact, 2, refused);
    TRY(remux, memux_remux_options, layout, MEMUX_LAYOUT_FRAGMENTED, MEMUX_OK);
}

static void a_reserved_member_that_is_not_zero_is_refused_by_name(void)
{
    TRY(reader, memux_reader, reserved, 1, MEMUX_ERROR_INVALID_ARGUMENT);
    TRY(run, memux_run_options, reserved, 1, MEMUX_ERROR_INVALID_ARGUMENT);
    TRY(count, memux_count_options, reserved, INT32_MIN, MEMUX_ERROR_INVALID_ARGUMENT);
    TRY(probe, memux_probe_options, reserved, 1, MEMUX_ERROR_INVALID_ARGUMENT);
    TRY(input, memux_input_options, reserved, 1, MEMUX_ERROR_INVALID_ARGUMENT);
    TRY(remux, memux_remux_options, reserved, 1, MEMUX_ERROR_INVALID_ARGUMENT);
}

static void a_negative_size_time_or_count_is_refused_by_name(void)
{
    const memux_status refused = MEMUX_ERROR_INVALID_ARGUMENT;

    TRY(reader, memux_reader, size, -1, refused);
    TRY(reader, memux_reader, buffer_size, -1, refused);
    TRY(reader, memux_reader, max_attempts, -1, refused);
    TRY(reader, memux_reader, retry_delay_ms, -1, refused);
    TRY(reader, memux_reader, max_retry_delay_ms, -1, refused);
    TRY(writer, memux_writer, max_attempts, -1, refused);
    TRY(writer, memux_writer, retry_delay_ms, -1, refused);
    TRY(writer, memux_writer, max_retry_delay_ms, -1, refused);
    TRY(writer, memux_writer, max_write, -1, refused);
    TRY(run, memux_run_options, timeout_us, -1, refused);
    TRY(extract, memux_extract_options, threads, -1, refused);
    TRY(remux, memux_remux_options, fragment_us, -1, refused);
    TRY(extract, memux_extract_options, threads, INT32_MAX, MEMUX_OK);
    TRY(run, memux_run_options, timeout_us, INT64_MAX, MEMUX_OK);
}

/* One that is known, and that memux does not open, is in sandbox.c. */
static void a_format_that_nobody_knows_is_refused_by_name(void)
{
    TRY(run, memux_run_options, format, "no such format", MEMUX_ERROR_INVALID_ARGUMENT);
    TRY(run, memux_run_options, format, "mp4", MEMUX_OK);
}

static void a_refused_struct_leaves_the_report_filled(void)
{
    memux_count_options options;
    memux_count_report report;

    memux_count_options_init(&options, sizeof options);
    options.mode = 99;
    memset(&report, 0xAA, sizeof report);
    report.struct_size = sizeof report;
    EXPECT_STATUS(count_with(&options, &report, NULL), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT(report.frames == MEMUX_UNKNOWN && report.truncated_at == MEMUX_UNKNOWN);
    EXPECT_SAME(report.bytes_read, 0);
}

int main(void)
{
    file = clip("h264.mp4");
    RUN(a_zeroed_struct_with_its_size_is_the_defaults);
    RUN(a_struct_without_its_size_is_refused);
    RUN(a_struct_smaller_than_version_one_is_refused);
    RUN(a_struct_above_4096_bytes_is_refused);
    RUN(a_newer_struct_whose_new_members_are_zero_is_taken);
    RUN(a_newer_struct_that_asks_for_something_new_is_unsupported);
    RUN(init_of_an_older_and_smaller_struct_stays_inside_it);
    RUN(an_unknown_enum_value_is_refused_by_name);
    RUN(a_reserved_member_that_is_not_zero_is_refused_by_name);
    RUN(a_negative_size_time_or_count_is_refused_by_name);
    RUN(a_format_that_nobody_knows_is_refused_by_name);
    RUN(a_refused_struct_leaves_the_report_filled);
    free(file.data);
    return check_done();
}
