/* Ending an operation from outside, by a token or by the progress callback; also while a callback hangs. */
#include "hanging.h"

static memux_cancel *token_new(void)
{
    memux_cancel *token = NULL;
    EXPECT_STATUS(memux_cancel_create(&token, NULL), MEMUX_OK);
    return token;
}

static void expect_cancel_frees(int in_sink, int hang_at)
{
    bytes file = clip("h264.ts");
    hanging host;
    canceller canceller = { &host, token_new(), 0, 0, 0 };
    memux_run_options run = chosen.run;
    memux_extract_report report;
    memux_error *error = NULL;
    memux_status status;
    double back;

    hanging_init(&host, file, hang_at);
    run.cancel = canceller.token;
    pthread_create(&canceller.thread, NULL, cancel_when_hanging, &canceller);
    status = run_hanging(&host, in_sink, &run, &report, &error);
    back = now_ms();
    pthread_join(canceller.thread, NULL);
    EXPECT_STATUS(status, MEMUX_ERROR_CANCELLED);
    EXPECT(back - canceller.set_at < WITHIN_MS);
    EXPECT_SAME(memux_error_host_code(error), -ECANCELED);
    EXPECT_SAME(host.unblocked, 1);
    EXPECT(pthread_equal(host.unblocked_on, canceller.thread));
    if (in_sink)
        EXPECT_SAME(report.bytes_written, host.writing.file.size);
    EXPECT_SAME(report.engine, in_sink ? chosen.run.engine : MEMUX_ENGINE_FFMPEG);
    EXPECT_ERROR(status, &error);
    memux_cancel_free(canceller.token);
    free(host.writing.file.data);
    free(file.data);
}

static void a_read_that_blocks_for_ever_comes_back_on_cancel(void)
{
    expect_cancel_frees(0, 1);
    expect_cancel_frees(0, 15);
}

static void a_write_that_blocks_for_ever_comes_back_on_cancel(void)
{
    expect_cancel_frees(1, 1);
    expect_cancel_frees(1, 9);
}

/* The callback is back at once, its unblock on the thread that cancels is not: the operation waits for it. */
static void the_end_of_an_operation_waits_for_an_unblock_under_way(void)
{
    bytes file = clip("h264.ts");
    hanging host;
    canceller canceller = { &host, token_new(), 0, 0, 0 };
    memux_run_options run;
    memux_extract_report report;

    hanging_init(&host, file, 1);
    host.lingers_ms = 150;
    memux_run_options_init(&run, sizeof run);
    run.cancel = canceller.token;
    pthread_create(&canceller.thread, NULL, cancel_when_hanging, &canceller);
    EXPECT_STATUS(run_hanging(&host, 0, &run, &report, NULL), MEMUX_ERROR_CANCELLED);
    EXPECT_SAME(host.lingered, 1);
    pthread_join(canceller.thread, NULL);
    memux_cancel_free(canceller.token);
    free(file.data);
}

static void an_operation_that_ends_in_time_is_never_unblocked(void)
{
    bytes file = clip("h264.ts");
    hanging host;
    memux_run_options run;
    memux_extract_report report;

    hanging_init(&host, file, 1 << 30);
    memux_run_options_init(&run, sizeof run);
    run.timeout_us = 60000000;
    run.cancel = token_new();
    EXPECT_STATUS(run_hanging(&host, 0, &run, &report, NULL), MEMUX_OK);
    memux_cancel_set(run.cancel);
    EXPECT_SAME(host.unblocked, 0);
    memux_cancel_free((memux_cancel *)(uintptr_t)run.cancel);
    free(file.data);
}

static void a_token_that_is_set_before_stops_the_first_callback(void)
{
    bytes file = clip("h264.ts");
    hanging host;
    memux_run_options run;
    memux_extract_report report;
    memux_cancel *token = token_new();

    hanging_init(&host, file, 1 << 30);
    EXPECT_SAME(memux_cancel_is_set(token), 0);
    memux_cancel_set(token);
    EXPECT_SAME(memux_cancel_is_set(token), 1);
    memux_run_options_init(&run, sizeof run);
    run.cancel = token;
    EXPECT_STATUS(run_hanging(&host, 0, &run, &report, NULL), MEMUX_ERROR_CANCELLED);
    EXPECT_SAME(host.calls, 0);
    memux_cancel_reset(token);
    EXPECT_SAME(memux_cancel_is_set(token), 0);
    EXPECT_STATUS(run_hanging(&host, 0, &run, &report, NULL), MEMUX_OK);
    EXPECT_SAME(report.packets, 75);
    memux_cancel_free(token);
    free(file.data);
}

/* Long enough for the first "again" to have come, however slowly. */
static int soon_ms(void)
{
    return 50 * slowness();
}

static void *set_soon(void *opaque)
{
    usleep((useconds_t)soon_ms() * 1000);
    memux_cancel_set(opaque);
    return NULL;
}

/* Ten minutes of pause between two attempts end when the token is set, and when time is up. */
static void the_pause_before_a_retry_ends_at_once(void)
{
    bytes file = clip("h264.ts");

    for (int by_timeout = 0; by_timeout < 2; by_timeout++) {
        host host = host_of(file);
        memux_reader reader = host_reader(&host, MEMUX_SEEKABILITY_NONE);
        memux_source *source = NULL;
        memux_cancel *token = token_new();
        memux_run_options run;
        memux_count_options options;
        memux_error *error = NULL;
        memux_status status;
        pthread_t thread;
        double started = now_ms();

        host.read_fault = (fault){ 2, 0, MEMUX_IO_AGAIN };
        host.max_read = 4096;
        reader.retry_delay_ms = reader.max_retry_delay_ms = 600000;
        EXPECT_STATUS(memux_source_from_reader(&reader, &source, NULL), MEMUX_OK);
        memux_run_options_init(&run, sizeof run);
        memux_count_options_init(&options, sizeof options);
        options.run = &run;
        run.cancel = token;
        if (by_timeout)
            run.timeout_us = soon_ms() * 1000;
        else
            pthread_create(&thread, NULL, set_soon, token);
        status = memux_count(source, &options, NULL, &error);
        EXPECT_STATUS(status, by_timeout ? MEMUX_ERROR_TIMEOUT : MEMUX_ERROR_CANCELLED);
        EXPECT(now_ms() - started < soon_ms() + WITHIN_MS);
        EXPECT_SAME(memux_error_host_code(error), MEMUX_IO_AGAIN);
        EXPECT_ERROR(status, &error);
        if (!by_timeout)
            pthread_join(thread, NULL);
        memux_source_free(source);
        memux_cancel_free(token);
    }
    free(file.data);
}

typedef struct watcher {
    memux_progress last;
    int calls, stop_at;
    memux_cancel *token;
} watcher;

static int watch(void *opaque, const memux_progress *progress)
{
    watcher *self = opaque;

    EXPECT(progress->struct_size >= sizeof *progress);
    EXPECT(progress->bytes_read >= self->last.bytes_read && progress->packets >= self->last.packets);
    EXPECT(progress->bytes_written >= self->last.bytes_written);
    self->last = *progress;
    self->calls++;
    if (self->calls == self->stop_at && self->token)
        memux_cancel_set(self->token);
    return self->calls == self->stop_at && !self->token ? -7 : 0;
}

/* In memory, where no callback of the host's is ever made: the report tells what reached the sink. */
static void expect_stop_by_progress(memux_cancel *token, int64_t host_code)
{
    const int times = 20;
    bytes file = long_clip("h264.ts", (size_t)times), whole = extracted(file);
    memux_source *source = memory_source(file);
    host_sink sink_host = { 0 };
    memux_writer writer = host_writer(&sink_host);
    memux_sink *sink = host_sink_of(&writer);
    watcher watcher;
    memux_extract_report report;
    memux_error *error = NULL;
    memux_status status;

    memset(&watcher, 0, sizeof watcher);
    watcher.token = token;
    chosen.run.cancel = token;
    chosen.run.progress = watch;
    chosen.run.progress_opaque = &watcher;
    memux_extract_report_init(&report, sizeof report);
    EXPECT_STATUS(memux_extract(source, sink, &chosen.extract, &report, NULL), MEMUX_OK);
    EXPECT_SAME(report.engine, chosen.run.engine);
    EXPECT(watcher.last.packets >= 75 * (uint64_t)times); /* sound is read too */
    EXPECT_SAME(watcher.last.bytes_total, file.size);
    EXPECT(watcher.last.bytes_read <= file.size && watcher.last.bytes_read > file.size / 2);
    EXPECT(watcher.last.bytes_written > 0);
    EXPECT(watcher.calls >= 75 * times);

    watcher.stop_at = watcher.calls - 5;
    watcher.calls = 0;
    memset(&watcher.last, 0, sizeof watcher.last);
    sink_host.file.size = sink_host.at = 0;
    status = memux_extract(source, sink, &chosen.extract, &report, &error);
    EXPECT_STATUS(status, MEMUX_ERROR_CANCELLED);
    EXPECT_SAME(memux_error_host_code(error), host_code);
    EXPECT_SAME(watcher.calls, watcher.stop_at);
    EXPECT_SAME(report.bytes_written, sink_host.file.size);
    EXPECT(sink_host.file.size > 0 && sink_host.file.size < whole.size);
    EXPECT(memcmp(sink_host.file.data, whole.data, sink_host.file.size) == 0);
    EXPECT_SAME(report.engine, chosen.run.engine);
    EXPECT_ERROR(status, &error);
    if (token)
        memux_cancel_reset(token);

    memset(&watcher.last, 0, sizeof watcher.last);
    watcher.calls = 0, watcher.stop_at = 2;
    EXPECT_STATUS(memux_count(source, &chosen.count, NULL, &error), MEMUX_ERROR_CANCELLED);
    EXPECT_SAME(watcher.calls, 2);
    memux_error_free(error);
    memux_sink_free(sink);
    memux_source_free(source);
    free(sink_host.file.data);
    free(whole.data);
    free(file.data);
}

static void progress_grows_and_anything_but_zero_from_it_cancels(void) { expect_stop_by_progress(NULL, -7); }

static void a_token_set_inside_a_callback_stops_the_operation(void)
{
    memux_cancel *token = token_new();
    expect_stop_by_progress(token, 0);
    memux_cancel_free(token);
}

typedef struct job {
    hanging host;
    memux_run_options run;
    memux_status status;
    pthread_t thread;
} job;

static void *run_job(void *opaque)
{
    job *self = opaque;
    memux_extract_report report;

    self->status = run_hanging(&self->host, 0, &self->run, &report, NULL);
    return NULL;
}

static void one_token_stops_every_operation_that_it_was_given_to(void)
{
    bytes file = clip("h264.ts");
    memux_cancel *token = token_new();
    static job jobs[3];

    for (int i = 0; i < 3; i++) {
        hanging_init(&jobs[i].host, file, 1 + i * 5);
        memux_run_options_init(&jobs[i].run, sizeof jobs[i].run);
        jobs[i].run.cancel = token;
        pthread_create(&jobs[i].thread, NULL, run_job, &jobs[i]);
    }
    for (int i = 0; i < 3; i++) {
        hanging *host = &jobs[i].host;
        pthread_mutex_lock(&host->lock);
        while (host->calls < host->hang_at)
            pthread_cond_wait(&host->changed, &host->lock);
        pthread_mutex_unlock(&host->lock);
    }
    memux_cancel_set(token);
    for (int i = 0; i < 3; i++) {
        pthread_join(jobs[i].thread, NULL);
        EXPECT_STATUS(jobs[i].status, MEMUX_ERROR_CANCELLED);
        EXPECT_SAME(jobs[i].host.unblocked, 1);
    }
    memux_cancel_free(token);
    free(file.data);
}

int main(void)
{
    choose(&chosen, MEMUX_ENGINE_FFMPEG);
    RUN(a_read_that_blocks_for_ever_comes_back_on_cancel);
    RUN_BY_EACH_ENGINE(a_write_that_blocks_for_ever_comes_back_on_cancel);
    RUN(the_end_of_an_operation_waits_for_an_unblock_under_way);
    RUN(an_operation_that_ends_in_time_is_never_unblocked);
    RUN(a_token_that_is_set_before_stops_the_first_callback);
    RUN(the_pause_before_a_retry_ends_at_once);
    RUN_BY_EACH_ENGINE(progress_grows_and_anything_but_zero_from_it_cancels);
    RUN_BY_EACH_ENGINE(a_token_set_inside_a_callback_stops_the_operation);
    RUN(one_token_stops_every_operation_that_it_was_given_to);
    return check_done();
}
