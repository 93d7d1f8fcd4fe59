/* A walk that declines when bytes have gone out: FFmpeg goes on where it ended, and nobody can tell. */
#include "reports.h"

/* A fragmented clip with its fragments many times one behind the other: larger than what the walk keeps together. */
static bytes long_fragmented_clip(size_t times)
{
    bytes once = clip("h264_fragmented.mp4"), all;
    size_t begin = place_of(once, "moof") - 4, end = place_of(once, "mfra") - 4, part = end - begin;

    all.size = begin + part * times;
    all.data = malloc(all.size);
    if (!all.data)
        abort();
    memcpy(all.data, once.data, begin);
    for (size_t i = 0; i < times; i++)
        memcpy(all.data + begin + i * part, once.data + begin, part);
    free(once.data);
    return all;
}

/* Claims a length for a unit that no sample has, somewhere behind two thirds of the file. */
static void spoil_a_length(bytes file, bytes stream)
{
    static const uint8_t start[] = { 0, 0, 1 };
    const size_t needle = 24;

    for (size_t at = stream.size * 2 / 3; at + 3 + needle <= stream.size; at++) {
        if (memcmp(stream.data + at, start, sizeof start) != 0)
            continue;
        for (size_t place = file.size * 2 / 3; place + needle <= file.size; place++)
            if (memcmp(file.data + place, stream.data + at + 3, needle) == 0) {
                memset(file.data + place - 4, 0x7F, 4);
                return;
            }
    }
    MISSING("a unit of the stream to be in the file");
}

/* Into each kind of sink; whatever it is, its bytes are `wanted`. */
static void expect_bytes_by_every_sink(memux_source *source, const choice *choice, bytes wanted, memux_status status)
{
    memux_extract_report report;
    uint64_t size = 0;
    bytes got = to_buffer(source, &choice->extract, status, &report);

    EXPECT(same_bytes(got, wanted));
    EXPECT_SAME(report.bytes_written, wanted.size);
    EXPECT_SAME(report.engine_reason, choice->run.engine == MEMUX_ENGINE_AUTO ? MEMUX_REASON_DAMAGED : MEMUX_REASON_ASKED);
    for (int vector = 0; vector < 2; vector++)
        for (size_t most = 0; most < 8000; most += 7001) {
            host_sink host = { 0 };
            memux_writer writer = host_writer(&host);
            memux_sink *sink;
            if (vector)
                writer.write = NULL, writer.writev = host_writev;
            host.max_take = most;
            sink = host_sink_of(&writer);
            GARBAGE_REPORT(report);
            EXPECT_STATUS(memux_extract(source, sink, &choice->extract, &report, NULL), status);
            if (!EXPECT(same_bytes(host.file, wanted)))
                printf("#   %s: %zu bytes of %zu\n", vector ? "writev" : "write", host.file.size, wanted.size);
            EXPECT_SAME(report.bytes_written, wanted.size);
            memux_sink_free(sink);
            free(host.file.data);
        }
    EXPECT_STATUS(memux_extract_size(source, &choice->extract, &size, NULL, NULL), status);
    EXPECT_SAME(size, wanted.size);
    memset(got.data, 0xEE, got.size);
    GARBAGE_REPORT(report);
    EXPECT_STATUS(memux_extract_into(source, got.data, got.size, &choice->extract, &report, NULL), status);
    EXPECT(same_bytes(got, wanted));
    EXPECT_SAME(report.bytes_written, wanted.size);
    free(got.data);
}

/* By the walk alone, so many bytes reach the sink before it declines; all of them good. */
static void expect_bytes_before_the_walk_declines(memux_source *source, bytes wanted)
{
    for (int vector = 0; vector < 2; vector++) {
        host_sink host = { 0 };
        memux_writer writer = host_writer(&host);
        memux_extract_report report;
        memux_sink *sink;
        choice walk;

        if (vector)
            writer.write = NULL, writer.writev = host_writev;
        sink = host_sink_of(&writer);
        choose(&walk, MEMUX_ENGINE_WALK);
        GARBAGE_REPORT(report);
        EXPECT_STATUS(memux_extract(source, sink, &walk.extract, &report, NULL), MEMUX_ERROR_UNSUPPORTED);
        EXPECT_SAME(report.engine, MEMUX_ENGINE_AUTO);
        EXPECT_SAME(report.engine_reason, MEMUX_REASON_DAMAGED);
        EXPECT(host.file.size > wanted.size / 4 && host.file.size < wanted.size);
        EXPECT(memcmp(host.file.data, wanted.data, host.file.size) == 0);
        EXPECT_SAME(report.bytes_written, host.file.size);
        memux_sink_free(sink);
        free(host.file.data);
    }
}

static void a_walk_that_declines_on_the_way_leaves_no_trace_in_the_output(void)
{
    bytes file = long_fragmented_clip(slowness() > 5 ? 8 : 20), whole = extracted(file), wanted;
    memux_source *source;
    memux_extract_report report;
    memux_status status;
    choice choice;

    spoil_a_length(file, whole);
    source = memory_source(file);
    choose(&choice, MEMUX_ENGINE_FFMPEG);
    status = memux_extract_size(source, &choice.extract, &(uint64_t){ 0 }, NULL, NULL);
    EXPECT_STATUS(status, MEMUX_TRUNCATED);
    wanted = to_buffer(source, &choice.extract, status, &report);
    EXPECT(wanted.size > 0 && !same_bytes(wanted, whole));
    expect_bytes_before_the_walk_declines(source, wanted);
    expect_bytes_by_every_sink(source, &choice, wanted, status);
    choice.run.engine = MEMUX_ENGINE_AUTO;
    expect_bytes_by_every_sink(source, &choice, wanted, status);
    memux_source_free(source);
    free(wanted.data);
    free(whole.data);
    free(file.data);
}

int main(void)
{
    RUN(a_walk_that_declines_on_the_way_leaves_no_trace_in_the_output);
    return check_done();
}
