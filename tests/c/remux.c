/* Streams in another container: how it is laid out, in whatever sink, and what ends it early. */
#include "remuxing.h"

#include <dirent.h>
#include <errno.h>
#include <unistd.h>

/* What the layout is, as the boxes say. */
static int32_t layout_of(bytes file)
{
    int64_t index = box_of(file, "moov"), samples = box_of(file, "mdat");

    EXPECT(index >= 0 && samples >= 0);
    return box_of(file, "moof") >= 0 ? MEMUX_LAYOUT_FRAGMENTED : index < samples ? MEMUX_LAYOUT_FASTSTART : MEMUX_LAYOUT_PROGRESSIVE;
}

static void each_layout_is_the_same_bytes_in_every_sink(void)
{
    static const int32_t layouts[] = { MEMUX_LAYOUT_PROGRESSIVE, MEMUX_LAYOUT_FASTSTART, MEMUX_LAYOUT_FRAGMENTED };

    for (int i = 0; i < 3; i++) {
        remux by[SINKS];
        for (int into = 0; into < SINKS; into++) {
            remux_begin(&by[into], "mp4", layouts[i]);
            EXPECT_STATUS(remux_clip(&by[into], "h264.mkv", into), MEMUX_OK);
            EXPECT_SAME(by[into].report.layout, layouts[i]);
            EXPECT_SAME(by[into].report.streams, 2);
            EXPECT(by[into].report.packets > 75 + 100);
            EXPECT_SAME(by[into].report.completeness, MEMUX_COMPLETENESS_COMPLETE);
            EXPECT_SAME(by[into].report.engine, MEMUX_ENGINE_FFMPEG);
            EXPECT_SAME(layout_of(by[into].host.file), layouts[i]);
            if (!EXPECT(same_bytes(by[into].host.file, by[0].host.file)))
                printf("#   layout %d, %s\n", (int)layouts[i], sink_names[into]);
        }
        for (int into = 0; into < SINKS; into++)
            remux_end(&by[into]);
    }
}

static void other_containers_are_the_same_bytes_in_every_sink(void)
{
    static const char *const formats[] = { "matroska", "mpegts", "mov", "flv", "avi", "nut" };

    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        remux by[SINKS];
        for (int into = 0; into < SINKS; into++) {
            memux_info *info;
            remux_begin(&by[into], formats[i], MEMUX_LAYOUT_AUTO);
            EXPECT_STATUS(remux_clip(&by[into], "h264.mp4", into), MEMUX_OK);
            info = remux_info(&by[into]);
            EXPECT_SAME(memux_info_container(info)->stream_count, 2);
            memux_info_free(info);
            if (!EXPECT(same_bytes(by[into].host.file, by[0].host.file)))
                printf("#   %s, %s\n", formats[i], sink_names[into]);
        }
        for (int into = 0; into < SINKS; into++)
            remux_end(&by[into]);
    }
}

/* By the size of the input, where it is known, and by what the sink can do. */
static void auto_takes_faststart_where_it_fits_else_what_the_sink_allows(void)
{
    static const struct { int32_t seekability; uint64_t max_spool; enum into into; int32_t wanted; } trials[] = {
        { -1, 0, SEEKING, MEMUX_LAYOUT_FASTSTART },
        { -1, 0, FORWARD, MEMUX_LAYOUT_FASTSTART },
        { -1, 20000, SEEKING, MEMUX_LAYOUT_PROGRESSIVE },
        { -1, 20000, FORWARD, MEMUX_LAYOUT_FRAGMENTED },
        { MEMUX_SEEKABILITY_CHEAP, 0, FORWARD, MEMUX_LAYOUT_FASTSTART },
        { MEMUX_SEEKABILITY_NONE, 0, SEEKING, MEMUX_LAYOUT_PROGRESSIVE },
        { MEMUX_SEEKABILITY_NONE, 0, FORWARD, MEMUX_LAYOUT_FRAGMENTED },
    };

    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        bytes file = clip("h264.mp4");
        host host = host_of(file);
        memux_source *source = trials[i].seekability < 0 ? memory_source(file) : host_source(&host, trials[i].seekability);
        remux remux;
        remux_begin(&remux, "mp4", MEMUX_LAYOUT_AUTO);
        remux.limits.max_spool_bytes = trials[i].max_spool;
        EXPECT_STATUS(remux_run(&remux, source, trials[i].into), MEMUX_OK);
        if (!(EXPECT_SAME(remux.report.layout, trials[i].wanted) & EXPECT_SAME(layout_of(remux.host.file), trials[i].wanted)))
            printf("#   trial %d\n", (int)i);
        remux_end(&remux);
        memux_source_free(source);
        free(file.data);
    }
}

static void a_spool_that_is_too_small_is_a_limit_before_the_sink_sees_a_byte(void)
{
    static const struct { const char *format; int32_t layout; enum into into; } trials[] = {
        { "mp4", MEMUX_LAYOUT_FASTSTART, SEEKING }, { "mp4", MEMUX_LAYOUT_FASTSTART, FORWARD },
        { "mp4", MEMUX_LAYOUT_PROGRESSIVE, FORWARD }, { "matroska", MEMUX_LAYOUT_PROGRESSIVE, FORWARD },
        { "avi", MEMUX_LAYOUT_AUTO, FORWARD },
    };

    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        remux remux;
        remux_begin(&remux, trials[i].format, trials[i].layout);
        remux.limits.max_spool_bytes = 20000;
        if (!(EXPECT_STATUS(remux_clip(&remux, "h264.mp4", trials[i].into), MEMUX_ERROR_LIMIT)
              & EXPECT_SAME(memux_error_limit(remux.error), MEMUX_LIMIT_SPOOL) & EXPECT_SAME(remux.host.writes, 0)
              & EXPECT_SAME(remux.report.bytes_written, 0)))
            printf("#   %s, layout %d\n", trials[i].format, (int)trials[i].layout);
        remux_end(&remux);
    }
}

static void a_layout_that_the_container_has_not_is_refused_before_anything_is_read(void)
{
    static const struct { const char *format; int32_t layout; } trials[] = {
        { "matroska", MEMUX_LAYOUT_FASTSTART }, { "mpegts", MEMUX_LAYOUT_FASTSTART }, { "mpegts", MEMUX_LAYOUT_FRAGMENTED },
        { "avi", MEMUX_LAYOUT_FRAGMENTED }, { "flv", MEMUX_LAYOUT_FASTSTART },
    };

    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        bytes file = clip("h264.mp4");
        host host = host_of(file);
        memux_source *source = host_source(&host, MEMUX_SEEKABILITY_NONE);
        remux remux;
        remux_begin(&remux, trials[i].format, trials[i].layout);
        EXPECT_STATUS(remux_run(&remux, source, SEEKING), MEMUX_ERROR_UNSUPPORTED);
        EXPECT(strstr(memux_error_message(remux.error), trials[i].format) != NULL);
        EXPECT_SAME(host.reads, 0);
        EXPECT_SAME(remux.host.writes, 0);
        remux_end(&remux);
        memux_source_free(source);
        free(file.data);
    }
}

/* From one block of memory; the bytes are the same in every sink. */
static void fragments_of_an_mp4_are_made_without_ffmpeg(void)
{
    static const int32_t engines[] = { MEMUX_ENGINE_AUTO, MEMUX_ENGINE_WALK };

    for (int i = 0; i < 2; i++) {
        remux by[SINKS];
        for (int into = 0; into < SINKS; into++) {
            remux_begin(&by[into], "mp4", MEMUX_LAYOUT_FRAGMENTED);
            by[into].run.engine = engines[i];
            EXPECT_STATUS(remux_clip(&by[into], "h264.mp4", into), MEMUX_OK);
            EXPECT_SAME(by[into].report.engine, MEMUX_ENGINE_WALK);
            EXPECT_SAME(by[into].report.engine_reason, MEMUX_REASON_NONE);
            EXPECT_SAME(by[into].report.layout, MEMUX_LAYOUT_FRAGMENTED);
            EXPECT_SAME(by[into].report.streams, 2);
            EXPECT_SAME(by[into].report.completeness, MEMUX_COMPLETENESS_COMPLETE);
            EXPECT_SAME(by[into].report.bytes_written, by[into].host.file.size);
            EXPECT_SAME(layout_of(by[into].host.file), MEMUX_LAYOUT_FRAGMENTED);
            EXPECT(same_bytes(by[into].host.file, by[0].host.file));
        }
        for (int into = 0; into < SINKS; into++)
            remux_end(&by[into]);
    }
}

static void the_walk_insisted_on_is_unsupported_elsewhere(void)
{
    remux remux;

    remux_begin(&remux, "mp4", MEMUX_LAYOUT_AUTO);
    remux.run.engine = MEMUX_ENGINE_WALK;
    EXPECT_STATUS(remux_clip(&remux, "h264.mp4", SEEKING), MEMUX_ERROR_UNSUPPORTED);
    EXPECT_SAME(remux.host.writes, 0);
    remux_end(&remux);
}

/* How many files there are. */
static int files_in(const char *path)
{
    DIR *all = opendir(path);
    struct dirent *entry;
    int count = 0;

    while (all && (entry = readdir(all)) != NULL)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    if (all)
        closedir(all);
    return all ? count : -1;
}

static void muxers_that_write_files_are_refused_by_name(void)
{
    static const char *const refused[] = {
        "hls", "dash", "segment", "stream_segment", "ssegment", "tee", "image2", "image2pipe", "rtp", "rtsp", "rtp_mpegts", "sap",
        "smoothstreaming", "hds", "fifo", "webm_chunk", "webm_dash_manifest",
    };

    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        remux remux;
        remux_begin(&remux, refused[i], MEMUX_LAYOUT_AUTO);
        if (!(EXPECT_STATUS(remux_clip(&remux, "h264.mp4", SEEKING), MEMUX_ERROR_REFUSED)
              & EXPECT(strstr(memux_error_message(remux.error), refused[i]) != NULL) & EXPECT_SAME(remux.host.writes, 0)))
            printf("#   %s\n", refused[i]);
        remux_end(&remux);
    }
}

static void a_muxer_that_nobody_has_is_no_encoder(void)
{
    static const char *const unknown[] = { "no such muxer", "mp4,mov", "x.mp4", "" };

    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        remux remux;
        remux_begin(&remux, unknown[i], MEMUX_LAYOUT_AUTO);
        EXPECT_STATUS(remux_clip(&remux, "h264.mp4", SEEKING), MEMUX_ERROR_NO_ENCODER);
        EXPECT_SAME(remux.host.writes, 0);
        remux_end(&remux);
    }
}

static void a_cut_input_is_put_over_as_far_as_it_goes(void)
{
    bytes file = clip("h264.mp4"), cut = { file.data, file.size * 2 / 3 };
    memux_source *source = memory_source(cut), *made;
    memux_count_report count;
    remux remux;

    remux_begin(&remux, "matroska", MEMUX_LAYOUT_AUTO);
    EXPECT_STATUS(remux_run(&remux, source, FORWARD), MEMUX_TRUNCATED);
    EXPECT_SAME(remux.report.completeness, MEMUX_COMPLETENESS_TRUNCATED);
    EXPECT_SAME(remux.report.truncated_at, cut.size);
    made = memory_source(remux.host.file);
    memux_count_report_init(&count, sizeof count);
    EXPECT_STATUS(memux_count(made, NULL, &count, NULL), MEMUX_OK);
    EXPECT(count.frames > 40 && count.frames < 75);
    memux_source_free(made);
    memux_source_free(source);
    remux_end(&remux);
    free(file.data);
}

static void a_sink_that_fails_half_way_is_told_with_its_code(void)
{
    for (int into = SEEKING; into <= FORWARD; into++) {
        remux remux;
        remux_begin(&remux, "mpegts", MEMUX_LAYOUT_AUTO);
        remux.host.max_take = 700;
        remux.host.fault = (fault){ 40, 0, -ENOSPC };
        EXPECT_STATUS(remux_clip(&remux, "h264.mp4", into), MEMUX_ERROR_SINK);
        EXPECT_SAME(memux_error_host_code(remux.error), -ENOSPC);
        EXPECT_SAME(memux_error_offset(remux.error), remux.host.file.size);
        EXPECT(remux.host.file.size > 39 * 300);
        EXPECT_SAME(remux.report.bytes_written, remux.host.file.size);
        remux_end(&remux);
    }
}

static void the_limit_on_output_holds_for_every_layout(void)
{
    static const int32_t layouts[] = { MEMUX_LAYOUT_PROGRESSIVE, MEMUX_LAYOUT_FASTSTART, MEMUX_LAYOUT_FRAGMENTED };

    for (int i = 0; i < 3 * SINKS; i++) {
        remux remux;
        remux_begin(&remux, "mp4", layouts[i / SINKS]);
        remux.limits.max_output_bytes = 20000;
        EXPECT_STATUS(remux_clip(&remux, "h264.mp4", i % SINKS), MEMUX_ERROR_LIMIT);
        EXPECT_SAME(memux_error_limit(remux.error), MEMUX_LIMIT_OUTPUT);
        EXPECT(remux.host.file.size <= 20000);
        remux_end(&remux);
    }
}

static int cancel_late(void *opaque, const memux_progress *progress) { return progress->packets >= *(uint64_t *)opaque; }

static void it_can_be_cancelled_from_outside_and_by_its_progress(void)
{
    memux_cancel *token = NULL;
    uint64_t packets = 20;
    remux remux;

    EXPECT_STATUS(memux_cancel_create(&token, NULL), MEMUX_OK);
    memux_cancel_set(token);
    remux_begin(&remux, "mp4", MEMUX_LAYOUT_FRAGMENTED);
    remux.run.cancel = token;
    EXPECT_STATUS(remux_clip(&remux, "h264.mp4", FORWARD), MEMUX_ERROR_CANCELLED);
    EXPECT_SAME(remux.host.writes, 0);
    remux_end(&remux);
    memux_cancel_free(token);

    remux_begin(&remux, "mp4", MEMUX_LAYOUT_FRAGMENTED);
    remux.run.progress = cancel_late;
    remux.run.progress_opaque = &packets;
    EXPECT_STATUS(remux_clip(&remux, "h264.mp4", FORWARD), MEMUX_ERROR_CANCELLED);
    EXPECT_SAME(remux.report.packets, packets - 1); /* the one that was read last is not written any more */
    remux_end(&remux);
}

/* Every test before this one ran there. */
static void nothing_was_made_in_the_working_folder(void) { EXPECT_SAME(files_in("."), 0); }

int main(void)
{
    char folder[256], back[1024];
    char *clips = realpath(getenv("MEMUX_CLIPS") ? getenv("MEMUX_CLIPS") : "tests/clips", NULL);

    /* All of it in an empty folder, which stays empty. */
    if (!clips || setenv("MEMUX_CLIPS", clips, 1) != 0)
        abort();
    free(clips);
    snprintf(folder, sizeof folder, "%s/memux-XXXXXX", P_tmpdir);
    if (!getcwd(back, sizeof back) || !mkdtemp(folder) || chdir(folder) != 0)
        abort();
    RUN(each_layout_is_the_same_bytes_in_every_sink);
    RUN(other_containers_are_the_same_bytes_in_every_sink);
    RUN(auto_takes_faststart_where_it_fits_else_what_the_sink_allows);
    RUN(a_spool_that_is_too_small_is_a_limit_before_the_sink_sees_a_byte);
    RUN(a_layout_that_the_container_has_not_is_refused_before_anything_is_read);
    RUN(fragments_of_an_mp4_are_made_without_ffmpeg);
    RUN(the_walk_insisted_on_is_unsupported_elsewhere);
    RUN(muxers_that_write_files_are_refused_by_name);
    RUN(a_muxer_that_nobody_has_is_no_encoder);
    RUN(a_cut_input_is_put_over_as_far_as_it_goes);
    RUN(a_sink_that_fails_half_way_is_told_with_its_code);
    RUN(the_limit_on_output_holds_for_every_layout);
    RUN(it_can_be_cancelled_from_outside_and_by_its_progress);
    RUN(nothing_was_made_in_the_working_folder);
    if (chdir(back) != 0 || rmdir(folder) != 0)
        abort();
    return check_done();
}
