/*
 * A file in segments. DIR, which must be there, gets init.mp4, segment-0.m4s and so on with index.m3u8, for HLS; and the same of
 * each stream by itself (init-0.mp4, segment-0-0.m4s ...) with manifest.mpd, for DASH.
 *
 *     segment IN DIR
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <memux.h>

#include "progress_line.h"
#include "read_file.h"

/* 0, or a negative errno value. */
static int write_whole(const char *folder, const char *name, const void *data, size_t size)
{
    char path[4096];
    FILE *file;
    size_t written;

    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        return -ENAMETOOLONG;
    errno = 0;
    file = fopen(path, "wb");
    if (!file)
        return errno ? -errno : -EIO;
    written = fwrite(data, 1, size, file);
    if (fclose(file) != 0 || written != size) {
        remove(path); /* half a segment must not look like a whole one */
        return -EIO;
    }
    return 0;
}

/* Where segments go, and what their names begin with. */
typedef struct target {
    const char *folder;
    char init[64], prefix[64];
} target;

/* Each segment comes whole. */
static int on_segment(void *opaque, const memux_segment_view *segment)
{
    const target *self = opaque;
    char name[128];

    if (segment->is_init)
        return write_whole(self->folder, self->init, segment->data, segment->size);
    snprintf(name, sizeof name, "%s%" PRIu64 ".m4s", self->prefix, segment->sequence);
    return write_whole(self->folder, name, segment->data, segment->size);
}

/* Makes segments of one stream, or of all that fit (-1). NULL on failure. */
static memux_segments *segment(memux_source *source, target *to, int32_t stream, memux_segment_report *report, memux_error **error)
{
    memux_run_options run = run_with_progress();
    memux_remux_options remux;
    memux_segment_options options;
    memux_segments *segments = NULL;
    memux_status status;

    if (stream < 0) {
        strcpy(to->init, "init.mp4");
        strcpy(to->prefix, "segment-");
    } else {
        snprintf(to->init, sizeof to->init, "init-%d.mp4", (int)stream);
        snprintf(to->prefix, sizeof to->prefix, "segment-%d-", (int)stream);
    }
    memux_remux_options_init(&remux, sizeof remux);
    remux.format = "mp4";
    remux.bit_exact = 1; /* the same input gives the same bytes each time */
    remux.streams = stream < 0 ? NULL : &stream;
    remux.stream_count = stream < 0 ? 0 : 1;
    memux_segment_options_init(&options, sizeof options);
    options.run = &run;
    options.remux = &remux;
    options.segment = on_segment;
    options.opaque = to;
    options.duration_us = 1000000;
    memux_segment_report_init(report, sizeof *report);
    status = memux_segment(source, &options, &segments, report, error);
    end_progress(&run);
    if (status == MEMUX_TRUNCATED && stream < 0)
        fprintf(stderr, "Note: the input is cut or damaged, the segments are what was there.\n");
    return segments;
}

static int write_text(const char *folder, const char *name, memux_buffer *text)
{
    int failure = text ? write_whole(folder, name, memux_buffer_data(text), memux_buffer_size(text)) : 0;

    memux_buffer_free(text);
    return failure;
}

/* All streams together, and an HLS playlist of them. 0, or a negative errno value; or `*error` is set. */
static int make_hls(memux_source *source, const char *folder, memux_segment_report *report, memux_error **error)
{
    target to = { .folder = folder };
    memux_segments *segments = segment(source, &to, -1, report, error);
    memux_buffer *text = NULL;

    if (segments)
        memux_segments_hls(segments, to.init, to.prefix, ".m4s", &text, error);
    memux_segments_free(segments);
    return write_text(folder, "index.m3u8", text);
}

/* Whether DASH players expect it. */
static int is_shown(const memux_stream_info *stream)
{
    return stream->kind == MEMUX_STREAM_AUDIO
           || (stream->kind == MEMUX_STREAM_VIDEO && !(stream->disposition & MEMUX_DISPOSITION_ATTACHED_PIC));
}

/* Each stream by itself, and a DASH manifest of them. */
static int make_dash(memux_source *source, const char *folder, memux_error **error)
{
    target targets[16];
    memux_dash_set sets[16];
    memux_info *info = NULL;
    memux_buffer *text = NULL;
    const memux_stream_info *stream;
    size_t count = 0;

    memux_probe(source, NULL, &info, NULL, error);
    for (size_t i = 0; (stream = memux_info_stream(info, i)) && count < 16 && !*error; i++)
        if (is_shown(stream)) {
            memux_segment_report report;
            targets[count].folder = folder;
            sets[count].segments = segment(source, &targets[count], (int32_t)i, &report, error);
            sets[count].init = targets[count].init;
            sets[count].prefix = targets[count].prefix;
            sets[count].suffix = ".m4s";
            count++;
        }
    if (!*error)
        memux_dash_manifest(sets, count, &text, error);
    while (count-- > 0)
        memux_segments_free((memux_segments *)sets[count].segments);
    memux_info_free(info);
    return write_text(folder, "manifest.mpd", text);
}

/* Returns NULL when all is written, else what went wrong. */
static const char *make_all(memux_source *source, const char *folder, memux_error **error)
{
    memux_segment_report report;
    int failure = make_hls(source, folder, &report, error);

    if (!failure && !*error)
        failure = make_dash(source, folder, error);
    if (failure || *error)
        return *error ? memux_error_message(*error) : strerror(-failure);
    printf("%" PRIu64 " segments, %" PRIu64 " packets, %" PRIu64 " bytes\n", report.segments, report.packets, report.bytes_written);
    return NULL;
}

int main(int argc, char *argv[])
{
    uint8_t *data;
    size_t size;
    memux_source *source = NULL;
    memux_error *error = NULL;
    const char *problem;
    int failure;

    if (argc != 3) {
        fprintf(stderr, "usage: segment IN DIR\n");
        return 2;
    }
    failure = read_file(argv[1], &data, &size);
    if (failure) {
        fprintf(stderr, "Error occurred: %s: %s\n", argv[1], strerror(failure));
        return 1;
    }
    if (memux_source_from_memory(data, size, free, data, &source, &error) < 0)
        problem = memux_error_message(error);
    else
        problem = make_all(source, argv[2], &error);
    if (problem)
        fprintf(stderr, "Error occurred: %s\n", problem);

    memux_error_free(error); /* what `problem` points into: last */
    memux_source_free(source); /* frees the file's bytes too */
    return problem != NULL;
}
