/* What ends several outputs, or one of them, and what each result says then. */
#include "fanning.h"
#include "hanging.h"

/* What comes before anything is read leaves no result as it was: a host frees each error. */
static void each_result_is_filled_however_early_the_call_fails(void)
{
    bytes file = clip("h264.mp4");
    memux_source *source = memory_source(file);

    for (int wrong = 0; wrong < 8; wrong++) {
        memux_status expected = MEMUX_ERROR_INVALID_ARGUMENT;
        fan fan;
        fan_begin(&fan);
        if (wrong == 0)
            fan.list[3] = NULL;
        else if (wrong == 1)
            fan.outputs[3].struct_size = 1;
        else if (wrong == 2)
            fan.run.engine = 99;
        else if (wrong == 3)
            fan.options.struct_size = 1;
        else if (wrong == 4)
            fan.run.engine = MEMUX_ENGINE_WALK, expected = MEMUX_ERROR_UNSUPPORTED;
        else if (wrong == 5)
            fan.outputs[3].reserved = 1;
        else if (wrong == 7)
            fan.outputs[3].result = &fan.results[0];
        EXPECT_STATUS(fan_run(&fan, wrong == 6 ? NULL : source), expected);
        for (size_t nth = 0; nth < fan.count; nth++) {
            memux_fanout_result *result = &fan.results[nth];
            if (nth == 3 && (wrong < 2 || wrong == 7)) {
                result->error = NULL; /* nobody knows where it is */
                continue;
            }
            EXPECT_STATUS(result->status, expected);
            EXPECT(result->error != NULL && memux_error_status(result->error) == expected);
            EXPECT_SAME(result->packets + result->bytes_written + result->streams, 0);
            EXPECT_SAME(fan.hosts[nth].writes, 0);
        }
        fan_end(&fan);
    }
    memux_source_free(source);
    free(file.data);
}

/* A codec that a container cannot hold, and an option that a muxer has not: other outputs have no byte by then. */
static void what_a_muxer_refuses_is_told_before_the_first_byte_of_any(void)
{
    static const memux_tag odd[] = { { "no_such_option", "1" } };

    for (int trial = 0; trial < 4; trial++) {
        const int refuses_codec = trial & 1, optional = trial >> 1;
        const memux_status expected = refuses_codec ? MEMUX_ERROR_CODEC : MEMUX_ERROR_INVALID_ARGUMENT;
        bytes file = clip(refuses_codec ? "vp9.webm" : "h264.mp4");
        memux_source *source = memory_source(file);
        fan fan;
        fan_empty(&fan);
        add_stream(&fan, 0);
        add_remux(&fan, refuses_codec ? "flv" : "mpegts", MEMUX_LAYOUT_AUTO);
        add_remux(&fan, "matroska", MEMUX_LAYOUT_AUTO);
        if (!refuses_codec) {
            fan.remux[1].muxer_options = odd;
            fan.remux[1].muxer_option_count = 1;
        }
        fan.outputs[1].optional = optional;
        EXPECT_STATUS(fan_run(&fan, source), optional ? MEMUX_OK : expected);
        EXPECT_STATUS(fan.results[1].status, expected);
        EXPECT_SAME(fan.hosts[1].writes, 0);
        EXPECT_SAME(fan.report.failed_outputs, optional ? 1 : 3);
        for (size_t nth = 0; nth < fan.count; nth += 2)
            EXPECT_SAME(fan.hosts[nth].writes > 0, optional);
        fan_end(&fan);
        memux_source_free(source);
        free(file.data);
    }
}

/* Each seek of each output that goes back fails once. */
static void a_sink_that_does_not_go_back_fails_like_one_that_does_not_write(void)
{
    bytes file = clip("h264.mp4");
    memux_source *source = memory_source(file);
    int tried = 0;

    for (int optional = 0; optional < 2; optional++) {
        bytes whole[2];
        int last = 0;
        for (int at = 1; !last; at++) {
            memux_status status;
            fan fan;
            fan_empty(&fan);
            add_remux(&fan, "matroska", MEMUX_LAYOUT_AUTO);
            add_remux(&fan, "mp4", MEMUX_LAYOUT_PROGRESSIVE);
            for (size_t nth = 0; nth < 2 && at == 1; nth++)
                whole[nth] = alone(&fan, nth, file);
            fan.outputs[0].optional = optional;
            fan.hosts[0].seek_fault = (fault){ at, 0, -EIO };
            status = fan_run(&fan, source);
            last = fan.hosts[0].seeks < at;
            tried += !last;
            EXPECT_STATUS(status, last || optional ? MEMUX_OK : MEMUX_ERROR_SINK);
            EXPECT_STATUS(fan.results[0].status, last ? MEMUX_OK : MEMUX_ERROR_SINK);
            EXPECT_SAME(memux_error_host_code(fan.results[0].error), last ? 0 : -EIO);
            if (last || optional)
                EXPECT(same_bytes(fan.hosts[1].file, whole[1]));
            EXPECT(!last || same_bytes(fan.hosts[0].file, whole[0]));
            fan_end(&fan);
        }
        for (size_t nth = 0; nth < 2; nth++)
            free(whole[nth].data);
    }
    EXPECT(tried >= 4);
    memux_source_free(source);
    free(file.data);
}

/* Each read and each seek of a source that can go back fails once. */
static void whatever_call_of_the_source_fails_every_result_says_so(void)
{
    bytes file = clip("h264_moov_at_end.mp4");
    int tried = 0;

    for (int in_seek = 0; in_seek < 2; in_seek++) {
        int last = 0;
        for (int at = 1; !last; at++) {
            host host = host_of(file);
            memux_source *source;
            memux_status status;
            fan fan;
            host.max_read = 4000;
            *(in_seek ? &host.seek_fault : &host.read_fault) = (fault){ at, 0, -EIO };
            source = host_source(&host, MEMUX_SEEKABILITY_CHEAP);
            fan_begin(&fan);
            for (size_t nth = 0; nth < fan.count; nth++)
                fan.outputs[nth].optional = nth % 2;
            status = fan_run(&fan, source);
            last = (in_seek ? host.seeks : host.reads) < at;
            tried += !last;
            EXPECT_STATUS(status, last ? MEMUX_OK : MEMUX_ERROR_SOURCE);
            for (size_t nth = 0; nth < fan.count; nth++) {
                EXPECT_STATUS(fan.results[nth].status, last ? MEMUX_OK : MEMUX_ERROR_SOURCE);
                EXPECT_SAME(memux_error_host_code(fan.results[nth].error), last ? 0 : -EIO);
                EXPECT(fan.results[nth].bytes_written >= fan.hosts[nth].file.size);
            }
            fan_end(&fan);
            memux_source_free(source);
        }
    }
    EXPECT(tried > 5);
    free(file.data);
}

static void the_limit_on_output_is_each_outputs_own(void)
{
    bytes file = clip("h264.mp4");
    memux_source *source = memory_source(file);
    memux_limits limits;
    fan fan;

    memux_limits_init(&limits, sizeof limits);
    limits.max_output_bytes = 25000; /* the sound fits, nothing else does */
    fan_begin(&fan);
    fan.run.limits = &limits;
    for (size_t nth = 0; nth < fan.count; nth++)
        fan.outputs[nth].optional = 1;
    EXPECT_STATUS(fan_run(&fan, source), MEMUX_OK);
    EXPECT_SAME(fan.report.failed_outputs, 3);
    for (size_t nth = 0; nth < fan.count; nth++) {
        EXPECT_STATUS(fan.results[nth].status, nth == 2 ? MEMUX_OK : MEMUX_ERROR_LIMIT);
        EXPECT_SAME(memux_error_limit(fan.results[nth].error), nth == 2 ? MEMUX_LIMIT_NONE : MEMUX_LIMIT_OUTPUT);
        EXPECT(fan.hosts[nth].file.size <= limits.max_output_bytes);
    }
    fan_end(&fan);
    memux_source_free(source);
    free(file.data);
}

/* In the source, in the sink of an output that may fail, and in one of an output that may not. */
static void a_callback_that_hangs_is_freed_and_all_outputs_end(void)
{
    bytes file = clip("h264.mp4");

    for (int trial = 0; trial < 6; trial++) {
        const int by_timeout = trial & 1, in_source = trial / 2 == 0, optional = trial / 2 == 1;
        const memux_status expected = by_timeout ? MEMUX_ERROR_TIMEOUT : MEMUX_ERROR_CANCELLED;
        memux_source *source = NULL;
        memux_sink *sink = NULL;
        hanging hanging;
        canceller canceller = { &hanging, NULL, 0, 0, 1 };
        fan fan;
        hanging_init(&hanging, file, 3);
        EXPECT_STATUS(memux_cancel_create(&canceller.token, NULL), MEMUX_OK);
        fan_begin(&fan);
        if (in_source) {
            memux_reader reader = host_reader(&hanging.reading, MEMUX_SEEKABILITY_NONE);
            reader.opaque = &hanging;
            reader.read = hanging_read;
            reader.unblock = unblock;
            reader.release = NULL;
            EXPECT_STATUS(memux_source_from_reader(&reader, &source, NULL), MEMUX_OK);
        } else {
            memux_writer writer = host_writer(&hanging.writing);
            writer.opaque = &hanging;
            writer.write = hanging_write;
            writer.unblock = unblock;
            writer.release = NULL;
            writer.max_write = 512;
            source = memory_source(file);
            sink = host_sink_of(&writer);
            fan.outputs[1].sink = sink;
            fan.outputs[1].optional = optional;
        }
        if (by_timeout)
            fan.run.timeout_us = 100000 * (slowness() > 1 ? 10 : 1);
        else
            fan.run.cancel = canceller.token;
        if (!by_timeout)
            pthread_create(&canceller.thread, NULL, cancel_when_hanging, &canceller);
        EXPECT_STATUS(fan_run(&fan, source), expected);
        if (!by_timeout)
            pthread_join(canceller.thread, NULL);
        EXPECT_SAME(hanging.unblocked, 1);
        EXPECT_SAME(fan.report.failed_outputs, OUTPUTS);
        for (size_t nth = 0; nth < fan.count; nth++)
            EXPECT_STATUS(fan.results[nth].status, expected);
        fan_end(&fan);
        memux_sink_free(sink);
        memux_source_free(source);
        memux_cancel_free(canceller.token);
        free(hanging.writing.file.data);
    }
    free(file.data);
}

int main(void)
{
    choose(&chosen, MEMUX_ENGINE_FFMPEG);
    RUN(each_result_is_filled_however_early_the_call_fails);
    RUN(what_a_muxer_refuses_is_told_before_the_first_byte_of_any);
    RUN(a_sink_that_does_not_go_back_fails_like_one_that_does_not_write);
    RUN(whatever_call_of_the_source_fails_every_result_says_so);
    RUN(the_limit_on_output_is_each_outputs_own);
    RUN(a_callback_that_hangs_is_freed_and_all_outputs_end);
    return check_done();
}
