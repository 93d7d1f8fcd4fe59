/* Counting through a reader, and the containers to try it with: 75 frames in each. */
#ifndef READING_H
#define READING_H

#include "host.h"

/* Counts through `reader`, which is used up. */
static inline memux_status count_reader(const memux_reader *reader, memux_count_report *report, memux_error **error)
{
    memux_source *source = NULL;
    memux_status status = memux_source_from_reader(reader, &source, error);

    if (EXPECT_STATUS(status, MEMUX_OK)) {
        memux_count_report_init(report, sizeof *report);
        status = memux_count(source, NULL, report, error);
    }
    memux_source_free(source);
    return status;
}

static const char *const containers[] = {
    "h264.mp4", "h264_moov_at_end.mp4", "h264_fragmented.mp4", "h264.mkv", "h264.ts", "h264.flv", "h264.avi", "mpeg2.mpg",
    "vp9.webm", "live.webm",
};
enum { CONTAINERS = sizeof containers / sizeof *containers };

#endif
