/*
 * Several outputs of one file, which is read once. What each of them is says its name: .h264, .hevc: the video by itself;
 * .aac, .mp3, .opus: the sound by itself; .mp4: in fragments; .mkv, .ts, .mov, .flv: streams in such a container.
 *
 *     fanout IN OUT...
 */
#include <inttypes.h>
#include <string.h>

#include <memux.h>

#include "progress_line.h"
#include "read_file.h"
#include "write_file.h"

static const struct kind {
    const char *suffix, *format; /* no format: a stream by itself, the first of `stream` */
    int32_t stream, layout;
} kinds[] = {
    { ".h264", NULL, MEMUX_STREAM_VIDEO, 0 },
    { ".hevc", NULL, MEMUX_STREAM_VIDEO, 0 },
    { ".aac", NULL, MEMUX_STREAM_AUDIO, 0 },
    { ".mp3", NULL, MEMUX_STREAM_AUDIO, 0 },
    { ".opus", NULL, MEMUX_STREAM_AUDIO, 0 },
    { ".mp4", "mp4", 0, MEMUX_LAYOUT_FRAGMENTED },
    { ".mkv", "matroska", 0, MEMUX_LAYOUT_AUTO },
    { ".ts", "mpegts", 0, MEMUX_LAYOUT_AUTO },
    { ".mov", "mov", 0, MEMUX_LAYOUT_AUTO },
    { ".flv", "flv", 0, MEMUX_LAYOUT_AUTO },
};
enum { KINDS = sizeof kinds / sizeof *kinds, MOST = 16 };

typedef struct output {
    const struct kind *kind;
    output_file file;
    memux_sink *sink;
    memux_remux_options remux;
    memux_extract_options extract;
    memux_fanout_result result;
    memux_fanout_output asked;
} output;

static const struct kind *kind_of(const char *path)
{
    size_t length = strlen(path);

    for (int i = 0; i < KINDS; i++) {
        size_t suffix = strlen(kinds[i].suffix);
        if (length > suffix && strcmp(path + length - suffix, kinds[i].suffix) == 0)
            return &kinds[i];
    }
    return NULL;
}

/* The number of the first stream of a kind; -1 if there is none. */
static int32_t first_stream(const memux_info *info, int32_t kind)
{
    size_t count = memux_info_container(info)->stream_count;

    for (size_t i = 0; i < count; i++)
        if (memux_info_stream(info, i)->kind == kind && memux_info_stream(info, i)->picture_size == 0)
            return (int32_t)i;
    return -1;
}

/* What the library is asked for. */
static void describe(output *self, const memux_info *info)
{
    memux_fanout_output_init(&self->asked, sizeof self->asked);
    memux_fanout_result_init(&self->result, sizeof self->result);
    self->asked.sink = self->sink;
    self->asked.result = &self->result;
    if (self->kind->format) {
        memux_remux_options_init(&self->remux, sizeof self->remux);
        self->remux.format = self->kind->format;
        self->remux.layout = self->kind->layout;
        self->remux.bit_exact = 1;
        self->asked.remux = &self->remux;
    } else {
        memux_extract_options_init(&self->extract, sizeof self->extract);
        self->extract.select = MEMUX_SELECT_INDEX;
        self->extract.stream_index = first_stream(info, self->kind->stream);
        self->asked.extract = &self->extract;
    }
}

/* Returns NULL when all outputs are whole, else what went wrong. */
static const char *fan_out(memux_source *source, output *outputs, int count, memux_error **error)
{
    memux_run_options run = run_with_progress();
    const memux_fanout_output *list[MOST];
    memux_fanout_options options;
    memux_info *info = NULL;
    memux_status status = memux_probe(source, NULL, &info, NULL, error);

    if (status < 0)
        return memux_error_message(*error);
    for (int i = 0; i < count; i++) {
        describe(&outputs[i], info);
        list[i] = &outputs[i].asked;
    }
    memux_info_free(info);
    memux_fanout_options_init(&options, sizeof options);
    options.run = &run;
    status = memux_fanout(source, list, (size_t)count, &options, NULL, error);
    end_progress(&run);
    for (int i = 0; i < count; i++) {
        const memux_fanout_result *result = &outputs[i].result;
        if (result->status < 0)
            fprintf(stderr, "%s: %s\n", outputs[i].file.path, memux_error_message(result->error));
        else
            printf("%s: %" PRIu64 " packets, %" PRIu64 " bytes\n", outputs[i].file.path, result->packets, result->bytes_written);
        memux_error_free(result->error);
    }
    if (status == MEMUX_TRUNCATED)
        fprintf(stderr, "Note: the input is cut or damaged, the outputs are what was there.\n");
    return status < 0 ? memux_error_message(*error) : NULL;
}

/* Opens all files. Returns how many; what went wrong with the one behind them is in `problem`. */
static int open_all(output *outputs, char **paths, int count, const char **problem, memux_error **error)
{
    for (int i = 0; i < count; i++) {
        memux_writer writer;
        int failure = open_output(&outputs[i].file, paths[i], &writer);
        if (failure) {
            *problem = strerror(failure);
            return i;
        }
        if (memux_sink_to_writer(&writer, &outputs[i].sink, error) < 0) {
            *problem = memux_error_message(*error);
            return i + 1;
        }
    }
    return count;
}

int main(int argc, char *argv[])
{
    static output outputs[MOST];
    int count = argc - 2, opened, failure;
    uint8_t *data;
    size_t size;
    memux_source *source = NULL;
    memux_error *error = NULL;
    const char *problem = NULL;

    for (int i = 0; i < count && count <= MOST; i++)
        outputs[i].kind = kind_of(argv[2 + i]);
    for (int i = 0; count >= 1 && count <= MOST && i < count; i++)
        if (!outputs[i].kind)
            count = 0;
    if (count < 1 || count > MOST) {
        fprintf(stderr, "usage: fanout IN OUT...\nOUT ends in one of");
        for (int i = 0; i < KINDS; i++)
            fprintf(stderr, " %s", kinds[i].suffix);
        fprintf(stderr, "\n");
        return 2;
    }
    failure = read_file(argv[1], &data, &size);
    if (failure) {
        fprintf(stderr, "Error occurred: %s: %s\n", argv[1], strerror(failure));
        return 1;
    }
    opened = open_all(outputs, argv + 2, count, &problem, &error);
    if (memux_source_from_memory(data, size, free, data, &source, problem ? NULL : &error) < 0 && !problem)
        problem = memux_error_message(error);
    if (!problem)
        problem = fan_out(source, outputs, count, &error);
    for (int i = 0; i < opened; i++) {
        memux_sink_free(outputs[i].sink);
        if (close_output(&outputs[i].file, problem == NULL) < 0 && !problem)
            problem = "An output could not be written";
    }
    if (problem)
        fprintf(stderr, "Error occurred: %s\n", problem);

    memux_error_free(error); /* what `problem` points into: last */
    memux_source_free(source); /* frees the file's bytes too */
    return problem != NULL;
}
