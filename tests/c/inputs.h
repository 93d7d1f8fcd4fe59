/* Reading a container that stays open: its packets, and what stays of them. */
#ifndef INPUTS_H
#define INPUTS_H

#include "host.h"

enum { MOST = 400 };

/* What stays of a packet when it is gone. */
typedef struct seen {
    int64_t pts, dts;
    uint64_t position, sum;
    size_t size;
    int32_t stream, flags;
} seen;

typedef struct sequence {
    seen packets[MOST];
    int count;
    memux_status end;
} sequence;

static inline uint64_t sum_of(const uint8_t *data, size_t size)
{
    uint64_t sum = 14695981039346656037u;

    for (size_t i = 0; i < size; i++)
        sum = (sum ^ data[i]) * 1099511628211u;
    return sum;
}

static inline memux_status next(memux_input *input, memux_packet *packet)
{
    memux_error *error = NULL;
    memux_status status;

    memux_packet_init(packet, sizeof *packet);
    status = memux_input_next(input, packet, &error);
    EXPECT_ERROR(status, &error);
    return status;
}

static inline seen look(const memux_packet *packet)
{
    seen seen = { packet->pts, packet->dts, packet->position, sum_of(packet->data, packet->size), packet->size,
                  packet->stream_index, packet->flags };
    return seen;
}

/* All packets that are still to come. */
static inline sequence rest_of(memux_input *input)
{
    sequence all;
    memux_packet packet;

    memset(&all, 0, sizeof all);
    while ((all.end = next(input, &packet)) == MEMUX_OK && EXPECT(all.count < MOST))
        all.packets[all.count++] = look(&packet);
    return all;
}

static inline int same_seen(const seen *a, const seen *b)
{
    return a->pts == b->pts && a->dts == b->dts && a->position == b->position && a->sum == b->sum && a->size == b->size
           && a->stream == b->stream && a->flags == b->flags;
}

static inline int same_packets(const sequence *a, const sequence *b)
{
    int at = 0;

    while (at < a->count && at < b->count && same_seen(&a->packets[at], &b->packets[at]))
        at++;
    if (at == a->count && at == b->count)
        return 1;
    printf("# %d and %d packets, the first that differs is %d\n", a->count, b->count, at);
    return 0;
}

static inline memux_status open_input(memux_source *source, const memux_run_options *run, memux_input **input, memux_error **error)
{
    memux_input_options options;

    memux_input_options_init(&options, sizeof options);
    options.run = run;
    return memux_input_open(source, &options, input, error);
}

static inline memux_input *open_with(memux_source *source, const memux_run_options *run)
{
    memux_input *input = NULL;
    memux_error *error = NULL;
    memux_status status = open_input(source, run, &input, &error);

    if (!EXPECT_STATUS(status, MEMUX_OK))
        printf("#   %s\n", memux_error_message(error));
    EXPECT_ERROR(status, &error);
    return input;
}

/* The source is freed at once: the input keeps its share of it. */
static inline memux_input *open_memory(bytes file)
{
    memux_source *source = memory_source(file);
    memux_input *input = open_with(source, NULL);

    memux_source_free(source);
    return input;
}

static inline sequence by_memory(bytes file)
{
    memux_input *input = open_memory(file);
    sequence all = rest_of(input);

    memux_input_free(input);
    return all;
}

static inline memux_input_report report_of(memux_input *input)
{
    memux_input_report report;

    memset(&report, 0xAA, sizeof report);
    report.struct_size = sizeof report;
    EXPECT_STATUS(memux_input_get_report(input, &report, NULL), MEMUX_OK);
    EXPECT_SAME(report.reserved, 0);
    return report;
}

/* One packet on, whatever it holds. */
static inline memux_status advance(memux_input *input, memux_error **error)
{
    memux_packet packet;

    memux_packet_init(&packet, sizeof packet);
    return memux_input_next(input, &packet, error);
}

/* Reads on to what ends it. */
static inline memux_status drain(memux_input *input, memux_error **error)
{
    memux_status status;

    while ((status = advance(input, error)) == MEMUX_OK)
        ;
    return status;
}

#endif
