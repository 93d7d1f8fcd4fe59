/* What a host learns when something fails: the status, the object, and where it comes from. */
#include "host.h"

#include <errno.h>

static void statuses_have_their_fixed_values_names_and_messages(void)
{
    static const struct { memux_status status; int32_t value; const char *name; } all[] = {
        { MEMUX_OK, 0, "MEMUX_OK" }, { MEMUX_END, 1, "MEMUX_END" }, { MEMUX_TRUNCATED, 2, "MEMUX_TRUNCATED" },
        { MEMUX_ERROR_INVALID_ARGUMENT, -1001, "MEMUX_ERROR_INVALID_ARGUMENT" },
        { MEMUX_ERROR_UNSUPPORTED, -1002, "MEMUX_ERROR_UNSUPPORTED" }, { MEMUX_ERROR_BUSY, -1003, "MEMUX_ERROR_BUSY" },
        { MEMUX_ERROR_NO_MEMORY, -1004, "MEMUX_ERROR_NO_MEMORY" }, { MEMUX_ERROR_LIMIT, -1005, "MEMUX_ERROR_LIMIT" },
        { MEMUX_ERROR_CANCELLED, -1006, "MEMUX_ERROR_CANCELLED" }, { MEMUX_ERROR_TIMEOUT, -1007, "MEMUX_ERROR_TIMEOUT" },
        { MEMUX_ERROR_SOURCE, -1008, "MEMUX_ERROR_SOURCE" }, { MEMUX_ERROR_SINK, -1009, "MEMUX_ERROR_SINK" },
        { MEMUX_ERROR_NEEDS_SEEK, -1010, "MEMUX_ERROR_NEEDS_SEEK" }, { MEMUX_ERROR_FORMAT, -1011, "MEMUX_ERROR_FORMAT" },
        { MEMUX_ERROR_REFUSED, -1012, "MEMUX_ERROR_REFUSED" }, { MEMUX_ERROR_CORRUPT, -1013, "MEMUX_ERROR_CORRUPT" },
        { MEMUX_ERROR_NO_STREAM, -1014, "MEMUX_ERROR_NO_STREAM" }, { MEMUX_ERROR_CODEC, -1015, "MEMUX_ERROR_CODEC" },
        { MEMUX_ERROR_NO_DECODER, -1016, "MEMUX_ERROR_NO_DECODER" }, { MEMUX_ERROR_NO_ENCODER, -1017, "MEMUX_ERROR_NO_ENCODER" },
        { MEMUX_ERROR_LIBRARY_MISMATCH, -1018, "MEMUX_ERROR_LIBRARY_MISMATCH" },
        { MEMUX_ERROR_INTERNAL, -1019, "MEMUX_ERROR_INTERNAL" },
    };
    const size_t count = sizeof all / sizeof *all;

    for (size_t i = 0; i < count; i++) {
        EXPECT_SAME(all[i].status, all[i].value);
        EXPECT(strcmp(memux_status_name(all[i].status), all[i].name) == 0);
        for (size_t k = 0; k < i; k++)
            EXPECT(strcmp(memux_status_message(all[i].status), memux_status_message(all[k].status)) != 0);
    }
    EXPECT(strcmp(memux_status_name(-11), memux_status_name(-1020)) == 0);
    EXPECT(memux_status_name(MEMUX_OK) == memux_status_name(MEMUX_OK));
}

static void a_success_clears_the_error_pointer_whatever_it_held(void)
{
    bytes file = clip("h264.mp4");
    memux_error *error = (memux_error *)(void *)&file;
    uint64_t frames = 0;

    EXPECT_STATUS(memux_count_frames(file.data, file.size, &frames, &error), MEMUX_OK);
    EXPECT(error == NULL);
    free(file.data);
}

static void a_truncated_result_comes_without_an_error_object(void)
{
    bytes file = clip("h264.mp4");
    memux_error *error = (memux_error *)(void *)&file;
    uint64_t frames = 0;

    EXPECT_STATUS(memux_count_frames(file.data, file.size * 2 / 3, &frames, &error), MEMUX_TRUNCATED);
    EXPECT(error == NULL);
    EXPECT(frames > 10 && frames <= 75);
    free(file.data);
}

static void an_error_outlives_every_handle(void)
{
    bytes file = clip("h264.ts");
    host host = host_of(file);
    memux_source *source = host_source(&host, MEMUX_SEEKABILITY_NONE);
    memux_error *error = NULL;
    int64_t failed_at;

    host.max_read = 1000;
    host.read_fault = (fault){ 20, 0, -EPIPE };
    EXPECT_STATUS(memux_count(source, NULL, NULL, &error), MEMUX_ERROR_SOURCE);
    memux_source_free(source);
    free(file.data);
    failed_at = host.fault_offset;
    memset(&host, 0xAA, sizeof host);
    EXPECT_SAME(memux_error_status(error), MEMUX_ERROR_SOURCE);
    EXPECT_SAME(memux_error_host_code(error), -EPIPE);
    EXPECT_SAME(memux_error_offset(error), failed_at);
    EXPECT(memux_error_message(error)[0] != '\0');
    EXPECT(memux_error_hint(error) != NULL);
    memux_error_free(error);
}

/* The stage is where the operation stood when the host's code came. */
static void the_stage_says_where_in_the_operation_it_failed(void)
{
    bytes file = clip("h264.mp4");
    memux_source *memory = memory_source(file);
    host host = host_of(file);
    host_sink sink_host = { 0 };
    memux_writer writer = host_writer(&sink_host);
    memux_source *source;
    memux_sink *sink;
    memux_error *error = NULL;

    host.read_fault = (fault){ 1, 0, -EIO };
    source = host_source(&host, MEMUX_SEEKABILITY_NONE);
    EXPECT_STATUS(memux_count(source, NULL, NULL, &error), MEMUX_ERROR_SOURCE);
    EXPECT(memux_error_stage(error) == MEMUX_STAGE_OPEN || memux_error_stage(error) == MEMUX_STAGE_PROBE);
    memux_error_free(error);
    memux_source_free(source);

    host = host_of(file);
    host.max_read = 4096;
    host.read_fault = (fault){ 11, 0, -EIO };
    source = host_source(&host, MEMUX_SEEKABILITY_NONE);
    EXPECT_STATUS(memux_count(source, NULL, NULL, &error), MEMUX_ERROR_SOURCE);
    EXPECT_SAME(memux_error_stage(error), MEMUX_STAGE_PACKETS);
    memux_error_free(error);
    memux_source_free(source);

    sink_host.fault = (fault){ 2, 0, -EIO };
    writer.max_write = 1000;
    sink = host_sink_of(&writer);
    EXPECT_STATUS(memux_extract(memory, sink, &chosen.extract, NULL, &error), MEMUX_ERROR_SINK);
    EXPECT_SAME(memux_error_stage(error), MEMUX_STAGE_WRITE);
    EXPECT_SAME(memux_error_offset(error), 1000);
    memux_error_free(error);
    memux_sink_free(sink);

    EXPECT_STATUS(memux_count(NULL, NULL, NULL, &error), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT_SAME(memux_error_stage(error), MEMUX_STAGE_ARGUMENTS);
    EXPECT(memux_error_offset(error) == MEMUX_UNKNOWN);
    EXPECT_SAME(memux_error_host_code(error), 0);
    memux_error_free(error);
    memux_source_free(memory);
    free(sink_host.file.data);
    free(file.data);
}

static void what_ffmpeg_said_is_kept(void)
{
    enum { INVALID_DATA = -1094995529 }; /* AVERROR_INVALIDDATA */
    bytes file = clip("h264_moov_at_end.mp4");
    size_t half = file.size / 2;
    uint64_t frames = 0;
    memux_error *error = NULL;
    memux_status status = memux_count_frames(file.data, half, &frames, &error); /* without its header */

    EXPECT_STATUS(status, MEMUX_ERROR_CORRUPT);
    EXPECT_SAME(memux_error_ffmpeg_code(error), INVALID_DATA);
    EXPECT_SAME(memux_error_offset(error), half);
    EXPECT_SAME(memux_error_host_code(error), 0);
    EXPECT_ERROR(status, &error);
    free(file.data);
}

static void noise_is_no_format(void)
{
    uint8_t noise[5000];
    uint32_t state = 1;
    uint64_t frames = 4711;
    memux_error *error = NULL;

    for (size_t i = 0; i < sizeof noise; i++) {
        state = state * 1664525u + 1013904223u;
        noise[i] = (uint8_t)(state >> 24);
    }
    EXPECT_STATUS(memux_count_frames(noise, sizeof noise, &frames, &error), MEMUX_ERROR_FORMAT);
    EXPECT_ERROR(MEMUX_ERROR_FORMAT, &error);
    EXPECT_SAME(frames, 4711);
}

static void errno_is_left_alone(void)
{
    bytes file = clip("h264.mp4");
    memux_source *source = memory_source(file);
    uint64_t frames = 0;

    errno = 0;
    EXPECT_STATUS(memux_count_frames(file.data, file.size, &frames, NULL), MEMUX_OK);
    EXPECT_SAME(errno, 0);
    EXPECT_STATUS(memux_count(source, &chosen.count, NULL, NULL), MEMUX_OK);
    EXPECT_SAME(errno, 0);
    memux_source_free(source);
    free(file.data);
}

int main(void)
{
    RUN(statuses_have_their_fixed_values_names_and_messages);
    RUN(a_success_clears_the_error_pointer_whatever_it_held);
    RUN(a_truncated_result_comes_without_an_error_object);
    RUN(an_error_outlives_every_handle);
    RUN_BY_EACH_ENGINE(the_stage_says_where_in_the_operation_it_failed);
    RUN(what_ffmpeg_said_is_kept);
    RUN(noise_is_no_format);
    RUN_BY_EACH_ENGINE(errno_is_left_alone);
    return check_done();
}
