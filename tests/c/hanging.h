/* A host whose callbacks hang until somebody frees them, and an operation that runs into it. */
#ifndef HANGING_H
#define HANGING_H

#include "host.h"

#include <errno.h>
#include <pthread.h>
#include <unistd.h>

/* How soon a call must be back. */
#define WITHIN_MS (200 * (slowness() > 1 ? 5 : 1))

/* A host whose read or write hangs, from its n-th call on, until somebody unblocks it. */
typedef struct hanging {
    host reading;
    host_sink writing;
    int hang_at, calls;
    int unblocked;         /* how often */
    int lingers_ms;        /* how long unblock goes on after it has freed the call */
    int lingered;          /* it has come to its end */
    int returns;           /* what the freed call returns */
    pthread_t unblocked_on;
    pthread_mutex_t lock;
    pthread_cond_t changed;
} hanging;

static inline void hanging_init(hanging *self, bytes file, int hang_at)
{
    memset(self, 0, sizeof *self);
    self->reading = host_of(file);
    self->reading.max_read = 4096;
    self->hang_at = hang_at;
    self->returns = -ECANCELED;
    pthread_mutex_init(&self->lock, NULL);
    pthread_cond_init(&self->changed, NULL);
}

/* Hangs if it is time to; a test that is not freed within ten seconds goes on, and fails. */
static inline int hangs(hanging *self)
{
    struct timespec end;
    int is_hanging;

    pthread_mutex_lock(&self->lock);
    is_hanging = ++self->calls >= self->hang_at;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += 10;
    pthread_cond_broadcast(&self->changed);
    while (is_hanging && !self->unblocked && pthread_cond_timedwait(&self->changed, &self->lock, &end) == 0)
        ;
    pthread_mutex_unlock(&self->lock);
    return is_hanging;
}

static inline int hanging_read(void *opaque, uint8_t *buf, int buf_size)
{
    hanging *self = opaque;
    return hangs(self) ? self->returns : host_read(&self->reading, buf, buf_size);
}

static inline int hanging_write(void *opaque, MEMUX_WRITE_CONST uint8_t *buf, int buf_size)
{
    hanging *self = opaque;
    return hangs(self) ? self->returns : host_write(&self->writing, buf, buf_size);
}

static inline void unblock(void *opaque)
{
    hanging *self = opaque;

    pthread_mutex_lock(&self->lock);
    self->unblocked++;
    self->unblocked_on = pthread_self();
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->lock);
    usleep((useconds_t)self->lingers_ms * 1000);
    self->lingered = 1;
}

/* An operation that hangs in its source or its sink, and how it is ended. */
static inline memux_status run_hanging(hanging *host, int in_sink, const memux_run_options *run, memux_extract_report *report, memux_error **error)
{
    memux_source *source = NULL;
    memux_sink *sink = NULL;
    memux_extract_options options;
    memux_status status;

    memux_extract_options_init(&options, sizeof options);
    options.run = run;
    memux_extract_report_init(report, sizeof *report);
    if (in_sink) {
        memux_writer writer = host_writer(&host->writing);
        writer.opaque = host;
        writer.write = hanging_write;
        writer.unblock = unblock;
        writer.release = NULL;
        writer.max_write = 512;
        source = memory_source(host->reading.file);
        sink = host_sink_of(&writer);
    } else {
        memux_reader reader = host_reader(&host->reading, MEMUX_SEEKABILITY_NONE);
        reader.opaque = host;
        reader.read = hanging_read;
        reader.unblock = unblock;
        reader.release = NULL;
        EXPECT_STATUS(memux_source_from_reader(&reader, &source, NULL), MEMUX_OK);
        EXPECT_STATUS(memux_sink_to_buffer(&sink, NULL), MEMUX_OK);
    }
    status = memux_extract(source, sink, &options, report, error);
    memux_sink_free(sink);
    memux_source_free(source);
    return status;
}

/* Sets a token as soon as the host hangs. */
typedef struct canceller {
    hanging *host;
    memux_cancel *token;
    double set_at;
    pthread_t thread;
    int resets; /* at once: what it has ended stays ended */
} canceller;

static inline void *cancel_when_hanging(void *opaque)
{
    canceller *self = opaque;

    pthread_mutex_lock(&self->host->lock);
    while (self->host->calls < self->host->hang_at)
        pthread_cond_wait(&self->host->changed, &self->host->lock);
    pthread_mutex_unlock(&self->host->lock);
    usleep(20000);
    self->set_at = now_ms();
    memux_cancel_set(self->token);
    memux_cancel_set(self->token); /* a second time changes nothing */
    if (self->resets)
        memux_cancel_reset(self->token);
    return NULL;
}

#endif
