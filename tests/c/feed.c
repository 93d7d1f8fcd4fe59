/* Bytes that are pushed as they come, read by an operation on another thread. */
#include "host.h"

#include <errno.h>
#include <pthread.h>

/* What the other thread does: a remux into fragments, or a count. */
typedef struct job {
    memux_source *source;
    memux_cancel *cancel;
    const char *format; /* NULL: count */
    int64_t timeout_us;
    uint64_t max_probe_bytes;
    pthread_t thread;
    pthread_mutex_t lock;
    /* what came of it */
    memux_status status;
    int64_t host_code;
    uint64_t frames;
    uint8_t *output;
    size_t size, room;
} job;

static int take(void *opaque, MEMUX_WRITE_CONST uint8_t *buf, int buf_size)
{
    job *self = opaque;

    pthread_mutex_lock(&self->lock);
    while (self->size + (size_t)buf_size > self->room) {
        self->room = self->room ? self->room * 2 : 1 << 16;
        self->output = realloc(self->output, self->room);
        if (!self->output)
            abort();
    }
    memcpy(self->output + self->size, buf, (size_t)buf_size);
    self->size += (size_t)buf_size;
    pthread_mutex_unlock(&self->lock);
    return buf_size;
}

static void *work(void *opaque)
{
    job *self = opaque;
    memux_error *error = NULL;
    memux_limits limits;
    memux_run_options run;

    memux_limits_init(&limits, sizeof limits);
    limits.max_probe_bytes = self->max_probe_bytes;
    memux_run_options_init(&run, sizeof run);
    run.limits = &limits;
    run.cancel = self->cancel;
    run.timeout_us = self->timeout_us;
    if (self->format) {
        memux_remux_options options;
        memux_writer writer;
        memux_sink *sink = NULL;
        memux_remux_options_init(&options, sizeof options);
        options.run = &run;
        options.format = self->format;
        options.layout = strcmp(self->format, "mp4") == 0 ? MEMUX_LAYOUT_FRAGMENTED : MEMUX_LAYOUT_AUTO;
        options.bit_exact = 1;
        memux_writer_init(&writer, sizeof writer);
        writer.opaque = self;
        writer.write = take;
        EXPECT_STATUS(memux_sink_to_writer(&writer, &sink, NULL), MEMUX_OK);
        self->status = memux_remux(self->source, sink, &options, NULL, &error);
        memux_sink_free(sink);
    } else {
        memux_count_options options;
        memux_count_report report;
        memux_count_options_init(&options, sizeof options);
        options.run = &run;
        memux_count_report_init(&report, sizeof report);
        self->status = memux_count(self->source, &options, &report, &error);
        self->frames = report.frames;
    }
    self->host_code = memux_error_host_code(error);
    memux_error_free(error);
    return NULL;
}

static memux_feed *start(job *self, size_t capacity)
{
    memux_feed *feed = NULL;

    EXPECT_STATUS(memux_feed_create(capacity, &feed, NULL), MEMUX_OK);
    EXPECT_STATUS(memux_source_from_feed(feed, &self->source, NULL), MEMUX_OK);
    pthread_mutex_init(&self->lock, NULL);
    if (pthread_create(&self->thread, NULL, work, self) != 0)
        abort();
    return feed;
}

static void end(job *self)
{
    pthread_join(self->thread, NULL);
    pthread_mutex_destroy(&self->lock);
    memux_source_free(self->source);
}

static void push(memux_feed *feed, bytes file, size_t chunk)
{
    for (size_t at = 0; at < file.size; at += chunk) {
        size_t size = file.size - at < chunk ? file.size - at : chunk;
        memux_error *error;
        memux_status status = memux_feed_push_all(feed, file.data + at, size, 0, NULL, &error);
        EXPECT_STATUS(status, MEMUX_OK);
        EXPECT_ERROR(status, &error);
        if (status < 0)
            return;
    }
}

static void chunks_of_any_size_give_the_same_output(void)
{
    static const char *const names[] = { "h264_fragmented.mp4", "h264.ts", "h264.mkv" };
    static const size_t chunks[] = { 1 << 20, 1, 7, 188, 4096, 65536 };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        bytes file = clip(names[i]);
        job first = { .format = "mp4" };
        for (size_t j = 0; j < sizeof chunks / sizeof *chunks; j++) {
            job next = { .format = "mp4" }, *self = j == 0 ? &first : &next;
            memux_feed *feed = start(self, 3000);
            push(feed, file, chunks[j]);
            memux_feed_finish(feed);
            end(self);
            EXPECT_STATUS(self->status, MEMUX_OK);
            EXPECT_SAME(memux_feed_level(feed, NULL), 0);
            if (!EXPECT(self->size > file.size / 2 && self->size == first.size
                        && memcmp(self->output, first.output, first.size) == 0))
                printf("#   %s in pieces of %d\n", names[i], (int)chunks[j]);
            memux_feed_free(feed);
            free(next.output);
        }
        free(first.output);
        free(file.data);
    }
}

/* Whether so many bytes came out within ten seconds. */
static int comes_out(job *self, const char *what)
{
    for (int i = 0; i < 1000 * slowness(); i++) {
        struct timespec pause = { 0, 10 * 1000 * 1000 };
        int found = 0;
        pthread_mutex_lock(&self->lock);
        for (size_t at = 0; at + 4 <= self->size && !found; at++)
            found = memcmp(self->output + at, what, 4) == 0;
        pthread_mutex_unlock(&self->lock);
        if (found)
            return 1;
        nanosleep(&pause, NULL);
    }
    return 0;
}

static void the_first_fragment_comes_out_before_the_second_half_goes_in(void)
{
    static const char *const names[] = { "h264_fragmented.mp4", "h264.ts" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        bytes file = clip(names[i]), half = { file.data, file.size / 2 }, rest = { file.data + half.size, file.size - half.size };
        job self = { .format = "mp4", .max_probe_bytes = file.size / 8 };
        memux_feed *feed = start(&self, 0);
        push(feed, half, 1000);
        if (!EXPECT(comes_out(&self, "moof")))
            printf("#   of %s\n", names[i]);
        push(feed, rest, 1000);
        memux_feed_finish(feed);
        end(&self);
        EXPECT_STATUS(self.status, MEMUX_OK);
        memux_feed_free(feed);
        free(self.output);
        free(file.data);
    }
}

static void a_small_feed_carries_a_long_stream(void)
{
    enum { SMALL = 64 * 1024, LONG = 100 * 1000 * 1000 };
    bytes once = clip("h264.ts"), all = long_clip("h264.ts", (LONG / (slowness() > 1 ? 50 : 1)) / once.size + 1);
    job self = { 0 };
    memux_feed *feed = start(&self, SMALL);
    uint64_t capacity = 0;

    push(feed, all, 1 << 20);
    EXPECT(memux_feed_level(feed, &capacity) <= SMALL);
    EXPECT_SAME(capacity, SMALL);
    memux_feed_finish(feed);
    end(&self);
    EXPECT(self.status >= 0);
    EXPECT_SAME(self.frames, 75 * (all.size / once.size));
    memux_feed_free(feed);
    free(once.data);
    free(all.data);
}

static void a_full_feed_says_so_and_waits_only_if_asked(void)
{
    memux_feed *feed = NULL;
    memux_source *source = NULL;
    memux_error *error;
    static const uint8_t long_data[1 << 20];
    uint8_t data[10] = { 0 };
    uint64_t capacity = 0;
    size_t taken = 99;
    double start_ms;

    EXPECT_STATUS(memux_feed_create(8, &feed, NULL), MEMUX_OK);
    EXPECT_STATUS(memux_feed_push(feed, data, sizeof data, &taken, NULL), MEMUX_OK);
    EXPECT_SAME(taken, 8);
    EXPECT_STATUS(memux_feed_push(feed, data, sizeof data, &taken, NULL), MEMUX_OK);
    EXPECT_SAME(taken, 0);
    start_ms = now_ms();
    taken = 99;
    EXPECT_STATUS(memux_feed_push_all(feed, data, sizeof data, 30000, &taken, &error), MEMUX_ERROR_TIMEOUT);
    EXPECT_ERROR(MEMUX_ERROR_TIMEOUT, &error);
    EXPECT(now_ms() - start_ms >= 29);
    EXPECT_SAME(taken, 0);
    EXPECT_STATUS(memux_source_from_feed(feed, &source, NULL), MEMUX_OK);
    memux_source_free(source);
    source = (memux_source *)feed;
    EXPECT_STATUS(memux_source_from_feed(feed, &source, &error), MEMUX_ERROR_BUSY);
    EXPECT_ERROR(MEMUX_ERROR_BUSY, &error);
    EXPECT(source == NULL);
    /* its source is gone: nobody will ever read */
    EXPECT_STATUS(memux_feed_push(feed, data, 1, &taken, NULL), MEMUX_ERROR_CANCELLED);
    taken = 99;
    EXPECT_STATUS(memux_feed_push_all(feed, data, sizeof data, 0, &taken, NULL), MEMUX_ERROR_CANCELLED);
    EXPECT_SAME(taken, 0);
    memux_feed_free(feed);
    EXPECT_STATUS(memux_feed_create(0, &feed, NULL), MEMUX_OK);
    EXPECT_SAME(memux_feed_level(feed, &capacity), 0);
    EXPECT_SAME(capacity, 1 << 20);
    EXPECT_STATUS(memux_feed_push(feed, data, sizeof data, &taken, NULL), MEMUX_OK);
    EXPECT_STATUS(memux_feed_push_all(feed, long_data, sizeof long_data, 1000, &taken, NULL), MEMUX_ERROR_TIMEOUT);
    EXPECT_SAME(taken, (1 << 20) - 10);
    memux_feed_free(feed);
}

static void a_feed_that_breaks_off_is_a_source_that_failed(void)
{
    bytes file = clip("h264.ts");

    for (int freed = 0; freed < 2; freed++) {
        job self = { 0 };
        memux_feed *feed = start(&self, 0);
        memux_status status;
        memux_error *error;
        push(feed, file, 1 << 20);
        if (freed) {
            memux_feed_free(feed);
        } else {
            memux_feed_fail(feed, -4711);
            memux_feed_finish(feed); /* the first end counts */
            status = memux_feed_push_all(feed, file.data, 1, 0, NULL, &error);
            EXPECT(status == MEMUX_ERROR_INVALID_ARGUMENT || status == MEMUX_ERROR_CANCELLED);
            EXPECT_ERROR(status, &error);
        }
        end(&self);
        EXPECT_STATUS(self.status, MEMUX_ERROR_SOURCE);
        EXPECT(freed ? self.host_code < 0 : self.host_code == -4711);
        if (!freed)
            memux_feed_free(feed);
    }
    free(file.data);
}

/* Codes that a read callback returns for something else: an upstream that ended too early may well hand its own end on. */
static void a_feed_that_fails_is_never_a_whole_input_whatever_the_code(void)
{
    static const int32_t codes[] = { MEMUX_IO_EOF, MEMUX_IO_EXIT, MEMUX_IO_AGAIN, -EAGAIN, -EINTR, 0, 1, INT32_MAX };
    bytes file = clip("h264.ts");

    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        job self = { 0 };
        memux_feed *feed = start(&self, 0);
        double started;
        push(feed, file, 1 << 20);
        started = now_ms();
        memux_feed_fail(feed, codes[i]);
        end(&self);
        if (!(EXPECT_STATUS(self.status, MEMUX_ERROR_SOURCE) & EXPECT_SAME(self.host_code, -1)
              & EXPECT(now_ms() - started < 2000 * slowness())))
            printf("#   code %d\n", (int)codes[i]);
        memux_feed_free(feed);
    }
    free(file.data);
}

static void an_operation_that_waits_for_a_feed_can_be_ended(void)
{
    for (int by_time = 0; by_time < 2; by_time++) {
        job self = { .timeout_us = by_time ? 50000 : 0 };
        memux_feed *feed;
        uint8_t byte = 0;
        EXPECT_STATUS(memux_cancel_create(&self.cancel, NULL), MEMUX_OK);
        feed = start(&self, 0);
        if (!by_time) {
            struct timespec pause = { 0, 30 * 1000 * 1000 };
            nanosleep(&pause, NULL);
            memux_cancel_set(self.cancel);
        }
        end(&self);
        EXPECT_STATUS(self.status, by_time ? MEMUX_ERROR_TIMEOUT : MEMUX_ERROR_CANCELLED);
        /* who pushes on learns that it is over, and does not wait for ever */
        EXPECT_STATUS(memux_feed_push_all(feed, &byte, 1, 0, NULL, NULL), MEMUX_ERROR_CANCELLED);
        memux_feed_free(feed);
        memux_cancel_free(self.cancel);
    }
}

int main(void)
{
    RUN(chunks_of_any_size_give_the_same_output);
    RUN(the_first_fragment_comes_out_before_the_second_half_goes_in);
    RUN(a_small_feed_carries_a_long_stream);
    RUN(a_full_feed_says_so_and_waits_only_if_asked);
    RUN(a_feed_that_breaks_off_is_a_source_that_failed);
    RUN(a_feed_that_fails_is_never_a_whole_input_whatever_the_code);
    RUN(an_operation_that_waits_for_a_feed_can_be_ended);
    return check_done();
}
