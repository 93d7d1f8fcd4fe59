/* What ends several outputs, or one of them, and what each result says then. */
#include "fanning.h"
#include "hanging.h"

/* What comes before anything is read leaves no result as it was: a host frees each error. */
static void each_result_is_filled_however_early_the_call_fails(void)
{
    bytes file = clip("h264.mp4");
    memux_source *source = memory_source(file);

    for (int wrong = 0; wrong < 8; wrong++) {
        memux_status expected = MEMUX_ERROR_INVALID_ARGUMENT;
        fan fan;
        fan_begin(&fan);
        if (wrong == 0)
            fan.list[3] = NULL;
        else if (wrong == 1)
            fan.outputs[3].struct_size = 1;
        else if (wrong == 2)
            fan.run.engine = 99;
        else if (wrong == 3)
            fan.options.struct_size = 1;
        else if (wrong == 4)
            fan.run.engine = MEMUX_ENGINE_WALK, expected = MEMUX_ERROR_UNSUPPORTED;
        else if (wrong == 5)
            fan.outputs[3].reserved = 1;
        else if (wrong == 7)
            fan.outputs[3].result = &fan.results[0];
        EXPECT_STATUS(fan_run(&fan, wrong == 6 ? NULL : source), expected);
        for (size_t nth = 0; nth < fan.count; nth++) {
            memux_fanout_result *result = &fan.results[nth];
            if (nth == 3 && (wrong < 2 || wrong == 7)) {
                result->error = NULL; /* nobody knows where it is */
                continue;
            }
            EXPECT_STATUS(result->status, expected);
            EXPECT(result->error != NULL && memux_error_status(result->error) == expected);
            EXPECT_SAME(result->packets + result->bytes_written + result->streams, 0);
            EXPECT_SAME(fan.hosts[nth].writes, 0);
        }
        fan_end(&fan);
    }
    memux_source_free(source);
    free(file.data);
}

int main(void)
{
    RUN(each_result_is_filled_however_early_the_call_fails);
    return check_done();
}
