/* Segments: where they are cut, what they hold, playlists of them, and what ends them early. */
#include "reports.h"

#include <errno.h>
#include <pthread.h>

#define MOST 64

/* A host that keeps what it is given, and may refuse. */
typedef struct host_segments {
    memux_segment_view seen[MOST];
    bytes file; /* all of them, one behind another */
    int count, cuts, cut_every;
    fault fault, cut_fault;
    memux_cancel *cancel; /* set at the second */
    uint64_t *read_by_then;
    host *source;
} host_segments;

static int keep(void *opaque, const memux_segment_view *segment)
{
    host_segments *self = opaque;

    EXPECT_SAME(segment->struct_size, sizeof *segment);
    EXPECT_SAME(segment->offset, self->file.size);
    EXPECT(segment->size > 0 && self->count < MOST);
    if (fault_strikes(&self->fault, self->count + 1))
        return (int)self->fault.code;
    self->file.data = realloc(self->file.data, self->file.size + segment->size);
    if (!self->file.data)
        abort();
    memcpy(self->file.data + self->file.size, segment->data, segment->size);
    self->file.size += segment->size;
    self->seen[self->count] = *segment;
    self->count++;
    if (self->cancel && self->count == 2)
        memux_cancel_set(self->cancel);
    return 0;
}

static int cut(void *opaque, const memux_packet *packet)
{
    host_segments *self = opaque;

    self->cuts++;
    EXPECT(packet->stream_index == 0 && packet->size > 0);
    if (fault_strikes(&self->cut_fault, self->cuts))
        return (int)self->cut_fault.code;
    return self->cut_every && self->cuts % self->cut_every == 0;
}

/* A job with what may be asked for; zeros are the defaults. */
typedef struct job {
    memux_run_options run;
    memux_limits limits;
    memux_remux_options remux;
    memux_segment_options options;
    memux_segment_report report;
    host_segments host;
    memux_segments *segments;
    memux_error *error;
} job;

static void job_begin(job *self, const char *format, int32_t cut_by)
{
    memset(self, 0, sizeof *self);
    memux_run_options_init(&self->run, sizeof self->run);
    memux_limits_init(&self->limits, sizeof self->limits);
    memux_remux_options_init(&self->remux, sizeof self->remux);
    memux_segment_options_init(&self->options, sizeof self->options);
    self->run.limits = &self->limits;
    self->remux.format = format;
    self->remux.bit_exact = 1;
    self->options.run = &self->run;
    self->options.remux = &self->remux;
    self->options.segment = keep;
    self->options.cut = cut;
    self->options.opaque = &self->host;
    self->options.cut_by = cut_by;
}

static memux_status job_run(job *self, memux_source *source)
{
    memux_status status;
    int media = 0;
    size_t kept = 0;

    self->segments = (memux_segments *)(uintptr_t)self;
    GARBAGE_REPORT(self->report);
    status = memux_segment(source, &self->options, &self->segments, &self->report, &self->error);
    EXPECT((status >= 0) == (self->segments != NULL));
    EXPECT((status < 0) == (self->error != NULL) && memux_error_status(self->error) == (status < 0 ? status : MEMUX_OK));
    EXPECT_SAME(self->report.reserved, 0);
    for (int i = 0; i < self->host.count; i++) {
        const memux_segment_view *segment = &self->host.seen[i];
        EXPECT_SAME(segment->offset, kept);
        kept += segment->size;
        EXPECT(!segment->is_init || i == 0);
        if (!segment->is_init)
            EXPECT_SAME(segment->sequence, media++);
    }
    EXPECT_SAME(self->report.segments, media);
    EXPECT_SAME(self->report.bytes_written, self->host.file.size);
    return status;
}

static void job_end(job *self)
{
    free(self->host.file.data);
    memux_segments_free(self->segments);
    memux_error_free(self->error);
}

static uint64_t frames_of(const uint8_t *data, size_t size)
{
    uint64_t frames = 0;

    EXPECT_STATUS(memux_count_frames(data, size, &frames, NULL), MEMUX_OK);
    return frames;
}

/* By key frames, of every source, in both containers: one file when put together, and each readable with what comes first. */
static void segments_put_together_are_the_file(void)
{
    static const char *const formats[] = { "mp4", "mpegts" };

    for (int f = 0; f < 2; f++)
        for (int seekability = -1; seekability <= MEMUX_SEEKABILITY_CHEAP; seekability++) {
            bytes file = clip("h264_fragmented.mp4");
            host host = host_of(file);
            memux_source *source = seekability < 0 ? memory_source(file) : host_source(&host, seekability);
            job job;
            uint64_t frames = 0;
            int first = f == 0;
            job_begin(&job, formats[f], MEMUX_CUT_BY_KEYFRAME);
            EXPECT_STATUS(job_run(&job, source), MEMUX_OK);
            EXPECT_SAME(job.host.count, 5 + first);
            EXPECT_SAME(job.report.packets, 206);
            EXPECT_SAME(job.report.streams, 2);
            EXPECT_SAME(job.report.completeness, MEMUX_COMPLETENESS_COMPLETE);
            EXPECT_SAME(job.report.engine, MEMUX_ENGINE_FFMPEG);
            EXPECT_SAME(job.report.io.reads, host.reads);
            EXPECT_SAME(job.host.seen[0].is_init, first);
            EXPECT_SAME(frames_of(job.host.file.data, job.host.file.size), 75);
            for (int i = first; i < job.host.count; i++) {
                const memux_segment_view *segment = &job.host.seen[i];
                size_t init = first ? job.host.seen[0].size : 0;
                uint8_t *alone = malloc(init + segment->size);
                memcpy(alone, job.host.file.data, init);
                memcpy(alone + init, job.host.file.data + segment->offset, segment->size);
                frames += frames_of(alone, init + segment->size);
                free(alone);
                EXPECT_SAME(segment->starts_with_keyframe, 1);
                EXPECT_SAME(segment->stream_mask, 3);
                EXPECT_SAME(segment->start_us, 80000 + (i - first) * 600000); /* sound comes first */
                EXPECT_SAME(segment->duration_us, 600000);
            }
            EXPECT_SAME(frames, 75);
            job_end(&job);
            memux_source_free(source);
            free(file.data);
        }
}

static void the_host_cuts_where_it_likes(void)
{
    bytes file = clip("h264.mp4");
    memux_source *source = memory_source(file);
    job job;

    job_begin(&job, "mp4", MEMUX_CUT_BY_HOST);
    job.host.cut_every = 10;
    EXPECT_STATUS(job_run(&job, source), MEMUX_OK);
    EXPECT_SAME(job.host.cuts, 74); /* all but the first, which begins a segment anyway */
    EXPECT_SAME(job.report.segments, 8);
    EXPECT_SAME(job.host.seen[1].starts_with_keyframe, 1);
    EXPECT_SAME(job.host.seen[2].starts_with_keyframe, 0);
    EXPECT_SAME(frames_of(job.host.file.data, job.host.file.size), 75);
    job_end(&job);

    for (int at = 1; at <= 74; at += 36) {
        job_begin(&job, "mp4", MEMUX_CUT_BY_HOST);
        job.host.cut_fault.at = at;
        job.host.cut_fault.code = at == 1 ? -EIO : MEMUX_IO_EXIT;
        EXPECT_STATUS(job_run(&job, source), at == 1 ? MEMUX_ERROR_SINK : MEMUX_ERROR_CANCELLED);
        EXPECT_SAME(job.host.cuts, at);
        EXPECT_SAME(job.host.count, 0);
        job_end(&job);
    }
    memux_source_free(source);
    free(file.data);
}

static void a_refused_segment_is_the_last(void)
{
    bytes file = clip("h264.mp4");
    memux_source *source = memory_source(file);

    for (int f = 0; f < 2; f++)
        for (int at = 1; at <= 5 + (f == 0); at++)
            for (int exits = 0; exits < 2; exits++) {
                job job;
                job_begin(&job, f == 0 ? "mp4" : "mpegts", MEMUX_CUT_BY_KEYFRAME);
                job.host.fault.at = at;
                job.host.fault.code = exits ? MEMUX_IO_EXIT : -ENOSPC;
                EXPECT_STATUS(job_run(&job, source), exits ? MEMUX_ERROR_CANCELLED : MEMUX_ERROR_SINK);
                EXPECT_SAME(job.host.count, at - 1);
                EXPECT_SAME(memux_error_host_code(job.error), job.host.fault.code);
                EXPECT_SAME(memux_error_stage(job.error), MEMUX_STAGE_WRITE);
                job_end(&job);
            }
    memux_source_free(source);
    free(file.data);
}

static void every_read_that_fails_is_told_and_no_half_segment_comes(void)
{
    bytes file = clip("h264.mp4");
    int last = 0, some = 0;

    for (int at = 1; !last; at++) {
        host host = host_of(file);
        memux_source *source;
        job job;
        host.max_read = 4000;
        host.read_fault.at = at;
        host.read_fault.code = -EIO;
        source = host_source(&host, MEMUX_SEEKABILITY_CHEAP);
        job_begin(&job, "mp4", MEMUX_CUT_BY_KEYFRAME);
        {
            memux_status status = job_run(&job, source);
            last = host.reads < at;
            EXPECT_STATUS(status, last ? MEMUX_OK : MEMUX_ERROR_SOURCE);
            EXPECT_SAME(memux_error_host_code(job.error), last ? 0 : -EIO);
        }
        if (job.host.count > 0) {
            some++;
            EXPECT(frames_of(job.host.file.data, job.host.file.size) % 15 == 0);
        }
        job_end(&job);
        memux_source_free(source);
    }
    EXPECT(some > 2);
    free(file.data);
}

static void a_cut_input_gives_what_was_there(void)
{
    bytes file = clip("h264.mp4");
    memux_source *source;
    job job;

    file.size -= 3000;
    source = memory_source(file);
    job_begin(&job, "mpegts", MEMUX_CUT_BY_DURATION);
    EXPECT_STATUS(job_run(&job, source), MEMUX_TRUNCATED);
    EXPECT_SAME(job.report.truncated_at, file.size);
    EXPECT_SAME(job.report.segments, 1);
    job_end(&job);
    memux_source_free(source);
    free(file.data);
}

static void limits_cancel_and_what_does_not_come_in_segments(void)
{
    bytes file = clip("h264.mp4");
    memux_source *source = memory_source(file);
    memux_cancel *cancel = NULL;
    job job;

    job_begin(&job, "mp4", MEMUX_CUT_BY_KEYFRAME);
    job.limits.max_spool_bytes = 1000;
    EXPECT_STATUS(job_run(&job, source), MEMUX_ERROR_LIMIT);
    EXPECT_SAME(memux_error_limit(job.error), MEMUX_LIMIT_SPOOL);
    EXPECT_SAME(job.host.count, 0);
    job_end(&job);

    EXPECT_STATUS(memux_cancel_create(&cancel, NULL), MEMUX_OK);
    job_begin(&job, "mp4", MEMUX_CUT_BY_KEYFRAME);
    job.run.cancel = job.host.cancel = cancel;
    EXPECT_STATUS(job_run(&job, source), MEMUX_ERROR_CANCELLED);
    EXPECT_SAME(job.host.count, 2);
    job_end(&job);
    memux_cancel_free(cancel);

    job_begin(&job, "matroska", MEMUX_CUT_BY_KEYFRAME);
    EXPECT_STATUS(job_run(&job, source), MEMUX_ERROR_UNSUPPORTED);
    job_end(&job);
    job_begin(&job, "mp4", MEMUX_CUT_BY_KEYFRAME);
    job.run.engine = MEMUX_ENGINE_WALK;
    EXPECT_STATUS(job_run(&job, source), MEMUX_ERROR_UNSUPPORTED);
    job_end(&job);
    memux_source_free(source);
    free(file.data);
}

/* A source that shows how far it was read when the first segment came. */
static int note_reads(void *opaque, const memux_segment_view *segment)
{
    job *self = opaque;

    if (segment->sequence == 0 && !segment->is_init)
        *self->host.read_by_then = self->host.source->bytes_given;
    return keep(&self->host, segment);
}

static void the_first_comes_before_the_input_has_ended(void)
{
    static const char *const formats[] = { "mp4", "mpegts" };

    for (int f = 0; f < 2; f++) {
        bytes file = clip("h264_fragmented.mp4");
        host host = host_of(file);
        memux_source *source = host_source(&host, MEMUX_SEEKABILITY_NONE);
        uint64_t read = 0;
        job job;
        host.max_read = 1000;
        job_begin(&job, formats[f], MEMUX_CUT_BY_KEYFRAME);
        job.options.segment = note_reads;
        job.options.opaque = &job;
        job.options.cut = NULL;
        job.host.read_by_then = &read;
        job.host.source = &host;
        EXPECT_STATUS(job_run(&job, source), MEMUX_OK);
        EXPECT(read > 0 && read < file.size * 2 / 3);
        job_end(&job);
        memux_source_free(source);
        free(file.data);
    }
}

static int has(memux_buffer *buffer, const char *text)
{
    size_t size = memux_buffer_size(buffer);
    char *copy = calloc(1, size + 1);
    int found;

    if (!copy)
        abort();
    memcpy(copy, memux_buffer_data(buffer), size);
    found = strstr(copy, text) != NULL;
    if (!found)
        fprintf(stderr, "no \"%s\" in:\n%s\n", text, copy);
    free(copy);
    return found;
}

static void playlists_name_what_was_made(void)
{
    bytes file = clip("h264.mp4");
    memux_source *source = memory_source(file);
    const int32_t stream = 0;
    memux_buffer *buffer = NULL;
    memux_error *error = NULL;
    memux_dash_set set;
    job job;

    job_begin(&job, "mp4", MEMUX_CUT_BY_DURATION);
    job.options.duration_us = 1000000;
    EXPECT_STATUS(job_run(&job, source), MEMUX_OK);
    EXPECT_STATUS(memux_segments_hls(job.segments, "i.mp4", "s-", ".m4s", &buffer, NULL), MEMUX_OK);
    EXPECT(has(buffer, "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:2\n"));
    EXPECT(has(buffer, "#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MAP:URI=\"i.mp4\"\n#EXTINF:1.200000,\ns-0.m4s\n"));
    EXPECT(has(buffer, "#EXTINF:0.600000,\ns-2.m4s\n#EXT-X-ENDLIST\n"));
    memux_buffer_free(buffer);
    EXPECT_STATUS(memux_segments_hls(job.segments, NULL, "s", "", &buffer, NULL), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT_STATUS(memux_segments_hls(job.segments, "i", NULL, "", &buffer, NULL), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT_STATUS(memux_segments_hls(job.segments, "i", "s\n", "", &buffer, NULL), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT_STATUS(memux_segments_hls(job.segments, "i\"", "s", "", &buffer, NULL), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT_STATUS(memux_segments_hls(job.segments, "i", "s", "\xff", &buffer, NULL), MEMUX_ERROR_INVALID_ARGUMENT);
    EXPECT(buffer == NULL);
    set.segments = job.segments; /* of two streams */
    set.init = "i";
    set.prefix = "a&$-";
    set.suffix = ".m4s";
    EXPECT_STATUS(memux_dash_manifest(&set, 1, &buffer, &error), MEMUX_ERROR_UNSUPPORTED);
    EXPECT(buffer == NULL && error != NULL);
    memux_error_free(error);
    job_end(&job);

    job_begin(&job, "mp4", MEMUX_CUT_BY_KEYFRAME);
    job.remux.streams = &stream;
    job.remux.stream_count = 1;
    EXPECT_STATUS(job_run(&job, source), MEMUX_OK);
    EXPECT_SAME(job.host.seen[1].stream_mask, 1);
    set.segments = job.segments;
    EXPECT_STATUS(memux_dash_manifest(&set, 1, &buffer, NULL), MEMUX_OK);
    EXPECT(has(buffer, "mediaPresentationDuration=\"PT3.000000S\""));
    EXPECT(has(buffer, "mimeType=\"video/mp4\" codecs=\"avc1."));
    EXPECT(has(buffer, "media=\"a&amp;$$-$Number$.m4s\""));
    EXPECT(has(buffer, "<S t=\"2400000\" d=\"600000\"/>"));
    memux_buffer_free(buffer);
    job_end(&job);

    job_begin(&job, "mpegts", MEMUX_CUT_BY_KEYFRAME);
    EXPECT_STATUS(job_run(&job, source), MEMUX_OK);
    EXPECT_STATUS(memux_segments_hls(job.segments, NULL, "s", ".ts", &buffer, NULL), MEMUX_OK);
    EXPECT(has(buffer, "#EXT-X-VERSION:6\n") && has(buffer, "s4.ts\n"));
    memux_buffer_free(buffer);
    job_end(&job);
    memux_source_free(source);
    free(file.data);
}

int main(void)
{
    RUN(segments_put_together_are_the_file);
    RUN(the_host_cuts_where_it_likes);
    RUN(a_refused_segment_is_the_last);
    RUN(every_read_that_fails_is_told_and_no_half_segment_comes);
    RUN(a_cut_input_gives_what_was_there);
    RUN(limits_cancel_and_what_does_not_come_in_segments);
    RUN(the_first_comes_before_the_input_has_ended);
    RUN(playlists_name_what_was_made);
    return check_done();
}
