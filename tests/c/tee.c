/* A sink that is several others: each gets the same bytes, and one that fails ends all or is left out. */
#include "hanging.h"

enum { MEMBERS = 3 };

/* Three sinks and the one that they make: one of writes, one of gathered slices, a buffer of the library. */
typedef struct tee {
    host_sink hosts[2];
    memux_sink *sinks[MEMBERS], *all;
} tee;

static memux_status tee_begin(tee *self, int seeks, int32_t drop_failed)
{
    memux_writer writers[2];

    memset(self, 0, sizeof *self);
    for (int i = 0; i < 2; i++) {
        writers[i] = host_writer(&self->hosts[i]);
        writers[i].seek = seeks ? host_sink_seek : NULL;
    }
    writers[1].write = NULL;
    writers[1].writev = host_writev;
    for (int i = 0; i < 2; i++)
        self->sinks[i] = host_sink_of(&writers[i]);
    EXPECT_STATUS(memux_sink_to_buffer(&self->sinks[2], NULL), MEMUX_OK);
    return memux_sink_to_sinks(self->sinks, MEMBERS, drop_failed, &self->all, NULL);
}

static void tee_end(tee *self)
{
    memux_sink_free(self->all);
    for (int i = 0; i < MEMBERS; i++)
        memux_sink_free(self->sinks[i]);
    for (int i = 0; i < 2; i++) {
        EXPECT_SAME(self->hosts[i].released, 1);
        free(self->hosts[i].file.data);
    }
}

static memux_member_result member(const tee *self, size_t index)
{
    memux_member_result result;

    memset(&result, 0xAA, sizeof result);
    result.struct_size = sizeof result;
    EXPECT_STATUS(memux_sink_get_member(self->all, index, &result, NULL), MEMUX_OK);
    EXPECT_SAME(result.reserved, 0);
    EXPECT((result.status < 0) == (result.error != NULL));
    return result;
}

static bytes buffered(tee *self)
{
    memux_buffer *buffer = NULL;
    bytes copy;

    EXPECT_STATUS(memux_sink_take_buffer(self->sinks[2], &buffer, NULL), MEMUX_OK);
    copy.size = memux_buffer_size(buffer);
    copy.data = malloc(copy.size + 1);
    if (!copy.data)
        abort();
    if (copy.size > 0)
        memcpy(copy.data, memux_buffer_data(buffer), copy.size);
    memux_buffer_free(buffer);
    return copy;
}

static void each_sink_gets_what_is_written(void)
{
    bytes file = clip("h264.mp4"), wanted = extracted(file);
    memux_source *source = memory_source(file);
    memux_extract_report report;
    bytes got;
    tee tee;

    memux_extract_report_init(&report, sizeof report);
    EXPECT_STATUS(tee_begin(&tee, 0, 0), MEMUX_OK);
    EXPECT_SAME(member(&tee, 1).bytes_written, 0); /* before the first operation */
    EXPECT_STATUS(memux_extract(source, tee.all, &chosen.extract, &report, NULL), MEMUX_OK);
    EXPECT_SAME(report.bytes_written, wanted.size);
    got = buffered(&tee);
    EXPECT(same_bytes(got, wanted) && same_bytes(tee.hosts[0].file, wanted) && same_bytes(tee.hosts[1].file, wanted));
    for (size_t i = 0; i < MEMBERS; i++) {
        EXPECT_SAME(member(&tee, i).status, MEMUX_OK);
        EXPECT_SAME(member(&tee, i).bytes_written, wanted.size);
    }
    /* Another operation appends. */
    EXPECT_STATUS(memux_extract(source, tee.all, &chosen.extract, NULL, NULL), MEMUX_OK);
    EXPECT_SAME(tee.hosts[0].file.size, 2 * wanted.size);
    EXPECT_SAME(member(&tee, 0).bytes_written, wanted.size);
    tee_end(&tee);
    memux_source_free(source);
    free(got.data);
    free(wanted.data);
    free(file.data);
}

/* What goes back goes back in each; where one cannot, all is made in memory first. */
static void a_container_goes_to_all_whether_they_can_seek_or_not(void)
{
    bytes file = clip("h264.mp4");
    memux_source *source = memory_source(file);

    for (int seeks = 0; seeks < 2; seeks++) {
        memux_remux_options options;
        bytes got;
        tee tee;
        EXPECT_STATUS(tee_begin(&tee, seeks, 1), MEMUX_OK);
        memux_remux_options_init(&options, sizeof options);
        options.format = "matroska";
        options.bit_exact = 1;
        EXPECT_STATUS(memux_remux(source, tee.all, &options, NULL, NULL), MEMUX_OK);
        got = buffered(&tee);
        EXPECT(got.size > 40000 && same_bytes(got, tee.hosts[0].file) && same_bytes(got, tee.hosts[1].file));
        EXPECT_SAME(tee.hosts[0].seeks > 0, seeks);
        tee_end(&tee);
        free(got.data);
    }
    memux_source_free(source);
    free(file.data);
}

static void one_that_fails_ends_all_or_is_left_out(void)
{
    bytes file = clip("h264.mp4"), wanted = extracted(file);
    memux_source *source = memory_source(file);

    for (int32_t drop_failed = 0; drop_failed < 2; drop_failed++)
        for (int failing = 0; failing < 2; failing++) {
            memux_error *error = NULL;
            memux_member_result result;
            memux_status status;
            bytes got;
            tee tee;
            EXPECT_STATUS(tee_begin(&tee, 0, drop_failed), MEMUX_OK);
            tee.hosts[failing].max_take = 2000;
            tee.hosts[failing].fault.at = 3;
            tee.hosts[failing].fault.code = -EIO;
            status = memux_extract(source, tee.all, &chosen.extract, NULL, &error);
            EXPECT_STATUS(status, drop_failed ? MEMUX_OK : MEMUX_ERROR_SINK);
            EXPECT_SAME(memux_error_host_code(error), drop_failed ? 0 : -EIO);
            EXPECT_ERROR(status, &error);
            result = member(&tee, (size_t)failing);
            EXPECT_STATUS(result.status, MEMUX_ERROR_SINK);
            EXPECT_SAME(memux_error_host_code(result.error), -EIO);
            EXPECT_SAME(result.bytes_written, tee.hosts[failing].file.size);
            EXPECT_SAME(tee.hosts[failing].writes, 3);
            memux_error_free(result.error);
            got = buffered(&tee);
            if (drop_failed)
                EXPECT(same_bytes(got, wanted) && same_bytes(tee.hosts[!failing].file, wanted));
            free(got.data);
            /* The next operation begins with all of them. */
            tee.hosts[failing].fault.at = 0;
            EXPECT_STATUS(memux_extract(source, tee.all, &chosen.extract, NULL, NULL), MEMUX_OK);
            EXPECT_SAME(member(&tee, (size_t)failing).status, MEMUX_OK);
            tee_end(&tee);
        }
    memux_source_free(source);
    free(wanted.data);
    free(file.data);
}

/* Each write and each seek of each of them fails once; those that go back count what they took, not where they are. */
static void whatever_call_fails_the_others_are_whole_or_all_have_ended(void)
{
    bytes file = clip("h264.mp4"), whole = { 0 };
    memux_source *source = memory_source(file);
    const int stride = slowness() > 1 ? 11 : 1;
    int tried = 0;

    for (int trial = 0; trial < 8; trial++) {
        const int drop_failed = trial & 1, failing = trial >> 1 & 1, in_seek = trial >> 2;
        int last = 0;
        for (int at = 1; !last; at += stride) {
            memux_remux_options options;
            memux_remux_report report;
            bytes got;
            memux_status status, expected;
            tee tee;
            EXPECT_STATUS(tee_begin(&tee, 1, drop_failed), MEMUX_OK);
            memux_remux_options_init(&options, sizeof options);
            memux_remux_report_init(&report, sizeof report);
            options.format = "matroska";
            options.bit_exact = 1;
            for (int i = 0; i < 2; i++)
                tee.hosts[i].max_take = 2000;
            *(in_seek ? &tee.hosts[failing].seek_fault : &tee.hosts[failing].fault) = (fault){ at, 0, -EIO };
            status = memux_remux(source, tee.all, &options, &report, NULL);
            last = (in_seek ? tee.hosts[failing].seeks : tee.hosts[failing].writes) < at;
            tried += !last;
            expected = last ? MEMUX_OK : MEMUX_ERROR_SINK;
            EXPECT_STATUS(status, last || drop_failed ? MEMUX_OK : MEMUX_ERROR_SINK);
            got = buffered(&tee);
            for (size_t i = 0; i < MEMBERS; i++) {
                memux_member_result result = member(&tee, i);
                if (i == (size_t)failing) {
                    EXPECT_STATUS(result.status, expected);
                    EXPECT_SAME(memux_error_host_code(result.error), last ? 0 : -EIO);
                    EXPECT(!drop_failed || result.bytes_written <= report.bytes_written);
                } else {
                    EXPECT_STATUS(result.status, MEMUX_OK);
                    EXPECT(!(last || drop_failed) || result.bytes_written == report.bytes_written);
                }
                memux_error_free(result.error);
            }
            if (last && !whole.data)
                whole = got;
            else if (last || drop_failed)
                EXPECT(!whole.data || (same_bytes(got, whole) && same_bytes(tee.hosts[!failing].file, whole)));
            if (got.data != whole.data)
                free(got.data);
            tee_end(&tee);
        }
    }
    EXPECT(whole.size > 40000 && tried > (slowness() > 1 ? 8 : 100));
    memux_source_free(source);
    free(whole.data);
    free(file.data);
}

/* Also where it would have been left out: it is not the sink that has failed. */
static void a_sink_that_hangs_is_freed_and_the_operation_ends(void)
{
    bytes file = clip("h264.mp4");

    for (int trial = 0; trial < 4; trial++) {
        const int by_timeout = trial & 1;
        const memux_status expected = by_timeout ? MEMUX_ERROR_TIMEOUT : MEMUX_ERROR_CANCELLED;
        memux_sink *list[2], *all = NULL;
        memux_source *source = memory_source(file);
        memux_member_result result;
        memux_writer writer;
        hanging hanging;
        canceller canceller = { &hanging, NULL, 0, 0, 0 };
        choice how;
        hanging_init(&hanging, file, 2);
        EXPECT_STATUS(memux_cancel_create(&canceller.token, NULL), MEMUX_OK);
        memux_writer_init(&writer, sizeof writer);
        writer.opaque = &hanging;
        writer.write = hanging_write;
        writer.unblock = unblock;
        writer.max_write = 512;
        list[0] = host_sink_of(&writer);
        EXPECT_STATUS(memux_sink_to_buffer(&list[1], NULL), MEMUX_OK);
        EXPECT_STATUS(memux_sink_to_sinks(list, 2, trial >> 1, &all, NULL), MEMUX_OK);
        choose(&how, chosen.run.engine);
        if (by_timeout)
            how.run.timeout_us = 100000 * (slowness() > 1 ? 10 : 1);
        else
            how.run.cancel = canceller.token;
        if (!by_timeout)
            pthread_create(&canceller.thread, NULL, cancel_when_hanging, &canceller);
        EXPECT_STATUS(memux_extract(source, all, &how.extract, NULL, NULL), expected);
        if (!by_timeout)
            pthread_join(canceller.thread, NULL);
        EXPECT_SAME(hanging.unblocked, 1);
        memux_member_result_init(&result, sizeof result);
        EXPECT_STATUS(memux_sink_get_member(all, 0, &result, NULL), MEMUX_OK);
        EXPECT_STATUS(result.status, expected);
        EXPECT_SAME(result.bytes_written, hanging.writing.file.size);
        memux_error_free(result.error);
        memux_sink_free(all);
        for (int i = 0; i < 2; i++)
            memux_sink_free(list[i]);
        memux_source_free(source);
        memux_cancel_free(canceller.token);
        free(hanging.writing.file.data);
    }
    free(file.data);
}

static void when_none_is_left_the_operation_has_failed(void)
{
    bytes file = clip("h264.mp4");
    memux_source *source = memory_source(file);
    memux_sink *two = NULL;
    memux_error *error = NULL;
    tee tee;

    EXPECT_STATUS(tee_begin(&tee, 0, 1), MEMUX_OK);
    EXPECT_STATUS(memux_sink_to_sinks(tee.sinks, 2, 1, &two, NULL), MEMUX_OK);
    for (int i = 0; i < 2; i++) {
        tee.hosts[i].fault.at = 1 + i;
        tee.hosts[i].fault.code = -EIO - i;
        tee.hosts[i].max_take = 1000;
    }
    EXPECT_STATUS(memux_extract(source, two, &chosen.extract, NULL, &error), MEMUX_ERROR_SINK);
    EXPECT(memux_error_host_code(error) < 0);
    memux_error_free(error);
    memux_sink_free(two);
    tee_end(&tee);
    memux_source_free(source);
    free(file.data);
}

static int busy_write(void *opaque, MEMUX_WRITE_CONST uint8_t *buf, int buf_size)
{
    tee *self = opaque;
    memux_source *source = memory_source((bytes){ (uint8_t *)(uintptr_t)buf, (size_t)buf_size });

    EXPECT_STATUS(memux_extract(source, self->all, NULL, NULL, NULL), MEMUX_ERROR_BUSY);
    EXPECT_STATUS(memux_extract(source, self->sinks[1], NULL, NULL, NULL), MEMUX_ERROR_BUSY);
    memux_source_free(source);
    return host_write(&self->hosts[0], buf, buf_size);
}

static void its_sinks_are_busy_while_it_is_written_to_and_their_own_otherwise(void)
{
    bytes file = clip("h264.mp4"), wanted = extracted(file);
    memux_source *source = memory_source(file);
    memux_sink *talking = NULL, *list[2], *outer = NULL;
    memux_writer writer;
    tee tee;

    EXPECT_STATUS(tee_begin(&tee, 0, 0), MEMUX_OK);
    memux_writer_init(&writer, sizeof writer);
    writer.opaque = &tee;
    writer.write = busy_write;
    EXPECT_STATUS(memux_sink_to_writer(&writer, &talking, NULL), MEMUX_OK);
    list[0] = talking;
    list[1] = tee.sinks[1];
    EXPECT_STATUS(memux_sink_to_sinks(list, 2, 0, &outer, NULL), MEMUX_OK);
    memux_sink_free(tee.all);
    tee.all = outer;
    EXPECT_STATUS(memux_extract(source, outer, &chosen.extract, NULL, NULL), MEMUX_OK);
    EXPECT(same_bytes(tee.hosts[1].file, wanted));
    EXPECT_STATUS(memux_extract(source, tee.sinks[1], &chosen.extract, NULL, NULL), MEMUX_OK);
    EXPECT_SAME(tee.hosts[1].file.size, 2 * wanted.size);
    memux_sink_free(talking);
    tee_end(&tee);
    memux_source_free(source);
    free(wanted.data);
    free(file.data);
}

static void sinks_of_sinks_work_and_outlive_the_hosts_own(void)
{
    bytes file = clip("h264.mp4"), wanted = extracted(file);
    memux_source *source = memory_source(file);
    memux_sink *list[2], *outer = NULL, *more = NULL;
    host_sink host = { 0 };
    memux_writer writer = host_writer(&host);
    tee tee;

    EXPECT_STATUS(tee_begin(&tee, 0, 0), MEMUX_OK);
    more = host_sink_of(&writer);
    list[0] = tee.all;
    list[1] = more;
    EXPECT_STATUS(memux_sink_to_sinks(list, 2, 0, &outer, NULL), MEMUX_OK);
    memux_sink_free(more);
    for (int i = 0; i < 2; i++) {
        memux_sink_free(tee.sinks[i]);
        tee.sinks[i] = NULL;
    }
    EXPECT_STATUS(memux_extract(source, outer, &chosen.extract, NULL, NULL), MEMUX_OK);
    EXPECT(same_bytes(host.file, wanted) && same_bytes(tee.hosts[0].file, wanted) && same_bytes(tee.hosts[1].file, wanted));
    EXPECT_SAME(host.released + tee.hosts[0].released, 0);
    memux_sink_free(outer);
    EXPECT_SAME(host.released, 1);
    tee_end(&tee);
    memux_source_free(source);
    free(host.file.data);
    free(wanted.data);
    free(file.data);
}

int main(void)
{
    RUN_BY_EACH_ENGINE(each_sink_gets_what_is_written);
    RUN(a_container_goes_to_all_whether_they_can_seek_or_not);
    RUN_BY_EACH_ENGINE(one_that_fails_ends_all_or_is_left_out);
    RUN(whatever_call_fails_the_others_are_whole_or_all_have_ended);
    RUN_BY_EACH_ENGINE(a_sink_that_hangs_is_freed_and_the_operation_ends);
    RUN_BY_EACH_ENGINE(when_none_is_left_the_operation_has_failed);
    RUN(its_sinks_are_busy_while_it_is_written_to_and_their_own_otherwise);
    RUN(sinks_of_sinks_work_and_outlive_the_hosts_own);
    return check_done();
}
