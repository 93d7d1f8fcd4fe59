/* Two roads, one answer: which one is taken, what the report says of it, and that nobody can tell by the result. */
#include "reports.h"

static const char *const walked[] = {
    "h264.mp4", "h264_moov_at_end.mp4", "h264_fragmented.mp4", "hevc.mp4", "mpeg4.mp4", "cut.mp4", "multi_edit.mp4",
    "two_videos.mp4", "cover_then_video.mp4", "h264.mkv", "hevc.mkv", "vp9.webm", "live.webm", "h264.ts", "hevc.ts",
};
enum { WALKED = sizeof walked / sizeof *walked };

static memux_source *slices_source(bytes file, size_t count)
{
    memux_slice slices[4];
    memux_source *source = NULL;

    for (size_t i = 0; i < count; i++) {
        slices[i].data = file.data + i * (file.size / count);
        slices[i].size = i + 1 < count ? file.size / count : file.size - i * (file.size / count);
    }
    EXPECT_STATUS(memux_source_from_slices(slices, count, NULL, NULL, &source, NULL), MEMUX_OK);
    return source;
}

/* Counts and extracts by one choice; the codec decides whether the extraction can succeed. */
static void expect_road(memux_source *source, const choice *choice, int32_t engine, int32_t reason, const char *what)
{
    memux_count_report counted;
    memux_extract_report extract;
    uint64_t size = 0;
    memux_status status;

    GARBAGE_REPORT(counted);
    GARBAGE_REPORT(extract);
    status = memux_count(source, &choice->count, &counted, NULL);
    EXPECT_STATUS(status, MEMUX_OK);
    status = memux_extract_size(source, &choice->extract, &size, &extract, NULL);
    EXPECT(status == MEMUX_OK || status == MEMUX_ERROR_CODEC);
    if (!(EXPECT_SAME(counted.engine, engine) & EXPECT_SAME(counted.engine_reason, reason)
          & EXPECT_SAME(extract.engine, engine) & EXPECT_SAME(extract.engine_reason, reason)))
        printf("#   %s\n", what);
}

static void what_is_whole_and_known_in_memory_is_walked(void)
{
    choice free_choice, walk;

    choose(&free_choice, MEMUX_ENGINE_AUTO);
    choose(&walk, MEMUX_ENGINE_WALK);
    for (size_t i = 0; i < WALKED; i++) {
        bytes file = clip(walked[i]);
        memux_source *memory = memory_source(file), *slice = slices_source(file, 1);
        expect_road(memory, &free_choice, MEMUX_ENGINE_WALK, MEMUX_REASON_NONE, walked[i]);
        expect_road(memory, &walk, MEMUX_ENGINE_WALK, MEMUX_REASON_NONE, walked[i]);
        expect_road(slice, &free_choice, MEMUX_ENGINE_WALK, MEMUX_REASON_NONE, walked[i]);
        memux_source_free(memory);
        memux_source_free(slice);
        free(file.data);
    }
}

/* By its brands: libavformat reads some boxes otherwise then. */
static void a_quicktime_file_is_walked(void)
{
    bytes file = clip("h264.mp4");
    memux_source *memory;
    choice choice;

    for (size_t at = 8; at < 8 + 20 && memcmp(file.data + at, "free", 4) != 0 && memcmp(file.data + at, "moov", 4) != 0; at += 4)
        memcpy(file.data + at, "qt  ", 4);
    choose(&choice, MEMUX_ENGINE_AUTO);
    memory = memory_source(file);
    expect_road(memory, &choice, MEMUX_ENGINE_WALK, MEMUX_REASON_NONE, "QuickTime");
    memux_source_free(memory);
    free(file.data);
}

static void ignore_event(void *opaque, const memux_trace_event *event) { (void)opaque, (void)event; }

static void what_is_not_walked_says_why(void)
{
    bytes file = clip("h264.mp4"), other = clip("h264.flv");
    memux_source *memory = memory_source(file), *pieces = slices_source(file, 3), *container = memory_source(other);
    host host = host_of(file);
    memux_source *reader = host_source(&host, MEMUX_SEEKABILITY_CHEAP);
    choice choice;

    choose(&choice, MEMUX_ENGINE_FFMPEG);
    expect_road(memory, &choice, MEMUX_ENGINE_FFMPEG, MEMUX_REASON_ASKED, "asked for");
    expect_road(reader, &choice, MEMUX_ENGINE_FFMPEG, MEMUX_REASON_ASKED, "asked for");
    choose(&choice, MEMUX_ENGINE_AUTO);
    expect_road(reader, &choice, MEMUX_ENGINE_FFMPEG, MEMUX_REASON_SOURCE, "a reader");
    expect_road(pieces, &choice, MEMUX_ENGINE_FFMPEG, MEMUX_REASON_SOURCE, "three slices");
    expect_road(container, &choice, MEMUX_ENGINE_FFMPEG, MEMUX_REASON_CONTAINER, "FLV");
    choice.run.trace = ignore_event;
    expect_road(memory, &choice, MEMUX_ENGINE_FFMPEG, MEMUX_REASON_TRACE, "a trace");
    choose(&choice, MEMUX_ENGINE_AUTO);
    choice.count.select = choice.extract.select = MEMUX_SELECT_BEST_VIDEO;
    expect_road(memory, &choice, MEMUX_ENGINE_FFMPEG, MEMUX_REASON_JOB, "the best stream");
    memux_source_free(memory);
    memux_source_free(pieces);
    memux_source_free(container);
    memux_source_free(reader);
    free(file.data);
    free(other.data);
}

static void decoded_frames_are_ffmpegs_job(void)
{
    bytes file = clip("h264.mp4");
    memux_source *memory = memory_source(file);
    memux_count_report report;
    choice choice;

    choose(&choice, MEMUX_ENGINE_AUTO);
    choice.count.mode = MEMUX_COUNT_DECODED;
    GARBAGE_REPORT(report);
    EXPECT_STATUS(memux_count(memory, &choice.count, &report, NULL), MEMUX_OK);
    EXPECT_SAME(report.engine, MEMUX_ENGINE_FFMPEG);
    EXPECT_SAME(report.engine_reason, MEMUX_REASON_JOB);
    memux_source_free(memory);
    free(file.data);
}

/* Both engines say one and the same, whatever it is; AUTO also says why it was FFmpeg, and WALK refuses. */
static void expect_left_to_ffmpeg(bytes file, const memux_limits *limits, int32_t reason, memux_status wanted)
{
    memux_source *memory = memory_source(file);
    memux_count_report left, asked;
    choice choice;

    choose(&choice, MEMUX_ENGINE_AUTO);
    choice.run.limits = limits;
    GARBAGE_REPORT(left);
    EXPECT_STATUS(memux_count(memory, &choice.count, &left, NULL), wanted);
    EXPECT_SAME(left.engine_reason, reason);
    EXPECT_SAME(left.engine, MEMUX_ENGINE_FFMPEG);
    choice.run.engine = MEMUX_ENGINE_FFMPEG;
    GARBAGE_REPORT(asked);
    EXPECT_STATUS(memux_count(memory, &choice.count, &asked, NULL), wanted);
    EXPECT_SAME(asked.engine_reason, MEMUX_REASON_ASKED);
    asked.engine_reason = reason;
    same_count_report(&left, &asked);
    choice.run.engine = MEMUX_ENGINE_WALK;
    GARBAGE_REPORT(left);
    EXPECT_STATUS(memux_count(memory, &choice.count, &left, NULL), MEMUX_ERROR_UNSUPPORTED);
    EXPECT_SAME(left.engine, MEMUX_ENGINE_AUTO);
    EXPECT_SAME(left.engine_reason, reason);
    EXPECT(left.frames == MEMUX_UNKNOWN && left.packets == MEMUX_UNKNOWN);
    memux_source_free(memory);
}

static void a_cut_input_is_left_to_ffmpeg_which_says_where(void)
{
    static const char *const names[] = { "h264.mp4", "h264_fragmented.mp4", "h264.mkv", "vp9.webm", "h264.ts" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        bytes file = clip(names[i]), cut = { file.data, file.size * 2 / 3 + (i == 4 ? 50 : 0) };
        expect_left_to_ffmpeg(cut, NULL, MEMUX_REASON_DAMAGED, MEMUX_TRUNCATED);
        free(file.data);
    }
}

static void a_limit_that_would_be_met_is_left_to_ffmpeg_which_says_which(void)
{
    static const char *const names[] = { "h264.mp4", "h264_fragmented.mp4", "h264.mkv", "h264.ts" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        bytes file = clip(names[i]);
        memux_limits limits;
        memux_limits_init(&limits, sizeof limits);
        limits.max_packet_bytes = 300;
        expect_left_to_ffmpeg(file, &limits, MEMUX_REASON_LIMIT, MEMUX_ERROR_LIMIT);
        memux_limits_init(&limits, sizeof limits);
        limits.max_streams = 1;
        expect_left_to_ffmpeg(file, &limits, MEMUX_REASON_LIMIT, MEMUX_ERROR_LIMIT);
        free(file.data);
    }
}

/* What is encrypted has entries of that name for its samples. */
static void an_encrypted_track_is_left_to_ffmpeg(void)
{
    bytes file = clip("h264.mp4");

    for (int i = 0; i < 2; i++) /* the first is a brand of the file */
        memcpy(file.data + place_of(file, "avc1"), "encv", 4);
    expect_left_to_ffmpeg(file, NULL, MEMUX_REASON_ENCRYPTED, MEMUX_OK);
    free(file.data);
}

static void the_walk_insisted_on_touches_nothing_that_it_cannot_do(void)
{
    bytes file = clip("h264.mp4"), other = clip("h264.flv");
    host host = host_of(file);
    host_sink sink_host = { 0 };
    memux_writer writer = host_writer(&sink_host);
    memux_source *reader = host_source(&host, MEMUX_SEEKABILITY_CHEAP), *container = memory_source(other);
    memux_sink *sink = host_sink_of(&writer);
    const struct { memux_source *source; int32_t reason; } trials[] = {
        { reader, MEMUX_REASON_SOURCE }, { container, MEMUX_REASON_CONTAINER },
    };

    for (size_t i = 0; i < 2; i++) {
        memux_extract_report report, wanted = unknown_extract();
        memux_error *error = NULL;
        memux_status status;
        choice walk;

        choose(&walk, MEMUX_ENGINE_WALK);
        GARBAGE_REPORT(report);
        status = memux_extract(trials[i].source, sink, &walk.extract, &report, &error);
        EXPECT_STATUS(status, MEMUX_ERROR_UNSUPPORTED);
        EXPECT(strstr(memux_error_message(error), "MEMUX_ENGINE_WALK") != NULL);
        EXPECT(strstr(memux_error_hint(error), "MEMUX_ENGINE_AUTO") != NULL);
        EXPECT_ERROR(status, &error);
        wanted.engine_reason = trials[i].reason;
        same_extract_report(&report, &wanted);
    }
    EXPECT_SAME(host.reads + host.seeks + host.size_questions + sink_host.writes, 0);
    memux_sink_free(sink);
    memux_source_free(reader);
    memux_source_free(container);
    free(file.data);
    free(other.data);
}

static void both_engines_give_the_same_counts_of_every_stream(void)
{
    for (size_t i = 0; i < WALKED; i++) {
        bytes file = clip(walked[i]);
        memux_source *memory = memory_source(file);

        for (int32_t mode = MEMUX_COUNT_PACKETS; mode <= MEMUX_COUNT_PRESENTED; mode++)
            for (int32_t stream = -1; stream < 3; stream++) {
                memux_count_report reports[ENGINES];
                memux_status statuses[ENGINES];
                for (int e = 0; e < ENGINES; e++) {
                    choice choice;
                    choose(&choice, engines[e].engine);
                    choice.count.mode = mode;
                    choice.count.select = stream < 0 ? MEMUX_SELECT_VIDEO : MEMUX_SELECT_INDEX;
                    choice.count.stream_index = stream < 0 ? 0 : stream;
                    GARBAGE_REPORT(reports[e]);
                    statuses[e] = memux_count(memory, &choice.count, &reports[e], NULL);
                }
                if (statuses[1] == MEMUX_ERROR_UNSUPPORTED && stream > 0)
                    continue; /* another stream than the video may be left to FFmpeg */
                /* What only one of them tells, or tells otherwise: how it got there. */
                reports[0].bytes_read = reports[1].bytes_read;
                reports[0].engine = reports[1].engine;
                reports[0].engine_reason = reports[1].engine_reason;
                if (!(EXPECT_STATUS(statuses[1], statuses[0]) & same_count_report(&reports[1], &reports[0])))
                    printf("#   %s, mode %d, stream %d\n", walked[i], (int)mode, (int)stream);
            }
        memux_source_free(memory);
        free(file.data);
    }
}

static void both_engines_extract_the_same_bytes(void)
{
    int compared = 0;

    for (size_t i = 0; i < WALKED; i++) {
        bytes file = clip(walked[i]), by[ENGINES];
        memux_source *memory = memory_source(file);
        choice choice;
        memux_status wanted;

        choose(&choice, MEMUX_ENGINE_AUTO);
        wanted = memux_extract_size(memory, &choice.extract, &(uint64_t){ 0 }, NULL, NULL);
        for (int e = 0; e < ENGINES; e++) {
            memux_extract_report report;
            choose(&choice, engines[e].engine);
            by[e] = to_buffer(memory, &choice.extract, wanted, &report);
            EXPECT_SAME(report.engine, engines[e].engine);
            EXPECT_SAME(report.bytes_written, by[e].size);
        }
        if (!EXPECT(same_bytes(by[0], by[1])))
            printf("#   %s\n", walked[i]);
        compared += by[0].size > 0;
        free(by[0].data);
        free(by[1].data);
        memux_source_free(memory);
        free(file.data);
    }
    EXPECT(compared >= 10);
}

int main(void)
{
    RUN(what_is_whole_and_known_in_memory_is_walked);
    RUN(a_quicktime_file_is_walked);
    RUN(what_is_not_walked_says_why);
    RUN(decoded_frames_are_ffmpegs_job);
    RUN(a_cut_input_is_left_to_ffmpeg_which_says_where);
    RUN(a_limit_that_would_be_met_is_left_to_ffmpeg_which_says_which);
    RUN(an_encrypted_track_is_left_to_ffmpeg);
    RUN(the_walk_insisted_on_touches_nothing_that_it_cannot_do);
    RUN(both_engines_give_the_same_counts_of_every_stream);
    RUN(both_engines_extract_the_same_bytes);
    return check_done();
}
