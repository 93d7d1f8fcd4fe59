/* A report is filled on failure too: what was learned until then is there, and nothing that was not. */
#include "reports.h"

#include <errno.h>

enum { FEW_BYTES = 1000 };

/* A host that reads a little at a time, so that a failure finds the operation on its way. */
static host slow_host(bytes file)
{
    host host = host_of(file);

    host.max_read = FEW_BYTES;
    return host;
}

/* What a count of an input tells that was at least looked at. */
static memux_count_report looked_count(const host *host)
{
    memux_count_report wanted = unknown_count(MEMUX_COUNT_PACKETS);

    wanted.engine = MEMUX_ENGINE_FFMPEG;
    wanted.bytes_read = host->bytes_given;
    return wanted;
}

static memux_extract_report looked_extract(const host *host)
{
    memux_extract_report wanted = unknown_extract();

    wanted.engine = MEMUX_ENGINE_FFMPEG;
    wanted.bytes_read = host->bytes_given;
    return wanted;
}

static void a_source_that_fails_leaves_the_packets_counted_until_then(void)
{
    static const struct { const char *name; uint64_t header_frames; } all[] = {
        { "h264.mp4", 75 }, { "h264_fragmented.mp4", MEMUX_UNKNOWN }, { "h264.mkv", MEMUX_UNKNOWN },
    };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        bytes file = clip(all[i].name);
        host host = slow_host(file);
        memux_source *source = host_source(&host, MEMUX_SEEKABILITY_NONE);
        memux_count_report report, wanted;

        GARBAGE_REPORT(report);
        host.read_fault = (fault){ (int)(file.size / FEW_BYTES / 2), 0, -EIO };
        EXPECT_STATUS(memux_count(source, NULL, &report, NULL), MEMUX_ERROR_SOURCE);
        EXPECT(report.packets > 10 && report.packets < 60);
        wanted = looked_count(&host);
        wanted.header_frames = all[i].header_frames;
        wanted.packets = wanted.presented = report.packets;
        wanted.stream_index = 0;
        if (!same_count_report(&report, &wanted))
            printf("#   %s\n", all[i].name);
        memux_source_free(source);
        free(file.data);
    }
}

static void a_sink_that_fails_leaves_what_it_took(void)
{
    bytes file = clip("hevc.mkv");
    host host = slow_host(file);
    memux_source *source = host_source(&host, MEMUX_SEEKABILITY_NONE);
    host_sink sink_host = { 0 };
    memux_writer writer = host_writer(&sink_host);
    memux_sink *sink;
    memux_extract_report report, wanted;

    writer.max_write = FEW_BYTES;
    sink_host.fault = (fault){ 7, 0, -ENOSPC };
    sink = host_sink_of(&writer);
    GARBAGE_REPORT(report);
    EXPECT_STATUS(memux_extract(source, sink, NULL, &report, NULL), MEMUX_ERROR_SINK);
    EXPECT(sink_host.file.size > 0);
    wanted = looked_extract(&host);
    wanted.bytes_written = sink_host.file.size;
    wanted.packets = report.packets;
    wanted.stream_index = 0;
    wanted.codec = MEMUX_CODEC_HEVC;
    wanted.framing = MEMUX_FRAMING_ANNEXB;
    same_extract_report(&report, &wanted);
    memux_sink_free(sink);
    memux_source_free(source);
    free(sink_host.file.data);
    free(file.data);
}

static void a_limit_on_output_leaves_what_was_written(void)
{
    bytes file = clip("h264.mp4");
    memux_source *source = memory_source(file);
    host_sink sink_host = { 0 };
    memux_writer writer = host_writer(&sink_host);
    memux_sink *sink = host_sink_of(&writer);
    memux_limits limits;
    memux_extract_report report, wanted = unknown_extract();

    memux_limits_init(&limits, sizeof limits);
    limits.max_output_bytes = 20 * FEW_BYTES;
    chosen.run.limits = &limits;
    GARBAGE_REPORT(report);
    EXPECT_STATUS(memux_extract(source, sink, &chosen.extract, &report, NULL), MEMUX_ERROR_LIMIT);
    EXPECT(report.bytes_written > 0 && report.bytes_written <= limits.max_output_bytes);
    EXPECT(report.packets > 0 && report.packets < 75);
    EXPECT(report.bytes_read > report.bytes_written && report.bytes_read <= file.size);
    wanted.engine = chosen.run.engine;
    wanted.packets = report.packets;
    wanted.bytes_read = report.bytes_read;
    wanted.bytes_written = sink_host.file.size;
    wanted.completeness = MEMUX_COMPLETENESS_COMPLETE; /* all that its index names lies within the known size */
    wanted.stream_index = 0;
    wanted.codec = MEMUX_CODEC_H264;
    wanted.framing = MEMUX_FRAMING_ANNEXB;
    same_extract_report(&report, &wanted);
    memux_sink_free(sink);
    memux_source_free(source);
    free(sink_host.file.data);
    free(file.data);
}

static void an_input_cut_before_its_index_says_where(void)
{
    bytes file = clip("h264_moov_at_end.mp4"), half = { file.data, file.size / 2 };
    host host = slow_host(half);
    memux_source *source = host_source(&host, MEMUX_SEEKABILITY_NONE);
    memux_count_report report, wanted;

    GARBAGE_REPORT(report);
    EXPECT_STATUS(memux_count(source, NULL, &report, NULL), MEMUX_ERROR_CORRUPT);
    wanted = looked_count(&host);
    wanted.bytes_read = wanted.spooled_bytes = half.size;
    wanted.completeness = MEMUX_COMPLETENESS_TRUNCATED;
    wanted.truncated_at = half.size;
    same_count_report(&report, &wanted);
    memux_source_free(source);
    free(file.data);
}

static void a_stream_that_is_not_there_is_not_numbered(void)
{
    bytes file = clip("h264.mp4");
    host host = slow_host(file);
    memux_source *source = host_source(&host, MEMUX_SEEKABILITY_CHEAP);
    memux_count_options options;
    memux_count_report report, wanted;

    memux_count_options_init(&options, sizeof options);
    options.select = MEMUX_SELECT_INDEX;
    options.stream_index = 9;
    GARBAGE_REPORT(report);
    EXPECT_STATUS(memux_count(source, &options, &report, NULL), MEMUX_ERROR_NO_STREAM);
    wanted = looked_count(&host);
    wanted.completeness = MEMUX_COMPLETENESS_COMPLETE; /* all that its index names lies within the known size */
    same_count_report(&report, &wanted);
    memux_source_free(source);
    free(file.data);
}

static void memory_reports_what_a_failing_sink_took(void)
{
    bytes file = clip("hevc.mkv");
    memux_source *source = memory_source(file);
    host_sink sink_host = { 0 };
    memux_writer writer = host_writer(&sink_host);
    memux_sink *sink;
    memux_extract_report report, wanted = unknown_extract();

    writer.max_write = FEW_BYTES;
    sink_host.fault = (fault){ 7, 0, -ENOSPC };
    sink = host_sink_of(&writer);
    GARBAGE_REPORT(report);
    EXPECT_STATUS(memux_extract(source, sink, &chosen.extract, &report, NULL), MEMUX_ERROR_SINK);
    EXPECT_SAME(sink_host.file.size > 0, 1);
    EXPECT(report.packets > 0 && report.packets <= 75);
    EXPECT(report.bytes_read <= file.size);
    wanted.engine = chosen.run.engine;
    wanted.bytes_written = sink_host.file.size;
    wanted.packets = report.packets;
    wanted.bytes_read = report.bytes_read;
    wanted.completeness = MEMUX_COMPLETENESS_COMPLETE;
    wanted.stream_index = 0;
    wanted.codec = MEMUX_CODEC_HEVC;
    wanted.framing = MEMUX_FRAMING_ANNEXB;
    same_extract_report(&report, &wanted);
    memux_sink_free(sink);
    memux_source_free(source);
    free(sink_host.file.data);
    free(file.data);
}

static void memory_reports_that_a_stream_is_not_there_or_of_a_codec_that_does_not_fit(void)
{
    bytes file = clip("vp9.webm");
    memux_source *source = memory_source(file);
    memux_sink *sink = NULL;
    memux_count_report counted, wanted_count = unknown_count(MEMUX_COUNT_PACKETS);
    memux_extract_report extract, wanted_extract = unknown_extract();

    EXPECT_STATUS(memux_sink_to_buffer(&sink, NULL), MEMUX_OK);
    wanted_count.engine = wanted_extract.engine = chosen.run.engine;
    wanted_count.completeness = wanted_extract.completeness = MEMUX_COMPLETENESS_COMPLETE;

    chosen.count.select = MEMUX_SELECT_INDEX;
    chosen.count.stream_index = 9;
    GARBAGE_REPORT(counted);
    EXPECT_STATUS(memux_count(source, &chosen.count, &counted, NULL), MEMUX_ERROR_NO_STREAM);
    wanted_count.bytes_read = counted.bytes_read;
    same_count_report(&counted, &wanted_count);

    GARBAGE_REPORT(extract);
    EXPECT_STATUS(memux_extract(source, sink, &chosen.extract, &extract, NULL), MEMUX_ERROR_CODEC);
    wanted_extract.bytes_read = extract.bytes_read;
    wanted_extract.stream_index = 0;
    same_extract_report(&extract, &wanted_extract);
    memux_sink_free(sink);
    memux_source_free(source);
    free(file.data);
}

static void a_codec_that_does_not_fit_names_the_stream_and_writes_nothing(void)
{
    bytes file = clip("vp9.webm");
    host host = slow_host(file);
    memux_source *source = host_source(&host, MEMUX_SEEKABILITY_CHEAP);
    memux_sink *sink = NULL;
    memux_extract_options options;
    memux_extract_report report, wanted;

    EXPECT_STATUS(memux_sink_to_buffer(&sink, NULL), MEMUX_OK);
    memux_extract_options_init(&options, sizeof options);
    options.framing = MEMUX_FRAMING_ANNEXB;
    GARBAGE_REPORT(report);
    EXPECT_STATUS(memux_extract(source, sink, &options, &report, NULL), MEMUX_ERROR_CODEC);
    wanted = looked_extract(&host);
    wanted.stream_index = 0;
    same_extract_report(&report, &wanted);
    memux_sink_free(sink);
    memux_source_free(source);
    free(file.data);
}

static void a_consumed_source_is_not_read_and_a_refused_one_only_looked_at(void)
{
    static uint8_t script[] = "ffconcat version 1.0\nfile a.mp4\n";
    bytes file = clip("h264.mp4");
    host host = host_of(file);
    memux_source *source = host_source(&host, MEMUX_SEEKABILITY_NONE);
    memux_count_report report, wanted;

    EXPECT_STATUS(memux_count(source, NULL, NULL, NULL), MEMUX_OK);
    GARBAGE_REPORT(report);
    EXPECT_STATUS(memux_count(source, NULL, &report, NULL), MEMUX_ERROR_NEEDS_SEEK);
    wanted = looked_count(&host);
    wanted.bytes_read = 0;
    same_count_report(&report, &wanted);
    memux_source_free(source);

    host = host_of((bytes){ script, sizeof script - 1 });
    source = host_source(&host, MEMUX_SEEKABILITY_NONE);
    GARBAGE_REPORT(report);
    EXPECT_STATUS(memux_count(source, NULL, &report, NULL), MEMUX_ERROR_REFUSED);
    EXPECT_SAME(host.bytes_given, sizeof script - 1);
    wanted = looked_count(&host);
    same_count_report(&report, &wanted);
    memux_source_free(source);
    free(file.data);
}

static void a_token_set_before_leaves_what_was_asked_for_and_no_engine(void)
{
    bytes file = clip("h264.mp4");
    host host = host_of(file);
    memux_source *source = host_source(&host, MEMUX_SEEKABILITY_CHEAP), *memory = memory_source(file);
    memux_cancel *cancel = NULL;
    memux_count_report report, wanted = unknown_count(MEMUX_COUNT_HEADER);

    EXPECT_STATUS(memux_cancel_create(&cancel, NULL), MEMUX_OK);
    memux_cancel_set(cancel);
    chosen.run.cancel = cancel;
    chosen.count.mode = MEMUX_COUNT_HEADER;
    GARBAGE_REPORT(report);
    EXPECT_STATUS(memux_count(memory, &chosen.count, &report, NULL), MEMUX_ERROR_CANCELLED);
    same_count_report(&report, &wanted);
    GARBAGE_REPORT(report);
    EXPECT_STATUS(memux_count(source, &chosen.count, &report, NULL), MEMUX_ERROR_CANCELLED);
    EXPECT_SAME(host.reads + host.seeks + host.size_questions, 0);
    same_count_report(&report, &wanted);
    memux_cancel_free(cancel);
    memux_source_free(memory);
    memux_source_free(source);
    free(file.data);
}

int main(void)
{
    RUN(a_source_that_fails_leaves_the_packets_counted_until_then);
    RUN(a_sink_that_fails_leaves_what_it_took);
    RUN_BY_EACH_ENGINE(a_limit_on_output_leaves_what_was_written);
    RUN(an_input_cut_before_its_index_says_where);
    RUN(a_stream_that_is_not_there_is_not_numbered);
    RUN(a_codec_that_does_not_fit_names_the_stream_and_writes_nothing);
    RUN_BY_EACH_ENGINE(memory_reports_what_a_failing_sink_took);
    RUN_BY_EACH_ENGINE(memory_reports_that_a_stream_is_not_there_or_of_a_codec_that_does_not_fit);
    RUN(a_consumed_source_is_not_read_and_a_refused_one_only_looked_at);
    RUN_BY_EACH_ENGINE(a_token_set_before_leaves_what_was_asked_for_and_no_engine);
    return check_done();
}
