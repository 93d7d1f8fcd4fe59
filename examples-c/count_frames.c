/*
 * How many video frames are in an MP4 (or MKV, TS, ...) that lies in memory?
 *
 *     count_frames [--trace] [FILE]        FILE is 1.mp4 unless named
 *
 * --trace prints where each read of the library begins and how much is left from there.
 */
#include <inttypes.h>
#include <string.h>

#include <memux.h>

#include "read_file.h"

struct buffer_data {
    uint8_t *ptr;
    size_t size;
};

static void print_read(void *opaque, const memux_trace_event *event)
{
    const struct buffer_data *all = opaque;

    if (event->kind == MEMUX_TRACE_READ && event->returned > 0)
        printf("ptr:%p size:%zu\n", (void *)(all->ptr + event->offset), all->size - (size_t)event->offset);
}

int main(int argc, char *argv[])
{
    int trace = argc > 1 && strcmp(argv[1], "--trace") == 0;
    const char *path = argc > 1 + trace ? argv[1 + trace] : "1.mp4";
    struct buffer_data bd;
    memux_source *source = NULL;
    memux_run_options run;
    memux_count_options options;
    memux_count_report report;
    memux_error *error = NULL;
    memux_status status;
    int failure;

    failure = read_file(path, &bd.ptr, &bd.size);
    if (failure) {
        fprintf(stderr, "Error occurred: %s\n", strerror(failure));
        return 1;
    }

    memux_run_options_init(&run, sizeof run);
    if (trace) {
        run.trace = print_read;
        run.trace_opaque = &bd;
    }
    memux_count_options_init(&options, sizeof options);
    options.run = &run;
    memux_count_report_init(&report, sizeof report);

    status = memux_source_from_memory(bd.ptr, bd.size, free, bd.ptr, &source, &error);
    if (status >= 0)
        status = memux_count(source, &options, &report, &error);

    if (status < 0) {
        fprintf(stderr, "Error occurred: %s\n", memux_error_message(error));
    } else {
        printf("\xE5\xAE\x8C\xE6\x88\x90\n"); /* "done", in UTF-8 whatever the compiler takes source files for */
        printf("There are %" PRIu64 " frames int total.\n", report.frames);
        if (status == MEMUX_TRUNCATED)
            fprintf(stderr, "Note: the input is cut or damaged, these are the frames that are there.\n");
    }

    memux_error_free(error);
    memux_source_free(source); /* frees the file's bytes too */
    return status < 0;
}
