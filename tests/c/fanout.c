/* Several outputs in one pass: each is what it is alone, and fails alone if it may. */
#include "fanning.h"

#include <errno.h>

static void each_output_is_what_it_is_alone(void)
{
    static const char *const names[] = { "h264.mp4", "h264_moov_at_end.mp4", "h264.ts", "h264.mkv", "hevc.mp4" };

    for (int i = 0; i < 5; i++)
        for (int seekability = -1; seekability <= MEMUX_SEEKABILITY_CHEAP; seekability++) {
            bytes file = clip(names[i]);
            host host = host_of(file);
            memux_source *source = seekability < 0 ? memory_source(file) : host_source(&host, seekability);
            fan fan;
            uint64_t written = 0;
            fan_begin(&fan);
            EXPECT_STATUS(fan_run(&fan, source), MEMUX_OK);
            for (size_t nth = 0; nth < fan.count; nth++) {
                bytes expected = alone(&fan, nth, file);
                /* A bit rate in the header is what was seen of the stream when it was written. */
                if (seekability == MEMUX_SEEKABILITY_NONE && fan.outputs[nth].remux)
                    EXPECT_SAME(fan.hosts[nth].file.size, expected.size);
                else if (!EXPECT(same_bytes(fan.hosts[nth].file, expected)))
                    printf("#   output %zu of %s, seekability %d\n", nth, names[i], seekability);
                EXPECT_SAME(fan.results[nth].struct_size, sizeof fan.results[nth]);
                EXPECT_SAME(fan.results[nth].status, MEMUX_OK);
                EXPECT(fan.results[nth].error == NULL);
                EXPECT(fan.results[nth].packets > 70 && fan.results[nth].bytes_written >= expected.size);
                EXPECT_SAME(fan.results[nth].streams, fan.outputs[nth].remux ? 2 : 1);
                EXPECT_SAME(fan.results[nth].reserved, 0);
                written += fan.results[nth].bytes_written;
                free(expected.data);
            }
            EXPECT_SAME(fan.results[0].framing, MEMUX_FRAMING_ANNEXB);
            EXPECT_SAME(fan.results[1].layout, MEMUX_LAYOUT_FRAGMENTED);
            EXPECT_SAME(fan.results[2].framing, MEMUX_FRAMING_ADTS);
            EXPECT_SAME(fan.report.bytes_written, written);
            EXPECT_SAME(fan.report.failed_outputs, 0);
            EXPECT_SAME(fan.report.reserved, 0);
            EXPECT_SAME(fan.report.engine, MEMUX_ENGINE_FFMPEG);
            EXPECT_SAME(fan.report.engine_reason, MEMUX_REASON_JOB);
            if (seekability >= 0)
                EXPECT_SAME(fan.report.bytes_read, host.bytes_given);
            fan_end(&fan);
            memux_source_free(source);
            EXPECT_SAME(host.released, seekability >= 0);
            free(file.data);
        }
}

static void a_cut_input_makes_outputs_of_what_is_there(void)
{
    bytes file = clip("h264.mp4");
    memux_source *source;
    fan fan;

    file.size -= 5000;
    source = memory_source(file);
    fan_begin(&fan);
    EXPECT_STATUS(fan_run(&fan, source), MEMUX_TRUNCATED);
    EXPECT_SAME(fan.report.completeness, MEMUX_COMPLETENESS_TRUNCATED);
    EXPECT_SAME(fan.report.truncated_at, file.size);
    EXPECT_SAME(fan.report.failed_outputs, 0);
    fan_end(&fan);
    memux_source_free(source);
    free(file.data);
}

/* Each write of each output fails once, where that ends all and where it does not. */
static void a_failing_output_ends_alone_or_all_and_says_why(void)
{
    bytes file = clip("h264.mp4");
    memux_source *source = memory_source(file);
    int tried = 0;

    for (int optional = 0; optional < 2; optional++)
        for (size_t failing = 0; failing < OUTPUTS; failing++) {
            bytes whole[OUTPUTS];
            int last = 0;
            for (int at = 1; !last; at += slowness() > 1 ? 7 : 1) {
                fan fan;
                memux_status status;
                fan_begin(&fan);
                for (size_t nth = 0; nth < fan.count; nth++) {
                    fan.hosts[nth].max_take = 2000;
                    if (at == 1)
                        whole[nth] = alone(&fan, nth, file);
                }
                fan.outputs[failing].optional = optional;
                fan.hosts[failing].fault.at = at;
                fan.hosts[failing].fault.code = -EIO;
                status = fan_run(&fan, source);
                last = fan.hosts[failing].writes < at;
                tried += !last;
                EXPECT_STATUS(status, last || optional ? MEMUX_OK : MEMUX_ERROR_SINK);
                EXPECT_SAME(fan.results[failing].status, last ? MEMUX_OK : MEMUX_ERROR_SINK);
                EXPECT_SAME(memux_error_host_code(fan.results[failing].error), last ? 0 : -EIO);
                EXPECT_SAME(fan.results[failing].bytes_written >= fan.hosts[failing].file.size, 1);
                EXPECT_SAME(fan.report.failed_outputs > 0, !last);
                for (size_t nth = 0; nth < fan.count; nth++)
                    if (nth != failing && (last || optional))
                        EXPECT(same_bytes(fan.hosts[nth].file, whole[nth]) && fan.results[nth].status == MEMUX_OK);
                fan_end(&fan);
            }
            for (size_t nth = 0; nth < OUTPUTS; nth++)
                free(whole[nth].data);
        }
    EXPECT(tried > (slowness() > 1 ? 10 : 80));
    memux_source_free(source);
    free(file.data);
}

/* The input's failure is every output's, and what was made until then is in the sinks. */
static void a_failing_source_ends_all(void)
{
    bytes file = clip("h264.mp4");
    int last = 0;

    for (int at = 1; !last; at += 3) {
        host host = host_of(file);
        memux_source *source;
        fan fan;
        host.max_read = 3000;
        host.read_fault.at = at;
        host.read_fault.code = -EIO;
        source = host_source(&host, MEMUX_SEEKABILITY_NONE);
        fan_begin(&fan);
        fan.outputs[1].optional = 1;
        last = fan_run(&fan, source) == MEMUX_OK;
        EXPECT_SAME(last, host.reads < at);
        if (!last) {
            EXPECT_SAME(memux_error_host_code(fan.error), -EIO);
            EXPECT_SAME(fan.report.failed_outputs, OUTPUTS);
            for (size_t nth = 0; nth < fan.count; nth++)
                EXPECT_STATUS(fan.results[nth].status, MEMUX_ERROR_SOURCE);
        }
        fan_end(&fan);
        memux_source_free(source);
    }
    free(file.data);
}

static void what_cannot_be_is_told_before_the_first_byte_of_any(void)
{
    bytes file = clip("h264.mp4");
    memux_source *source = memory_source(file);

    for (int wrong = 0; wrong < 9; wrong++) {
        memux_status expected = MEMUX_ERROR_INVALID_ARGUMENT;
        fan fan;
        fan_begin(&fan);
        if (wrong == 0)
            fan.extract[2].stream_index = 7, expected = MEMUX_ERROR_NO_STREAM;
        else if (wrong == 1)
            fan.remux[3].format = "hls", expected = MEMUX_ERROR_REFUSED;
        else if (wrong == 2)
            fan.outputs[3].extract = &fan.extract[0];
        else if (wrong == 3)
            fan.outputs[3].remux = NULL;
        else if (wrong == 4)
            fan.remux[3].run = &fan.run;
        else if (wrong == 5)
            fan.extract[2].run = &fan.run;
        else if (wrong == 6)
            fan.outputs[2].optional = 2;
        else if (wrong == 7)
            fan.outputs[2].sink = fan.sinks[0], expected = MEMUX_ERROR_BUSY;
        else
            fan.outputs[1].sink = NULL;
        EXPECT_STATUS(fan_run(&fan, source), expected);
        for (size_t nth = 0; nth < fan.count; nth++) {
            EXPECT_SAME(fan.hosts[nth].writes, 0);
            EXPECT_STATUS(fan.results[nth].status, expected);
            EXPECT(fan.results[nth].error != NULL);
        }
        fan_end(&fan);
    }
    memux_source_free(source);
    free(file.data);
}

static void an_optional_output_that_cannot_be_is_left_out(void)
{
    bytes file = clip("h264.mp4");
    memux_source *source = memory_source(file);
    fan fan;

    fan_begin(&fan);
    fan.extract[2].stream_index = 7;
    fan.outputs[2].optional = 1;
    EXPECT_STATUS(fan_run(&fan, source), MEMUX_OK);
    EXPECT_SAME(fan.report.failed_outputs, 1);
    EXPECT_STATUS(fan.results[2].status, MEMUX_ERROR_NO_STREAM);
    EXPECT_SAME(memux_error_stream(fan.results[2].error), 7);
    EXPECT(fan.results[3].status == MEMUX_OK && fan.hosts[3].file.size > 10000);
    fan_end(&fan);
    memux_source_free(source);
    free(file.data);
}

static void cancelling_ends_all_outputs_whatever_they_may(void)
{
    bytes file = clip("h264.mp4");
    memux_source *source = memory_source(file);
    memux_cancel *cancel = NULL;
    fan fan;

    EXPECT_STATUS(memux_cancel_create(&cancel, NULL), MEMUX_OK);
    memux_cancel_set(cancel);
    fan_begin(&fan);
    fan.run.cancel = cancel;
    for (size_t nth = 0; nth < fan.count; nth++)
        fan.outputs[nth].optional = 1;
    EXPECT_STATUS(fan_run(&fan, source), MEMUX_ERROR_CANCELLED);
    EXPECT_SAME(fan.report.failed_outputs, OUTPUTS);
    fan_end(&fan);
    memux_cancel_reset(cancel);
    /* And from a sink's own callback. */
    fan_begin(&fan);
    fan.outputs[1].optional = 1;
    fan.hosts[1].fault.at = 2;
    fan.hosts[1].fault.code = MEMUX_IO_EXIT;
    EXPECT_STATUS(fan_run(&fan, source), MEMUX_ERROR_CANCELLED);
    fan_end(&fan);
    memux_cancel_free(cancel);
    memux_source_free(source);
    free(file.data);
}

static void an_output_made_in_memory_first_has_the_limit_for_that_to_itself(void)
{
    bytes file = clip("h264.mp4");
    memux_source *source = memory_source(file);
    memux_limits limits;
    fan fan;

    memux_limits_init(&limits, sizeof limits);
    limits.max_spool_bytes = file.size + 2000;
    fan_empty(&fan);
    fan.run.limits = &limits;
    for (int i = 0; i < 3; i++)
        add_remux(&fan, "mp4", MEMUX_LAYOUT_FASTSTART);
    EXPECT_STATUS(fan_run(&fan, source), MEMUX_OK);
    EXPECT(same_bytes(fan.hosts[0].file, fan.hosts[2].file));
    fan_end(&fan);
    limits.max_spool_bytes = file.size / 2;
    fan_empty(&fan);
    fan.run.limits = &limits;
    add_remux(&fan, "mp4", MEMUX_LAYOUT_FASTSTART);
    add_stream(&fan, 0);
    fan.outputs[0].optional = 1;
    EXPECT_STATUS(fan_run(&fan, source), MEMUX_OK);
    EXPECT_STATUS(fan.results[0].status, MEMUX_ERROR_LIMIT);
    EXPECT_SAME(memux_error_limit(fan.results[0].error), MEMUX_LIMIT_SPOOL);
    EXPECT_SAME(fan.hosts[0].writes, 0);
    EXPECT(fan.hosts[1].file.size > 10000);
    fan_end(&fan);
    memux_source_free(source);
    free(file.data);
}

int main(void)
{
    choose(&chosen, MEMUX_ENGINE_FFMPEG);
    RUN(each_output_is_what_it_is_alone);
    RUN(a_cut_input_makes_outputs_of_what_is_there);
    RUN(a_failing_output_ends_alone_or_all_and_says_why);
    RUN(a_failing_source_ends_all);
    RUN(what_cannot_be_is_told_before_the_first_byte_of_any);
    RUN(an_optional_output_that_cannot_be_is_left_out);
    RUN(cancelling_ends_all_outputs_whatever_they_may);
    RUN(an_output_made_in_memory_first_has_the_limit_for_that_to_itself);
    return check_done();
}
