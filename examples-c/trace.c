/*
 * When does the library read, seek and write? One line per call of a callback, in order.
 *
 *     trace [FILE]                         FILE is 1.mp4 unless named
 */
#include <inttypes.h>
#include <string.h>

#include <memux.h>

#include "read_file.h"

static const char *const stages[] = { "none", "arguments", "open", "probe", "packets", "header", "write", "trailer" };
static const char *const kinds[] = { "?", "read", "seek", "size", "write", "writev" };

static const char *name(const char *const *names, size_t count, int32_t value)
{
    return value >= 0 && (size_t)value < count ? names[value] : "?";
}

static void print_event(void *opaque, const memux_trace_event *event)
{
    (void)opaque;
    printf("%-8s %-6s at %10" PRId64 "  asked %8" PRId64 "  got %8" PRId64 "  %6" PRId64 " us\n",
           name(stages, sizeof stages / sizeof *stages, event->stage), name(kinds, sizeof kinds / sizeof *kinds, event->kind),
           event->offset, event->requested, event->returned, event->elapsed_us);
}

int main(int argc, char *argv[])
{
    const char *path = argc > 1 ? argv[1] : "1.mp4";
    uint8_t *data;
    size_t size;
    memux_source *source = NULL;
    memux_sink *sink = NULL;
    memux_run_options run;
    memux_extract_options options;
    memux_error *error = NULL;
    memux_status status;
    int failure;

    failure = read_file(path, &data, &size);
    if (failure) {
        fprintf(stderr, "Error occurred: %s\n", strerror(failure));
        return 1;
    }

    memux_run_options_init(&run, sizeof run);
    run.trace = print_event;
    memux_extract_options_init(&options, sizeof options);
    options.run = &run;

    status = memux_source_from_memory(data, size, free, data, &source, &error);
    if (status >= 0)
        status = memux_sink_to_buffer(&sink, &error);
    if (status >= 0)
        status = memux_extract(source, sink, &options, NULL, &error);
    if (status < 0)
        fprintf(stderr, "Error occurred: %s\n", memux_error_message(error));

    memux_error_free(error);
    memux_sink_free(sink);
    memux_source_free(source);
    return status < 0;
}
