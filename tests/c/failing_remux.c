/* Every read, seek and write call fails once while streams go into another container, or out in their natural form. */
#include "remuxing.h"

#include <errno.h>

enum { FOR_EVER = 0, ONCE = 1, MEMORY = -1 };
enum target { READ, SEEK, WRITE, SINK_SEEK, TARGETS };
static const char *const target_names[] = { "read", "seek", "write", "seek in the sink" };

static const struct kind {
    const char *name;
    int64_t code;
    int times;
    memux_status in_source, in_sink;
} kinds[] = {
    { "EIO", -EIO, FOR_EVER, MEMUX_ERROR_SOURCE, MEMUX_ERROR_SINK },
    { "EPERM once", -1, ONCE, MEMUX_ERROR_SOURCE, MEMUX_ERROR_SINK },
    { "exit", MEMUX_IO_EXIT, ONCE, MEMUX_ERROR_CANCELLED, MEMUX_ERROR_CANCELLED },
    { "again once", MEMUX_IO_AGAIN, ONCE, MEMUX_OK, MEMUX_OK },
};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* What is done, and how many calls of each kind there must be for it: fewer means that too little is tried. */
static const struct job {
    const char *clip, *format; /* no format: extracted */
    int32_t layout, stream, seekability;
    enum into into;
    int least[TARGETS];
} jobs[] = {
    { "h264.mp4", "mp4", MEMUX_LAYOUT_FRAGMENTED, 0, MEMUX_SEEKABILITY_NONE, FORWARD, { 15, 0, 8, 0 } },
    { "h264.mp4", "mp4", MEMUX_LAYOUT_FRAGMENTED, 0, MEMORY, FORWARD, { 0, 0, 8, 0 } },
    { "h264.mkv", "mp4", MEMUX_LAYOUT_PROGRESSIVE, 0, MEMUX_SEEKABILITY_CHEAP, SEEKING, { 15, 0, 8, 1 } },
    { "h264_moov_at_end.mp4", "mp4", MEMUX_LAYOUT_FASTSTART, 0, MEMUX_SEEKABILITY_CHEAP, FORWARD, { 15, 1, 4, 0 } },
    { "h264.mp4", "matroska", MEMUX_LAYOUT_AUTO, 0, MEMORY, SEEKING, { 0, 0, 8, 1 } },
    { "h264.ts", "mpegts", MEMUX_LAYOUT_AUTO, 0, MEMUX_SEEKABILITY_CHEAP, FORWARD, { 25, 0, 15, 0 } },
    { "vp9.webm", NULL, 0, 0, MEMUX_SEEKABILITY_NONE, FORWARD, { 8, 0, 2, 0 } },
    { "vp9.webm", NULL, 0, 1, MEMUX_SEEKABILITY_CHEAP, FORWARD, { 8, 0, 2, 0 } },
    { "h264.mp4", NULL, 0, 1, MEMUX_SEEKABILITY_CHEAP, FORWARD, { 15, 0, 2, 0 } },
};
enum { JOBS = sizeof jobs / sizeof *jobs };

/* A sink whose seeks fail as well. */
typedef struct seeking_sink {
    host_sink host; /* first: what it shares with other sinks finds it there */
    fault seek_fault;
} seeking_sink;

static int64_t failing_seek(void *opaque, int64_t offset, int whence)
{
    seeking_sink *self = opaque;

    if (whence == MEMUX_WHENCE_SET && fault_strikes(&self->seek_fault, self->host.seeks + 1)) {
        self->host.seeks++;
        return self->seek_fault.code;
    }
    return host_sink_seek(opaque, offset, whence);
}

static memux_status operate(const struct job *job, memux_source *source, memux_sink *sink, uint64_t *written, memux_error **error)
{
    memux_status status;

    if (job->format) {
        memux_remux_options options;
        memux_remux_report report;
        memux_remux_options_init(&options, sizeof options);
        memux_remux_report_init(&report, sizeof report);
        options.format = job->format;
        options.layout = job->layout;
        options.bit_exact = 1;
        status = memux_remux(source, sink, &options, &report, error);
        *written = report.bytes_written;
    } else {
        memux_extract_options options;
        memux_extract_report report;
        memux_extract_options_init(&options, sizeof options);
        memux_extract_report_init(&report, sizeof report);
        options.select = MEMUX_SELECT_INDEX;
        options.stream_index = job->stream;
        status = memux_extract(source, sink, &options, &report, error);
        *written = report.bytes_written;
    }
    return status;
}

/* Does the job once. What came out is `out`'s, and how many calls of each kind there were is in `calls`. */
static memux_status run_once(const struct job *job, bytes file, enum target target, const fault *fault, bytes *out, int *calls)
{
    host host = host_of(file);
    seeking_sink taken;
    memux_writer writer;
    memux_reader reader = host_reader(&host, job->seekability);
    memux_source *source = NULL;
    memux_sink *sink;
    memux_error *error = NULL;
    memux_status status;
    uint64_t written = 0;

    memset(&taken, 0, sizeof taken);
    writer = host_writer(&taken.host);
    writer.seek = job->into == SEEKING ? failing_seek : NULL;
    host.max_read = 3000;
    taken.host.max_take = 3000;
    reader.max_attempts = writer.max_attempts = 3;
    if (fault)
        *(target == READ ? &host.read_fault : target == SEEK ? &host.seek_fault
          : target == WRITE ? &taken.host.fault : &taken.seek_fault) = *fault;
    if (job->seekability == MEMORY)
        EXPECT_STATUS(memux_source_from_memory(file.data, file.size, host_release, &host, &source, NULL), MEMUX_OK);
    else
        EXPECT_STATUS(memux_source_from_reader(&reader, &source, NULL), MEMUX_OK);
    sink = host_sink_of(&writer);
    status = operate(job, source, sink, &written, &error);
    if (status < 0 && fault)
        EXPECT_SAME(memux_error_host_code(error), fault->code);
    EXPECT(written >= taken.host.file.size && (job->into == SEEKING || written == taken.host.file.size));
    EXPECT_ERROR(status, &error);
    memux_sink_free(sink);
    memux_source_free(source);
    EXPECT(host.released == 1 && taken.host.released == 1);
    calls[READ] = host.reads;
    calls[SEEK] = host.seeks;
    calls[WRITE] = taken.host.writes;
    calls[SINK_SEEK] = taken.host.seeks;
    *out = taken.host.file;
    return status;
}

static int is_beginning(bytes part, bytes whole)
{
    return part.size <= whole.size && (part.size == 0 || memcmp(part.data, whole.data, part.size) == 0);
}

static void fail_each_call(enum target target)
{
    const int stride = slowness() > 5 ? 17 : 1; /* valgrind sees a sample of them */
    int failures = 0;

    for (const struct job *job = jobs; job < jobs + JOBS; job++) {
        bytes file = clip(job->clip), whole;
        int calls[TARGETS], made[TARGETS];

        EXPECT_STATUS(run_once(job, file, target, NULL, &whole, calls), MEMUX_OK);
        EXPECT(whole.size > 5000 && calls[target] >= job->least[target]);
        for (int k = 0; k < KINDS; k++) {
            /* A seek is asked once: there is nothing to wait for. */
            memux_status wanted = target == READ || target == SEEK ? kinds[k].in_source : kinds[k].in_sink;
            for (int at = 1 + k % stride; at <= calls[target]; at += stride) {
                fault fault = { at, kinds[k].times, kinds[k].code };
                bytes out;
                memux_status status = run_once(job, file, target, &fault, &out, made);
                int fine = EXPECT_STATUS(status, wanted) & EXPECT(made[target] >= at);
                if (status == MEMUX_OK)
                    fine &= EXPECT(same_bytes(out, whole));
                else if (job->into != SEEKING && (target == WRITE || !job->format)) /* what was put out stays good */
                    fine &= EXPECT(is_beginning(out, whole));
                if (!fine)
                    printf("#   %s to %s, stream %d: %s %d of %d says %s\n", job->clip, job->format ? job->format : "its own form",
                           (int)job->stream, target_names[target], at, calls[target], kinds[k].name);
                failures += status < 0;
                free(out.data);
            }
        }
        free(whole.data);
        free(file.data);
    }
    printf("# %d failing calls: %s\n", failures, target_names[target]);
    EXPECT(failures >= 3);
}

static void each_read_that_fails_is_told(void) { fail_each_call(READ); }
static void each_seek_that_fails_is_told(void) { fail_each_call(SEEK); }
static void each_write_that_fails_is_told(void) { fail_each_call(WRITE); }
static void each_seek_in_the_sink_that_fails_is_told(void) { fail_each_call(SINK_SEEK); }

int main(void)
{
    RUN(each_read_that_fails_is_told);
    RUN(each_seek_that_fails_is_told);
    RUN(each_write_that_fails_is_told);
    RUN(each_seek_in_the_sink_that_fails_is_told);
    return check_done();
}
