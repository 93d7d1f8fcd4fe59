// What is in a container: probing it, and its packets one by one. Include memux.hpp.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef MEMUX_CONTAINERS_HPP
#define MEMUX_CONTAINERS_HPP

#include <memux/core.hpp>

#include <iterator>
#include <optional>
#include <string_view>

namespace memux {

/// Values that somebody else owns, one behind the other: std::span, as far as it is needed, for C++17.
template <class T> struct Span {
    const T *data;
    std::size_t size;
    const T *begin() const noexcept { return data; }
    const T *end() const noexcept { return data + size; }
    const T &operator[](std::size_t index) const noexcept { return data[index]; }
    bool empty() const noexcept { return size == 0; }
};

/// A text of the library's; empty where it has none.
inline std::string_view text(const char *given) noexcept { return given ? std::string_view(given) : std::string_view(); }

/// Keys with their values.
struct Tags : Span<memux_tag> {
    /// Empty where there is no such key.
    std::string_view find(std::string_view key) const noexcept {
        for (const memux_tag &tag : *this)
            if (key == tag.key) return tag.value;
        return {};
    }
};

namespace detail {

/// A struct that an Info shows: its numbers through `->`, its texts and lists by the methods of what derives from it.
template <class Raw> class Shown {
public:
    explicit Shown(const Raw *raw) noexcept : raw_(raw) {}
    const Raw *operator->() const noexcept { return raw_; }
    const Raw &operator*() const noexcept { return *raw_; }
    Tags tags() const noexcept { return {{raw_->tags, raw_->tag_count}}; }

private:
    const Raw *raw_;
};

/// The time in units that is nowhere is none.
inline std::optional<std::int64_t> time(std::int64_t given) noexcept {
    return given == MEMUX_NO_TIME ? std::nullopt : std::optional(given);
}

} // namespace detail

/// A container, as long as its Info lives.
struct Container : detail::Shown<memux_container_info> {
    using Shown::Shown;
    std::string_view name() const noexcept { return text((*this)->name); }
    std::string_view long_name() const noexcept { return text((*this)->long_name); }
    std::string_view mime_type() const noexcept { return text((*this)->mime_type); }
    std::optional<std::chrono::microseconds> duration() const noexcept {
        if ((*this)->duration_us == MEMUX_NO_TIME) return std::nullopt;
        return std::chrono::microseconds((*this)->duration_us);
    }
};

/// A stream, as long as its Info lives.
struct Stream : detail::Shown<memux_stream_info> {
    using Shown::Shown;
    std::string_view codec() const noexcept { return text((*this)->codec); }
    std::string_view codec_long_name() const noexcept { return text((*this)->codec_long_name); }
    std::string_view codec_string() const noexcept { return text((*this)->codec_string); } ///< RFC 6381
    std::string_view profile() const noexcept { return text((*this)->profile); }
    std::string_view format() const noexcept { return text((*this)->format); }
    std::string_view channel_layout() const noexcept { return text((*this)->channel_layout); }
    std::string_view language() const noexcept { return text((*this)->language); }
    std::string_view color_range() const noexcept { return text((*this)->color_range); }
    std::string_view color_space() const noexcept { return text((*this)->color_space); }
    std::string_view color_transfer() const noexcept { return text((*this)->color_transfer); }
    std::string_view color_primaries() const noexcept { return text((*this)->color_primaries); }
    std::string_view chroma_location() const noexcept { return text((*this)->chroma_location); }
    std::string_view field_order() const noexcept { return text((*this)->field_order); }
    Span<memux_side_data> side_data() const noexcept { return {(*this)->side_data, (*this)->side_data_count}; }
    Bytes configuration() const noexcept { return {(*this)->configuration, (*this)->configuration_size}; }
    Bytes picture() const noexcept { return {(*this)->picture, (*this)->picture_size}; } ///< an attached picture
};

/// A chapter, as long as its Info lives.
struct Chapter : detail::Shown<memux_chapter_info> {
    using Shown::Shown;
    std::string_view title() const noexcept { return text((*this)->title); }
};

/// A program, as long as its Info lives.
struct Program : detail::Shown<memux_program_info> {
    using Shown::Shown;
    Span<std::int32_t> streams() const noexcept { return {(*this)->streams, (*this)->stream_count}; }
};

/// What a probe found. It does not change; const methods may be called from several threads at once.
class Info {
public:
    explicit Info(memux_info *raw) noexcept : handle_(raw) {}
    Container container() const noexcept { return Container(memux_info_container(handle_.get())); }
    std::vector<Stream> streams() const { return all<Stream>(memux_info_stream, container()->stream_count); }
    std::vector<Chapter> chapters() const { return all<Chapter>(memux_info_chapter, container()->chapter_count); }
    std::vector<Program> programs() const { return all<Program>(memux_info_program, container()->program_count); }
    /// As ffprobe -show_format -show_streams -show_chapters -of json.
    std::string json() const {
        const Buffer buffer(detail::made<memux_buffer>(memux_info_json, handle_.get()));
        return std::string(reinterpret_cast<const char *>(buffer.data()), buffer.size());
    }

private:
    template <class Shown, class Get> std::vector<Shown> all(Get get, std::size_t count) const {
        std::vector<Shown> found;
        found.reserve(count);
        for (std::size_t index = 0; index < count; index++) found.emplace_back(get(handle_.get(), index));
        return found;
    }

    detail::Handle<memux_info, memux_info_free> handle_;
};

/// The options of memux.h; `run` is the one that stands here.
struct ProbeOptions : detail::Defaults<memux_probe_options, memux_probe_options_init> {
    RunOptions run;
};
struct InputOptions : detail::Defaults<memux_input_options, memux_input_options_init> {
    RunOptions run;
};
using ProbeReport = Report<memux_probe_report, memux_probe_report_init>;
using InputReport = detail::Defaults<memux_input_report, memux_input_report_init>;

/// Finds out what is in an input. `report` is filled on failure too; its bytes_needed says how much more a beginning lacks.
inline Info probe(Source &source, const ProbeOptions &options, ProbeReport &report) {
    detail::Handle<memux_info, memux_info_free> found;
    const auto look = [&](memux_source *from, const memux_probe_options *with, memux_probe_report *to, memux_error **error) {
        memux_info *raw = nullptr;
        const memux_status status = memux_probe(from, with, &raw, to, error);
        found.reset(raw);
        return status;
    };
    detail::operate(look, options, report, source);
    return Info(found.release());
}
inline Info probe(Source &source, const ProbeOptions &options = {}) {
    ProbeReport report;
    return probe(source, options, report);
}

class KeptPacket;

/// A packet, until the next call with its Input. Numbers through `->`.
class Packet {
public:
    Packet() noexcept { memux_packet_init(&raw_, sizeof raw_); }
    explicit Packet(const memux_packet &raw) noexcept : raw_(raw) {}
    const memux_packet *operator->() const noexcept { return &raw_; }
    memux_packet *raw() noexcept { return &raw_; }
    Bytes bytes() const noexcept { return {raw_.data, raw_.size}; }
    Span<memux_side_data> side_data() const noexcept { return {raw_.side_data, raw_.side_data_count}; }
    std::optional<std::int64_t> pts() const noexcept { return detail::time(raw_.pts); } ///< in units of the time base
    std::optional<std::int64_t> dts() const noexcept { return detail::time(raw_.dts); } ///< in units of the time base
    bool is_key() const noexcept { return (raw_.flags & MEMUX_PACKET_KEY) != 0; }
    bool is_hidden() const noexcept { return (raw_.flags & MEMUX_PACKET_DISCARD) != 0; } ///< decoded, and not shown
    bool is_corrupt() const noexcept { return (raw_.flags & MEMUX_PACKET_CORRUPT) != 0; }
    /// A copy that lives on its own, with 64 zero bytes behind its data.
    KeptPacket keep() const;

private:
    memux_packet raw_;
};

/// The copy of a packet. It does not change; any number of threads may read it at once.
class KeptPacket {
public:
    explicit KeptPacket(memux_kept_packet *raw) noexcept : handle_(raw) {}
    /// As long as the copy lives.
    Packet packet() const noexcept { return Packet(*memux_kept_packet_view(handle_.get())); }

private:
    detail::Handle<memux_kept_packet, memux_kept_packet_free> handle_;
};

inline KeptPacket Packet::keep() const { return KeptPacket(detail::made<memux_kept_packet>(memux_packet_retain, &raw_)); }

/// A container that stays open: a range of packets, gone through once.
///
///     for (const memux::Packet &packet : input) ...
///
/// The Source may go; the Cancel and the limits of the options must outlive the Input. What a callable throws comes out of the
/// call that it was made in, and ends the Input.
class Input {
public:
    explicit Input(Source &source, InputOptions options = {}) : state_(std::make_unique<State>(std::move(options))) {
        memux_input_options raw = state_->options;
        raw.run = &state_->run.raw;
        state_->source = source.pending();
        call([&](memux_error **error) {
            memux_input *opened = nullptr;
            const memux_status status = memux_input_open(source.get(), &raw, &opened, error);
            state_->handle.reset(opened);
            return status;
        });
    }

    /// Reads the next packet into `packet`; false at the end.
    bool next(Packet &packet) {
        memux_status status = MEMUX_OK;
        call([&](memux_error **error) { return status = memux_input_next(get(), packet.raw(), error); });
        state_->truncated = state_->truncated || status == MEMUX_TRUNCATED;
        return status == MEMUX_OK;
    }

    /// Whether the end that was met was that of an input cut or damaged.
    bool truncated() const noexcept { return state_->truncated; }

    /// Goes to a time; gives that of the packet that is shown next, none where the input ends there. MEMUX_SEEK_*.
    std::optional<std::chrono::microseconds> seek(std::chrono::microseconds time, std::int32_t mode = MEMUX_SEEK_KEYFRAME) {
        std::int64_t landed = MEMUX_NO_TIME;
        call([&](memux_error **error) { return memux_input_seek(get(), time.count(), mode, &landed, error); });
        if (landed == MEMUX_NO_TIME) return std::nullopt;
        return std::chrono::microseconds(landed);
    }

    /// From here on only packets of these streams come.
    void select(const std::vector<std::int32_t> &streams) {
        call([&](memux_error **error) { return memux_input_select(get(), streams.data(), streams.size(), error); });
    }

    /// What is known of the container by now. Lives on its own.
    Info info() { return Info(detail::made<memux_info>(memux_input_info, get())); }

    InputReport report() {
        InputReport report;
        detail::checked([&](memux_error **error) { return memux_input_get_report(get(), &report, error); });
        return report;
    }

    memux_input *get() const noexcept { return state_->handle.get(); }

    /// Goes through the packets that are still to come.
    class iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = Packet;
        using difference_type = std::ptrdiff_t;
        using pointer = const Packet *;
        using reference = const Packet &;

        iterator() noexcept = default;
        explicit iterator(Input &input) : input_(&input) { ++*this; }
        reference operator*() const noexcept { return packet_; }
        pointer operator->() const noexcept { return &packet_; }
        iterator &operator++() {
            if (!input_->next(packet_)) input_ = nullptr;
            return *this;
        }
        void operator++(int) { ++*this; }
        bool operator==(const iterator &other) const noexcept { return input_ == other.input_; }
        bool operator!=(const iterator &other) const noexcept { return input_ != other.input_; }

    private:
        Input *input_ = nullptr;
        Packet packet_;
    };
    iterator begin() { return iterator(*this); }
    iterator end() noexcept { return iterator(); }

private:
    /// Stays where it is, since the library holds addresses of it; the handle is freed first.
    struct State {
        explicit State(InputOptions &&given) : options(std::move(given)), run(options.run) {}
        InputOptions options;
        detail::Run run;
        detail::Pending *source = nullptr; // inside the host that the input keeps alive
        bool truncated = false;
        detail::Handle<memux_input, memux_input_free> handle;
    };

    template <class Call> void call(Call &&made) { detail::checked(made, {state_->source, &state_->run.pending}); }

    std::unique_ptr<State> state_;
};

/// The digest of one stream's packets; `value` lives as long as the Digests that it comes from.
struct StreamDigest {
    std::int32_t index;
    char letter; ///< v, a, s, d or t
    std::string_view value;
};

/// Digests of an input's streams, in hexadecimal digits.
class Digests {
public:
    explicit Digests(memux_digests *raw) noexcept : handle_(raw) {}
    std::size_t size() const noexcept { return memux_digests_count(handle_.get()); }
    StreamDigest operator[](std::size_t index) const noexcept {
        const memux_stream_digest &found = *memux_digests_stream(handle_.get(), index);
        return {found.stream_index, static_cast<char>(found.letter), found.value};
    }
    std::string_view whole() const noexcept { return memux_digests_whole(handle_.get()); } ///< of all packets
    std::string_view algorithm() const noexcept { return memux_digests_algorithm(handle_.get()); }

private:
    detail::Handle<memux_digests, memux_digests_free> handle_;
};

struct DigestOptions : detail::Defaults<memux_digest_options, memux_digest_options_init> {
    RunOptions run;
    std::string algorithm; ///< FFmpeg's name for the hash; empty: SHA-256
    std::optional<std::vector<std::int32_t>> streams;
};
using DigestReport = Report<memux_digest_report, memux_digest_report_init>;

/// Digests the packets of an input's streams. `report` is filled on failure too.
inline Digests digest(Source &source, const DigestOptions &options, DigestReport &report) {
    memux_digests *made = nullptr;
    const auto call = [&](memux_source *from, const memux_digest_options *with, memux_digest_report *into, memux_error **error) {
        memux_digest_options raw = *with;
        raw.algorithm = options.algorithm.empty() ? nullptr : options.algorithm.c_str();
        raw.streams = options.streams ? options.streams->data() : nullptr;
        raw.stream_count = options.streams ? options.streams->size() : 0;
        return memux_digest(from, &raw, &made, into, error);
    };
    detail::operate(call, options, report, source);
    return Digests(made);
}
inline Digests digest(Source &source, const DigestOptions &options = {}) {
    DigestReport report;
    return digest(source, options, report);
}

} // namespace memux

#endif // MEMUX_CONTAINERS_HPP
