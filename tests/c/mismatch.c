/* preload: otherversion */
/* Another FFmpeg is loaded than memux was compiled against: struct layouts differ, so nothing may be touched. */
#define _GNU_SOURCE
#include "host.h"

#include <dlfcn.h>

static void (*claim)(const char *library, unsigned version);
static int (*touched)(void);

static void find_shim(void)
{
    *(void **)&claim = dlsym(RTLD_DEFAULT, "otherversion_claim");
    *(void **)&touched = dlsym(RTLD_DEFAULT, "otherversion_touched");
    if (!claim || !touched) {
        printf("Bail out! the shim otherversion is not preloaded\n");
        exit(2);
    }
}

static const char *const libraries[] = { "avformat", "avcodec", "avutil" };
enum { LIBRARIES = 3, MAJOR = 1 << 16 };

/* What memux was compiled for and what it finds, in the order of `libraries`. */
static memux_status ask_versions(uint32_t compiled[LIBRARIES], uint32_t loaded[LIBRARIES], memux_error **error)
{
    memux_build_info info;
    memux_status status;

    memux_build_info_init(&info, sizeof info);
    status = memux_get_build_info(&info, error);
    compiled[0] = info.avformat_compiled;
    compiled[1] = info.avcodec_compiled;
    compiled[2] = info.avutil_compiled;
    loaded[0] = info.avformat_loaded;
    loaded[1] = info.avcodec_loaded;
    loaded[2] = info.avutil_loaded;
    EXPECT(info.version != NULL && strcmp(info.version, memux_version_string()) == 0);
    return status;
}

/* The failure names the library, and the two versions. Frees it. */
static void expect_mismatch(memux_status status, memux_error **error, const char *library, unsigned compiled, unsigned loaded)
{
    char numbers[2][16];

    EXPECT_STATUS(status, MEMUX_ERROR_LIBRARY_MISMATCH);
    snprintf(numbers[0], sizeof numbers[0], " %u ", loaded / MAJOR);
    snprintf(numbers[1], sizeof numbers[1], " %u", compiled / MAJOR);
    EXPECT(strstr(memux_error_message(*error), library) != NULL);
    EXPECT(strstr(memux_error_message(*error), numbers[0]) != NULL);
    EXPECT(strstr(memux_error_message(*error), numbers[1]) != NULL);
    EXPECT(memux_error_hint(*error)[0] != '\0');
    EXPECT_ERROR(status, error);
}

static void log_nothing(void *opaque, int32_t level, const char *message) { (void)opaque, (void)level, (void)message; }

static void expect_every_operation_to_refuse(const char *library, unsigned compiled, unsigned loaded)
{
    bytes walked = clip("h264.mp4"), file = clip("h264.flv");
    host reading = host_of(walked);
    host_sink writing = { 0 };
    memux_writer writer = host_writer(&writing);
    memux_source *source = host_source(&reading, MEMUX_SEEKABILITY_CHEAP), *memory = memory_source(walked);
    memux_sink *sink = host_sink_of(&writer), *kept = NULL;
    memux_buffer *buffer = NULL;
    memux_count_report counted;
    memux_extract_report extract;
    memux_error *error = NULL;
    choice ffmpeg;
    uint8_t room[16] = { 0 };
    uint64_t frames = 4711;

    choose(&ffmpeg, MEMUX_ENGINE_FFMPEG);
    EXPECT_STATUS(memux_sink_to_buffer(&kept, NULL), MEMUX_OK);
    for (int i = 0; i < 2; i++) { /* not only the first time */
        memux_count_report_init(&counted, sizeof counted);
        memux_extract_report_init(&extract, sizeof extract);
        expect_mismatch(memux_count_frames(file.data, file.size, &frames, &error), &error, library, compiled, loaded);
        expect_mismatch(memux_count(source, NULL, &counted, &error), &error, library, compiled, loaded);
        expect_mismatch(memux_extract_video(file.data, file.size, host_write, &writing, &error), &error, library, compiled, loaded);
        expect_mismatch(memux_extract(source, sink, NULL, &extract, &error), &error, library, compiled, loaded);
        expect_mismatch(memux_extract(memory, kept, &ffmpeg.extract, NULL, &error), &error, library, compiled, loaded);
        expect_mismatch(memux_extract_size(memory, &ffmpeg.extract, &frames, NULL, &error), &error, library, compiled, loaded);
        expect_mismatch(memux_extract_into(memory, room, sizeof room, &ffmpeg.extract, NULL, &error), &error, library, compiled, loaded);
        expect_mismatch(memux_log_set(0, log_nothing, NULL, &error), &error, library, compiled, loaded);
        expect_mismatch(memux_log_set(0, NULL, NULL, &error), &error, library, compiled, loaded);
        EXPECT_STATUS(memux_count(memory, &ffmpeg.count, NULL, NULL), MEMUX_ERROR_LIBRARY_MISMATCH);
        EXPECT(counted.frames == MEMUX_UNKNOWN && counted.engine == MEMUX_ENGINE_AUTO && counted.bytes_read == 0);
        EXPECT(extract.bytes_written == 0 && extract.engine == MEMUX_ENGINE_AUTO && extract.bytes_read == 0);
    }
    EXPECT_SAME(frames, 4711);
    EXPECT_SAME(reading.reads + reading.seeks + reading.size_questions, 0);
    EXPECT_SAME(writing.writes + writing.seeks, 0);
    EXPECT_STATUS(memux_sink_take_buffer(kept, &buffer, NULL), MEMUX_OK);
    EXPECT_SAME(memux_buffer_size(buffer), 0);
    memux_buffer_free(buffer);
    memux_sink_free(kept);
    memux_sink_free(sink);
    memux_source_free(memory);
    memux_source_free(source);
    EXPECT(reading.released == 1 && writing.released == 1);
    EXPECT_SAME(touched(), 0);
    free(walked.data);
    free(file.data);
}

/* A major before and one behind the one that memux was compiled for. */
static void expect_refusals(int library)
{
    uint32_t compiled[LIBRARIES], loaded[LIBRARIES];

    EXPECT_STATUS(ask_versions(compiled, loaded, NULL), MEMUX_OK);
    for (int step = -1; step <= 1; step += 2) {
        unsigned other = compiled[library] + (unsigned)step * MAJOR;
        claim(libraries[library], other);
        expect_every_operation_to_refuse(libraries[library], compiled[library], other);
        claim(NULL, 0);
    }
}

static void every_operation_refuses_another_libavformat_and_touches_nothing(void) { expect_refusals(0); }
static void every_operation_refuses_another_libavcodec_and_touches_nothing(void) { expect_refusals(1); }
static void every_operation_refuses_another_libavutil_and_touches_nothing(void) { expect_refusals(2); }

static void build_info_is_filled_and_says_so_too(void)
{
    uint32_t compiled[LIBRARIES], loaded[LIBRARIES], told_compiled[LIBRARIES], told_loaded[LIBRARIES];
    memux_error *error = NULL;

    EXPECT_STATUS(ask_versions(compiled, loaded, NULL), MEMUX_OK);
    for (int library = 0; library < LIBRARIES; library++) {
        unsigned other = 12 * MAJOR + 34;
        claim(libraries[library], other);
        expect_mismatch(ask_versions(told_compiled, told_loaded, &error), &error, libraries[library], compiled[library], other);
        for (int i = 0; i < LIBRARIES; i++) {
            EXPECT_SAME(told_compiled[i], compiled[i]);
            EXPECT_SAME(told_loaded[i], i == library ? other : loaded[i]);
        }
        EXPECT_SAME(touched(), 0);
        claim(NULL, 0);
    }
}

static void the_walk_goes_on_and_touches_nothing(void)
{
    static const char *const names[] = { "h264.mp4", "h264_fragmented.mp4", "hevc.mkv", "h264.ts" };
    uint32_t compiled[LIBRARIES], loaded[LIBRARIES];

    EXPECT_STATUS(ask_versions(compiled, loaded, NULL), MEMUX_OK);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        bytes file = clip(names[i]), whole = extracted(file);
        for (int library = 0; library < LIBRARIES; library++) {
            bytes again;
            uint64_t frames = 0;
            claim(libraries[library], compiled[library] + MAJOR);
            EXPECT_STATUS(memux_count_frames(file.data, file.size, &frames, NULL), MEMUX_OK);
            EXPECT_SAME(frames, 75);
            again = extracted(file);
            EXPECT(same_bytes(again, whole) && whole.size > 0);
            EXPECT_SAME(touched(), 0);
            claim(NULL, 0);
            free(again.data);
        }
        free(whole.data);
        free(file.data);
    }
}

/* Also proves that the shim sees what is touched. */
static void another_minor_version_is_no_mismatch(void)
{
    uint32_t compiled[LIBRARIES], loaded[LIBRARIES];
    bytes file = clip("h264.flv");
    uint64_t frames = 0;

    for (int library = 0; library < LIBRARIES; library++) {
        EXPECT_STATUS(ask_versions(compiled, loaded, NULL), MEMUX_OK);
        claim(libraries[library], compiled[library] ^ 0x0101);
        EXPECT_STATUS(ask_versions(compiled, loaded, NULL), MEMUX_OK);
        EXPECT_SAME(touched(), 0);
        EXPECT_STATUS(memux_count_frames(file.data, file.size, &frames, NULL), MEMUX_OK);
        EXPECT_SAME(frames, 75);
        EXPECT(touched() > 0);
        claim(NULL, 0);
    }
    free(file.data);
}

int main(void)
{
    find_shim();
    RUN(every_operation_refuses_another_libavformat_and_touches_nothing);
    RUN(every_operation_refuses_another_libavcodec_and_touches_nothing);
    RUN(every_operation_refuses_another_libavutil_and_touches_nothing);
    RUN(build_info_is_filled_and_says_so_too);
    RUN(the_walk_goes_on_and_touches_nothing);
    RUN(another_minor_version_is_no_mismatch);
    return check_done();
}
