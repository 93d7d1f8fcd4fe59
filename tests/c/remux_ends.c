/* What ends a remux early, and where: callbacks that hang, sinks that fail at the very end, what cannot be written at all. */
#include "hanging.h"
#include "remuxing.h"

static const int32_t layouts[] = { MEMUX_LAYOUT_PROGRESSIVE, MEMUX_LAYOUT_FASTSTART, MEMUX_LAYOUT_FRAGMENTED };
enum { LAYOUTS = 3 };

/* In the source and in the sink, by the token and by the end of time. */
static void a_callback_that_hangs_is_freed(void)
{
    for (int trial = 0; trial < 4; trial++) {
        int in_sink = trial & 1, by_token = trial >> 1;
        bytes file = clip("h264.ts");
        hanging host;
        memux_reader reader;
        memux_writer writer;
        memux_source *source = NULL;
        memux_sink *sink;
        memux_cancel *cancel = NULL;
        canceller canceller = { .host = &host };
        remux remux;

        hanging_init(&host, file, 5);
        reader = host_reader(&host.reading, MEMUX_SEEKABILITY_NONE);
        writer = host_writer(&host.writing);
        reader.opaque = writer.opaque = &host;
        reader.release = writer.release = NULL;
        if (in_sink) {
            writer.write = hanging_write;
            writer.max_write = 512;
            writer.unblock = unblock;
            source = memory_source(file);
        } else {
            reader.read = hanging_read;
            reader.unblock = unblock;
            EXPECT_STATUS(memux_source_from_reader(&reader, &source, NULL), MEMUX_OK);
            writer.opaque = &host.writing;
        }
        sink = host_sink_of(&writer);
        EXPECT_STATUS(memux_cancel_create(&cancel, NULL), MEMUX_OK);
        remux_begin(&remux, "mpegts", MEMUX_LAYOUT_AUTO);
        remux.run.cancel = by_token ? cancel : NULL;
        remux.run.timeout_us = by_token ? 0 : 300000 * (slowness() > 1 ? 10 : 1);
        canceller.token = cancel;
        if (by_token && pthread_create(&canceller.thread, NULL, cancel_when_hanging, &canceller) != 0)
            abort();
        if (!(EXPECT_STATUS(memux_remux(source, sink, &remux.options, NULL, &remux.error),
                            by_token ? MEMUX_ERROR_CANCELLED : MEMUX_ERROR_TIMEOUT)
              & EXPECT_SAME(host.unblocked, 1) & EXPECT_SAME(memux_error_host_code(remux.error), -ECANCELED)))
            printf("#   %s, %s\n", in_sink ? "sink" : "source", by_token ? "token" : "time");
        if (by_token) {
            pthread_mutex_lock(&host.lock); /* if it never hung, nobody is to wait for that */
            host.calls = host.hang_at;
            pthread_cond_broadcast(&host.changed);
            pthread_mutex_unlock(&host.lock);
            pthread_join(canceller.thread, NULL);
        }
        remux_end(&remux);
        memux_cancel_free(cancel);
        memux_sink_free(sink);
        memux_source_free(source);
        free(host.writing.file.data);
        free(file.data);
    }
}

/* Where a sink fails at its last call, everything before it is good: only the status tells. */
static void a_sink_that_fails_at_its_last_call_is_told_with_the_stage(void)
{
    static const struct { const char *format; int32_t layout; enum into into; int32_t stage; } trials[] = {
        { "mp4", MEMUX_LAYOUT_PROGRESSIVE, SEEKING, MEMUX_STAGE_TRAILER }, { "mp4", MEMUX_LAYOUT_FASTSTART, SEEKING, MEMUX_STAGE_WRITE },
        { "mp4", MEMUX_LAYOUT_FASTSTART, FORWARD, MEMUX_STAGE_WRITE },     { "mp4", MEMUX_LAYOUT_PROGRESSIVE, FORWARD, MEMUX_STAGE_WRITE },
        { "mp4", MEMUX_LAYOUT_FRAGMENTED, FORWARD, MEMUX_STAGE_TRAILER },  { "matroska", MEMUX_LAYOUT_AUTO, SEEKING, MEMUX_STAGE_TRAILER },
        { "nut", MEMUX_LAYOUT_AUTO, FORWARD, MEMUX_STAGE_TRAILER },
    };

    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        remux whole, broken;
        remux_begin(&whole, trials[i].format, trials[i].layout);
        remux_begin(&broken, trials[i].format, trials[i].layout);
        EXPECT_STATUS(remux_clip(&whole, "h264.mp4", trials[i].into), MEMUX_OK);
        broken.host.fault = (fault){ whole.host.writes, 0, -ENOSPC };
        if (!(EXPECT_STATUS(remux_clip(&broken, "h264.mp4", trials[i].into), MEMUX_ERROR_SINK)
              & EXPECT_SAME(memux_error_host_code(broken.error), -ENOSPC) & EXPECT_SAME(memux_error_stage(broken.error), trials[i].stage)
              & EXPECT_SAME(broken.report.packets, whole.report.packets) & EXPECT(broken.report.bytes_written < whole.report.bytes_written)))
            printf("#   %s, layout %d, %s\n", trials[i].format, (int)trials[i].layout, sink_names[trials[i].into]);
        remux_end(&whole);
        remux_end(&broken);
    }
}

/* In the middle of a fragment too: what is there is the beginning of the whole, and no byte more than the report says. */
static void an_output_ends_before_its_limit_wherever_that_is(void)
{
    for (int i = 0; i < LAYOUTS; i++) {
        remux whole;
        remux_begin(&whole, "mp4", layouts[i]);
        EXPECT_STATUS(remux_clip(&whole, "h264.mp4", FORWARD), MEMUX_OK);
        for (int part = 0; part <= 20; part++) {
            uint64_t most = part < 20 ? 1 + whole.host.file.size * (uint64_t)part / 20 : whole.host.file.size;
            remux remux;
            int fits = most == whole.host.file.size;
            remux_begin(&remux, "mp4", layouts[i]);
            remux.limits.max_output_bytes = most;
            if (!(EXPECT_STATUS(remux_clip(&remux, "h264.mp4", FORWARD), fits ? MEMUX_OK : MEMUX_ERROR_LIMIT)
                  & EXPECT_SAME(memux_error_limit(remux.error), fits ? MEMUX_LIMIT_NONE : MEMUX_LIMIT_OUTPUT)
                  & EXPECT(remux.host.file.size <= most && remux.report.bytes_written == remux.host.file.size)
                  & EXPECT(remux.host.file.size == 0 || memcmp(remux.host.file.data, whole.host.file.data, remux.host.file.size) == 0)))
                printf("#   layout %d, %d of %d bytes\n", (int)layouts[i], (int)most, (int)whole.host.file.size);
            remux_end(&remux);
        }
        remux_end(&whole);
    }
}

/* MPEG-PS and AVI leave out times that these muxers must have, and some of a cut AVI shows at the very end only. */
static void what_the_muxer_itself_refuses_is_never_a_success(void)
{
    static const struct { const char *clip; size_t part; int32_t stage; } trials[] = {
        { "mpeg2.mpg", 60, MEMUX_STAGE_WRITE }, { "h264.avi", 60, MEMUX_STAGE_WRITE }, { "h264.avi", 11, MEMUX_STAGE_TRAILER },
    };

    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        bytes file = clip(trials[i].clip), part = { file.data, file.size * trials[i].part / 60 };
        memux_source *source = memory_source(part);
        remux remux;
        remux_begin(&remux, "nut", MEMUX_LAYOUT_AUTO);
        if (!(EXPECT_STATUS(remux_run(&remux, source, BUFFER), MEMUX_ERROR_CORRUPT)
              & EXPECT_SAME(memux_error_stage(remux.error), trials[i].stage)))
            printf("#   %s, %d of 60\n", trials[i].clip, (int)trials[i].part);
        remux_end(&remux);
        memux_source_free(source);
        free(file.data);
    }
}

/* Of a cut input through callbacks: what was read, what was held, what was damaged. */
static void a_report_says_what_the_input_was(void)
{
    static const struct { const char *clip; int32_t seekability; } trials[] = {
        { "h264.mp4", MEMUX_SEEKABILITY_CHEAP }, { "h264_fragmented.mp4", MEMUX_SEEKABILITY_NONE }, { "h264_moov_at_end.mp4", MEMUX_SEEKABILITY_NONE },
    };

    for (size_t i = 0; i < 3; i++) {
        bytes file = clip(trials[i].clip);
        int spools = i == 2;
        host host;
        memux_source *source;
        memux_input *input = NULL;
        memux_packet packet;
        uint64_t corrupt = 0;
        remux remux;
        size_t whole = file.size;
        file.size = spools ? whole : whole * 2 / 3;
        host = host_of(file);
        source = host_source(&host, trials[i].seekability);
        remux_begin(&remux, "matroska", MEMUX_LAYOUT_AUTO);
        EXPECT_STATUS(remux_run(&remux, source, SEEKING), spools ? MEMUX_OK : MEMUX_TRUNCATED);
        EXPECT_SAME(remux.report.bytes_read, host.bytes_given);
        EXPECT_SAME(remux.report.spooled_bytes, spools ? whole : 0);
        EXPECT_SAME(remux.report.engine_reason, MEMUX_REASON_JOB);
        memux_source_free(source);
        source = memory_source(file);
        memux_packet_init(&packet, sizeof packet);
        EXPECT_STATUS(memux_input_open(source, NULL, &input, NULL), MEMUX_OK);
        while (memux_input_next(input, &packet, NULL) == MEMUX_OK)
            corrupt += (packet.flags & MEMUX_PACKET_CORRUPT) != 0;
        EXPECT(spools ? corrupt == 0 : corrupt > 0);
        if (!EXPECT_SAME(remux.report.corrupt_packets, corrupt))
            printf("#   %s\n", trials[i].clip);
        memux_input_free(input);
        memux_source_free(source);
        remux_end(&remux);
        free(file.data);
    }
}

static void what_the_host_has_wrong_is_an_error_of_the_arguments(void)
{
    static const struct { const char *format; memux_status status; } trials[] = {
        { "no such muxer", MEMUX_ERROR_NO_ENCODER }, { "hls", MEMUX_ERROR_REFUSED },
    };

    for (size_t i = 0; i < 2; i++) {
        remux remux;
        remux_begin(&remux, trials[i].format, MEMUX_LAYOUT_AUTO);
        EXPECT_STATUS(remux_clip(&remux, "h264.mp4", SEEKING), trials[i].status);
        EXPECT_SAME(memux_error_stage(remux.error), MEMUX_STAGE_ARGUMENTS);
        remux_end(&remux);
    }
}

int main(void)
{
    RUN(a_callback_that_hangs_is_freed);
    RUN(a_sink_that_fails_at_its_last_call_is_told_with_the_stage);
    RUN(an_output_ends_before_its_limit_wherever_that_is);
    RUN(what_the_muxer_itself_refuses_is_never_a_success);
    RUN(a_report_says_what_the_input_was);
    RUN(what_the_host_has_wrong_is_an_error_of_the_arguments);
    return check_done();
}
