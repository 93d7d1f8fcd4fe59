/* Which thread calls back: the one inside the call, and never twice at once. `unblock` and `release` are the exceptions. */
#include "host.h"

#include <pthread.h>
#include <unistd.h>

enum { READ, SEEK, WRITE, WRITEV, PROGRESS, TRACE, KINDS };

/* One operation seen from its callbacks. */
typedef struct witness {
    pthread_mutex_t lock;
    pthread_t caller;     /* the thread inside the call */
    int inside;           /* callbacks that have begun and not returned */
    int overlaps, strangers, calls[KINDS];
    int unblocked;
    int stands_at;        /* the read that waits until it is unblocked, 0 = none */
    host reading;
    host_sink writing;
} witness;

static void witness_init(witness *self, bytes file)
{
    memset(self, 0, sizeof *self);
    pthread_mutex_init(&self->lock, NULL);
    self->reading = host_of(file);
    self->reading.max_read = 8192;
    self->caller = pthread_self();
}

static void begins(witness *self, int kind)
{
    pthread_mutex_lock(&self->lock);
    self->overlaps += self->inside++ != 0;
    self->strangers += !pthread_equal(self->caller, pthread_self());
    self->calls[kind]++;
    pthread_mutex_unlock(&self->lock);
    if (slowness() == 1)
        usleep(50); /* long enough for another callback to come, if it would */
}

static void ends(witness *self)
{
    pthread_mutex_lock(&self->lock);
    self->inside--;
    pthread_mutex_unlock(&self->lock);
}

static int is_unblocked(witness *self)
{
    int answer;

    pthread_mutex_lock(&self->lock);
    answer = self->unblocked;
    pthread_mutex_unlock(&self->lock);
    return answer;
}

static int witness_read(void *opaque, uint8_t *buf, int buf_size)
{
    witness *self = opaque;
    int taken;

    begins(self, READ);
    for (int i = 0; self->calls[READ] == self->stands_at && !is_unblocked(self) && i < 10000; i++)
        usleep(1000);
    taken = host_read(&self->reading, buf, buf_size);
    ends(self);
    return taken;
}

static int64_t witness_seek(void *opaque, int64_t offset, int whence)
{
    witness *self = opaque;
    int64_t landed;

    begins(self, SEEK);
    landed = host_seek(&self->reading, offset, whence);
    ends(self);
    return landed;
}

static int witness_write(void *opaque, MEMUX_WRITE_CONST uint8_t *buf, int buf_size)
{
    witness *self = opaque;
    int taken;

    begins(self, WRITE);
    taken = host_write(&self->writing, buf, buf_size);
    ends(self);
    return taken;
}

static int64_t witness_writev(void *opaque, const memux_slice *slices, size_t count)
{
    witness *self = opaque;
    int64_t taken;

    begins(self, WRITEV);
    taken = host_writev(&self->writing, slices, count);
    ends(self);
    return taken;
}

static int witness_progress(void *opaque, const memux_progress *progress)
{
    (void)progress;
    begins(opaque, PROGRESS);
    ends(opaque);
    return 0;
}

static void witness_trace(void *opaque, const memux_trace_event *event)
{
    (void)event;
    begins(opaque, TRACE);
    ends(opaque);
}

/* Comes while another callback is under way: that is what it is for. */
static void witness_unblock(void *opaque)
{
    witness *self = opaque;

    pthread_mutex_lock(&self->lock);
    self->unblocked++;
    pthread_mutex_unlock(&self->lock);
}

/* A watchdog lives as long as the operation: there is a timeout, and something to unblock. */
static memux_run_options watched_run(witness *self, int64_t timeout_us)
{
    memux_run_options run;

    memux_run_options_init(&run, sizeof run);
    run.progress = witness_progress;
    run.trace = witness_trace;
    run.progress_opaque = run.trace_opaque = self;
    run.timeout_us = timeout_us;
    return run;
}

static memux_source *watched_source(witness *self)
{
    memux_reader reader = host_reader(&self->reading, MEMUX_SEEKABILITY_CHEAP);
    memux_source *source = NULL;

    reader.opaque = self;
    reader.read = witness_read;
    reader.seek = witness_seek;
    reader.unblock = witness_unblock;
    reader.release = NULL;
    EXPECT_STATUS(memux_source_from_reader(&reader, &source, NULL), MEMUX_OK);
    return source;
}

static memux_status extract_watched(witness *self, int kind, int64_t timeout_us)
{
    memux_run_options run = watched_run(self, timeout_us);
    memux_writer writer = host_writer(&self->writing);
    memux_extract_options options;
    memux_source *source = watched_source(self);
    memux_sink *sink;
    memux_status status;

    writer.opaque = self;
    writer.write = kind == WRITE ? witness_write : NULL;
    writer.writev = kind == WRITEV ? witness_writev : NULL;
    writer.unblock = witness_unblock;
    writer.release = NULL;
    sink = host_sink_of(&writer);
    memux_extract_options_init(&options, sizeof options);
    options.run = &run;
    status = memux_extract(source, sink, &options, NULL, NULL);
    memux_sink_free(sink);
    memux_source_free(source);
    free(self->writing.file.data);
    return status;
}

static memux_status count_watched(witness *self, int32_t mode, int64_t timeout_us)
{
    memux_run_options run = watched_run(self, timeout_us);
    memux_source *source = watched_source(self);
    memux_count_options options;
    memux_status status;

    memux_count_options_init(&options, sizeof options);
    options.run = &run;
    options.mode = mode;
    status = memux_count(source, &options, NULL, NULL);
    memux_source_free(source);
    return status;
}

static const int64_t PLENTY_US = 3600 * INT64_C(1000000);

/* Everything that this operation can call was called, by nobody else and one at a time. */
static void expect_one_caller(const witness *self, int writes)
{
    EXPECT_SAME(self->overlaps, 0);
    EXPECT_SAME(self->strangers, 0);
    EXPECT_SAME(self->inside, 0);
    EXPECT(self->calls[READ] > 1);
    EXPECT(self->calls[SEEK] > 0);
    EXPECT(self->calls[PROGRESS] > 1);
    EXPECT(self->calls[TRACE] > 1);
    EXPECT_SAME(self->calls[WRITE] > 0, writes == WRITE);
    EXPECT_SAME(self->calls[WRITEV] > 0, writes == WRITEV);
}

/* An input of which every callback is needed: its index stands at the end. */
static const char *const sought = "h264_moov_at_end.mp4";

static void callbacks_come_on_the_thread_inside_the_call_and_one_at_a_time(void)
{
    bytes file = clip(sought);
    witness witness;

    for (int kind = WRITE; kind <= WRITEV; kind++) {
        witness_init(&witness, file);
        EXPECT_STATUS(extract_watched(&witness, kind, PLENTY_US), MEMUX_OK);
        expect_one_caller(&witness, kind);
        EXPECT_SAME(witness.unblocked, 0);
    }
    for (int32_t mode = MEMUX_COUNT_PACKETS; mode <= MEMUX_COUNT_DECODED; mode++) {
        witness_init(&witness, file);
        EXPECT_STATUS(count_watched(&witness, mode, PLENTY_US), MEMUX_OK);
        if (mode != MEMUX_COUNT_HEADER) /* which is done when the header is read */
            expect_one_caller(&witness, KINDS);
        EXPECT(witness.overlaps == 0 && witness.strangers == 0);
    }
    free(file.data);
}

static void the_shortest_calls_write_on_the_thread_inside_the_call(void)
{
    bytes file = clip(sought);
    witness witness;

    witness_init(&witness, file);
    EXPECT_STATUS(memux_extract_video(file.data, file.size, witness_write, &witness, NULL), MEMUX_OK);
    EXPECT(witness.calls[WRITE] > 0 && witness.overlaps == 0 && witness.strangers == 0);
    free(witness.writing.file.data);
    free(file.data);
}

/* The walk's callbacks: those of the sink, and progress. A second thread that copies makes none. */
static void the_walk_calls_back_on_the_thread_inside_the_call_and_one_at_a_time(void)
{
    bytes file = long_clip("h264.ts", 20), whole = extracted(file);
    memux_source *source = memory_source(file);

    for (int kind = WRITE; kind <= PROGRESS; kind++) { /* PROGRESS: into memory */
        witness witness;
        choice walk;
        memux_writer writer;
        memux_extract_report report;
        memux_sink *sink = NULL;

        witness_init(&witness, file);
        choose(&walk, MEMUX_ENGINE_WALK);
        walk.run = watched_run(&witness, PLENTY_US);
        walk.run.engine = MEMUX_ENGINE_WALK;
        walk.run.trace = NULL;
        walk.extract.threads = 2;
        memux_extract_report_init(&report, sizeof report);
        if (kind == PROGRESS) {
            witness.writing.file.data = malloc(whole.size);
            witness.writing.file.size = whole.size;
            EXPECT_STATUS(memux_extract_into(source, witness.writing.file.data, whole.size, &walk.extract, &report, NULL), MEMUX_OK);
        } else {
            writer = host_writer(&witness.writing);
            writer.opaque = &witness;
            writer.write = kind == WRITE ? witness_write : NULL;
            writer.writev = kind == WRITEV ? witness_writev : NULL;
            writer.unblock = witness_unblock;
            writer.release = NULL;
            writer.max_write = 8000;
            sink = host_sink_of(&writer);
            EXPECT_STATUS(memux_extract(source, sink, &walk.extract, &report, NULL), MEMUX_OK);
            EXPECT(witness.calls[kind] > 10);
            memux_sink_free(sink);
        }
        EXPECT(same_bytes(witness.writing.file, whole));
        EXPECT_SAME(report.engine, MEMUX_ENGINE_WALK);
        EXPECT(witness.calls[PROGRESS] > 1);
        EXPECT_SAME(witness.overlaps, 0);
        EXPECT_SAME(witness.strangers, 0);
        EXPECT_SAME(witness.inside, 0);
        EXPECT_SAME(witness.unblocked, 0);
        free(witness.writing.file.data);
    }
    memux_source_free(source);
    free(whole.data);
    free(file.data);
}

/* The watchdog strikes while a read is under way, and only unblocks: what else is called comes as before. */
static void a_watchdog_that_strikes_calls_nothing_but_unblock(void)
{
    bytes file = clip(sought);
    witness witness;

    witness_init(&witness, file);
    witness.stands_at = 3;
    EXPECT_STATUS(extract_watched(&witness, WRITE, (slowness() > 5 ? 3000 : 300) * 1000), MEMUX_ERROR_TIMEOUT);
    EXPECT(witness.unblocked >= 1 && witness.unblocked <= 2); /* the reader's and the writer's */
    EXPECT_SAME(witness.calls[READ], 3);
    EXPECT(witness.calls[TRACE] >= 3 && witness.calls[PROGRESS] >= 2);
    EXPECT_SAME(witness.overlaps, 0);
    EXPECT_SAME(witness.strangers, 0);
    EXPECT_SAME(witness.inside, 0);
    free(file.data);
}

enum { CROWD = 6 };

typedef struct worker {
    witness witness;
    int number;
    memux_status status;
    pthread_t thread;
} worker;

static void *work(void *opaque)
{
    worker *self = opaque;

    self->witness.caller = pthread_self();
    self->status = self->number % 3 == 2 ? count_watched(&self->witness, MEMUX_COUNT_DECODED, PLENTY_US)
                                         : extract_watched(&self->witness, WRITE + self->number % 3, PLENTY_US);
    return NULL;
}

static void each_of_several_operations_at_once_calls_back_on_its_own_thread(void)
{
    bytes file = clip(sought);
    static worker crowd[CROWD];

    for (int i = 0; i < CROWD; i++) {
        witness_init(&crowd[i].witness, file);
        crowd[i].number = i;
        EXPECT_SAME(pthread_create(&crowd[i].thread, NULL, work, &crowd[i]), 0);
    }
    for (int i = 0; i < CROWD; i++) {
        pthread_join(crowd[i].thread, NULL);
        EXPECT_STATUS(crowd[i].status, MEMUX_OK);
        expect_one_caller(&crowd[i].witness, i % 3 == 2 ? KINDS : WRITE + i % 3);
        EXPECT_SAME(crowd[i].witness.unblocked, 0);
    }
    free(file.data);
}

int main(void)
{
    RUN(callbacks_come_on_the_thread_inside_the_call_and_one_at_a_time);
    RUN(the_walk_calls_back_on_the_thread_inside_the_call_and_one_at_a_time);
    RUN(the_shortest_calls_write_on_the_thread_inside_the_call);
    RUN(a_watchdog_that_strikes_calls_nothing_but_unblock);
    RUN(each_of_several_operations_at_once_calls_back_on_its_own_thread);
    return check_done();
}
