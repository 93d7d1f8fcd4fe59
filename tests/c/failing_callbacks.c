/* Every read, seek, write and writev call fails once, with every kind of failure: the answer is always the right one. */
#include "host.h"

#include <errno.h>

enum { FOR_EVER = 0, ONCE = 1, MOST_CALLS = 400, MORE_THAN_ASKED = 1 << 29, NOT_HERE = MEMUX_END };

/* Beside a reader's seekabilities: no reader but memory, and the engine chosen. */
enum { MEMORY = -1 };

enum target { READ, SEEK, WRITE, WRITEV };
static const char *const target_names[] = { "read", "seek", "write", "writev" };

static const struct kind {
    const char *name;
    int64_t code;
    int times;
    memux_status in_source, in_sink;
} kinds[] = {
    { "EIO", -EIO, FOR_EVER, MEMUX_ERROR_SOURCE, MEMUX_ERROR_SINK },
    { "EIO once", -EIO, ONCE, MEMUX_ERROR_SOURCE, MEMUX_ERROR_SINK },
    { "EPERM", -1, ONCE, MEMUX_ERROR_SOURCE, MEMUX_ERROR_SINK },
    { "the smallest number", INT32_MIN, ONCE, MEMUX_ERROR_SOURCE, MEMUX_ERROR_SINK },
    { "exit", MEMUX_IO_EXIT, ONCE, MEMUX_ERROR_CANCELLED, MEMUX_ERROR_CANCELLED },
    { "again", MEMUX_IO_AGAIN, FOR_EVER, MEMUX_ERROR_SOURCE, MEMUX_ERROR_SINK },
    { "again once", MEMUX_IO_AGAIN, ONCE, MEMUX_OK, MEMUX_OK },
    { "EAGAIN once", -EAGAIN, ONCE, MEMUX_OK, MEMUX_OK },
    { "EINTR once", -EINTR, ONCE, MEMUX_OK, MEMUX_OK },
    { "more than was asked for", MORE_THAN_ASKED, ONCE, MEMUX_ERROR_SOURCE, MEMUX_ERROR_SINK },
    /* These two mean the end of the input where something is read. */
    { "nothing", 0, ONCE, NOT_HERE, MEMUX_ERROR_SINK },
    { "the end", MEMUX_IO_EOF, ONCE, NOT_HERE, MEMUX_ERROR_SINK },
    /* No int, so only writev can say them. As an int they would be 1 and 0. */
    { "more than an int holds", (INT64_C(1) << 32) + 1, ONCE, NOT_HERE, MEMUX_ERROR_SINK },
    { "less than an int holds", INT64_MIN, ONCE, NOT_HERE, MEMUX_ERROR_SINK },
};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* With each, how many calls of a kind there must be: about as many as when this was written. */
static const struct container {
    const char *name;
    int reads, reads_seeking, seeks, writes;
} containers[] = {
    { "h264.mp4", 15, 15, 1, 85 },
    { "h264_moov_at_end.mp4", 15, 15, 3, 85 },
    { "h264_fragmented.mp4", 15, 15, 1, 85 },
    { "h264.mkv", 15, 15, 1, 85 },
    { "h264.ts", 25, 25, 1, 85 },
};
enum { CONTAINERS = sizeof containers / sizeof *containers };

static memux_status wanted_of(const struct kind *kind, enum target target)
{
    if (target != WRITEV && (int)kind->code != kind->code)
        return NOT_HERE;
    return target == WRITE || target == WRITEV ? kind->in_sink : kind->in_source;
}

/*
 * Extracts once, for seeks after a count, so that there is one in each container: the second operation goes back. Gives
 * the status, and in *calls how many calls of the target's kind there were.
 */
static memux_status run_once(bytes file, bytes whole, int32_t seekability, enum target target, const fault *fault,
                             const struct kind *kind, int *calls)
{
    host host = host_of(file);
    host_sink sink_host = { 0 };
    memux_writer writer = host_writer(&sink_host);
    memux_reader reader = host_reader(&host, seekability);
    memux_source *source = NULL;
    memux_sink *sink;
    memux_extract_report report;
    memux_error *error = NULL;
    memux_status status = MEMUX_OK;
    int fine = 1, in_sink = target == WRITE || target == WRITEV;

    host.max_read = 3000;
    sink_host.max_take = 700;
    reader.max_attempts = writer.max_attempts = 3;
    if (fault && target == READ)
        host.read_fault = *fault;
    else if (fault && target == SEEK)
        host.seek_fault = *fault;
    else if (fault)
        sink_host.fault = *fault;
    if (target == WRITEV) {
        writer.write = NULL;
        writer.writev = host_writev;
    }
    if (seekability == MEMORY)
        EXPECT_STATUS(memux_source_from_memory(file.data, file.size, host_release, &host, &source, NULL), MEMUX_OK);
    else
        EXPECT_STATUS(memux_source_from_reader(&reader, &source, NULL), MEMUX_OK);
    sink = host_sink_of(&writer);
    memux_extract_report_init(&report, sizeof report);
    if (target == SEEK)
        status = memux_count(source, NULL, NULL, &error);
    if (status == MEMUX_OK)
        status = memux_extract(source, sink, seekability == MEMORY ? &chosen.extract : NULL, &report, &error);
    if (target != SEEK)
        fine &= EXPECT_SAME(report.engine, seekability == MEMORY ? chosen.run.engine : MEMUX_ENGINE_FFMPEG);
    if (status == MEMUX_OK) {
        fine &= EXPECT(same_bytes(sink_host.file, whole));
    } else if (kind) {
        fine &= EXPECT_SAME(memux_error_host_code(error), kind->code);
        fine &= EXPECT_SAME(memux_error_offset(error), in_sink ? (int64_t)sink_host.file.size : host.fault_offset);
        fine &= EXPECT(sink_host.file.size == 0 || memcmp(sink_host.file.data, whole.data, sink_host.file.size) == 0);
    }
    fine &= EXPECT_SAME(report.bytes_written, sink_host.file.size);
    fine &= EXPECT_ERROR(status, &error);
    *calls = target == READ ? host.reads : target == SEEK ? host.seeks : sink_host.writes;
    memux_sink_free(sink);
    memux_source_free(source);
    fine &= EXPECT_SAME(host.released, 1) & EXPECT_SAME(sink_host.released, 1);
    free(sink_host.file.data);
    if (!fine && kind)
        printf("#   call %d says %s, seekability %d\n", fault->at, kind->name, (int)seekability);
    return status;
}

static void fail_each_call(const char *name, int32_t seekability, enum target target, int minimum)
{
    bytes file = clip(name), whole = extracted(file);
    int calls = 0, covered = 0, failures = 0;
    const int stride = slowness() > 5 && target != SEEK ? 13 : 1; /* valgrind sees a sample of them; seeks are few */

    EXPECT_STATUS(run_once(file, whole, seekability, target, NULL, NULL, &calls), MEMUX_OK);
    EXPECT(calls < MOST_CALLS);
    for (size_t k = 0; k < KINDS; k++) {
        memux_status wanted = wanted_of(&kinds[k], target);

        for (int at = 1 + (int)(k % (size_t)stride); at <= calls && wanted != NOT_HERE; at += stride) {
            fault fault = { at, kinds[k].times, kinds[k].code };
            int made = 0;
            memux_status status = run_once(file, whole, seekability, target, &fault, &kinds[k], &made);

            if (!EXPECT_STATUS(status, wanted))
                printf("#   %s: %s %d of %d says %s, seekability %d\n", name, target_names[target], at, calls, kinds[k].name,
                       (int)seekability);
            failures += made >= at;
            covered = made >= at && at > covered ? at : covered;
        }
    }
    printf("# %s, seekability %d: %ss up to %d covered, every %d, %d failures\n", name, (int)seekability,
           target_names[target], covered, stride, failures);
    EXPECT(covered > minimum - stride);
    free(whole.data);
    free(file.data);
}

static void each_read_that_fails_without_seeking_is_told(void)
{
    for (size_t c = 0; c < CONTAINERS; c++)
        fail_each_call(containers[c].name, MEMUX_SEEKABILITY_NONE, READ, containers[c].reads);
}

static void each_read_that_fails_with_seeking_is_told(void)
{
    for (size_t c = 0; c < CONTAINERS; c++)
        fail_each_call(containers[c].name, MEMUX_SEEKABILITY_CHEAP, READ, containers[c].reads_seeking);
}

static void each_seek_that_fails_is_told(void)
{
    for (size_t c = 0; c < CONTAINERS; c++)
        fail_each_call(containers[c].name, MEMUX_SEEKABILITY_CHEAP, SEEK, containers[c].seeks);
}

/* The walk puts small pieces together: a call is made for each 700 bytes that the sink takes. */
static void each_write_that_fails_is_told_from_memory(void)
{
    for (size_t c = 0; c < CONTAINERS; c++)
        fail_each_call(containers[c].name, MEMORY, WRITE, chosen.run.engine == MEMUX_ENGINE_WALK ? 36 : containers[c].writes);
}

static void each_writev_that_fails_is_told_from_memory(void)
{
    for (size_t c = 0; c < CONTAINERS; c++)
        fail_each_call(containers[c].name, MEMORY, WRITEV, chosen.run.engine == MEMUX_ENGINE_WALK ? 36 : containers[c].writes);
}

static void each_write_that_fails_is_told(void)
{
    for (size_t c = 0; c < CONTAINERS; c++)
        fail_each_call(containers[c].name, MEMUX_SEEKABILITY_NONE, WRITE, containers[c].writes);
}

static void each_writev_that_fails_is_told(void)
{
    for (size_t c = 0; c < CONTAINERS; c++)
        fail_each_call(containers[c].name, MEMUX_SEEKABILITY_NONE, WRITEV, containers[c].writes);
}

/* What a source is opened for: a probe, or packets with two seeks in between. */
enum opening { PROBE, INPUT };
static const char *const opening_names[] = { "probe", "input" };

/* Sums up all that comes out: what a failure left out or changed would show. */
static memux_status read_packets(memux_input *input, int most, uint64_t *sum, memux_error **error)
{
    memux_packet packet;
    memux_status status = MEMUX_OK;

    memux_packet_init(&packet, sizeof packet);
    for (int n = 0; n < most && status == MEMUX_OK; n++)
        if ((status = memux_input_next(input, &packet, error)) == MEMUX_OK)
            for (size_t i = 0; i < packet.size; i++)
                *sum = (*sum ^ packet.data[i]) * 1099511628211u;
    return status;
}

static memux_status open_all(memux_source *source, enum opening opening, int can_seek, uint64_t *sum, memux_error **error)
{
    memux_input *input = NULL;
    memux_info *info = NULL;
    memux_status status;

    *sum = 0;
    if (opening == PROBE) {
        status = memux_probe(source, NULL, &info, NULL, error);
        if (info)
            *sum = memux_info_container(info)->stream_count + (uint64_t)memux_info_stream(info, 0)->width;
        EXPECT((status >= 0) == (info != NULL));
        memux_info_free(info);
        return status;
    }
    status = memux_input_open(source, NULL, &input, error);
    EXPECT((status >= 0) == (input != NULL));
    if (status == MEMUX_OK)
        status = read_packets(input, 50, sum, error);
    for (int64_t to = 1500000; to >= 0 && can_seek && status == MEMUX_OK; to -= 1500000) {
        status = memux_input_seek(input, to, to ? MEMUX_SEEK_EXACT : MEMUX_SEEK_KEYFRAME, NULL, error);
        if (status == MEMUX_OK)
            status = read_packets(input, 50, sum, error);
    }
    if (status == MEMUX_OK)
        status = read_packets(input, 1000, sum, error);
    /* What ended it goes on ending it, without another call to the host. */
    if (status < 0 && input)
        EXPECT_STATUS(memux_input_seek(input, 0, MEMUX_SEEK_KEYFRAME, NULL, NULL), status);
    memux_input_free(input);
    return status;
}

static memux_status open_once(bytes file, int32_t seekability, enum opening opening, enum target target, const fault *fault,
                              uint64_t *sum, int *calls)
{
    host host = host_of(file);
    memux_reader reader = host_reader(&host, seekability);
    memux_source *source = NULL;
    memux_error *error = NULL;
    memux_status status;

    host.max_read = 3000;
    reader.max_attempts = 3;
    if (fault)
        *(target == READ ? &host.read_fault : &host.seek_fault) = *fault;
    EXPECT_STATUS(memux_source_from_reader(&reader, &source, NULL), MEMUX_OK);
    status = open_all(source, opening, seekability != MEMUX_SEEKABILITY_NONE, sum, &error);
    *calls = target == READ ? host.reads : host.seeks;
    if (status < 0 && fault) {
        EXPECT_SAME(memux_error_host_code(error), fault->code);
        EXPECT_SAME(memux_error_offset(error), host.fault_offset);
    }
    EXPECT_ERROR(status, &error);
    memux_source_free(source);
    EXPECT_SAME(host.released, 1);
    return status;
}

static void fail_each_call_of(enum opening opening, enum target target, int32_t seekability, int minimum)
{
    const int stride = slowness() > 5 ? 13 : 1;
    int covered = 0;

    for (size_t c = 0; c < CONTAINERS; c++) {
        bytes file = clip(containers[c].name);
        uint64_t whole = 0, sum = 0;
        int calls = 0, made = 0;
        memux_status wanted_end = opening == PROBE ? MEMUX_OK : MEMUX_END;
        EXPECT_STATUS(open_once(file, seekability, opening, target, NULL, &whole, &calls), wanted_end);
        for (size_t k = 0; k < KINDS; k++) {
            memux_status wanted = wanted_of(&kinds[k], target);
            for (int at = 1 + (int)(k % (size_t)stride); at <= calls && wanted != NOT_HERE; at += stride) {
                fault fault = { at, kinds[k].times, kinds[k].code };
                memux_status status = open_once(file, seekability, opening, target, &fault, &sum, &made);
                int fine = EXPECT_STATUS(status, wanted == MEMUX_OK ? wanted_end : wanted);
                fine &= EXPECT(wanted != MEMUX_OK || sum == whole);
                if (!fine)
                    printf("#   %s, %s: %s %d of %d says %s, seekability %d\n", opening_names[opening], containers[c].name,
                           target_names[target], at, calls, kinds[k].name, (int)seekability);
                covered += made >= at;
            }
        }
        free(file.data);
    }
    printf("# %s, seekability %d: %d failing %ss\n", opening_names[opening], (int)seekability, covered, target_names[target]);
    EXPECT(covered > minimum / stride);
}

static void each_call_that_fails_is_told_by_a_probe(void)
{
    fail_each_call_of(PROBE, READ, MEMUX_SEEKABILITY_NONE, 600);
    fail_each_call_of(PROBE, READ, MEMUX_SEEKABILITY_CHEAP, 600);
    fail_each_call_of(PROBE, SEEK, MEMUX_SEEKABILITY_CHEAP, 80);
}

static void each_call_that_fails_is_told_by_an_open_container(void)
{
    fail_each_call_of(INPUT, READ, MEMUX_SEEKABILITY_NONE, 800);
    fail_each_call_of(INPUT, READ, MEMUX_SEEKABILITY_CHEAP, 1000);
    fail_each_call_of(INPUT, SEEK, MEMUX_SEEKABILITY_CHEAP, 200);
}

int main(void)
{
    RUN(each_read_that_fails_without_seeking_is_told);
    RUN(each_read_that_fails_with_seeking_is_told);
    RUN(each_seek_that_fails_is_told);
    RUN(each_write_that_fails_is_told);
    RUN(each_writev_that_fails_is_told);
    RUN_BY_EACH_ENGINE(each_write_that_fails_is_told_from_memory);
    RUN_BY_EACH_ENGINE(each_writev_that_fails_is_told_from_memory);
    RUN(each_call_that_fails_is_told_by_a_probe);
    RUN(each_call_that_fails_is_told_by_an_open_container);
    return check_done();
}
