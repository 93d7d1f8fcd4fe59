/* preload: notbuilt */
/* An FFmpeg that was built without a part that is needed: the host is told so, and not that its input is bad. */
#define _GNU_SOURCE
#include "host.h"
#include "process.h"

#include <dlfcn.h>

static void (*lacks_function)(const char *name);
static void (*lacks_muxer)(const char *name);
static void (*lacks_filter)(const char *name);
static void (*lacks_decoders)(int missing);
static void (*lacks_hardware)(int missing);

static void find_shim(void)
{
    *(void **)&lacks_function = dlsym(RTLD_DEFAULT, "notbuilt_function");
    *(void **)&lacks_muxer = dlsym(RTLD_DEFAULT, "notbuilt_muxer");
    *(void **)&lacks_filter = dlsym(RTLD_DEFAULT, "notbuilt_filter");
    *(void **)&lacks_decoders = dlsym(RTLD_DEFAULT, "notbuilt_decoders");
    *(void **)&lacks_hardware = dlsym(RTLD_DEFAULT, "notbuilt_hardware");
    if (!lacks_function || !lacks_muxer || !lacks_filter || !lacks_decoders || !lacks_hardware) {
        printf("Bail out! the shim notbuilt is not preloaded\n");
        exit(2);
    }
}

static memux_status count(bytes file, int32_t mode, memux_count_report *report, memux_error **error)
{
    memux_source *source = memory_source(file);
    choice ffmpeg;
    memux_status status;

    choose(&ffmpeg, MEMUX_ENGINE_FFMPEG);
    ffmpeg.count.mode = mode;
    memux_count_report_init(report, sizeof *report);
    status = memux_count(source, &ffmpeg.count, report, error);
    memux_source_free(source);
    return status;
}

static void expect_no_decoder(bytes file)
{
    memux_count_report report;
    memux_error *error = NULL;
    memux_status status = count(file, MEMUX_COUNT_DECODED, &report, &error);

    EXPECT_STATUS(status, MEMUX_ERROR_NO_DECODER);
    EXPECT(report.frames == MEMUX_UNKNOWN && report.decoded == MEMUX_UNKNOWN);
    EXPECT_SAME(report.mode, MEMUX_COUNT_DECODED);
    EXPECT(strstr(memux_error_message(error), "decoder") != NULL);
    EXPECT(report.stream_index >= 0);
    EXPECT_SAME(memux_error_stream(error), report.stream_index);
    EXPECT_ERROR(status, &error);
}

static const char *const coded[] = { "h264.mp4", "hevc.ts", "mpeg2.mpg", "vp9.webm" };
enum { CODED = sizeof coded / sizeof *coded };

static void decoding_without_the_decoder_says_no_decoder(void)
{
    memux_count_report report;

    for (int i = 0; i < CODED; i++) {
        bytes file = clip(coded[i]);
        lacks_decoders(1);
        expect_no_decoder(file);
        lacks_decoders(0);
        EXPECT_STATUS(count(file, MEMUX_COUNT_DECODED, &report, NULL), MEMUX_OK);
        EXPECT_SAME(report.decoded, 75);
        free(file.data);
    }
}

/* "No frames" would be no answer: nothing was decoded. */
static void a_decoder_whose_hardware_is_missing_says_no_decoder(void)
{
    for (int i = 0; i < CODED; i++) {
        bytes file = clip(coded[i]);
        lacks_hardware(1);
        expect_no_decoder(file);
        lacks_hardware(0);
        free(file.data);
    }
}

static void counting_packets_needs_no_decoder(void)
{
    static const int32_t modes[] = { MEMUX_COUNT_PACKETS, MEMUX_COUNT_HEADER, MEMUX_COUNT_PRESENTED };
    memux_count_report report;
    memux_error *error = NULL;

    for (int i = 0; i < CODED; i++) {
        bytes file = clip(coded[i]);
        for (int mode = 0; mode < 3; mode++) {
            memux_status status;
            lacks_decoders(1);
            status = count(file, modes[mode], &report, &error);
            lacks_decoders(0);
            EXPECT_STATUS(status, MEMUX_OK);
            EXPECT_SAME(report.frames, 75);
            EXPECT_ERROR(status, &error);
        }
        free(file.data);
    }
}

/* Extracts through a writer, and expects that it gets nothing and hears why. */
static void expect_no_encoder(const char *name, int32_t codec)
{
    bytes file = clip(name);
    memux_source *source = memory_source(file);
    host_sink host = { 0 };
    memux_writer writer = host_writer(&host);
    memux_sink *sink = host_sink_of(&writer);
    memux_extract_report report;
    memux_error *error = NULL;
    memux_status status;
    choice ffmpeg;
    uint64_t frames = 0;

    choose(&ffmpeg, MEMUX_ENGINE_FFMPEG);
    memux_extract_report_init(&report, sizeof report);
    status = memux_extract(source, sink, &ffmpeg.extract, &report, &error);
    EXPECT_STATUS(status, MEMUX_ERROR_NO_ENCODER);
    EXPECT(memux_error_message(error)[0] != '\0');
    EXPECT_SAME(memux_error_stream(error), report.stream_index);
    EXPECT_ERROR(status, &error);
    EXPECT_SAME(report.codec, codec);
    EXPECT_SAME(report.packets, 0);
    EXPECT_SAME(report.bytes_written, 0);
    EXPECT(report.completeness != MEMUX_COMPLETENESS_TRUNCATED);

    EXPECT_SAME(host.writes, 0);
    EXPECT_STATUS(memux_count_frames(file.data, file.size, &frames, NULL), MEMUX_OK);
    EXPECT_SAME(frames, 75);
    memux_sink_free(sink);
    memux_source_free(source);
    EXPECT_SAME(host.released, 1);
    free(file.data);
}

static void expect_as_ever(const char *name, int32_t engine)
{
    bytes file = clip(name), stream = extracted(file);
    memux_source *source = memory_source(file);
    memux_extract_report report;
    choice choice;
    uint64_t size = 0;

    choose(&choice, engine);
    memux_extract_report_init(&report, sizeof report);
    EXPECT_STATUS(memux_extract_size(source, &choice.extract, &size, &report, NULL), MEMUX_OK);
    EXPECT_SAME(report.engine, engine);
    EXPECT_SAME(size, stream.size);
    EXPECT(stream.size > 0);
    memux_source_free(source);
    free(stream.data);
    free(file.data);
}

static void extracting_without_the_muxer_says_no_encoder_and_writes_nothing(void)
{
    lacks_muxer("h264");
    expect_no_encoder("h264.mp4", MEMUX_CODEC_H264);
    expect_no_encoder("h264.ts", MEMUX_CODEC_H264);
    expect_as_ever("hevc.mp4", MEMUX_ENGINE_FFMPEG); /* whose muxer is another */
    lacks_muxer("hevc");
    expect_no_encoder("hevc.mp4", MEMUX_CODEC_HEVC);
    expect_as_ever("h264.mp4", MEMUX_ENGINE_FFMPEG);
    lacks_muxer(NULL);
    expect_as_ever("h264.ts", MEMUX_ENGINE_FFMPEG);
    expect_as_ever("hevc.mp4", MEMUX_ENGINE_FFMPEG);
}

/* The muxer makes Annex B by a filter, which is a part of its own. */
static void extracting_without_the_muxers_filter_says_no_encoder_where_it_is_needed(void)
{
    lacks_filter("h264_mp4toannexb");
    expect_no_encoder("h264.mp4", MEMUX_CODEC_H264);
    expect_no_encoder("h264.mkv", MEMUX_CODEC_H264);
    expect_as_ever("h264.ts", MEMUX_ENGINE_FFMPEG); /* Annex B already */
    lacks_filter("hevc_mp4toannexb");
    expect_no_encoder("hevc.mp4", MEMUX_CODEC_HEVC);
    lacks_filter(NULL);
    expect_as_ever("h264.mp4", MEMUX_ENGINE_FFMPEG);
}

/* The walk makes Annex B itself. */
static void the_walk_extracts_without_muxer_and_filter(void)
{
    lacks_muxer("h264");
    lacks_filter("h264_mp4toannexb");
    expect_as_ever("h264.mp4", MEMUX_ENGINE_WALK);
    expect_as_ever("h264.mkv", MEMUX_ENGINE_WALK);
    expect_as_ever("h264.ts", MEMUX_ENGINE_WALK);
    lacks_muxer(NULL);
    lacks_filter(NULL);
}

/* No FFmpeg of that major lacks it; what calls itself one may. */
static void without_one_function(void)
{
    memux_count_report report;
    memux_error *error = NULL;
    memux_status status;
    bytes file = clip("h264.mp4");

    lacks_function("av_read_frame");
    status = count(file, MEMUX_COUNT_PACKETS, &report, &error);
    EXPECT_STATUS(status, MEMUX_ERROR_LIBRARY_MISMATCH);
    EXPECT(strstr(memux_error_message(error), "libavformat") != NULL); /* where it was looked for */
    EXPECT_ERROR(status, &error);
    free(file.data);
}

static void a_library_that_lacks_a_function_is_no_ffmpeg(void)
{
    in_a_process_of_its_own(without_one_function);
}

int main(void)
{
    find_shim();
    RUN(a_library_that_lacks_a_function_is_no_ffmpeg); /* while none is loaded */
    RUN(the_walk_extracts_without_muxer_and_filter);
    RUN(decoding_without_the_decoder_says_no_decoder);
    RUN(a_decoder_whose_hardware_is_missing_says_no_decoder);
    RUN(counting_packets_needs_no_decoder);
    RUN(extracting_without_the_muxer_says_no_encoder_and_writes_nothing);
    RUN(extracting_without_the_muxers_filter_says_no_encoder_where_it_is_needed);
    return check_done();
}
