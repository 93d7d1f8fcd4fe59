// memux.hpp - the C++17 face of memux.h: move-only handles, exceptions, callables.
//
// Header-only. Link with libmemux as a C program does. SPDX-License-Identifier: MIT OR Apache-2.0
//
// * A failure is thrown as memux::Error, which carries all that memux_error knows.
// * A read, write, seek, progress or trace callable may throw. The exception does not pass through C frames: it is
//   kept, the operation is stopped, and the same exception is thrown again by the call that ran the operation.
//   An `unblock` callable and the destructors of captured objects must not throw.
// * Handles are not locked: a const method may be called from several threads at once, others from one at a time.

#ifndef MEMUX_HPP
#define MEMUX_HPP

#include <memux.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <istream>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace memux {

/// Why a call failed. Copies share one memux_error, so copying never throws.
class Error : public std::runtime_error {
public:
    /// Takes over `error`, which may be null.
    Error(memux_status status, memux_error *error)
        : std::runtime_error(error ? memux_error_message(error) : memux_status_message(status)), status_(status),
          error_(error, memux_error_free) {}

    memux_status status() const noexcept { return status_; }                            ///< MEMUX_ERROR_*
    std::int32_t stage() const noexcept { return memux_error_stage(error_.get()); }     ///< MEMUX_STAGE_*
    std::int32_t stream() const noexcept { return memux_error_stream(error_.get()); }   ///< negative: none
    std::int32_t limit() const noexcept { return memux_error_limit(error_.get()); }     ///< MEMUX_LIMIT_*
    std::uint64_t offset() const noexcept { return memux_error_offset(error_.get()); }  ///< or MEMUX_UNKNOWN
    std::int32_t ffmpeg_code() const noexcept { return memux_error_ffmpeg_code(error_.get()); }
    std::int64_t host_code() const noexcept { return memux_error_host_code(error_.get()); }  ///< what a callback returned
    const char *message() const noexcept { return what(); }
    const char *hint() const noexcept { return memux_error_hint(error_.get()); }

private:
    memux_status status_;
    std::shared_ptr<const memux_error> error_;
};

/// Bytes that somebody else owns, as a write callable receives them.
struct Bytes {
    const std::uint8_t *data;
    std::size_t size;
    const std::uint8_t *begin() const noexcept { return data; }
    const std::uint8_t *end() const noexcept { return data + size; }
};

namespace detail {

/// The exception a callable threw, waiting for the end of the operation.
class Pending {
public:
    /// Runs `call` unless an exception is waiting; `stopped` stands for its result in both bad cases.
    template <class Result, class Call> Result guard(Result stopped, Call &&call) noexcept {
        if (thrown_) return stopped;
        try {
            return call();
        } catch (...) {
            thrown_ = std::current_exception();
            return stopped;
        }
    }
    std::exception_ptr take() noexcept { return std::exchange(thrown_, nullptr); }

private:
    std::exception_ptr thrown_;
};

/// Catches the memux_error of one call and turns failure into an exception.
class ErrorOut {
public:
    ErrorOut() = default;
    ErrorOut(const ErrorOut &) = delete;
    ErrorOut &operator=(const ErrorOut &) = delete;
    ~ErrorOut() { memux_error_free(error_); }
    operator memux_error **() noexcept { return &error_; }
    memux_status check(memux_status status) {
        if (status < 0) throw Error(status, std::exchange(error_, nullptr));
        return status;
    }
    /// A callable's exception comes first, whatever the status. BUSY means that no callable of ours has run.
    memux_status check(memux_status status, Pending *source, Pending *sink, Pending *run) {
        if (status != MEMUX_ERROR_BUSY) {
            std::exception_ptr first;
            for (Pending *pending : {source, sink, run})
                if (std::exception_ptr thrown = pending ? pending->take() : nullptr; thrown && !first) first = thrown;
            if (first) std::rethrow_exception(first);
        }
        return check(status);
    }

private:
    memux_error *error_ = nullptr;
};

template <auto Free> struct Deleter {
    template <class T> void operator()(T *handle) const noexcept { Free(handle); }
};
template <class T, auto Free> using Handle = std::unique_ptr<T, Deleter<Free>>;

template <class T> void release(void *opaque) noexcept { delete static_cast<T *>(opaque); }

/// Calls a function whose last two parameters are the handle to make and the error.
template <class T, class Make, class... Arguments> T *made(Make make, Arguments... arguments) {
    ErrorOut error;
    T *raw = nullptr;
    error.check(make(arguments..., &raw, error));
    return raw;
}

/// What a reader or a writer keeps: the callable, its options, and an exception on its way out.
template <class Call, class Options> struct Host {
    Pending pending;
    Call call;
    Options options;

    static std::int64_t on_seek(void *opaque, std::int64_t offset, int whence) noexcept {
        auto &self = *static_cast<Host *>(opaque);
        return self.pending.guard(std::int64_t{MEMUX_IO_EXIT}, [&] { return self.options.seek(offset, whence); });
    }
    static void on_unblock(void *opaque) noexcept { static_cast<Host *>(opaque)->options.unblock(); }

    /// Fills in what memux_reader and memux_writer have in common.
    template <class Raw> void describe(Raw &raw) {
        raw.opaque = this;
        raw.seek = options.seek ? on_seek : nullptr;
        raw.unblock = options.unblock ? on_unblock : nullptr;
        raw.release = release<Host>;
        raw.max_attempts = options.retry.max_attempts;
        raw.retry_delay_ms = options.retry.delay_ms;
        raw.max_retry_delay_ms = options.retry.max_delay_ms;
    }
};

} // namespace detail

/// A token that any thread may set to stop the operations it was given to.
class Cancel {
public:
    Cancel() : handle_(detail::made<memux_cancel>(memux_cancel_create)) {}
    void set() const noexcept { memux_cancel_set(handle_.get()); }
    void reset() noexcept { memux_cancel_reset(handle_.get()); }
    bool is_set() const noexcept { return memux_cancel_is_set(handle_.get()) != 0; }
    const memux_cancel *get() const noexcept { return handle_.get(); }

private:
    detail::Handle<memux_cancel, memux_cancel_free> handle_;
};

/// How often, and after which pauses, a callback that says "try again" is called again. 0 = the library's default.
struct Retry {
    std::int32_t max_attempts = 0, delay_ms = 0, max_delay_ms = 0;
};

/// What a reader can do beside reading. All of it is optional.
struct ReaderOptions {
    std::function<std::int64_t(std::int64_t offset, int whence)> seek; ///< MEMUX_WHENCE_*; negative = refused
    std::function<void()> unblock;                                     ///< frees a read that hangs; must not throw
    std::int64_t size = 0;                                             ///< 0 = ask `seek`
    std::int32_t seekability = MEMUX_SEEKABILITY_AUTO;
    std::int32_t buffer_size = 0;
    Retry retry;
};

/// Where the bytes of an operation come from.
class Source {
public:
    /// Borrows memory, which must outlive the Source.
    static Source from_memory(const void *data, std::size_t size) {
        return Source(detail::made<memux_source>(memux_source_from_memory, data, size, nullptr, nullptr));
    }

    /// Moves a container of bytes (std::vector, std::string, ...) in; it is destroyed with the Source.
    template <class Container, class = std::enable_if_t<std::is_rvalue_reference_v<Container &&>>>
    static Source from_container(Container &&container) {
        static_assert(sizeof(*std::data(container)) == 1, "memux: a container of bytes is needed");
        auto owned = std::make_unique<Container>(std::move(container));
        const void *data = std::data(*owned);
        const std::size_t size = std::size(*owned);
        const memux_release_fn release = detail::release<Container>;
        return Source(detail::made<memux_source>(memux_source_from_memory, data, size, release, owned.release()));
    }

    /// Borrows pieces of memory that make up one input, in order. The list itself is copied.
    static Source from_slices(const memux_slice *slices, std::size_t count) {
        return Source(detail::made<memux_source>(memux_source_from_slices, slices, count, nullptr, nullptr));
    }
    static Source from_slices(const std::vector<memux_slice> &slices) { return from_slices(slices.data(), slices.size()); }

    /// Reads through `int read(std::uint8_t *buf, int buf_size)`: bytes read, 0 or MEMUX_IO_EOF at the end, MEMUX_IO_AGAIN,
    /// any other negative value = failure. The callable and the options are destroyed with the Source.
    template <class Read> static Source from_reader(Read &&read, ReaderOptions options = {}) {
        using State = detail::Host<std::decay_t<Read>, ReaderOptions>;
        auto state = std::make_unique<State>(State{{}, std::forward<Read>(read), std::move(options)});
        memux_reader reader;
        memux_reader_init(&reader, sizeof reader);
        state->describe(reader);
        reader.read = [](void *opaque, std::uint8_t *buf, int buf_size) noexcept -> int {
            auto &self = *static_cast<State *>(opaque);
            return self.pending.guard(MEMUX_IO_EXIT, [&]() -> int { return self.call(buf, buf_size); });
        };
        reader.size = state->options.size;
        reader.seekability = state->options.seekability;
        reader.buffer_size = state->options.buffer_size;
        detail::Pending *pending = &state.release()->pending; // owned by the library from the call on, on failure too
        return Source(detail::made<memux_source>(memux_source_from_reader, &reader), pending);
    }

    /// Reads and seeks a seekable stream opened in binary mode, which must outlive the Source.
    static Source from_istream(std::istream &stream) {
        ReaderOptions options;
        options.seek = [&stream](std::int64_t offset, int whence) -> std::int64_t {
            if (whence != MEMUX_WHENCE_SET && whence != MEMUX_WHENCE_END) return -1;
            stream.clear();
            stream.seekg(static_cast<std::istream::off_type>(offset), whence == MEMUX_WHENCE_END ? std::ios::end : std::ios::beg);
            return stream ? static_cast<std::int64_t>(stream.tellg()) : -1;
        };
        auto read = [&stream](std::uint8_t *buf, int buf_size) -> int {
            stream.read(reinterpret_cast<char *>(buf), buf_size);
            const int got = static_cast<int>(stream.gcount());
            return got == 0 && stream.bad() ? -1 : got;
        };
        return from_reader(std::move(read), std::move(options));
    }

    memux_source *get() const noexcept { return handle_.get(); }
    detail::Pending *pending() const noexcept { return pending_; }

private:
    explicit Source(memux_source *raw, detail::Pending *pending = nullptr) noexcept : handle_(raw), pending_(pending) {}

    detail::Handle<memux_source, memux_source_free> handle_;
    detail::Pending *pending_; // inside the state that the handle owns
};

/// Bytes that the library owns: what a buffer sink gathered.
class Buffer {
public:
    explicit Buffer(memux_buffer *raw) noexcept : handle_(raw) {}
    const std::uint8_t *data() const noexcept { return memux_buffer_data(handle_.get()); }
    std::size_t size() const noexcept { return memux_buffer_size(handle_.get()); }
    bool empty() const noexcept { return size() == 0; }
    const std::uint8_t *begin() const noexcept { return data(); }
    const std::uint8_t *end() const noexcept { return data() + size(); }

private:
    detail::Handle<memux_buffer, memux_buffer_free> handle_;
};

/// What a writer can do beside writing. All of it is optional.
struct WriterOptions {
    std::function<std::int64_t(std::int64_t offset, int whence)> seek;
    std::function<void()> unblock; ///< frees a write that hangs; must not throw
    Retry retry;
    std::int32_t max_write = 0; ///< most bytes per call, 0 = the library's default
};

namespace detail {

/// A write callable: `(Bytes)` or `(const std::uint8_t *, int)`, returning void (all was taken) or the bytes taken.
template <class Write>
int on_write(void *opaque, MEMUX_WRITE_CONST std::uint8_t *buf, int buf_size) noexcept {
    auto &self = *static_cast<Host<Write, WriterOptions> *>(opaque);
    return self.pending.guard(MEMUX_IO_EXIT, [&]() -> int {
        const auto call = [&] {
            if constexpr (std::is_invocable_v<Write &, Bytes>)
                return self.call(Bytes{buf, static_cast<std::size_t>(buf_size)});
            else
                return self.call(static_cast<const std::uint8_t *>(buf), buf_size);
        };
        if constexpr (std::is_void_v<decltype(call())>)
            return call(), buf_size;
        else
            return static_cast<int>(call());
    });
}

template <class Write>
std::int64_t on_writev(void *opaque, const memux_slice *slices, std::size_t count) noexcept {
    auto &self = *static_cast<Host<Write, WriterOptions> *>(opaque);
    return self.pending.guard(std::int64_t{MEMUX_IO_EXIT}, [&] { return static_cast<std::int64_t>(self.call(slices, count)); });
}

} // namespace detail

/// Where the bytes of an operation go. Operations append, one after another.
class Sink {
public:
    /// Gathers the bytes in memory of the library; see take_buffer().
    static Sink to_buffer() { return Sink(detail::made<memux_sink>(memux_sink_to_buffer)); }

    /// Hands each piece to `write(Bytes)` or `write(const std::uint8_t *, int)`, which returns void (all taken) or the number
    /// of bytes taken (fewer: it is called again for the rest; negative: failure).
    template <class Write> static Sink to_writer(Write &&write, WriterOptions options = {}) {
        return make<std::decay_t<Write>, false>(std::forward<Write>(write), std::move(options));
    }

    /// Hands lists of slices to `int64 write(const memux_slice *, std::size_t)`, which returns the bytes taken.
    template <class Write> static Sink to_vector_writer(Write &&write, WriterOptions options = {}) {
        return make<std::decay_t<Write>, true>(std::forward<Write>(write), std::move(options));
    }

    /// What was written so far, also after a failure; the sink is empty afterwards. Only for to_buffer().
    Buffer take_buffer() {
        return Buffer(detail::made<memux_buffer>(memux_sink_take_buffer, handle_.get()));
    }

    memux_sink *get() const noexcept { return handle_.get(); }
    detail::Pending *pending() const noexcept { return pending_; }

private:
    explicit Sink(memux_sink *raw, detail::Pending *pending = nullptr) noexcept : handle_(raw), pending_(pending) {}

    template <class Write, bool Vector, class Given> static Sink make(Given &&write, WriterOptions options) {
        using State = detail::Host<Write, WriterOptions>;
        auto state = std::make_unique<State>(State{{}, std::forward<Given>(write), std::move(options)});
        memux_writer writer;
        memux_writer_init(&writer, sizeof writer);
        state->describe(writer);
        if constexpr (Vector)
            writer.writev = detail::on_writev<Write>;
        else
            writer.write = detail::on_write<Write>;
        writer.max_write = state->options.max_write;
        detail::Pending *pending = &state.release()->pending; // owned by the library from the call on, on failure too
        return Sink(detail::made<memux_sink>(memux_sink_to_writer, &writer), pending);
    }

    detail::Handle<memux_sink, memux_sink_free> handle_;
    detail::Pending *pending_; // inside the state that the handle owns
};

/// What every operation can be given. The Cancel and the limits must outlive the call.
struct RunOptions {
    const Cancel *cancel = nullptr;
    const memux_limits *limits = nullptr;                        ///< begin with memux_limits_init
    std::function<bool(const memux_progress &)> progress;        ///< true = cancel
    std::function<void(const memux_trace_event &)> trace;
    std::string format;                                          ///< container to expect, empty = find out
    std::chrono::microseconds timeout{0};                        ///< 0 = none
    std::int32_t engine = MEMUX_ENGINE_AUTO;
};

struct CountOptions {
    RunOptions run;
    std::int32_t mode = MEMUX_COUNT_PACKETS;
    std::int32_t select = MEMUX_SELECT_VIDEO;
    std::int32_t stream_index = 0;
};

struct ExtractOptions {
    RunOptions run;
    std::int32_t select = MEMUX_SELECT_VIDEO;
    std::int32_t stream_index = 0;
    std::int32_t threads = 0; ///< for extract_into
};

/// A report of memux.h and the status of the call. truncated() says that the input was cut or damaged.
template <class Raw, auto Init> struct Report : Raw {
    memux_status status = MEMUX_OK;
    Report() { Init(this, sizeof(Raw)); }
    bool truncated() const noexcept { return status == MEMUX_TRUNCATED; }
};
using CountReport = Report<memux_count_report, memux_count_report_init>;
using ExtractReport = Report<memux_extract_report, memux_extract_report_init>;

/// The answer of count_frames: the number, and whether the input was whole.
struct Frames {
    std::uint64_t frames;
    memux_status status;
    bool truncated() const noexcept { return status == MEMUX_TRUNCATED; }
};

namespace detail {

/// A RunOptions in C, with trampolines for its callables. Lives for one call.
struct Run {
    explicit Run(const RunOptions &given) : options(given) {
        memux_run_options_init(&raw, sizeof raw);
        raw.cancel = given.cancel ? given.cancel->get() : nullptr;
        raw.limits = given.limits;
        raw.progress = given.progress ? on_progress : nullptr;
        raw.trace = given.trace ? on_trace : nullptr;
        raw.progress_opaque = raw.trace_opaque = this;
        raw.format = given.format.empty() ? nullptr : given.format.c_str();
        raw.timeout_us = given.timeout.count();
        raw.engine = given.engine;
    }
    Run(const Run &) = delete;
    Run &operator=(const Run &) = delete;

    static int on_progress(void *opaque, const memux_progress *progress) noexcept {
        auto &self = *static_cast<Run *>(opaque);
        return self.pending.guard(1, [&]() -> int { return self.options.progress(*progress) ? 1 : 0; });
    }
    static void on_trace(void *opaque, const memux_trace_event *event) noexcept {
        auto &self = *static_cast<Run *>(opaque);
        self.pending.guard(0, [&] { self.options.trace(*event); return 0; });
    }

    const RunOptions &options;
    Pending pending;
    memux_run_options raw;
};

} // namespace detail

/// Counts the frames of a video stream. `report` is filled on failure too, also when a callable's exception comes out.
inline void count(Source &source, const CountOptions &options, CountReport &report) {
    detail::Run run(options.run);
    memux_count_options raw;
    memux_count_options_init(&raw, sizeof raw);
    raw.run = &run.raw;
    raw.mode = options.mode;
    raw.select = options.select;
    raw.stream_index = options.stream_index;
    detail::ErrorOut error;
    report.status = memux_count(source.get(), &raw, &report, error);
    error.check(report.status, source.pending(), nullptr, &run.pending);
}
inline CountReport count(Source &source, const CountOptions &options = {}) {
    CountReport report;
    count(source, options, report);
    return report;
}

namespace detail {

inline memux_extract_options extract_options(const ExtractOptions &options, const Run &run) {
    memux_extract_options raw;
    memux_extract_options_init(&raw, sizeof raw);
    raw.run = &run.raw;
    raw.select = options.select;
    raw.stream_index = options.stream_index;
    raw.threads = options.threads;
    return raw;
}

} // namespace detail

/// Writes a video stream as a raw stream (H.264, HEVC: Annex B). `report` is filled on failure too.
inline void extract(Source &source, Sink &sink, const ExtractOptions &options, ExtractReport &report) {
    detail::Run run(options.run);
    const memux_extract_options raw = detail::extract_options(options, run);
    detail::ErrorOut error;
    report.status = memux_extract(source.get(), sink.get(), &raw, &report, error);
    error.check(report.status, source.pending(), sink.pending(), &run.pending);
}
inline ExtractReport extract(Source &source, Sink &sink, const ExtractOptions &options = {}) {
    ExtractReport report;
    extract(source, sink, options, report);
    return report;
}

/// How many bytes extract() would write. Nothing is written. `report` is filled on failure too.
inline std::uint64_t extract_size(Source &source, const ExtractOptions &options, ExtractReport &report) {
    detail::Run run(options.run);
    const memux_extract_options raw = detail::extract_options(options, run);
    detail::ErrorOut error;
    std::uint64_t size = 0;
    report.status = memux_extract_size(source.get(), &raw, &size, &report, error);
    error.check(report.status, source.pending(), nullptr, &run.pending);
    return size;
}
inline std::uint64_t extract_size(Source &source, const ExtractOptions &options = {}) {
    ExtractReport report;
    return extract_size(source, options, report);
}

/// Writes what extract() would write into `buffer`; the report's bytes_written says how much that is, on failure too. A
/// buffer that is too small is an Error with MEMUX_ERROR_LIMIT.
inline void extract_into(Source &source, void *buffer, std::size_t capacity, const ExtractOptions &options, ExtractReport &report) {
    detail::Run run(options.run);
    const memux_extract_options raw = detail::extract_options(options, run);
    detail::ErrorOut error;
    report.status = memux_extract_into(source.get(), buffer, capacity, &raw, &report, error);
    error.check(report.status, source.pending(), nullptr, &run.pending);
}
inline ExtractReport extract_into(Source &source, void *buffer, std::size_t capacity, const ExtractOptions &options = {}) {
    ExtractReport report;
    extract_into(source, buffer, capacity, options, report);
    return report;
}

/// Counts the frames of the first video stream of an input in memory.
inline Frames count_frames(const void *data, std::size_t size) {
    detail::ErrorOut error;
    Frames answer{0, MEMUX_OK};
    answer.status = error.check(memux_count_frames(data, size, &answer.frames, error));
    return answer;
}

/// Hands the first video stream of an input in memory to `write`, a callable as for Sink::to_writer().
/// Returns MEMUX_OK or MEMUX_TRUNCATED.
template <class Write> memux_status extract_video(const void *data, std::size_t size, Write &&write) {
    detail::Host<Write &, WriterOptions> state{{}, write, {}};
    detail::ErrorOut error;
    const memux_status status = memux_extract_video(data, size, detail::on_write<Write &>, &state, error);
    return error.check(status, nullptr, &state.pending, nullptr);
}

/// The version of the library that is loaded: (major << 16) | (minor << 8) | patch.
inline std::uint32_t version() noexcept { return memux_version(); }
inline const char *version_string() noexcept { return memux_version_string(); }

/// The versions compiled against and loaded. Throws MEMUX_ERROR_LIBRARY_MISMATCH when the FFmpeg majors differ.
inline memux_build_info build_info() {
    memux_build_info info;
    memux_build_info_init(&info, sizeof info);
    detail::ErrorOut error;
    error.check(memux_get_build_info(&info, error));
    return info;
}

} // namespace memux

#endif // MEMUX_HPP
