/* What each member of a report holds. Reports begin as garbage, so that a member that is not written is seen. */
#ifndef REPORTS_H
#define REPORTS_H

#include "host.h"

/* A report as a host may hand it in: the size is right, the rest is what the memory held. */
#define GARBAGE_REPORT(report) (memset(&(report), 0xAA, sizeof(report)), (report).struct_size = sizeof(report))

/* What a count tells that learned nothing: no number is known, and nothing is claimed. */
static inline memux_count_report unknown_count(int32_t mode)
{
    memux_count_report report;

    memset(&report, 0, sizeof report);
    report.struct_size = sizeof report;
    report.frames = report.header_frames = report.packets = report.presented = report.decoded = MEMUX_UNKNOWN;
    report.truncated_at = MEMUX_UNKNOWN;
    report.mode = report.obtained_by = mode;
    report.completeness = MEMUX_COMPLETENESS_UNKNOWN;
    report.stream_index = -1;
    report.engine = MEMUX_ENGINE_AUTO;
    return report;
}

static inline memux_extract_report unknown_extract(void)
{
    memux_extract_report report;

    memset(&report, 0, sizeof report);
    report.struct_size = sizeof report;
    report.truncated_at = MEMUX_UNKNOWN;
    report.completeness = MEMUX_COMPLETENESS_UNKNOWN;
    report.stream_index = -1;
    report.engine = MEMUX_ENGINE_AUTO;
    report.codec = MEMUX_CODEC_UNKNOWN;
    return report;
}

#define SAME_MEMBER(member) EXPECT_SAME(got->member, wanted->member)

/* Wanted NONE is any reason where FFmpeg did it, which always has one, and none at all elsewhere. */
static inline int same_reason(int32_t engine, int32_t got, int32_t wanted)
{
    if (wanted == MEMUX_REASON_NONE && engine == MEMUX_ENGINE_FFMPEG)
        return EXPECT(got > MEMUX_REASON_NONE && got <= MEMUX_REASON_LIMIT);
    return EXPECT_SAME(got, wanted);
}

static inline int same_count_report(const memux_count_report *got, const memux_count_report *wanted)
{
    return SAME_MEMBER(struct_size) & SAME_MEMBER(frames) & SAME_MEMBER(header_frames) & SAME_MEMBER(packets)
           & SAME_MEMBER(presented) & SAME_MEMBER(decoded) & SAME_MEMBER(corrupt_packets) & SAME_MEMBER(truncated_at)
           & SAME_MEMBER(bytes_read) & SAME_MEMBER(spooled_bytes) & SAME_MEMBER(mode) & SAME_MEMBER(obtained_by)
           & SAME_MEMBER(completeness) & SAME_MEMBER(stream_index) & SAME_MEMBER(engine)
           & same_reason(got->engine, got->engine_reason, wanted->engine_reason);
}

static inline int same_extract_report(const memux_extract_report *got, const memux_extract_report *wanted)
{
    return SAME_MEMBER(struct_size) & SAME_MEMBER(packets) & SAME_MEMBER(bytes_written) & SAME_MEMBER(corrupt_packets)
           & SAME_MEMBER(truncated_at) & SAME_MEMBER(bytes_read) & SAME_MEMBER(spooled_bytes) & SAME_MEMBER(completeness)
           & SAME_MEMBER(stream_index) & SAME_MEMBER(engine) & SAME_MEMBER(codec) & SAME_MEMBER(framing)
           & same_reason(got->engine, got->engine_reason, wanted->engine_reason);
}

/* Extracts to a buffer; its bytes are the caller's. */
static inline bytes to_buffer(memux_source *source, const memux_extract_options *options, memux_status wanted, memux_extract_report *report)
{
    memux_sink *sink = NULL;
    memux_buffer *buffer = NULL;
    bytes copy = { NULL, 0 };

    EXPECT_STATUS(memux_sink_to_buffer(&sink, NULL), MEMUX_OK);
    GARBAGE_REPORT(*report);
    EXPECT_STATUS(memux_extract(source, sink, options, report, NULL), wanted);
    EXPECT_STATUS(memux_sink_take_buffer(sink, &buffer, NULL), MEMUX_OK);
    copy.size = memux_buffer_size(buffer);
    copy.data = malloc(copy.size + 1);
    if (!copy.data)
        abort();
    memcpy(copy.data, memux_buffer_data(buffer), copy.size);
    memux_buffer_free(buffer);
    memux_sink_free(sink);
    return copy;
}

#endif
