/*
 * The packets of a file that lies in memory, a line for each: stream, pts, dts, duration, size, position, flags. What is
 * not known is N/A; flags are K for a key frame, D for what is decoded and not shown, C for damage, and _ for none, as
 * ffprobe -show_packets has them.
 *
 *     packets FILE
 */
#include <inttypes.h>
#include <string.h>

#include <memux.h>

#include "progress_line.h"
#include "read_file.h"

static void print_time(int64_t time)
{
    if (time == MEMUX_NO_TIME)
        printf(",N/A");
    else
        printf(",%" PRId64, time);
}

static void print(const memux_packet *packet)
{
    printf("%d", (int)packet->stream_index);
    print_time(packet->pts);
    print_time(packet->dts);
    print_time(packet->duration > 0 ? packet->duration : MEMUX_NO_TIME);
    printf(",%lu", (unsigned long)packet->size);
    if (packet->position == MEMUX_UNKNOWN)
        printf(",N/A");
    else
        printf(",%" PRIu64, packet->position);
    printf(",%c%c\n", packet->flags & MEMUX_PACKET_KEY ? 'K' : '_',
           packet->flags & MEMUX_PACKET_DISCARD ? 'D' : packet->flags & MEMUX_PACKET_CORRUPT ? 'C' : '_');
}

/* Returns NULL when all packets are printed, else what went wrong. */
static const char *print_all(memux_source *source, memux_error **error)
{
    memux_run_options run = run_with_progress();
    memux_input_options options;
    memux_input *input = NULL;
    memux_packet packet;
    memux_status status;

    memux_input_options_init(&options, sizeof options);
    options.run = &run;
    memux_packet_init(&packet, sizeof packet);
    status = memux_input_open(source, &options, &input, error);
    while (status == MEMUX_OK) {
        status = memux_input_next(input, &packet, error);
        if (status == MEMUX_OK)
            print(&packet); /* the packet stands until the next call */
    }
    memux_input_free(input);
    end_progress(&run);
    if (status < 0)
        return memux_error_message(*error);
    if (status == MEMUX_TRUNCATED)
        fprintf(stderr, "Note: the input is cut or damaged, these are the packets that were there.\n");
    return fflush(stdout) != 0 || ferror(stdout) ? "The output could not be written" : NULL;
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
        fprintf(stderr, "usage: packets FILE\n");
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
        problem = print_all(source, &error);
    if (problem)
        fprintf(stderr, "Error occurred: %s\n", problem);

    memux_error_free(error); /* what `problem` points into: last */
    memux_source_free(source); /* frees the file's bytes too */
    return problem != NULL;
}
