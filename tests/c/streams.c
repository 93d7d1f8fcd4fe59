/* One stream by itself in each form: those that fit its codec, and those that do not. */
#include "reports.h"

enum { FRAMINGS = 7 };
static const char *const framing_names[FRAMINGS] = { "auto", "annexb", "length prefixed", "adts", "obu", "ivf", "raw" };

#define BIT(framing) (1 << (framing))
#define ALWAYS (BIT(MEMUX_FRAMING_AUTO) | BIT(MEMUX_FRAMING_RAW))
#define UNITS (ALWAYS | BIT(MEMUX_FRAMING_ANNEXB))

/* Streams of the clips, the forms that each has, the one that it is given where none is asked for, and how that begins. */
static const struct stream {
    const char *clip;
    int32_t index;
    int fits;
    int32_t natural;
    const char *begins;
} streams[] = {
    { "h264.mp4", 0, UNITS | BIT(MEMUX_FRAMING_LENGTH_PREFIXED), MEMUX_FRAMING_ANNEXB, NULL },
    { "hevc.mkv", 0, UNITS | BIT(MEMUX_FRAMING_LENGTH_PREFIXED), MEMUX_FRAMING_ANNEXB, NULL },
    { "h264.ts", 0, UNITS, MEMUX_FRAMING_ANNEXB, NULL }, /* has start codes already */
    { "h264.mp4", 1, ALWAYS | BIT(MEMUX_FRAMING_ADTS), MEMUX_FRAMING_ADTS, "\xff\xf1" },
    { "vp9.webm", 0, ALWAYS | BIT(MEMUX_FRAMING_IVF), MEMUX_FRAMING_IVF, "DKIF" },
    { "vp9.webm", 1, ALWAYS, MEMUX_FRAMING_AUTO, "OggS" },
    { "mpeg2.mpg", 0, ALWAYS, MEMUX_FRAMING_RAW, NULL },
    { "mpeg4.mp4", 0, ALWAYS, MEMUX_FRAMING_RAW, NULL },
};
enum { STREAMS = sizeof streams / sizeof *streams };

static memux_extract_options options_of(int32_t index, int32_t framing)
{
    memux_extract_options options;

    memux_extract_options_init(&options, sizeof options);
    options.select = MEMUX_SELECT_INDEX;
    options.stream_index = index;
    options.framing = framing;
    return options;
}

static void each_form_that_fits_gives_bytes_and_each_other_is_an_error_without_any(void)
{
    for (int trial = 0; trial < STREAMS * FRAMINGS; trial++) {
        const struct stream *stream = &streams[trial / FRAMINGS];
        int32_t framing = trial % FRAMINGS;
        int fits = stream->fits >> framing & 1, fine;
        bytes file = clip(stream->clip);
        memux_source *source = memory_source(file);
        memux_extract_options options = options_of(stream->index, framing);
        host_sink host = { 0 };
        memux_writer writer = host_writer(&host);
        memux_sink *sink = host_sink_of(&writer);
        memux_extract_report report;
        memux_error *error;
        memux_status status;
        uint64_t size = 4711;

        GARBAGE_REPORT(report);
        status = memux_extract(source, sink, &options, &report, &error);
        fine = EXPECT_STATUS(status, fits ? MEMUX_OK : MEMUX_ERROR_CODEC);
        if (fits) {
            fine &= EXPECT_SAME(report.framing, framing == MEMUX_FRAMING_AUTO ? stream->natural : framing);
            fine &= EXPECT(host.file.size > 5000 && report.packets > 50);
            if (framing == MEMUX_FRAMING_AUTO && stream->begins)
                fine &= EXPECT(memcmp(host.file.data, stream->begins, strlen(stream->begins)) == 0);
        } else {
            fine &= EXPECT_SAME(memux_error_stream(error), stream->index);
            fine &= EXPECT_SAME(host.writes, 0) & EXPECT_SAME(report.packets, 0);
            fine &= EXPECT(strstr(memux_error_hint(error), "MEMUX_FRAMING_") != NULL);
        }
        fine &= EXPECT_ERROR(status, &error);
        fine &= EXPECT_SAME(report.stream_index, stream->index) & EXPECT_SAME(report.bytes_written, host.file.size);
        fine &= EXPECT_STATUS(memux_extract_size(source, &options, &size, NULL, NULL), status);
        fine &= EXPECT_SAME(size, fits ? host.file.size : 4711);
        if (!fine)
            printf("#   stream %d of %s, %s\n", (int)stream->index, stream->clip, framing_names[framing]);
        memux_sink_free(sink);
        memux_source_free(source);
        free(host.file.data);
        free(file.data);
    }
}

/* All there is of it, packet by packet. */
static void raw_and_length_prefixed_are_the_packets_as_they_lie(void)
{
    for (int i = 0; i < 2; i++) {
        bytes file = clip("h264.mp4"), got;
        memux_source *source = memory_source(file);
        memux_extract_options options = options_of(0, i ? MEMUX_FRAMING_LENGTH_PREFIXED : MEMUX_FRAMING_RAW);
        memux_extract_report report;
        memux_input *input = NULL;
        memux_packet packet;
        size_t at = 0;

        got = to_buffer(source, &options, MEMUX_OK, &report);
        memux_packet_init(&packet, sizeof packet);
        EXPECT_STATUS(memux_input_open(source, NULL, &input, NULL), MEMUX_OK);
        while (memux_input_next(input, &packet, NULL) == MEMUX_OK) {
            if (packet.stream_index != 0)
                continue;
            if (!EXPECT(at + packet.size <= got.size && memcmp(got.data + at, packet.data, packet.size) == 0))
                break;
            at += packet.size;
        }
        EXPECT_SAME(at, got.size);
        EXPECT_SAME(report.packets, 75);
        memux_input_free(input);
        memux_source_free(source);
        free(got.data);
        free(file.data);
    }
}

/* The subtitles of MP4 have no files of their own. What they look like as such is what `ffmpeg -c:s srt` writes. */
static void subtitles_of_mp4_come_as_subrip(void)
{
    static const char wanted[] = "1\n00:00:00,200 --> 00:00:00,900\n<i>One</i> and <b>bold</b>\n\n"
                                 "2\n00:00:01,000 --> 00:00:01,960\nTwo lines:\r\ncaf\xc3\xa9, \xe6\x97\xa5\xe6\x9c\xac\n\n"
                                 "3\n00:00:02,400 --> 00:00:03,000\n- <u>Three</u> \n\n";
    bytes file = clip("captions.mp4"), got;
    memux_source *source = memory_source(file);
    memux_extract_report report;

    for (int32_t framing = 0; framing < FRAMINGS; framing++) {
        memux_extract_options options = options_of(2, framing);
        memux_status expected = ALWAYS >> framing & 1 ? MEMUX_OK : MEMUX_ERROR_CODEC;
        got = to_buffer(source, &options, expected, &report);
        if (framing == MEMUX_FRAMING_AUTO) {
            EXPECT_SAME(report.packets, 3);
            EXPECT(got.size == strlen(wanted) && memcmp(got.data, wanted, got.size) == 0);
        }
        free(got.data);
    }
    memux_source_free(source);
    free(file.data);
}

/* Samples of nothing are gaps between subtitles; a stream of gaps alone has nothing to write. */
static void subtitles_that_show_nothing_are_an_error_and_not_an_empty_file(void)
{
    bytes file = clip("captions.mp4"), got;
    memux_source *source = memory_source(file);
    memux_extract_options options = options_of(2, MEMUX_FRAMING_AUTO);
    memux_extract_report report;
    memux_input *input = NULL;
    memux_packet packet;

    memux_packet_init(&packet, sizeof packet);
    EXPECT_STATUS(memux_input_open(source, NULL, &input, NULL), MEMUX_OK);
    while (memux_input_next(input, &packet, NULL) == MEMUX_OK)
        if (packet.stream_index == 2)
            memset(file.data + packet.position, 0, packet.size);
    memux_input_free(input);
    got = to_buffer(source, &options, MEMUX_ERROR_NO_STREAM, &report);
    EXPECT_SAME(got.size, 0);
    EXPECT_SAME(report.packets, 0);
    free(got.data);
    memux_source_free(source);
    free(file.data);
}

static void a_cover_picture_is_given_as_it_is_by_its_number(void)
{
    static const struct { const char *clip; int32_t index; } covers[] = { { "cover.m4a", 1 }, { "cover_then_video.mp4", 0 } };

    for (size_t i = 0; i < sizeof covers / sizeof *covers; i++) {
        bytes file = clip(covers[i].clip), got;
        memux_source *source = memory_source(file);
        memux_extract_options options = options_of(covers[i].index, MEMUX_FRAMING_AUTO);
        memux_extract_report report;
        memux_info *info = NULL;
        const memux_stream_info *stream;

        got = to_buffer(source, &options, MEMUX_OK, &report);
        EXPECT_STATUS(memux_probe(source, NULL, &info, NULL, NULL), MEMUX_OK);
        stream = memux_info_stream(info, (size_t)covers[i].index);
        EXPECT(same_bytes(got, (bytes){ (uint8_t *)(uintptr_t)stream->picture, stream->picture_size }));
        EXPECT(got.size > 50 && memcmp(got.data, "\x89PNG", 4) == 0);
        EXPECT_SAME(report.packets, 1);
        EXPECT_SAME(report.framing, MEMUX_FRAMING_RAW);
        memux_info_free(info);
        memux_source_free(source);
        free(got.data);
        free(file.data);
    }
}

/* A form that is written with going back is the same where that cannot be done, and where it is only measured. */
static void every_natural_form_is_the_same_in_every_sink(void)
{
    for (int i = 0; i < STREAMS; i++) {
        bytes file = clip(streams[i].clip), first = { NULL, 0 };
        memux_source *source = memory_source(file);
        memux_extract_options options = options_of(streams[i].index, MEMUX_FRAMING_AUTO);

        for (int can_seek = 0; can_seek < 2; can_seek++) {
            host_sink host = { 0 };
            memux_writer writer = host_writer(&host);
            memux_sink *sink;
            uint8_t *room;
            memux_extract_report report;

            writer.seek = can_seek ? host_sink_seek : NULL;
            sink = host_sink_of(&writer);
            EXPECT_STATUS(memux_extract(source, sink, &options, NULL, NULL), MEMUX_OK);
            memux_sink_free(sink);
            room = calloc(1, host.file.size + 1);
            if (!room)
                abort();
            memux_extract_report_init(&report, sizeof report);
            EXPECT_STATUS(memux_extract_into(source, room, host.file.size, &options, &report, NULL), MEMUX_OK);
            if (!EXPECT(memcmp(room, host.file.data, host.file.size) == 0 && report.bytes_written == host.file.size))
                printf("#   stream %d of %s\n", (int)streams[i].index, streams[i].clip);
            free(room);
            if (can_seek) {
                if (!EXPECT(same_bytes(first, host.file)))
                    printf("#   stream %d of %s\n", (int)streams[i].index, streams[i].clip);
                free(first.data);
                free(host.file.data);
            } else {
                first = host.file;
            }
        }
        memux_source_free(source);
        free(file.data);
    }
}

static void forms_that_need_going_back_come_whole_into_a_sink_that_only_appends(void)
{
    bytes file = clip("vp9.webm"), appended;
    memux_source *source = memory_source(file);
    memux_extract_options options = options_of(0, MEMUX_FRAMING_IVF);
    memux_run_options run;
    memux_limits limits;
    memux_extract_report report;
    host_sink host = { 0 };
    memux_writer writer = host_writer(&host);
    memux_sink *sink;
    memux_error *error;
    uint32_t length = 0;

    appended = to_buffer(source, &options, MEMUX_OK, &report);
    sink = host_sink_of(&writer);
    EXPECT_STATUS(memux_extract(source, sink, &options, NULL, NULL), MEMUX_OK);
    EXPECT(same_bytes(host.file, appended));
    EXPECT_SAME(host.seeks, 0);
    /* IVF's header says how long it is, in milliseconds, which is put in at the end. */
    if (EXPECT(host.file.size > 32))
        memcpy(&length, host.file.data + 24, sizeof length);
    EXPECT_SAME(length, 3000);

    memux_limits_init(&limits, sizeof limits);
    limits.max_spool_bytes = 5000;
    memux_run_options_init(&run, sizeof run);
    run.limits = &limits;
    options.run = &run;
    host.writes = 0;
    EXPECT_STATUS(memux_extract(source, sink, &options, NULL, &error), MEMUX_ERROR_LIMIT);
    EXPECT_SAME(memux_error_limit(error), MEMUX_LIMIT_SPOOL);
    EXPECT_SAME(host.writes, 0);
    memux_error_free(error);
    memux_sink_free(sink);
    memux_source_free(source);
    free(appended.data);
    free(host.file.data);
    free(file.data);
}

static void the_walk_is_taken_for_annex_b_alone(void)
{
    bytes file = clip("h264.mp4");
    memux_source *source = memory_source(file);

    for (int32_t framing = 0; framing < FRAMINGS; framing++) {
        memux_extract_options options = options_of(0, framing);
        memux_extract_report report;
        int walks = framing == MEMUX_FRAMING_AUTO || framing == MEMUX_FRAMING_ANNEXB;

        memux_extract_report_init(&report, sizeof report);
        memux_extract_size(source, &options, &(uint64_t){ 0 }, &report, NULL);
        if (!EXPECT_SAME(report.engine, walks ? MEMUX_ENGINE_WALK : MEMUX_ENGINE_FFMPEG))
            printf("#   %s\n", framing_names[framing]);
    }
    memux_source_free(source);
    free(file.data);
}

int main(void)
{
    RUN(each_form_that_fits_gives_bytes_and_each_other_is_an_error_without_any);
    RUN(raw_and_length_prefixed_are_the_packets_as_they_lie);
    RUN(subtitles_of_mp4_come_as_subrip);
    RUN(subtitles_that_show_nothing_are_an_error_and_not_an_empty_file);
    RUN(a_cover_picture_is_given_as_it_is_by_its_number);
    RUN(every_natural_form_is_the_same_in_every_sink);
    RUN(forms_that_need_going_back_come_whole_into_a_sink_that_only_appends);
    RUN(the_walk_is_taken_for_annex_b_alone);
    return check_done();
}
