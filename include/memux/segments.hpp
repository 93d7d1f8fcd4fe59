// Segments and their playlists. Include memux.hpp. SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef MEMUX_SEGMENTS_HPP
#define MEMUX_SEGMENTS_HPP

#include <memux/containers.hpp>
#include <memux/outputs.hpp>

namespace memux {

/// The options of memux.h; those that stand here take the place of their namesakes there.
struct SegmentOptions : detail::Defaults<memux_segment_options, memux_segment_options_init> {
    RunOptions run;
    RemuxOptions remux;                                      ///< its `run` is not looked at
    std::function<void(const memux_segment_view &)> segment; ///< must be set; an exception ends the operation
    std::function<bool(const memux_packet &)> cut;           ///< for MEMUX_CUT_BY_HOST: true = a segment begins here

    /// `{"mp4", take}`: segments of the container's format go to `take`.
    SegmentOptions(RemuxOptions what, std::function<void(const memux_segment_view &)> take)
        : remux(std::move(what)), segment(std::move(take)) {}
};
using SegmentReport = Report<memux_segment_report, memux_segment_report_init>;

/// What was made in segments, for playlists of them.
class Segments {
public:
    explicit Segments(memux_segments *raw) noexcept : handle_(raw) {}
    const memux_segments *get() const noexcept { return handle_.get(); }

    /// An HLS playlist, for segments under `prefix`, their number, `suffix`. "mpegts" needs no `init`.
    Buffer hls(const std::string &init, const std::string &prefix, const std::string &suffix) const {
        return Buffer(detail::made<memux_buffer>(memux_segments_hls, get(), init.c_str(), prefix.c_str(), suffix.c_str()));
    }

private:
    detail::Handle<memux_segments, memux_segments_free> handle_;
};

/// Segments of one stream, which must outlive the set, and their names.
struct DashSet {
    const Segments &segments;
    std::string init, prefix, suffix;
};

/// A DASH manifest of sets of segments, each of one stream by itself.
inline Buffer dash_manifest(const std::vector<DashSet> &sets) {
    std::vector<memux_dash_set> raw;
    for (const auto &set : sets)
        raw.push_back({set.segments.get(), set.init.c_str(), set.prefix.c_str(), set.suffix.c_str()});
    return Buffer(detail::made<memux_buffer>(memux_dash_manifest, raw.data(), raw.size()));
}

namespace detail {

/// SegmentOptions in C, with trampolines for its callables. Lives for one call.
struct SegmentCalls {
    explicit SegmentCalls(const SegmentOptions &given) : options(given), lists(given.remux), run(given.run), raw(given) {
        raw.run = &run.raw;
        raw.remux = &lists.raw;
        raw.segment = given.segment ? on_segment : nullptr;
        raw.cut = given.cut ? on_cut : nullptr;
        raw.opaque = this;
    }
    SegmentCalls(const SegmentCalls &) = delete;
    SegmentCalls &operator=(const SegmentCalls &) = delete;

    static int on_segment(void *opaque, const memux_segment_view *segment) noexcept {
        auto &self = *static_cast<SegmentCalls *>(opaque);
        return self.pending.guard(int{MEMUX_IO_EXIT}, [&] { return self.options.segment(*segment), 0; });
    }
    static int on_cut(void *opaque, const memux_packet *packet) noexcept {
        auto &self = *static_cast<SegmentCalls *>(opaque);
        return self.pending.guard(int{MEMUX_IO_EXIT}, [&] { return self.options.cut(*packet) ? 1 : 0; });
    }

    const SegmentOptions &options;
    RemuxLists lists;
    Run run;
    Pending pending;
    memux_segment_options raw;
};

} // namespace detail

/// Puts the streams of an input into segments, each handed over as soon as it is whole. `report` is filled on failure too.
inline Segments segment(Source &source, const SegmentOptions &options, SegmentReport &report) {
    detail::SegmentCalls calls(options);
    memux_segments *made = nullptr;
    detail::checked([&](memux_error **error) {
        return report.status = memux_segment(source.get(), &calls.raw, &made, &report, error);
    }, {source.pending(), &calls.pending, &calls.run.pending});
    return Segments(made);
}
inline Segments segment(Source &source, const SegmentOptions &options) {
    SegmentReport report;
    return segment(source, options, report);
}

} // namespace memux

#endif // MEMUX_SEGMENTS_HPP
