/*
 * What is in a file that lies in memory, as JSON with the names and forms of ffprobe -show_format -show_streams
 * -show_chapters.
 *
 *     probe FILE
 */
#include <string.h>

#include <memux.h>

#include "progress_line.h"
#include "read_file.h"

/* Returns NULL when the text is printed, else what went wrong. */
static const char *probe(memux_source *source, memux_error **error)
{
    memux_run_options run = run_with_progress();
    memux_probe_options options;
    memux_info *info = NULL;
    memux_buffer *json = NULL;
    memux_status status;
    const char *problem = NULL;

    memux_probe_options_init(&options, sizeof options);
    options.run = &run;
    status = memux_probe(source, &options, &info, NULL, error);
    end_progress(&run);
    if (status < 0 || memux_info_json(info, &json, error) < 0)
        problem = memux_error_message(*error);
    else if (fwrite(memux_buffer_data(json), 1, memux_buffer_size(json), stdout) != memux_buffer_size(json) || fflush(stdout) != 0)
        problem = "The output could not be written";
    if (status == MEMUX_TRUNCATED)
        fprintf(stderr, "Note: the input is cut or damaged.\n");

    memux_buffer_free(json);
    memux_info_free(info);
    return problem;
}

int main(int argc, char *argv[])
{
    uint8_t *data;
    size_t size;
    memux_source *source = NULL;
    memux_error *error = NULL;
    const char *problem;
    int failure;

    if (argc != 2) {
        fprintf(stderr, "usage: probe FILE\n");
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
        problem = probe(source, &error);
    if (problem)
        fprintf(stderr, "Error occurred: %s\n", problem);

    memux_error_free(error); /* what `problem` points into: last */
    memux_source_free(source); /* frees the file's bytes too */
    return problem != NULL;
}
