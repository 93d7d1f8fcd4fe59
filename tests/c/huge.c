/* Media of gigabytes: places beyond 4 GiB, outputs of 2 GB into a sink that only appends, and no memory taken for either. */
#include "huge.h"

enum { MOST_KIB = 64 * 1024 };

/* Under valgrind and the sanitizers a hundredth of it: they look for other mistakes than running out of memory. */
static size_t samples_of(size_t all) { return slowness() > 1 ? all / 100 : all; }

/* Whether the tool that the program runs in has memory of its own that would be counted. */
static int is_measured(void) { return slowness() == 1; }

static void a_borrowed_source_of_5_gib_is_counted_and_its_places_are_told(void)
{
    film film = { .format = "m2v1", .samples = 640, .sample_size = 1000, .distance = (uint64_t)8 << 20 };
    bytes file = film_make(&film);
    int64_t before = own_kib();

    EXPECT(file.size > (uint64_t)5000 << 20);
    for (int i = 0; i < ENGINES; i++) {
        memux_source *source = memory_source(file);
        memux_count_report report;
        memux_input *input = NULL;
        memux_packet packet;
        uint64_t packets = 0;
        memux_count_report_init(&report, sizeof report);
        choose(&chosen, engines[i].engine);
        EXPECT_STATUS(memux_count(source, &chosen.count, &report, NULL), MEMUX_OK);
        EXPECT_SAME(report.frames, film.samples);
        EXPECT_SAME(report.completeness, MEMUX_COMPLETENESS_COMPLETE);
        EXPECT_STATUS(memux_input_open(source, NULL, &input, NULL), MEMUX_OK);
        memux_packet_init(&packet, sizeof packet);
        while (memux_input_next(input, &packet, NULL) == MEMUX_OK) {
            EXPECT_SAME(packet.position, film.first + packets * film.distance);
            EXPECT_SAME(packet.size, film.sample_size);
            packets++;
        }
        EXPECT_SAME(packets, film.samples);
        memux_input_free(input);
        memux_source_free(source);
    }
    /* Cut off beyond 4 GiB, the place where it broke off is told in full. */
    {
        bytes cut = { file.data, (size_t)(film.first + 600 * film.distance + 10) };
        memux_source *source = memory_source(cut);
        memux_count_report report;
        memux_count_report_init(&report, sizeof report);
        EXPECT_STATUS(memux_count(source, NULL, &report, NULL), MEMUX_TRUNCATED);
        EXPECT_SAME(report.truncated_at, cut.size);
        memux_source_free(source);
    }
    if (is_measured() && !EXPECT(own_kib() - before < MOST_KIB))
        printf("#   %" PRId64 " KiB more than before\n", own_kib() - before);
    film_free(&film);
}

/* A sink that keeps nothing, and looks at what passes. */
typedef struct passing {
    uint64_t bytes;
    /* MP4: what is left of the box, its header, and what the boxes held */
    uint64_t left, media, fragments, strange;
    uint8_t header[16];
    size_t known;
    /* TS */
    uint64_t packets, starts;
} passing;

static void pass_boxes(passing *self, const uint8_t *data, size_t size)
{
    while (size > 0) {
        if (self->left > 0) {
            uint64_t taken = self->left < size ? self->left : size;
            self->left -= taken;
            data += taken;
            size -= (size_t)taken;
            continue;
        }
        self->header[self->known++] = *data++;
        size--;
        if (self->known < 8)
            continue;
        for (int i = 0; i < 4; i++)
            self->left = self->left << 8 | self->header[i];
        if (self->left < 8) {
            self->strange++;
            self->left = 8;
        }
        self->left -= 8;
        if (memcmp(self->header + 4, "mdat", 4) == 0)
            self->media += self->left;
        else if (memcmp(self->header + 4, "moof", 4) == 0)
            self->fragments++;
        else
            self->strange += !strstr("ftyp moov mfra", (const char[5]) { (char)self->header[4], (char)self->header[5],
                                                                        (char)self->header[6], (char)self->header[7], 0 });
        self->known = 0;
    }
}

static int pass_fragments(void *opaque, MEMUX_WRITE_CONST uint8_t *buf, int buf_size)
{
    passing *self = opaque;

    self->bytes += (uint64_t)buf_size;
    pass_boxes(self, buf, (size_t)buf_size);
    return buf_size;
}

static int pass_packets(void *opaque, MEMUX_WRITE_CONST uint8_t *buf, int buf_size)
{
    passing *self = opaque;

    for (int i = 0; i < buf_size; i++, self->bytes++) {
        if (self->bytes % 188 == 0) {
            self->packets++;
            self->strange += buf[i] != 0x47;
        } else if (self->bytes % 188 == 1) {
            self->known = (size_t)(buf[i] & 0x40);
            self->left = (uint64_t)(buf[i] & 0x1F) << 8;
        } else if (self->bytes % 188 == 2) {
            self->starts += self->known && (self->left | buf[i]) == 0x100;
        }
    }
    return buf_size;
}

static void remux_huge(const char *format, int32_t layout, memux_write_fn write, passing *passing, film *film)
{
    bytes file = film_make(film);
    memux_source *source = memory_source(file);
    memux_sink *sink = NULL;
    memux_writer writer;
    memux_remux_options options;
    memux_remux_report report;
    memux_error *error = NULL;
    int64_t before = own_kib();

    memux_writer_init(&writer, sizeof writer);
    writer.opaque = passing;
    writer.write = write;
    EXPECT_STATUS(memux_sink_to_writer(&writer, &sink, NULL), MEMUX_OK);
    memux_remux_options_init(&options, sizeof options);
    options.format = format;
    options.layout = layout;
    memux_remux_report_init(&report, sizeof report);
    if (!EXPECT_STATUS(memux_remux(source, sink, &options, &report, &error), MEMUX_OK))
        printf("#   %s\n", memux_error_message(error));
    memux_error_free(error);
    EXPECT_SAME(report.packets, film->samples);
    EXPECT_SAME(report.bytes_written, passing->bytes);
    EXPECT_SAME(passing->strange, 0);
    EXPECT(passing->bytes > film->samples * film->sample_size);
    if (is_measured()) {
        EXPECT(passing->bytes > 2000000000);
        if (!EXPECT(own_kib() - before < MOST_KIB))
            printf("#   %" PRId64 " KiB more than before\n", own_kib() - before);
    }
    memux_sink_free(sink);
    memux_source_free(source);
    film_free(film);
}

static void fragments_of_2_gb_go_through_an_append_only_sink(void)
{
    film film = { .format = "m2v1", .samples = samples_of(10000), .sample_size = 200000, .distance = 200000 };
    passing passing = { 0 };

    remux_huge("mp4", MEMUX_LAYOUT_FRAGMENTED, pass_fragments, &passing, &film);
    EXPECT_SAME(passing.media, film.samples * film.sample_size);
    EXPECT_SAME(passing.fragments, film.samples);
    EXPECT_SAME(passing.left + passing.known, 0);
}

static void a_transport_stream_of_2_gb_goes_through_an_append_only_sink(void)
{
    film film = { .format = "m2v1", .samples = samples_of(10000), .sample_size = 200000, .distance = 200000 };
    passing passing = { 0 };

    remux_huge("mpegts", MEMUX_LAYOUT_AUTO, pass_packets, &passing, &film);
    EXPECT_SAME(passing.bytes % 188, 0);
    EXPECT_SAME(passing.starts, film.samples);
}

int main(void)
{
    RUN(a_borrowed_source_of_5_gib_is_counted_and_its_places_are_told);
    RUN(fragments_of_2_gb_go_through_an_append_only_sink);
    RUN(a_transport_stream_of_2_gb_goes_through_an_append_only_sink);
    return check_done();
}
