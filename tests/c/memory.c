/* Media that lies in memory: one block, or pieces in order. Counted, extracted, shared, and left as it was. */
#include "host.h"

static uint64_t frames_of(bytes file, memux_status wanted)
{
    uint64_t frames = 0;
    memux_error *error;
    memux_status status = memux_count_frames(file.data, file.size, &frames, &error);

    EXPECT_STATUS(status, wanted);
    EXPECT_ERROR(status, &error);
    return frames;
}

static uint64_t frames_by_ffmpeg(bytes file)
{
    memux_source *source = memory_source(file);
    memux_count_report report;
    choice ffmpeg;

    choose(&ffmpeg, MEMUX_ENGINE_FFMPEG);
    memux_count_report_init(&report, sizeof report);
    EXPECT_STATUS(memux_count(source, &ffmpeg.count, &report, NULL), MEMUX_OK);
    EXPECT_SAME(report.engine, MEMUX_ENGINE_FFMPEG);
    memux_source_free(source);
    return report.frames;
}

static void each_container_gives_its_number_of_frames(void)
{
    static const struct { const char *name; uint64_t frames; } clips[] = {
        { "h264.mp4", 75 }, { "h264_moov_at_end.mp4", 75 }, { "h264_fragmented.mp4", 75 }, { "h264.mkv", 75 },
        { "h264.ts", 75 }, { "h264.flv", 75 }, { "h264.avi", 75 }, { "cut.mp4", 60 }, { "multi_edit.mp4", 151 },
        { "two_videos.mp4", 75 }, { "cover_then_video.mp4", 75 }, { "hevc.mp4", 75 }, { "hevc.mkv", 75 }, { "hevc.ts", 75 },
        { "mpeg2.mpg", 75 }, { "mpeg4.mp4", 75 }, { "vp9.webm", 75 }, { "live.webm", 75 },
    };

    for (size_t i = 0; i < sizeof clips / sizeof *clips; i++) {
        bytes file = clip(clips[i].name);
        if (!(EXPECT_SAME(frames_of(file, MEMUX_OK), clips[i].frames)
              & EXPECT_SAME(frames_by_ffmpeg(file), clips[i].frames)))
            printf("#   in %s\n", clips[i].name);
        free(file.data);
    }
}

static void sound_and_cover_art_are_no_video(void)
{
    bytes sound = clip("audio.m4a"), cover = clip("cover.m4a");
    uint64_t frames = 4711;
    memux_error *error = NULL;
    host_sink sink = { 0 };

    EXPECT_STATUS(memux_count_frames(sound.data, sound.size, &frames, &error), MEMUX_ERROR_NO_STREAM);
    EXPECT_ERROR(MEMUX_ERROR_NO_STREAM, &error);
    EXPECT_STATUS(memux_count_frames(cover.data, cover.size, &frames, NULL), MEMUX_ERROR_NO_STREAM);
    EXPECT_STATUS(memux_extract_video(cover.data, cover.size, host_write, &sink, NULL), MEMUX_ERROR_NO_STREAM);
    EXPECT_SAME(frames, 4711);
    EXPECT_SAME(sink.writes, 0);
    free(sound.data);
    free(cover.data);
}

static void pieces_of_any_cut_give_the_answer_of_the_whole(void)
{
    static const char *const names[] = { "h264.mp4", "h264_moov_at_end.mp4", "h264.ts" };

    for (size_t i = 0; i < 3; i++) { /* all of it by FFmpeg, but for what `whole` is */
        bytes file = clip(names[i]), whole = extracted(file);
        for (size_t step = 1; step < file.size; step = step * 9 + 4) {
            size_t count = (file.size + step - 1) / step;
            memux_slice *slices = malloc((count + 1) * sizeof *slices);
            memux_source *source = NULL;
            memux_sink *sink = NULL;
            memux_buffer *buffer = NULL;
            memux_count_report report;

            for (size_t k = 0; k < count; k++) {
                slices[k].data = file.data + k * step;
                slices[k].size = k + 1 < count ? step : file.size - k * step;
            }
            slices[count].data = NULL;
            slices[count].size = 0;
            EXPECT_STATUS(memux_source_from_slices(slices, count + 1, NULL, NULL, &source, NULL), MEMUX_OK);
            free(slices); /* the list is copied, the bytes are not */
            memux_count_report_init(&report, sizeof report);
            EXPECT_STATUS(memux_count(source, NULL, &report, NULL), MEMUX_OK);
            EXPECT_SAME(report.frames, 75);
            EXPECT_SAME(report.spooled_bytes, 0);
            EXPECT_STATUS(memux_sink_to_buffer(&sink, NULL), MEMUX_OK);
            EXPECT_STATUS(memux_extract(source, sink, NULL, NULL, NULL), MEMUX_OK);
            EXPECT_STATUS(memux_sink_take_buffer(sink, &buffer, NULL), MEMUX_OK);
            EXPECT(same_bytes(whole, (bytes){ (uint8_t *)(uintptr_t)memux_buffer_data(buffer), memux_buffer_size(buffer) }));
            memux_buffer_free(buffer);
            memux_sink_free(sink);
            memux_source_free(source);
        }
        free(whole.data);
        free(file.data);
    }
}

static void one_source_serves_operation_after_operation_from_byte_zero(void)
{
    bytes file = clip("h264.mp4");
    memux_source *source = memory_source(file);

    for (int i = 0; i < 3; i++) {
        memux_count_report report;
        memux_count_report_init(&report, sizeof report);
        EXPECT_STATUS(memux_count(source, &chosen.count, &report, NULL), MEMUX_OK);
        EXPECT_SAME(report.frames, 75);
        EXPECT_SAME(report.engine, chosen.run.engine);
    }
    memux_source_free(source);
    free(file.data);
}

static void the_hosts_bytes_are_read_and_never_written(void)
{
    bytes file = clip("h264.mp4"), copy = clip("h264.mp4");
    bytes raw = extracted(file);

    EXPECT_SAME(frames_of(file, MEMUX_OK), 75);
    EXPECT_SAME(frames_by_ffmpeg(file), 75);
    EXPECT(same_bytes(file, copy));
    free(raw.data);
    free(file.data);
    free(copy.data);
}

static void a_raw_stream_begins_each_unit_with_a_start_code(void)
{
    static const char *const names[] = { "h264.mp4", "h264.mkv", "h264.ts", "hevc.mp4", "hevc.mkv", "hevc.ts" };
    static const uint8_t start[] = { 0, 0, 0, 1 };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        bytes file = clip(names[i]), raw = extracted(file);
        EXPECT(raw.size > 1000 && memcmp(raw.data, start, sizeof start) == 0);
        free(raw.data);
        free(file.data);
    }
}

static void one_stream_gives_the_same_raw_bytes_whatever_mp4_layout_it_lies_in(void)
{
    bytes first = clip("h264.mp4"), last = clip("h264_moov_at_end.mp4"), pieces = clip("h264_fragmented.mp4");
    bytes a = extracted(first), b = extracted(last), c = extracted(pieces);

    EXPECT(same_bytes(a, b));
    EXPECT(same_bytes(a, c));
    free(a.data), free(b.data), free(c.data);
    free(first.data), free(last.data), free(pieces.data);
}

static void a_codec_without_a_raw_form_is_an_error_and_writes_nothing(void)
{
    bytes file = clip("vp9.webm");
    host_sink sink = { 0 };
    memux_error *error = NULL;
    memux_status status = memux_extract_video(file.data, file.size, host_write, &sink, &error);

    EXPECT_STATUS(status, MEMUX_ERROR_CODEC);
    EXPECT_SAME(memux_error_stream(error), 0);
    EXPECT_ERROR(status, &error);
    EXPECT_SAME(sink.writes, 0);
    free(file.data);
}

/* mode -> the number that the clip's table gives, and every other number that came for free. */
static void each_mode_counts_what_it_says(void)
{
    static const struct { const char *name; int32_t mode; memux_status status; uint64_t frames; } trials[] = {
        { "h264.mp4", MEMUX_COUNT_HEADER, MEMUX_OK, 75 }, { "cut.mp4", MEMUX_COUNT_PACKETS, MEMUX_OK, 60 },
        { "cut.mp4", MEMUX_COUNT_PRESENTED, MEMUX_OK, 50 }, { "cut.mp4", MEMUX_COUNT_DECODED, MEMUX_OK, 50 },
        { "multi_edit.mp4", MEMUX_COUNT_PACKETS, MEMUX_OK, 151 }, { "multi_edit.mp4", MEMUX_COUNT_PRESENTED, MEMUX_OK, 60 },
        { "multi_edit.mp4", MEMUX_COUNT_HEADER, MEMUX_OK, 75 }, { "hevc.ts", MEMUX_COUNT_DECODED, MEMUX_OK, 75 },
        { "h264.mkv", MEMUX_COUNT_DECODED, MEMUX_OK, 75 },
    };

    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        bytes file = clip(trials[i].name);
        memux_source *source = memory_source(file);
        int decodes = trials[i].mode == MEMUX_COUNT_DECODED;
        memux_count_report report;
        memux_status status;

        chosen.count.mode = trials[i].mode;
        memux_count_report_init(&report, sizeof report);
        status = memux_count(source, &chosen.count, &report, NULL);
        EXPECT_SAME(report.mode, trials[i].mode);
        if (decodes && chosen.run.engine == MEMUX_ENGINE_WALK) {
            EXPECT_STATUS(status, MEMUX_ERROR_UNSUPPORTED);
        } else {
            EXPECT_STATUS(status, trials[i].status);
            if (!EXPECT_SAME(report.frames, trials[i].frames))
                printf("#   %s, mode %d\n", trials[i].name, (int)trials[i].mode);
            EXPECT_SAME(report.engine, chosen.run.engine);
            EXPECT_SAME(report.stream_index, 0);
            if (trials[i].mode == MEMUX_COUNT_PRESENTED)
                EXPECT_SAME(report.presented, report.frames);
            if (decodes)
                EXPECT_SAME(report.decoded, report.frames);
        }
        memux_source_free(source);
        free(file.data);
    }
}

static void the_stream_is_the_one_that_the_options_name(void)
{
    bytes file = clip("two_videos.mp4"), cover = clip("cover_then_video.mp4");
    memux_source *source = memory_source(file), *covered = memory_source(cover);
    memux_count_options options = chosen.count;
    memux_count_report report;
    memux_error *error = NULL;
    memux_status status;

    memux_count_report_init(&report, sizeof report);
    options.select = MEMUX_SELECT_INDEX;
    options.stream_index = 1;
    EXPECT_STATUS(memux_count(source, &options, &report, NULL), MEMUX_OK);
    EXPECT_SAME(report.frames, 20);
    EXPECT_SAME(report.stream_index, 1);
    options.stream_index = 2; /* sound, named on purpose, is counted */
    EXPECT_STATUS(memux_count(source, &options, &report, NULL), MEMUX_OK);
    EXPECT_SAME(report.frames, 131);
    for (options.stream_index = 3; options.stream_index != -3; options.stream_index = options.stream_index == 3 ? -1 : -3) {
        status = memux_count(source, &options, &report, &error);
        EXPECT(status == MEMUX_ERROR_NO_STREAM || (options.stream_index < 0 && status == MEMUX_ERROR_INVALID_ARGUMENT));
        EXPECT_ERROR(status, &error);
    }
    options.select = MEMUX_SELECT_VIDEO;
    options.stream_index = 0;
    EXPECT_STATUS(memux_count(covered, &options, &report, NULL), MEMUX_OK);
    EXPECT_SAME(report.stream_index, 1);
    EXPECT_SAME(report.frames, 75);
    options.select = MEMUX_SELECT_BEST_VIDEO;
    status = memux_count(source, &options, &report, NULL);
    EXPECT_STATUS(status, chosen.run.engine == MEMUX_ENGINE_WALK ? MEMUX_ERROR_UNSUPPORTED : MEMUX_OK);
    EXPECT_SAME(report.stream_index, status == MEMUX_OK ? 0 : -1);
    memux_source_free(source);
    memux_source_free(covered);
    free(file.data);
    free(cover.data);
}

static void a_format_hint_that_fits_is_taken_and_one_that_does_not_is_an_error(void)
{
    bytes file = clip("h264.ts");
    memux_source *source = memory_source(file);
    memux_count_report report;

    memux_count_report_init(&report, sizeof report);
    chosen.run.format = "mpegts";
    EXPECT_STATUS(memux_count(source, &chosen.count, &report, NULL), MEMUX_OK);
    EXPECT_SAME(report.frames, 75);
    EXPECT_SAME(report.engine, chosen.run.engine);
    chosen.run.format = "matroska";
    EXPECT(memux_count(source, &chosen.count, &report, NULL) < 0);
    chosen.run.engine = MEMUX_ENGINE_AUTO;
    EXPECT(memux_count(source, &chosen.count, &report, NULL) < 0);
    memux_source_free(source);
    free(file.data);
}

int main(void)
{
    RUN(each_container_gives_its_number_of_frames);
    RUN(sound_and_cover_art_are_no_video);
    RUN(pieces_of_any_cut_give_the_answer_of_the_whole);
    RUN_BY_EACH_ENGINE(one_source_serves_operation_after_operation_from_byte_zero);
    RUN(the_hosts_bytes_are_read_and_never_written);
    RUN(a_raw_stream_begins_each_unit_with_a_start_code);
    RUN(one_stream_gives_the_same_raw_bytes_whatever_mp4_layout_it_lies_in);
    RUN(a_codec_without_a_raw_form_is_an_error_and_writes_nothing);
    RUN_BY_EACH_ENGINE(each_mode_counts_what_it_says);
    RUN_BY_EACH_ENGINE(the_stream_is_the_one_that_the_options_name);
    RUN_BY_EACH_ENGINE(a_format_hint_that_fits_is_taken_and_one_that_does_not_is_an_error);
    return check_done();
}
