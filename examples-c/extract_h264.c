/*
 * The H.264 stream of an MP4 (or MKV, TS, ...) that lies in memory, as a raw Annex B stream.
 *
 *     extract_h264 [FILE [OUTPUT]]         1.mp4 and output.h264 unless named
 *
 * A run that fails leaves no output behind, or an empty one where there was something before.
 */
#include <string.h>

#include <memux.h>

#include "read_file.h"

typedef struct {
    FILE *fp;
} OutputContext;

/* A write callback made for avio_alloc_context. It says what was really taken; a short fwrite is a full disk or worse,
 * and the next one might well succeed, so that is an error and not a reason to be called again. */
static int write_packet(void *opaque, MEMUX_WRITE_CONST uint8_t *buf, int buf_size)
{
    OutputContext *output_ctx = opaque;
    size_t taken = fwrite(buf, 1, (size_t)buf_size, output_ctx->fp);

    return ferror(output_ctx->fp) ? -EIO : (int)taken;
}

/* Half a stream must not look like a whole one. What stood there before (a device, maybe) is emptied, not deleted. */
static void discard(const char *path, int is_new)
{
    FILE *file = is_new ? NULL : fopen(path, "wb");

    if (is_new)
        remove(path);
    if (file)
        fclose(file);
}

/* Returns NULL when the whole stream went to `sink`, else what went wrong. */
static const char *extract(memux_source *source, memux_sink *sink, memux_error **error)
{
    memux_extract_options options;
    memux_extract_report report;
    memux_status status;

    memux_extract_options_init(&options, sizeof options);
    memux_extract_report_init(&report, sizeof report);
    options.framing = MEMUX_FRAMING_ANNEXB; /* other codecs have forms of their own */
    status = memux_extract(source, sink, &options, &report, error);
    if (status < 0)
        return memux_error_message(*error);
    if (report.codec != MEMUX_CODEC_H264)
        return "The video stream is not H.264"; /* memux extracts HEVC as well */
    if (status == MEMUX_TRUNCATED)
        fprintf(stderr, "Note: the input is cut or damaged, the output is what was there.\n");
    return NULL;
}

int main(int argc, char *argv[])
{
    const char *input_path = argc > 1 ? argv[1] : "1.mp4";
    const char *output_path = argc > 2 ? argv[2] : "output.h264";
    uint8_t *data;
    size_t size;
    OutputContext output_ctx;
    memux_source *source = NULL;
    memux_sink *sink = NULL;
    memux_writer writer;
    memux_error *error = NULL;
    const char *problem = NULL;
    int failure, is_new;

    failure = read_file(input_path, &data, &size);
    if (failure) {
        fprintf(stderr, "Error occurred: %s: %s\n", input_path, strerror(failure));
        return 1;
    }
    output_ctx.fp = fopen(output_path, "rb");
    is_new = !output_ctx.fp;
    if (output_ctx.fp)
        fclose(output_ctx.fp);
    output_ctx.fp = fopen(output_path, "wb");
    if (!output_ctx.fp) {
        fprintf(stderr, "Error occurred: %s: %s\n", output_path, strerror(errno));
        free(data);
        return 1;
    }

    memux_writer_init(&writer, sizeof writer);
    writer.opaque = &output_ctx;
    writer.write = write_packet;

    if (memux_source_from_memory(data, size, free, data, &source, &error) < 0 ||
        memux_sink_to_writer(&writer, &sink, &error) < 0)
        problem = memux_error_message(error);
    else
        problem = extract(source, sink, &error);

    if (fclose(output_ctx.fp) != 0 && !problem)
        problem = "The output could not be written";
    if (problem) {
        discard(output_path, is_new);
        fprintf(stderr, "Error occurred: %s\n", problem);
    } else {
        printf("Conversion complete!\n");
    }

    memux_error_free(error); /* what `problem` points into: last */
    memux_sink_free(sink);
    memux_source_free(source); /* frees the file's bytes too */
    return problem != NULL;
}
