/*
 * One stream of a file by itself, in the form that files of its codec have: H.264 as Annex B, AAC as ADTS, Opus in Ogg,
 * VP9 as IVF, subtitles as SRT, a cover picture as it is. STREAM is its number, as `probe` prints it.
 *
 *     extract FILE STREAM OUT
 */
#include <inttypes.h>
#include <string.h>

#include <memux.h>

#include "progress_line.h"
#include "read_file.h"
#include "write_file.h"

/* Returns NULL when the whole stream is written, else what went wrong. */
static const char *extract(memux_source *source, memux_sink *sink, int32_t stream, memux_error **error)
{
    memux_run_options run = run_with_progress();
    memux_extract_options options;
    memux_extract_report report;
    memux_status status;

    memux_extract_options_init(&options, sizeof options);
    memux_extract_report_init(&report, sizeof report);
    options.run = &run;
    options.select = MEMUX_SELECT_INDEX;
    options.stream_index = stream;
    status = memux_extract(source, sink, &options, &report, error);
    end_progress(&run);
    if (status < 0)
        return memux_error_message(*error);
    if (status == MEMUX_TRUNCATED)
        fprintf(stderr, "Note: the input is cut or damaged, the output is what was there.\n");
    printf("%" PRIu64 " packets, %" PRIu64 " bytes\n", report.packets, report.bytes_written);
    return NULL;
}

int main(int argc, char *argv[])
{
    uint8_t *data;
    size_t size;
    output_file output;
    memux_writer writer;
    memux_source *source = NULL;
    memux_sink *sink = NULL;
    memux_error *error = NULL;
    const char *problem;
    char *end = NULL;
    long stream = argc == 4 ? strtol(argv[2], &end, 10) : -1;
    int failure;

    if (argc != 4 || end == argv[2] || *end != '\0' || stream < 0 || stream > INT32_MAX) {
        fprintf(stderr, "usage: extract FILE STREAM OUT\n");
        return 2;
    }
    failure = read_file(argv[1], &data, &size);
    if (failure) {
        fprintf(stderr, "Error occurred: %s: %s\n", argv[1], strerror(failure));
        return 1;
    }
    failure = open_output(&output, argv[3], &writer);
    if (failure) {
        fprintf(stderr, "Error occurred: %s: %s\n", argv[3], strerror(failure));
        free(data);
        return 1;
    }

    if (memux_source_from_memory(data, size, free, data, &source, &error) < 0
        || memux_sink_to_writer(&writer, &sink, &error) < 0)
        problem = memux_error_message(error);
    else
        problem = extract(source, sink, (int32_t)stream, &error);
    memux_sink_free(sink);
    if (close_output(&output, problem == NULL) < 0 && !problem)
        problem = "The output could not be written";
    if (problem)
        fprintf(stderr, "Error occurred: %s\n", problem);

    memux_error_free(error); /* what `problem` points into: last */
    memux_source_free(source); /* frees the file's bytes too */
    return problem != NULL;
}
