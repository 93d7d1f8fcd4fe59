/* A cut input is never passed off as a whole one, wherever the cut is, and the report says where it broke off. */
#include "host.h"

enum { CUTS = 20 };

/* Beside a reader's seekabilities. */
enum { MEMORY = -1, MEMORY_BY_FFMPEG = -2 };

static memux_status count_cut(bytes file, size_t size, int32_t seekability, memux_count_report *report)
{
    bytes cut = { file.data, size };
    host host = host_of(cut);
    memux_source *source = seekability < 0 ? memory_source(cut) : host_source(&host, seekability);
    choice choice;
    memux_error *error = NULL;
    memux_status status;

    memux_count_report_init(report, sizeof *report);
    choose(&choice, seekability == MEMORY_BY_FFMPEG ? MEMUX_ENGINE_FFMPEG : MEMUX_ENGINE_AUTO);
    status = memux_count(source, &choice.count, report, &error);
    EXPECT_ERROR(status, &error);
    memux_source_free(source);
    return status;
}

/* Memory, which is walked where it is whole; then FFmpeg's road, from memory and from a reader of each kind. */
static const int32_t roads[] = { MEMORY, MEMORY_BY_FFMPEG, MEMUX_SEEKABILITY_NONE, MEMUX_SEEKABILITY_EXPENSIVE, MEMUX_SEEKABILITY_CHEAP };

/* `boundary`: cut between two packets of a container that says nothing about its length. No trace need be left then, but a
   whole input it never is. */
static void expect_found(bytes file, const char *name, size_t size, int boundary)
{
    memux_count_report first;
    memux_status status = count_cut(file, size, roads[0], &first);
    int fine;

    if (boundary && status == MEMUX_OK)
        fine = EXPECT_SAME(first.completeness, MEMUX_COMPLETENESS_UNKNOWN);
    else
        fine = EXPECT(status == MEMUX_TRUNCATED || status < 0);
    if (status == MEMUX_TRUNCATED) {
        fine &= EXPECT_SAME(first.completeness, MEMUX_COMPLETENESS_TRUNCATED);
        fine &= EXPECT(first.truncated_at <= size);
        fine &= EXPECT(first.frames <= 75);
    }
    if (!fine)
        printf("#   %s cut at %zu of %zu\n", name, size, file.size);
    for (size_t r = 1; r < sizeof roads / sizeof *roads; r++) {
        memux_count_report report;
        if (!(EXPECT_STATUS(count_cut(file, size, roads[r], &report), status) & EXPECT(report.frames == first.frames) &
              EXPECT(report.truncated_at == first.truncated_at)))
            printf("#   %s cut at %zu of %zu, reader of kind %d\n", name, size, file.size, (int)roads[r]);
    }
}

/* Cuts at 20 places and one byte before the end, none of them at a multiple of `packet`, if it is given. */
static void expect_every_cut_found(const char *name, size_t packet)
{
    bytes file = clip(name);

    for (size_t i = 1; i <= CUTS; i += slowness() > 5 ? 6 : 1) { /* valgrind sees a sample of them */
        size_t size = file.size * i / (CUTS + 1);
        expect_found(file, name, packet && size % packet == 0 ? size + 10 : size, 0);
    }
    expect_found(file, name, file.size - 1, 0);
    free(file.data);
}

static void expect_no_cut_passes_for_whole(const char *name, size_t packet)
{
    bytes file = clip(name);

    for (size_t i = 1; i <= CUTS; i += slowness() > 5 ? 6 : 1)
        expect_found(file, name, file.size * i / (CUTS + 1) / packet * packet, 1);
    free(file.data);
}

static void a_cut_mp4_is_found(void) { expect_every_cut_found("h264.mp4", 0); }
static void a_cut_mp4_with_moov_at_the_end_is_found(void) { expect_every_cut_found("h264_moov_at_end.mp4", 0); }
static void a_cut_fragmented_mp4_is_found(void) { expect_every_cut_found("h264_fragmented.mp4", 0); }
static void a_cut_matroska_is_found(void) { expect_every_cut_found("h264.mkv", 0); }
static void a_cut_webm_is_found(void) { expect_every_cut_found("vp9.webm", 0); }
static void a_cut_flv_is_found(void) { expect_every_cut_found("h264.flv", 0); }
static void a_cut_avi_is_found(void) { expect_every_cut_found("h264.avi", 0); }
static void a_cut_transport_stream_is_found(void) { expect_every_cut_found("h264.ts", 188); }
static void a_cut_program_stream_is_found(void) { expect_every_cut_found("mpeg2.mpg", 2048); }
static void a_transport_stream_cut_between_packets_never_passes_for_whole(void) { expect_no_cut_passes_for_whole("h264.ts", 188); }
static void a_program_stream_cut_between_packs_never_passes_for_whole(void) { expect_no_cut_passes_for_whole("mpeg2.mpg", 2048); }

static void expect_whole(const char *name, int32_t completeness)
{
    bytes file = clip(name);

    for (size_t r = 0; r < sizeof roads / sizeof *roads; r++) {
        memux_count_report report;
        if (!(EXPECT_STATUS(count_cut(file, file.size, roads[r], &report), MEMUX_OK) &
              EXPECT_SAME(report.completeness, completeness) & EXPECT(report.truncated_at == MEMUX_UNKNOWN) &
              EXPECT_SAME(report.corrupt_packets, 0)))
            printf("#   %s, road %d\n", name, (int)roads[r]);
    }
    free(file.data);
}

static void a_whole_input_is_found_to_be_whole(void)
{
    static const char *const names[] = {
        "h264.mp4", "h264_moov_at_end.mp4", "h264_fragmented.mp4", "h264.mkv", "h264.flv", "h264.avi", "vp9.webm", "cut.mp4",
        "multi_edit.mp4", "hevc.mp4", "hevc.mkv", "mpeg4.mp4",
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        expect_whole(names[i], MEMUX_COMPLETENESS_COMPLETE);
}

/* Nothing in them says how long they are: that is not the same as being whole, and no reason to fail. */
static void where_the_container_cannot_tell_the_report_says_unknown(void)
{
    expect_whole("h264.ts", MEMUX_COMPLETENESS_UNKNOWN);
    expect_whole("hevc.ts", MEMUX_COMPLETENESS_UNKNOWN);
    expect_whole("live.webm", MEMUX_COMPLETENESS_UNKNOWN);
    expect_whole("mpeg2.mpg", MEMUX_COMPLETENESS_UNKNOWN); /* written without an end code */
}

static void both_shortest_calls_and_the_extract_report_say_so_too(void)
{
    bytes file = clip("h264.mp4");
    bytes cut = { file.data, file.size * 2 / 3 };
    memux_source *source = memory_source(cut);
    memux_sink *sink = NULL;
    memux_extract_report report;
    host_sink host = { 0 };
    uint64_t frames = 0;

    EXPECT_STATUS(memux_count_frames(cut.data, cut.size, &frames, NULL), MEMUX_TRUNCATED);
    EXPECT_STATUS(memux_extract_video(cut.data, cut.size, host_write, &host, NULL), MEMUX_TRUNCATED);
    EXPECT_STATUS(memux_sink_to_buffer(&sink, NULL), MEMUX_OK);
    memux_extract_report_init(&report, sizeof report);
    EXPECT_STATUS(memux_extract(source, sink, NULL, &report, NULL), MEMUX_TRUNCATED);
    EXPECT_SAME(report.completeness, MEMUX_COMPLETENESS_TRUNCATED);
    EXPECT_SAME(report.truncated_at, cut.size);
    EXPECT_SAME(report.bytes_written, host.file.size);
    memux_sink_free(sink);
    memux_source_free(source);
    free(host.file.data);
    free(file.data);
}

int main(void)
{
    RUN(a_cut_mp4_is_found);
    RUN(a_cut_mp4_with_moov_at_the_end_is_found);
    RUN(a_cut_fragmented_mp4_is_found);
    RUN(a_cut_matroska_is_found);
    RUN(a_cut_webm_is_found);
    RUN(a_cut_flv_is_found);
    RUN(a_cut_avi_is_found);
    RUN(a_cut_transport_stream_is_found);
    RUN(a_cut_program_stream_is_found);
    RUN(a_transport_stream_cut_between_packets_never_passes_for_whole);
    RUN(a_program_stream_cut_between_packs_never_passes_for_whole);
    RUN(a_whole_input_is_found_to_be_whole);
    RUN(both_shortest_calls_and_the_extract_report_say_so_too);
    RUN(where_the_container_cannot_tell_the_report_says_unknown);
    return check_done();
}
