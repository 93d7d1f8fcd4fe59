/*
 * The streams of a file in another container. FORMAT is FFmpeg's short name for it (mp4, matroska, mpegts ...), LAYOUT how
 * an MP4 is ordered: progressive, faststart, fragmented; without it the library chooses.
 *
 *     remux IN OUT FORMAT [LAYOUT]
 */
#include <inttypes.h>
#include <string.h>

#include <memux.h>

#include "progress_line.h"
#include "read_file.h"
#include "write_file.h"

static const char *const layouts[] = { "auto", "progressive", "faststart", "fragmented" }; /* MEMUX_LAYOUT_* */
enum { LAYOUTS = sizeof layouts / sizeof *layouts };

/* Returns NULL when the output is whole, else what went wrong. */
static const char *remux(memux_source *source, memux_sink *sink, const char *format, int32_t layout, memux_error **error)
{
    memux_run_options run = run_with_progress();
    memux_remux_options options;
    memux_remux_report report;
    memux_status status;

    memux_remux_options_init(&options, sizeof options);
    memux_remux_report_init(&report, sizeof report);
    options.run = &run;
    options.format = format;
    options.layout = layout;
    options.bit_exact = 1; /* the same input gives the same bytes each time */
    status = memux_remux(source, sink, &options, &report, error);
    end_progress(&run);
    if (status < 0)
        return memux_error_message(*error);
    if (status == MEMUX_TRUNCATED)
        fprintf(stderr, "Note: the input is cut or damaged, the output is what was there.\n");
    printf("%" PRIu64 " streams, %" PRIu64 " packets, layout %s\n", report.streams, report.packets, layouts[report.layout]);
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
    int failure, layout = 0;

    while (argc == 5 && layout < LAYOUTS && strcmp(argv[4], layouts[layout]) != 0)
        layout++;
    if (argc < 4 || argc > 5 || layout == LAYOUTS) {
        fprintf(stderr, "usage: remux IN OUT FORMAT [auto|progressive|faststart|fragmented]\n");
        return 2;
    }
    failure = read_file(argv[1], &data, &size);
    if (failure) {
        fprintf(stderr, "Error occurred: %s: %s\n", argv[1], strerror(failure));
        return 1;
    }
    failure = open_output(&output, argv[2], &writer);
    if (failure) {
        fprintf(stderr, "Error occurred: %s: %s\n", argv[2], strerror(failure));
        free(data);
        return 1;
    }

    if (memux_source_from_memory(data, size, free, data, &source, &error) < 0
        || memux_sink_to_writer(&writer, &sink, &error) < 0)
        problem = memux_error_message(error);
    else
        problem = remux(source, sink, argv[3], layout, &error);
    memux_sink_free(sink);
    if (close_output(&output, problem == NULL) < 0 && !problem)
        problem = "The output could not be written";
    if (problem)
        fprintf(stderr, "Error occurred: %s\n", problem);

    memux_error_free(error); /* what `problem` points into: last */
    memux_source_free(source); /* frees the file's bytes too */
    return problem != NULL;
}
