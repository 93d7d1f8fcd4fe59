// Counting and extracting. Include memux.hpp. SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef MEMUX_STREAMS_HPP
#define MEMUX_STREAMS_HPP

#include <memux/core.hpp>

namespace memux {

/// The options of memux.h; `run` is the one that stands here.
struct CountOptions : detail::Defaults<memux_count_options, memux_count_options_init> {
    RunOptions run;
};
/// H.264 or HEVC as Annex B, and nothing else, unless `framing` is set: MEMUX_FRAMING_AUTO takes any codec.
struct ExtractOptions : detail::Defaults<memux_extract_options, memux_extract_options_init> {
    RunOptions run;
    ExtractOptions() { framing = MEMUX_FRAMING_ANNEXB; }
};

using CountReport = Report<memux_count_report, memux_count_report_init>;
using ExtractReport = Report<memux_extract_report, memux_extract_report_init>;

/// Counts the frames of a video stream. `report` is filled on failure too, also when a callable's exception comes out.
inline void count(Source &source, const CountOptions &options, CountReport &report) {
    detail::operate(memux_count, options, report, source);
}
inline CountReport count(Source &source, const CountOptions &options = {}) {
    CountReport report;
    count(source, options, report);
    return report;
}

/// Writes a stream by itself, in the form that `options.framing` names. `report` is filled on failure too.
inline void extract(Source &source, Sink &sink, const ExtractOptions &options, ExtractReport &report) {
    detail::operate(memux_extract, options, report, source, sink);
}
inline ExtractReport extract(Source &source, Sink &sink, const ExtractOptions &options = {}) {
    ExtractReport report;
    extract(source, sink, options, report);
    return report;
}

/// How many bytes extract() would write; nothing is written. `report` is filled on failure too.
inline std::uint64_t extract_size(Source &source, const ExtractOptions &options, ExtractReport &report) {
    std::uint64_t size = 0;
    const auto measure = [&](memux_source *from, const memux_extract_options *with, memux_extract_report *to, memux_error **error) {
        return memux_extract_size(from, with, &size, to, error);
    };
    detail::operate(measure, options, report, source);
    return size;
}
inline std::uint64_t extract_size(Source &source, const ExtractOptions &options = {}) {
    ExtractReport report;
    return extract_size(source, options, report);
}

/// Writes what extract() would write into `buffer`; the report's bytes_written says how much that is, on failure too. A
/// buffer that is too small is an Error with MEMUX_ERROR_LIMIT.
inline void extract_into(Source &source, void *buffer, std::size_t capacity, const ExtractOptions &options, ExtractReport &report) {
    const auto fill = [&](memux_source *from, const memux_extract_options *with, memux_extract_report *to, memux_error **error) {
        return memux_extract_into(from, buffer, capacity, with, to, error);
    };
    detail::operate(fill, options, report, source);
}
inline ExtractReport extract_into(Source &source, void *buffer, std::size_t capacity, const ExtractOptions &options = {}) {
    ExtractReport report;
    extract_into(source, buffer, capacity, options, report);
    return report;
}

/// Counts the frames of the first video stream of an input in memory.
inline CountReport count_frames(const void *data, std::size_t size) {
    Source source = Source::from_memory(data, size);
    return count(source);
}

/// Hands the first video stream of an input in memory to `write`, a callable as for Sink::to_writer().
template <class Write> ExtractReport extract_video(const void *data, std::size_t size, Write &&write) {
    Source source = Source::from_memory(data, size);
    Sink sink = Sink::to_writer(std::ref(write));
    return extract(source, sink);
}

} // namespace memux

#endif // MEMUX_STREAMS_HPP
