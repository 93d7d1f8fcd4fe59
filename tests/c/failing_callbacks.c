/* Every read, seek and write call fails once, with every kind of failure: the answer is always the right one. */
#include "host.h"

#include <errno.h>

enum { FOR_EVER = 0, ONCE = 1, MOST_CALLS = 400, MORE_THAN_ASKED = 1 << 29, NOT_HERE = MEMUX_END };

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
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static const char *const containers[] = { "h264.mp4", "h264_moov_at_end.mp4", "h264_fragmented.mp4", "h264.mkv", "h264.ts" };
enum { CONTAINERS = sizeof containers / sizeof *containers };

enum target { READ, SEEK, WRITE };

/* Extracts once. Gives the status, and in *calls how many calls of the target's kind there were. */
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
    memux_status status;
    int fine = 1;

    host.max_read = 3000;
    sink_host.max_take = 700;
    reader.max_attempts = writer.max_attempts = 3;
    if (fault && target == READ)
        host.read_fault = *fault;
    else if (fault && target == SEEK)
        host.seek_fault = *fault;
    else if (fault)
        sink_host.fault = *fault;
    EXPECT_STATUS(memux_source_from_reader(&reader, &source, NULL), MEMUX_OK);
    sink = host_sink_of(&writer);
    memux_extract_report_init(&report, sizeof report);
    status = memux_extract(source, sink, NULL, &report, &error);
    if (status == MEMUX_OK) {
        fine &= EXPECT(same_bytes(sink_host.file, whole));
    } else if (kind) {
        fine &= EXPECT_SAME(memux_error_host_code(error), kind->code);
        fine &= EXPECT_SAME(memux_error_offset(error), target == WRITE ? (int64_t)sink_host.file.size : host.fault_offset);
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

static void fail_each_call(const char *name, int32_t seekability, enum target target)
{
    bytes file = clip(name), whole = extracted(file);
    int calls = 0, ignored, stride = slowness() > 5 ? 13 : 1; /* valgrind sees a sample of them */

    EXPECT_STATUS(run_once(file, whole, seekability, target, NULL, NULL, &calls), MEMUX_OK);
    EXPECT(calls < MOST_CALLS);
    for (size_t k = 0; k < KINDS; k++)
        for (int at = 1 + (int)(k % (size_t)stride); at <= calls; at += stride) {
            fault fault = { at, kinds[k].times, kinds[k].code };
            memux_status wanted = target == WRITE ? kinds[k].in_sink : kinds[k].in_source;
            memux_status status;

            if (wanted == NOT_HERE)
                break;
            status = run_once(file, whole, seekability, target, &fault, &kinds[k], &ignored);
            if (!EXPECT_STATUS(status, wanted))
                printf("#   %s: call %d of %d says %s, seekability %d\n", name, at, calls, kinds[k].name, (int)seekability);
        }
    printf("# %s, seekability %d: %d calls, %d kinds of failure\n", name, (int)seekability, calls, (int)KINDS);
    free(whole.data);
    free(file.data);
}

static void each_read_that_fails_without_seeking_is_told(void)
{
    for (size_t c = 0; c < CONTAINERS; c++)
        fail_each_call(containers[c], MEMUX_SEEKABILITY_NONE, READ);
}

static void each_read_that_fails_with_seeking_is_told(void)
{
    for (size_t c = 0; c < CONTAINERS; c++)
        fail_each_call(containers[c], MEMUX_SEEKABILITY_CHEAP, READ);
}

static void each_seek_that_fails_is_told(void)
{
    for (size_t c = 0; c < CONTAINERS; c++)
        fail_each_call(containers[c], MEMUX_SEEKABILITY_CHEAP, SEEK);
}

static void each_write_that_fails_is_told(void)
{
    for (size_t c = 0; c < CONTAINERS; c++)
        fail_each_call(containers[c], MEMUX_SEEKABILITY_NONE, WRITE);
}

int main(void)
{
    RUN(each_read_that_fails_without_seeking_is_told);
    RUN(each_read_that_fails_with_seeking_is_told);
    RUN(each_seek_that_fails_is_told);
    RUN(each_write_that_fails_is_told);
    return check_done();
}
