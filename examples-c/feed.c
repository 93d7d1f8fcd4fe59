/*
 * A file as if it came over a network: one thread pushes it in pieces of CHUNK_SIZE bytes, another one makes a fragmented
 * MP4 of what has come. No more than 64 KiB wait in between.
 *
 *     feed IN OUT CHUNK_SIZE
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <memux.h>

#include "progress_line.h"
#include "write_file.h"

enum { WAITING = 64 * 1024 };

typedef struct network {
    FILE *file;
    size_t chunk_size;
    memux_feed *feed;
} network;

/* What a host does that receives bytes. It stops when nobody reads any more. */
static void *push_all(void *opaque)
{
    network *self = opaque;
    uint8_t *chunk = malloc(self->chunk_size);
    size_t size = 0;
    memux_status status = MEMUX_OK;

    while (chunk && status == MEMUX_OK && (size = fread(chunk, 1, self->chunk_size, self->file)) > 0)
        status = memux_feed_push_all(self->feed, chunk, size, 0, NULL, NULL); /* waits while the feed is full */
    if (!chunk || ferror(self->file))
        memux_feed_fail(self->feed, -EIO);
    else
        memux_feed_finish(self->feed);
    free(chunk);
    return NULL;
}

/* Returns NULL when the output is whole, else what went wrong. */
static const char *to_fragments(memux_source *source, memux_sink *sink, memux_error **error)
{
    memux_run_options run = run_with_progress();
    memux_remux_options options;
    memux_remux_report report;
    memux_status status;

    memux_remux_options_init(&options, sizeof options);
    memux_remux_report_init(&report, sizeof report);
    options.run = &run;
    options.format = "mp4";
    options.layout = MEMUX_LAYOUT_FRAGMENTED;
    options.bit_exact = 1; /* the same input gives the same bytes each time */
    status = memux_remux(source, sink, &options, &report, error);
    end_progress(&run);
    if (status < 0)
        return memux_error_message(*error);
    if (status == MEMUX_TRUNCATED)
        fprintf(stderr, "Note: the input is cut or damaged, the output is what was there.\n");
    printf("%" PRIu64 " streams, %" PRIu64 " packets\n", report.streams, report.packets);
    return NULL;
}

/* Feeds the one thread from the other. */
static const char *run(network *network, memux_sink *sink, memux_error **error)
{
    memux_source *source = NULL;
    const char *problem;
    pthread_t thread;

    if (memux_feed_create(WAITING, &network->feed, error) < 0
        || memux_source_from_feed(network->feed, &source, error) < 0) {
        problem = memux_error_message(*error);
    } else if (pthread_create(&thread, NULL, push_all, network) != 0) {
        problem = "No thread could be started";
    } else {
        problem = to_fragments(source, sink, error);
        pthread_join(thread, NULL); /* an operation that is over lets a push that waits go */
    }
    memux_source_free(source);
    memux_feed_free(network->feed);
    return problem;
}

int main(int argc, char *argv[])
{
    network network = { NULL, 0, NULL };
    output_file output;
    memux_writer writer;
    memux_sink *sink = NULL;
    memux_error *error = NULL;
    const char *problem;
    char *end = NULL;
    long chunk_size = argc == 4 ? strtol(argv[3], &end, 10) : 0;
    int failure;

    if (argc != 4 || end == argv[3] || *end != '\0' || chunk_size < 1 || chunk_size > 1 << 30) {
        fprintf(stderr, "usage: feed IN OUT CHUNK_SIZE\n");
        return 2;
    }
    network.chunk_size = (size_t)chunk_size;
    network.file = fopen(argv[1], "rb");
    if (!network.file) {
        fprintf(stderr, "Error occurred: %s: %s\n", argv[1], strerror(errno));
        return 1;
    }
    failure = open_output(&output, argv[2], &writer);
    if (failure) {
        fprintf(stderr, "Error occurred: %s: %s\n", argv[2], strerror(failure));
        fclose(network.file);
        return 1;
    }

    if (memux_sink_to_writer(&writer, &sink, &error) < 0)
        problem = memux_error_message(error);
    else
        problem = run(&network, sink, &error);
    memux_sink_free(sink);
    if (close_output(&output, problem == NULL) < 0 && !problem)
        problem = "The output could not be written";
    if (problem)
        fprintf(stderr, "Error occurred: %s\n", problem);

    memux_error_free(error); /* what `problem` points into: last */
    fclose(network.file);
    return problem != NULL;
}
