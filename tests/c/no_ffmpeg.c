/* preload: noffmpeg */
/* FFmpeg is loaded by whoever needs it first, and by nobody else: what is walked does without, and the rest says so. */
#define _GNU_SOURCE
#include "process.h"
#include "reports.h"

#include <dlfcn.h>

static void (*lacks)(const char *part);
static int (*asked)(void);

static void find_shim(void)
{
    *(void **)&lacks = dlsym(RTLD_DEFAULT, "noffmpeg_lacks");
    *(void **)&asked = dlsym(RTLD_DEFAULT, "noffmpeg_asked");
    if (!lacks || !asked) {
        printf("Bail out! the shim noffmpeg is not preloaded\n");
        exit(2);
    }
}

/* Shared objects of FFmpeg's that the process has, by the system's own word. */
static int loaded_libraries(void)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[1024];
    int count = 0;

    if (!maps)
        abort();
    while (fgets(line, sizeof line, maps))
        count += strstr(line, "/libavformat.") || strstr(line, "/libavcodec.") || strstr(line, "/libavutil.");
    fclose(maps);
    return count;
}

static const char *const walked[] = { "h264.mp4", "h264_fragmented.mp4", "hevc.mkv", "live.webm", "hevc.ts" };

/* All packets, and a copy of each. What the container holds is FFmpeg's to say; packets go on. */
static void walk_packets(memux_source *source)
{
    memux_input_options options;
    memux_input_report report;
    memux_input *input = NULL;
    memux_packet packet;
    memux_kept_packet *kept = NULL;
    memux_status status;

    memux_input_options_init(&options, sizeof options);
    options.level = MEMUX_PROBE_HEADER;
    EXPECT_STATUS(memux_input_open(source, &options, &input, NULL), MEMUX_OK);
    memux_packet_init(&packet, sizeof packet);
    while ((status = memux_input_next(input, &packet, NULL)) == MEMUX_OK) {
        EXPECT_STATUS(memux_packet_retain(&packet, &kept, NULL), MEMUX_OK);
        memux_kept_packet_free(kept);
    }
    EXPECT_STATUS(status, MEMUX_END);
    memux_input_report_init(&report, sizeof report);
    EXPECT_STATUS(memux_input_get_report(input, &report, NULL), MEMUX_OK);
    EXPECT(report.packets > 200);
    EXPECT_SAME(report.engine, MEMUX_ENGINE_WALK);
    memux_input_free(input);
}

static void walk_everything(void)
{
    for (size_t i = 0; i < sizeof walked / sizeof *walked; i++) {
        bytes file = clip(walked[i]);
        memux_source *source = memory_source(file);
        host_sink host = { 0 };
        memux_count_report report;
        memux_status wanted = strstr(walked[i], "webm") ? MEMUX_ERROR_CODEC : MEMUX_OK;
        choice free_choice;
        uint64_t frames = 0, size = 0;

        EXPECT_STATUS(memux_count_frames(file.data, file.size, &frames, NULL), MEMUX_OK);
        EXPECT_SAME(frames, 75);
        memux_count_report_init(&report, sizeof report);
        EXPECT_STATUS(memux_count(source, NULL, &report, NULL), MEMUX_OK);
        EXPECT_SAME(report.engine, MEMUX_ENGINE_WALK);
        EXPECT_STATUS(memux_extract_video(file.data, file.size, host_write, &host, NULL), wanted);
        choose(&free_choice, MEMUX_ENGINE_AUTO);
        EXPECT_STATUS(memux_extract_size(source, &free_choice.extract, &size, NULL, NULL), wanted);
        EXPECT_SAME(size, host.file.size);
        if (!strstr(walked[i], "hevc"))
            walk_packets(source);
        memux_source_free(source);
        free(host.file.data);
        free(file.data);
    }
}

/* Versions, statuses, handles and mistakes too. */
static void what_is_walked_loads_no_ffmpeg(void)
{
    bytes file = clip("h264.mp4");
    memux_cancel *cancel = NULL;
    choice walk;
    memux_source *source;
    memux_error *error = NULL;

    EXPECT(memux_version() > 0 && memux_version_string()[0] != '\0');
    EXPECT(memux_status_message(MEMUX_ERROR_LIBRARY_MISMATCH)[0] != '\0');
    EXPECT_STATUS(memux_cancel_create(&cancel, NULL), MEMUX_OK);
    memux_cancel_free(cancel);
    walk_everything();
    choose(&walk, MEMUX_ENGINE_WALK);
    walk.run.format = "mp4";
    source = memory_source(file);
    EXPECT_STATUS(memux_count(source, &walk.count, NULL, NULL), MEMUX_OK);
    walk.run.format = "no such format";
    EXPECT_STATUS(memux_count(source, &walk.count, NULL, &error), MEMUX_ERROR_UNSUPPORTED);
    memux_error_free(error);
    EXPECT_STATUS(memux_count(NULL, NULL, NULL, NULL), MEMUX_ERROR_INVALID_ARGUMENT);
    memux_source_free(source);
    free(file.data);
    EXPECT_SAME(asked(), 0);
    EXPECT_SAME(loaded_libraries(), 0);
}

static void first_need(void)
{
    bytes file = clip("h264.flv");
    uint64_t frames = 0;

    EXPECT_SAME(loaded_libraries(), 0);
    EXPECT_STATUS(memux_count_frames(file.data, file.size, &frames, NULL), MEMUX_OK);
    EXPECT_SAME(frames, 75);
    EXPECT_SAME(asked(), 3);
    EXPECT(loaded_libraries() > 0); /* so they would have been seen before */
    EXPECT_STATUS(memux_count_frames(file.data, file.size, &frames, NULL), MEMUX_OK);
    EXPECT_SAME(asked(), 3);
    free(file.data);
}

static void the_first_need_loads_it_once(void) { in_a_process_of_its_own(first_need); }

/* Frees the error, which says what was not found. */
static void expect_not_there(memux_status status, memux_error **error, const char *library)
{
    EXPECT_STATUS(status, MEMUX_ERROR_LIBRARY_MISMATCH);
    if (!EXPECT(strstr(memux_error_message(*error), library) != NULL))
        printf("#   %s\n", memux_error_message(*error));
    EXPECT(memux_error_hint(*error)[0] != '\0');
    EXPECT_SAME(memux_error_stage(*error), MEMUX_STAGE_ARGUMENTS);
    EXPECT_SAME(memux_error_ffmpeg_code(*error), 0);
    EXPECT_ERROR(status, error);
}

static void log_nothing(void *opaque, int32_t level, const char *message) { (void)opaque, (void)level, (void)message; }

static void expect_every_need_refused(const char *library)
{
    bytes known = clip("h264.mp4"), other = clip("h264.flv");
    bytes cut = { known.data, known.size / 2 };
    host reading = host_of(known);
    host_sink writing = { 0 };
    memux_writer writer = host_writer(&writing);
    memux_reader hinted = host_reader(&reading, MEMUX_SEEKABILITY_NONE);
    memux_source *reader = NULL, *memory = memory_source(known), *damaged = memory_source(cut);
    memux_sink *sink = host_sink_of(&writer), *kept = NULL;
    memux_buffer *buffer = NULL;
    memux_count_report counted, wanted_count = unknown_count(MEMUX_COUNT_DECODED);
    memux_extract_report extract, wanted_extract = unknown_extract();
    memux_build_info info;
    memux_error *error = NULL;
    uint64_t number = 4711;
    uint8_t room[8] = { 0 };
    choice ffmpeg, decoded;

    choose(&ffmpeg, MEMUX_ENGINE_FFMPEG);
    choose(&decoded, MEMUX_ENGINE_AUTO);
    decoded.count.mode = MEMUX_COUNT_DECODED;
    decoded.run.format = "mp4";
    EXPECT_STATUS(memux_source_from_reader(&hinted, &reader, NULL), MEMUX_OK);
    EXPECT_STATUS(memux_sink_to_buffer(&kept, NULL), MEMUX_OK);
    for (int again = 0; again < 2; again++) {
        expect_not_there(memux_count_frames(other.data, other.size, &number, &error), &error, library);
        expect_not_there(memux_extract_video(other.data, other.size, host_write, &writing, &error), &error, library);
        expect_not_there(memux_count(reader, NULL, NULL, &error), &error, library);
        expect_not_there(memux_count(damaged, NULL, NULL, &error), &error, library);
        GARBAGE_REPORT(counted);
        expect_not_there(memux_count(memory, &decoded.count, &counted, &error), &error, library);
        wanted_count.engine_reason = MEMUX_REASON_JOB;
        same_count_report(&counted, &wanted_count);
        GARBAGE_REPORT(extract);
        expect_not_there(memux_extract(reader, sink, NULL, &extract, &error), &error, library);
        wanted_extract.engine_reason = MEMUX_REASON_SOURCE;
        same_extract_report(&extract, &wanted_extract);
        expect_not_there(memux_extract(memory, kept, &ffmpeg.extract, NULL, &error), &error, library);
        expect_not_there(memux_extract_size(memory, &ffmpeg.extract, &number, NULL, &error), &error, library);
        expect_not_there(memux_extract_into(memory, room, sizeof room, &ffmpeg.extract, NULL, &error), &error, library);
        EXPECT_STATUS(memux_log_set(16, log_nothing, NULL, NULL), MEMUX_ERROR_LIBRARY_MISMATCH);
        EXPECT_STATUS(memux_log_set(16, NULL, NULL, NULL), MEMUX_ERROR_LIBRARY_MISMATCH);

        memset(&info, 0xAA, sizeof info);
        info.struct_size = sizeof info;
        EXPECT_STATUS(memux_get_build_info(&info, &error), MEMUX_ERROR_LIBRARY_MISMATCH);
        EXPECT(strstr(memux_error_message(error), library) != NULL);
        EXPECT_ERROR(MEMUX_ERROR_LIBRARY_MISMATCH, &error);
        EXPECT(strcmp(info.version, memux_version_string()) == 0);
        EXPECT(info.avformat_compiled > 0 && info.avcodec_compiled > 0 && info.avutil_compiled > 0);
        EXPECT_SAME(info.avformat_loaded + info.avcodec_loaded + info.avutil_loaded, 0);
    }
    EXPECT_SAME(number, 4711);
    EXPECT_SAME(reading.reads + reading.seeks + reading.size_questions + writing.writes, 0);
    EXPECT_STATUS(memux_sink_take_buffer(kept, &buffer, NULL), MEMUX_OK);
    EXPECT_SAME(memux_buffer_size(buffer), 0);
    walk_everything(); /* which goes on as if nothing had been */
    memux_buffer_free(buffer);
    memux_sink_free(kept);
    memux_sink_free(sink);
    memux_source_free(damaged);
    memux_source_free(memory);
    memux_source_free(reader);
    EXPECT(reading.released == 1 && writing.released == 1);
    free(known.data);
    free(other.data);
}

static void without_any(void)
{
    lacks("libav");
    expect_every_need_refused("libav");
    EXPECT_SAME(loaded_libraries(), 0);
    EXPECT_SAME(asked(), 1); /* what was not there is not looked for again */
}

static void without_avformat(void) { lacks("libavformat."), expect_every_need_refused("libavformat"); }
static void without_avcodec(void) { lacks("libavcodec."), expect_every_need_refused("libavcodec"); }
static void without_avutil(void) { lacks("libavutil."), expect_every_need_refused("libavutil"); }

static void without_ffmpeg_only_the_walk_works_and_the_rest_says_what_is_missing(void) { in_a_process_of_its_own(without_any); }
static void without_libavformat_it_is_the_same(void) { in_a_process_of_its_own(without_avformat); }
static void without_libavcodec_it_is_the_same(void) { in_a_process_of_its_own(without_avcodec); }
static void without_libavutil_it_is_the_same(void) { in_a_process_of_its_own(without_avutil); }

int main(void)
{
    find_shim();
    /* Each in a process in which nobody has needed FFmpeg yet. */
    RUN(what_is_walked_loads_no_ffmpeg);
    RUN(the_first_need_loads_it_once);
    RUN(without_ffmpeg_only_the_walk_works_and_the_rest_says_what_is_missing);
    RUN(without_libavformat_it_is_the_same);
    RUN(without_libavcodec_it_is_the_same);
    RUN(without_libavutil_it_is_the_same);
    return check_done();
}
