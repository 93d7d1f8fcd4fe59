/*
 * A read callback made for avio_alloc_context, handed to memux unchanged.
 *
 *     count_with_callbacks [FILE]          FILE is 1.mp4 unless named
 *
 * The callback cannot seek. A file whose index (moov) lies at its end is counted all the same: memux keeps in
 * memory what it has to read twice.
 */
#include <inttypes.h>
#include <string.h>

#include <memux.h>

#include "read_file.h"

struct buffer_data {
    uint8_t *ptr;
    size_t size; /* what is left from ptr on */
};

static int read_packet(void *opaque, uint8_t *buf, int buf_size)
{
    struct buffer_data *bd = opaque;
    size_t taken = (size_t)buf_size < bd->size ? (size_t)buf_size : bd->size;

    if (taken == 0)
        return MEMUX_IO_EOF; /* the value of AVERROR_EOF */
    memcpy(buf, bd->ptr, taken);
    bd->ptr += taken;
    bd->size -= taken;
    return (int)taken;
}

int main(int argc, char *argv[])
{
    const char *path = argc > 1 ? argv[1] : "1.mp4";
    uint8_t *data;
    struct buffer_data bd;
    memux_reader reader;
    memux_source *source = NULL;
    memux_count_report report;
    memux_error *error = NULL;
    memux_status status;
    int failure;

    failure = read_file(path, &data, &bd.size);
    if (failure) {
        fprintf(stderr, "Error occurred: %s\n", strerror(failure));
        return 1;
    }
    bd.ptr = data;

    memux_reader_init(&reader, sizeof reader);
    reader.opaque = &bd;
    reader.read = read_packet;
    memux_count_report_init(&report, sizeof report);

    status = memux_source_from_reader(&reader, &source, &error);
    if (status >= 0)
        status = memux_count(source, NULL, &report, &error);

    if (status < 0) {
        fprintf(stderr, "Error occurred: %s\n", memux_error_message(error));
    } else {
        printf("There are %" PRIu64 " frames int total.\n", report.frames);
        if (status == MEMUX_TRUNCATED)
            fprintf(stderr, "Note: the input is cut or damaged, these are the frames that are there.\n");
    }

    memux_error_free(error);
    memux_source_free(source);
    free(data);
    return status < 0;
}
