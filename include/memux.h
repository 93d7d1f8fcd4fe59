/*
 * memux.h - media I/O entirely in memory. SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Generated from the library's sources, do not edit.
 *
 * A first program is two calls long:
 *
 *     uint64_t frames;
 *     memux_error *error;
 *     if (memux_count_frames(data, size, &frames, &error) < 0) fputs(memux_error_message(error), stderr);
 *     memux_error_free(error);
 *
 * STATUS. Calls that can fail return a memux_status. Test it with `< 0`, as with FFmpeg: 0 is MEMUX_OK, positive
 * values are successes with a note (MEMUX_TRUNCATED: the result is there, but the input was cut off or damaged),
 * negative ones are failures, MEMUX_ERROR_*. Results are written only on success; places for handles are NULL on
 * failure; reports are filled in any case. Any call that takes a `memux_error **` can also fail with
 * MEMUX_ERROR_NO_MEMORY.
 *
 * ERRORS. The last parameter, `memux_error **error`, may be NULL. Else *error is set in every case: to NULL,
 * whatever it held, and on failure to an object that the host frees with memux_error_free(). It outlives all
 * handles. There is no errno and no last error of a thread, and memux prints nothing. FFmpeg's own messages go where
 * the host's av_log sends them, to stderr if the host says nothing else: see memux_log_set().
 *
 * OWNERSHIP. What comes from a function named _create, _from_, _to_ or _take_ is freed with the _free of its type;
 * _free of NULL is nothing. Handles are counted inside: an operation that has begun keeps what it uses, so that the
 * host may free its handles meanwhile. What the host hands over with a `release` callback is released exactly once, on
 * every path.
 *
 * THREADS. There is nothing to initialise. Handles are independent of one another. A `const T *` may be used by
 * several threads at once, a `T *` by one at a time where its type says nothing else. Callbacks are made on the
 * thread that is inside the call, one at a time; `unblock`, `release` and the log callback alone come on others, as
 * is said there. Inside a callback the host may call memux, also with the handles in use: a source or sink that is
 * busy says MEMUX_ERROR_BUSY. Callbacks must not throw or longjmp.
 *
 * STRUCTS. Set every struct up with its _init function and sizeof: memux_reader_init(&reader, sizeof reader). Zero
 * is the default of every member. That is how hosts and libraries of different versions fit together: structs only
 * grow at their end, a library fills and reads as much as the host's version has, and a member that the library does
 * not know must be zero, else the call says MEMUX_ERROR_UNSUPPORTED. Members named `reserved` must be 0.
 *
 * SEEK CALLBACKS. **Do not hand `whence` on to fseek unlooked at: Microsoft's C library ENDS THE PROCESS when fseek
 * is given MEMUX_WHENCE_SIZE (0x10000).** Refuse any whence but the ones you know with a negative value.
 *
 * WRITE CALLBACKS OF FFMPEG 6 AND OLDER take `uint8_t *buf`, newer ones `const uint8_t *buf`. Define
 * MEMUX_WRITE_NONCONST before the #include if yours is of the older kind; they are called in the same way.
 *
 * TEXT is UTF-8. TIME is in microseconds where a name ends in _us, in milliseconds where it ends in _ms. SIZES are
 * in bytes.
 */


#ifndef MEMUX_H
#define MEMUX_H

#include <stddef.h>
#include <stdint.h>

/** The version of this header. memux_version() is that of the library that is loaded. Since 0.1.0. */
#define MEMUX_VERSION_MAJOR 0
#define MEMUX_VERSION_MINOR 1
#define MEMUX_VERSION_PATCH 0
/** The version as one number. Since 0.1.0. */
#define MEMUX_VERSION ((MEMUX_VERSION_MAJOR << 16) | (MEMUX_VERSION_MINOR << 8) | MEMUX_VERSION_PATCH)
/** Whether this header is of the given version or a later one; for #if too. Since 0.1.0. */
#define MEMUX_VERSION_AT_LEAST(major, minor, patch) \
    (MEMUX_VERSION >= (((major) << 16) | ((minor) << 8) | (patch)))

#ifdef MEMUX_WRITE_NONCONST
#define MEMUX_WRITE_CONST
#else
/** `const`, or nothing where the host defines MEMUX_WRITE_NONCONST. Since 0.1.0. */
#define MEMUX_WRITE_CONST const
#endif


/** Done. */
#define MEMUX_OK 0
/** Done; an iterator has no more to give. No call of 0.1.0 returns it. */
#define MEMUX_END 1
/** Done, and the result is there, but the input was cut off or damaged. A report says where. */
#define MEMUX_TRUNCATED 2
/** An argument cannot be: NULL where a value is needed, a wrong struct_size, an unknown value. The message names it. */
#define MEMUX_ERROR_INVALID_ARGUMENT (-1001)

/**
 * The argument may be right, but this version cannot do that: a newer struct, a feature still to come, a file that
 * MEMUX_ENGINE_WALK does not know.
 */
#define MEMUX_ERROR_UNSUPPORTED (-1002)
/** The source or sink is in use by another operation. */
#define MEMUX_ERROR_BUSY (-1003)
/** Memory ran out. */
#define MEMUX_ERROR_NO_MEMORY (-1004)
/** A limit of memux_limits was met; memux_error_limit() says which. */
#define MEMUX_ERROR_LIMIT (-1005)
/** The token was set, or a callback asked to stop. */
#define MEMUX_ERROR_CANCELLED (-1006)
/** The time of memux_run_options.timeout_us was up. */
#define MEMUX_ERROR_TIMEOUT (-1007)
/** The host's read or seek failed; memux_error_host_code() is what it returned. */
#define MEMUX_ERROR_SOURCE (-1008)
/** The host's write failed; memux_error_host_code() is what it returned. */
#define MEMUX_ERROR_SINK (-1009)
/** The input can only be read by seeking, and the reader cannot. */
#define MEMUX_ERROR_NEEDS_SEEK (-1010)
/** The input is empty, or in no format that FFmpeg knows. */
#define MEMUX_ERROR_FORMAT (-1011)

/**
 * A format that could open files or connections of its own, or that is no media. memux reads what it was handed,
 * nothing else.
 */
#define MEMUX_ERROR_REFUSED (-1012)
/** The input is damaged so much that there is no result. */
#define MEMUX_ERROR_CORRUPT (-1013)
/** There is no such stream in the input. */
#define MEMUX_ERROR_NO_STREAM (-1014)
/** The stream's codec does not fit what was asked for. */
#define MEMUX_ERROR_CODEC (-1015)
/** The FFmpeg at hand has no decoder for the stream. */
#define MEMUX_ERROR_NO_DECODER (-1016)
/** The FFmpeg at hand has no encoder or muxer for the output. */
#define MEMUX_ERROR_NO_ENCODER (-1017)

/**
 * FFmpeg is needed, and it is not there: it cannot be loaded, or it is of another major version than memux was
 * compiled for.
 */
#define MEMUX_ERROR_LIBRARY_MISMATCH (-1018)
/** A defect of memux. Please report it. */
#define MEMUX_ERROR_INTERNAL (-1019)

/** In reports: not known. In limits, the same value means: no limit. */
#define MEMUX_UNKNOWN UINT64_MAX

/** What a callback returns at the end of the input. The value of FFmpeg's AVERROR_EOF. */
#define MEMUX_IO_EOF (-541478725)
/** What a callback returns to end the operation with MEMUX_ERROR_CANCELLED. The value of FFmpeg's AVERROR_EXIT. */
#define MEMUX_IO_EXIT (-1414092869)

/**
 * What a callback returns when it has nothing now and wants to be called again: the same number on every platform,
 * while that of AVERROR(EAGAIN), which is understood too, differs.
 */
#define MEMUX_IO_AGAIN (-1313425217)

/** Seek to an offset from the first byte. */
#define MEMUX_WHENCE_SET 0
/** Seek to an offset from the end. */
#define MEMUX_WHENCE_END 2
/** Move nothing, return the size. The value of FFmpeg's AVSEEK_SIZE. */
#define MEMUX_WHENCE_SIZE 0x10000

/** CHEAP if there is a seek callback, else NONE. */
#define MEMUX_SEEKABILITY_AUTO 0
/** The reader goes from front to back, once. */
#define MEMUX_SEEKABILITY_NONE 1
/** The reader seeks, but each seek costs (a request over a network): front to back wherever the container allows it. */
#define MEMUX_SEEKABILITY_EXPENSIVE 2
/** The reader seeks for next to nothing. */
#define MEMUX_SEEKABILITY_CHEAP 3

/** In times of media: not known. The value of FFmpeg's AV_NOPTS_VALUE. */
#define MEMUX_NO_TIME INT64_MIN

/** All that FFmpeg's own tools show. */
#define MEMUX_PROBE_FULL 0
/** What the container's header says, and nothing behind it is read. */
#define MEMUX_PROBE_HEADER 1

/** FFmpeg does not know what kind of stream it is. */
#define MEMUX_STREAM_UNKNOWN 0
/** Pictures. A cover picture is one, with MEMUX_DISPOSITION_ATTACHED_PIC. */
#define MEMUX_STREAM_VIDEO 1
/** Sound. */
#define MEMUX_STREAM_AUDIO 2
/** Subtitles. */
#define MEMUX_STREAM_SUBTITLE 3
/** Something that goes with the others: time codes, say. */
#define MEMUX_STREAM_DATA 4
/** A file within the file: a font, say. */
#define MEMUX_STREAM_ATTACHMENT 5

/** To be taken where nothing else is asked for. These have the values of FFmpeg's AV_DISPOSITION_. */
#define MEMUX_DISPOSITION_DEFAULT 1
/** In another language than the original. */
#define MEMUX_DISPOSITION_DUB 2
/** In the original language. */
#define MEMUX_DISPOSITION_ORIGINAL 4
/** A commentary. */
#define MEMUX_DISPOSITION_COMMENT 8
/** To be shown even where subtitles are not wanted. */
#define MEMUX_DISPOSITION_FORCED 64
/** For those who hear badly. */
#define MEMUX_DISPOSITION_HEARING_IMPAIRED 128
/** For those who see badly. */
#define MEMUX_DISPOSITION_VISUAL_IMPAIRED 256
/** A cover picture. */
#define MEMUX_DISPOSITION_ATTACHED_PIC 1024
/** Pictures for a time line. */
#define MEMUX_DISPOSITION_TIMED_THUMBNAILS 2048

/**
 * In options: by the sink and the size. The index first where the output can be made in memory, else behind the samples
 * where the sink can seek, else fragments.
 */
#define MEMUX_LAYOUT_AUTO 0
/** The index behind the samples. */
#define MEMUX_LAYOUT_PROGRESSIVE 1
/** The index before the samples: a player can begin before it has all. Made in memory. */
#define MEMUX_LAYOUT_FASTSTART 2
/** Fragments, each with an index of its own: written and read from front to back. For Matroska: live. */
#define MEMUX_LAYOUT_FRAGMENTED 3

/** Segments end at the first key frame at which they are as long as they are to be. Since 0.1.0. */
#define MEMUX_CUT_BY_DURATION 0
/** A segment begins with each key frame. Since 0.1.0. */
#define MEMUX_CUT_BY_KEYFRAME 1
/** A segment begins where the host says so. Since 0.1.0. */
#define MEMUX_CUT_BY_HOST 2

/** The input's own code for the codec, where the output's container has it too; else the muxer's choice. */
#define MEMUX_TAG_AUTO 0
/** avc1 and hvc1: parameter sets stand in the header alone, as Apple's players want it. */
#define MEMUX_TAG_OUT_OF_BAND 1
/** avc3 and hev1: parameter sets may stand in the samples too. */
#define MEMUX_TAG_IN_BAND 2

/**
 * To the last place at or before the time from which decoding can begin. In containers without an index (MPEG-TS, MPEG-PS)
 * to where the time is, as FFmpeg does: decoding begins with the next packet that has MEMUX_PACKET_KEY.
 */
#define MEMUX_SEEK_KEYFRAME 0

/**
 * To a place from which the time can be decoded, in every container. Packets that end before the time have
 * MEMUX_PACKET_DISCARD: they are decoded, and not shown.
 */
#define MEMUX_SEEK_EXACT 1

/** Decoding can begin with this packet. */
#define MEMUX_PACKET_KEY 1
/** The packet is damaged. */
#define MEMUX_PACKET_CORRUPT 2
/** The packet is needed to decode others, and is not to be shown. */
#define MEMUX_PACKET_DISCARD 4

/** Count the packets of the stream: what a loop over av_read_frame counts. */
#define MEMUX_COUNT_PACKETS 0
/** Take the container's word for it, where it gives one; else count packets. The fastest. */
#define MEMUX_COUNT_HEADER 1
/** Count the packets that are shown: without those that an edit list takes away. */
#define MEMUX_COUNT_PRESENTED 2
/** Decode, and count the frames that come out. The slowest. */
#define MEMUX_COUNT_DECODED 3

/** The first video stream that is no cover picture. */
#define MEMUX_SELECT_VIDEO 0
/** The stream of number stream_index, counted from 0 as FFmpeg does. */
#define MEMUX_SELECT_INDEX 1
/** The video stream that FFmpeg finds best (av_find_best_stream). */
#define MEMUX_SELECT_BEST_VIDEO 2

/** The container gives no way to tell whether the input was whole. */
#define MEMUX_COMPLETENESS_UNKNOWN 0
/** The input was whole. */
#define MEMUX_COMPLETENESS_COMPLETE 1
/** The input was cut off or damaged. */
#define MEMUX_COMPLETENESS_TRUNCATED 2

/** The form in which files of the codec are. */
#define MEMUX_FRAMING_AUTO 0
/** H.264 and HEVC with start codes between their units. */
#define MEMUX_FRAMING_ANNEXB 1
/** H.264 and HEVC with lengths before their units, as MP4 and Matroska have them: "AVCC". */
#define MEMUX_FRAMING_LENGTH_PREFIXED 2
/** AAC with a header before each frame. */
#define MEMUX_FRAMING_ADTS 3
/** AV1 as a stream of its own units. */
#define MEMUX_FRAMING_OBU 4
/** AV1, VP8 and VP9 with a header before each frame. */
#define MEMUX_FRAMING_IVF 5
/** The packets as they lie in the container, one behind the other. */
#define MEMUX_FRAMING_RAW 6

/** The codec is not known (yet), or is none of these. */
#define MEMUX_CODEC_UNKNOWN 0
/** H.264, also called AVC. */
#define MEMUX_CODEC_H264 1
/** HEVC, also called H.265. */
#define MEMUX_CODEC_HEVC 2

/** In options: the library chooses. In reports: the operation ended before one was used. */
#define MEMUX_ENGINE_AUTO 0

/**
 * FFmpeg's libavformat. It is loaded when it is first needed; where it cannot be, the status is
 * MEMUX_ERROR_LIBRARY_MISMATCH.
 */
#define MEMUX_ENGINE_FFMPEG 1

/**
 * memux's own walk over containers that lie in memory: MP4, MOV, Matroska, WebM and MPEG-TS, where it knows the file
 * completely. It needs no FFmpeg. In options it is an order: what the walk cannot do is MEMUX_ERROR_UNSUPPORTED, and
 * the report says why.
 */
#define MEMUX_ENGINE_WALK 2

/**
 * The walk did it, or the operation ended before that was decided. The others are told with MEMUX_ENGINE_FFMPEG, and
 * with MEMUX_ENGINE_AUTO where FFmpeg would have been needed and was not to be used or not there.
 */
#define MEMUX_REASON_NONE 0
/** Not the walk: the options asked for it. */
#define MEMUX_REASON_ASKED 1
/** Not the walk: the source is not one block of memory. */
#define MEMUX_REASON_SOURCE 2
/** Not the walk: a trace tells of calls that only FFmpeg makes. */
#define MEMUX_REASON_TRACE 3
/** Not the walk: what was asked for is FFmpeg's: decoded frames, its own choice of the best stream, going to a time. */
#define MEMUX_REASON_JOB 4
/** Not the walk: the walk does not know the container. */
#define MEMUX_REASON_CONTAINER 5
/** Not the walk: the walk does not know a part of the file, where it matters. */
#define MEMUX_REASON_STRUCTURE 6
/** Not the walk: the file is encrypted. */
#define MEMUX_REASON_ENCRYPTED 7
/** Not the walk: the file is cut off, damaged, or contradicts itself. */
#define MEMUX_REASON_DAMAGED 8
/** Not the walk: the file goes beyond a limit. */
#define MEMUX_REASON_LIMIT 9

/** Nowhere in particular. */
#define MEMUX_STAGE_NONE 0
/** The arguments were looked at; no callback was made. */
#define MEMUX_STAGE_ARGUMENTS 1
/** The input was opened: its format found, its header read. */
#define MEMUX_STAGE_OPEN 2
/** Some of the streams were read, to learn what the header does not say. */
#define MEMUX_STAGE_PROBE 3
/** Packets were read. */
#define MEMUX_STAGE_PACKETS 4
/** The output's header was written. */
#define MEMUX_STAGE_HEADER 5
/** Packets were written. */
#define MEMUX_STAGE_WRITE 6
/** The output was finished. */
#define MEMUX_STAGE_TRAILER 7

/** Bytes were read. */
#define MEMUX_TRACE_READ 1
/** The source or sink was moved. */
#define MEMUX_TRACE_SEEK 2
/** The source was asked for its size. */
#define MEMUX_TRACE_SIZE 3
/** Bytes were written. */
#define MEMUX_TRACE_WRITE 4
/** Bytes were written from several pieces. */
#define MEMUX_TRACE_WRITEV 5

/** No limit was met. */
#define MEMUX_LIMIT_NONE 0
/** memux_limits.max_streams */
#define MEMUX_LIMIT_STREAMS 1
/** memux_limits.max_packet_bytes */
#define MEMUX_LIMIT_PACKET 2
/** memux_limits.max_probe_bytes */
#define MEMUX_LIMIT_PROBE 3
/** memux_limits.max_spool_bytes */
#define MEMUX_LIMIT_SPOOL 4
/** memux_limits.max_output_bytes */
#define MEMUX_LIMIT_OUTPUT 5

/**
 * Bytes in one piece that the library allocated: the only memory that goes from the library to the host. They never
 * change, so any number of threads may read them at once. Since 0.1.0.
 */
typedef struct memux_buffer memux_buffer;

/**
 * A token that ends the operations it was given to (memux_run_options.cancel), any number of them. An operation
 * keeps what it needs of it: freeing the token while operations run is fine, they are then not cancelled any more.
 * Since 0.1.0.
 */
typedef struct memux_cancel memux_cancel;

/** The digests of an input. They never change, so any number of threads may read them at once. Since 0.1.0. */
typedef struct memux_digests memux_digests;

/**
 * Why a call failed: one object per failure, independent of every handle and of the thread that made it. It never
 * changes, so any number of threads may read it at once. Free it with memux_error_free(). Since 0.1.0.
 */
typedef struct memux_error memux_error;

/**
 * The host's end of a source whose bytes come as they come: from a network, a camera, another thread. One thread pushes,
 * another is inside the operation that reads. Pushing, ending and asking for the level may be done by any thread, one
 * at a time or several at once. Since 0.1.0.
 */
typedef struct memux_feed memux_feed;

/**
 * What a probe found: a container with its streams, chapters and programs. It never changes, so any number of threads
 * may read it at once; all that its functions give belongs to it and lives as long. Since 0.1.0.
 */
typedef struct memux_info memux_info;

/**
 * An open container. It keeps its source until it is freed; a source of a reader serves nothing else meanwhile. Used by
 * one thread at a time; a call from inside one of its callbacks gets MEMUX_ERROR_BUSY. Since 0.1.0.
 */
typedef struct memux_input memux_input;

/**
 * A copy of a packet, which lives until it is freed. It never changes, so any number of threads may read it at once.
 * Since 0.1.0.
 */
typedef struct memux_kept_packet memux_kept_packet;

/**
 * What was made in segments, for playlists. It never changes, so any number of threads may use it at once. Since 0.1.0.
 */
typedef struct memux_segments memux_segments;

/**
 * Where an operation's bytes go. Each operation appends to what was written before. One operation at a time uses a
 * sink; a second one, be it on another thread or inside a callback of the first, gets MEMUX_ERROR_BUSY. Since 0.1.0.
 */
typedef struct memux_sink memux_sink;

/**
 * Where an operation's bytes come from. Every operation begins at byte 0.
 *
 * A source of memory has no position of its own: any number of operations may use it at once. A source of a reader
 * is used by one operation at a time; a second one, be it on another thread or inside a callback of the first, gets
 * MEMUX_ERROR_BUSY. When the reader can seek, the second operation after one another begins with a seek to 0; when
 * it cannot, that one fails with MEMUX_ERROR_NEEDS_SEEK. Since 0.1.0.
 */
typedef struct memux_source memux_source;

/**
 * How a call ended. Test with `< 0`: negative is a failure, 0 and above is success, where positive values carry a
 * note (the report says more). Values never change; a later version may add some. Since 0.1.0.
 */
typedef int32_t memux_status;

/**
 * Which memux this is, and which FFmpeg it works with. FFmpeg's numbers are its own: major << 16 | minor << 8 |
 * micro. Since 0.1.0.
 */
typedef struct memux_build_info {
    /** Set by memux_build_info_init(). */
    size_t struct_size;
    /** memux_version_string(). */
    const char *version;
    /** The libavformat that memux was compiled for. */
    uint32_t avformat_compiled;
    /** The libavformat that is loaded; 0 if there is none to load. */
    uint32_t avformat_loaded;
    /** The libavcodec that memux was compiled for. */
    uint32_t avcodec_compiled;
    /** The libavcodec that is loaded; 0 if there is none to load. */
    uint32_t avcodec_loaded;
    /** The libavutil that memux was compiled for. */
    uint32_t avutil_compiled;
    /** The libavutil that is loaded; 0 if there is none to load. */
    uint32_t avutil_loaded;
} memux_build_info;

/**
 * Gets back what the host handed over; free() fits. Called exactly once for each hand-over, on whichever thread lets
 * go last. Since 0.1.0.
 */
typedef void (*memux_release_fn)(void *opaque);

/**
 * A piece of memory: `size` bytes from `data` on. It has the layout of POSIX's `struct iovec` (pointer, then
 * length), and not that of Windows' WSABUF. It carries no struct_size and will never change. Since 0.1.0.
 */
typedef struct memux_slice {
    /** The first byte. May be NULL when `size` is 0. */
    const uint8_t *data;
    /** How many bytes. */
    size_t size;
} memux_slice;

/**
 * Reads the next bytes of the input, as the `read_packet` of FFmpeg's avio_alloc_context does.
 *
 * `buf` has room for `buf_size` bytes, 1 ... 2^30, and is the library's: it is gone when the callback returns. Fewer
 * bytes than asked for are fine. Called on the thread that is inside the operation, never twice at once. It must not
 * throw or longjmp.
 *
 * Returns: the number of bytes put into `buf`; 0 or MEMUX_IO_EOF at the end of the input; MEMUX_IO_AGAIN,
 * AVERROR(EAGAIN) or AVERROR(EWOULDBLOCK) to be called again after a pause (see max_attempts); -EINTR to be called
 * again at once; MEMUX_IO_EXIT to end the operation with MEMUX_ERROR_CANCELLED; any other negative value to end it
 * with MEMUX_ERROR_SOURCE, where memux_error_host_code() gives that value. More than `buf_size` is
 * MEMUX_ERROR_SOURCE too.
 * Since 0.1.0.
 */
typedef int (*memux_read_fn)(void *opaque, uint8_t *buf, int buf_size);

/**
 * Moves the input (or the output), as the `seek` of FFmpeg's avio_alloc_context does.
 *
 * `whence` is MEMUX_WHENCE_SET (`offset` counts from the first byte) in all calls but two: when memux_reader.size is
 * 0, the reader is asked once for its size, first with MEMUX_WHENCE_SIZE, then, if that was refused, with
 * MEMUX_WHENCE_END and offset 0. A writer is only ever asked for MEMUX_WHENCE_SET. **Do not hand `whence` on to the
 * C library unlooked at: Microsoft's fseek() ends the process when it is given MEMUX_WHENCE_SIZE.** Threads as for
 * memux_read_fn.
 *
 * Returns: for SIZE the size; else the new offset (for SET 0 will do too, as fseek() answers; any other number means
 * that it landed elsewhere, and is a failure); negative if it cannot. A refused SIZE or END is no error: the
 * size is then unknown. For SET, negative values mean what they mean for memux_read_fn. Since 0.1.0.
 */
typedef int64_t (*memux_seek_fn)(void *opaque, int64_t offset, int whence);

/**
 * Makes a read or write callback return that hangs (by shutdown(2) on its socket, say).
 *
 * Called at most once per operation, when its token is set or its time is up, **on another thread**: the one that
 * calls memux_cancel_set(), or a watchdog thread of the library; and, when the token was set before the operation
 * began, the operation's own, before its first callback. Both the end of the operation and the release callback wait
 * until it has returned. It must return soon and call nothing of memux. Since 0.1.0.
 */
typedef void (*memux_unblock_fn)(void *opaque);

/**
 * How the library reads the host's input. The callbacks that a host passes to avio_alloc_context fit as they are.
 * Handed over with memux_source_from_reader(), which copies the struct. Since 0.1.0.
 */
typedef struct memux_reader {
    /** Set by memux_reader_init(). */
    size_t struct_size;
    /** Handed to every callback of this struct. */
    void *opaque;
    /** Must be there. */
    memux_read_fn read;
    /** NULL: the input cannot be sought in. */
    memux_seek_fn seek;
    /** Frees a read or seek that hangs. May be NULL. */
    memux_unblock_fn unblock;
    /** Gets `opaque` back. May be NULL. */
    memux_release_fn release;
    /** The size of the input in bytes; 0: `seek` is asked. */
    int64_t size;
    /** One of MEMUX_SEEKABILITY_*. EXPENSIVE and CHEAP need `seek`. */
    int32_t seekability;
    /** How many bytes to ask `read` for at a time, at most 2^30; 0: the library's choice. */
    int32_t buffer_size;
    /**
     * How often in a row a callback is called while it says "again", the first call included: 1 is no retry, 0 the
     * default, which is 10.
     */
    int32_t max_attempts;
    /** The pause before the first retry, in milliseconds; it doubles each time. 0: the default, 10. */
    int32_t retry_delay_ms;
    /** No pause is longer, in milliseconds. 0: the default, 1000, or retry_delay_ms if that is more. */
    int32_t max_retry_delay_ms;
    /**
     * 1: before `read` is called again after one of `transient_codes`, `seek` is called with the place where it stood, for
     * a connection that was lost and is opened anew. Needs `seek`.
     */
    int32_t resume;
    /**
     * Codes of the host's own, negative, that stand for failures which may pass: the callback is called again as if it had
     * said "again". Neither MEMUX_IO_EOF nor MEMUX_IO_EXIT. May be NULL. The list is copied.
     */
    const int32_t *transient_codes;
    /** How many. */
    size_t transient_code_count;
    /** No callback is called again so many milliseconds after it first said "again"; 0: max_attempts alone counts. */
    int32_t retry_within_ms;
    /** 0. */
    int32_t reserved;
} memux_reader;

/**
 * Takes bytes of the output, as the `write_packet` of FFmpeg's avio_alloc_context does.
 *
 * `buf` holds `buf_size` bytes, 1 ... 2^30, which are only valid until the callback returns. Called on the thread
 * that is inside the operation, never twice at once. It must not throw or longjmp.
 *
 * Returns: how many bytes were taken, 1 ... buf_size; when that is fewer, the library calls again with the rest. 0
 * is a failure (MEMUX_ERROR_SINK), and so is more than was given. Negative values mean what they mean for
 * memux_read_fn, with MEMUX_ERROR_SINK in place of MEMUX_ERROR_SOURCE. **A short fwrite() is a failure, not a short
 * count**: the next one may well succeed, with bytes lost in between. A callback that writes to a FILE returns a
 * negative value when fwrite() took less than it was given, or when ferror() says so.
 *
 * MEMUX_WRITE_CONST: see the top of this header. Since 0.1.0.
 */
typedef int (*memux_write_fn)(void *opaque, MEMUX_WRITE_CONST uint8_t *buf, int buf_size);

/**
 * Takes bytes of the output that lie in several pieces, in order, like writev(2).
 *
 * `slices` holds `count` pieces, at least one of them not empty. Slices of memory that the host itself handed over
 * as a source (a slice whose address lies in it is one) live as long as that memory; all others, and the array itself,
 * are only valid until the callback returns. `count` is 1024 at most. Threads as for memux_write_fn.
 *
 * Returns: how many bytes were taken in all, 1 ... total; the callback may stop inside a slice, and the library goes
 * on from there. 0 and negative values as for memux_write_fn. Since 0.1.0.
 */
typedef int64_t (*memux_writev_fn)(void *opaque, const struct memux_slice *slices, size_t count);

/**
 * How the library hands its output to the host. One of `write` and `writev` must be there; with both, the library
 * takes the one that suits: `writev` for an output that lies in pieces, which are then handed on as they are, without
 * a copy. Handed over with memux_sink_to_writer(), which copies the struct. Since 0.1.0.
 */
typedef struct memux_writer {
    /** Set by memux_writer_init(). */
    size_t struct_size;
    /** Handed to every callback of this struct. */
    void *opaque;
    /** May be NULL if `writev` is there. */
    memux_write_fn write;
    /** May be NULL if `write` is there. */
    memux_writev_fn writev;
    /**
     * Lets an output be patched afterwards, where its format calls for that. NULL: the output is written front to
     * back.
     */
    memux_seek_fn seek;
    /** Frees a write that hangs. May be NULL. */
    memux_unblock_fn unblock;
    /** Gets `opaque` back. May be NULL. */
    memux_release_fn release;
    /**
     * How often in a row a callback is called while it says "again", the first call included: 1 is no retry, 0 the
     * default, which is 10.
     */
    int32_t max_attempts;
    /** The pause before the first retry, in milliseconds; it doubles each time. 0: the default, 10. */
    int32_t retry_delay_ms;
    /** No pause is longer, in milliseconds. 0: the default, 1000, or retry_delay_ms if that is more. */
    int32_t max_retry_delay_ms;
    /** How many bytes one call is given at most, at most 2^30; 0: 2^30. */
    int32_t max_write;
    /**
     * Codes of the host's own, negative, that stand for failures which may pass: the callback is called again as if it had
     * said "again". Neither MEMUX_IO_EOF nor MEMUX_IO_EXIT. May be NULL. The list is copied.
     */
    const int32_t *transient_codes;
    /** How many. */
    size_t transient_code_count;
    /** No callback is called again so many milliseconds after it first said "again"; 0: max_attempts alone counts. */
    int32_t retry_within_ms;
    /** 0. */
    int32_t reserved;
} memux_writer;

/** What became of one of the sinks of memux_sink_to_sinks() in the last operation. Since 0.1.0. */
typedef struct memux_member_result {
    /** Set by memux_member_result_init(). */
    size_t struct_size;
    /** Why it did not get all, the host's, to be freed with memux_error_free(); NULL where it did. */
    struct memux_error *error;
    /** Bytes that it took. */
    uint64_t bytes_written;
    /** MEMUX_OK, or the status of `error`. */
    int32_t status;
    /** 0. */
    int32_t reserved;
} memux_member_result;

/** A key and its value, both in UTF-8. Filled by the library. Since 0.1.0. */
typedef struct memux_tag {
    /** Never NULL. */
    const char *key;
    /** Never NULL. */
    const char *value;
} memux_tag;

/** A container. Filled by the library, `struct_size` included. Texts are NULL where they are not known. Since 0.1.0. */
typedef struct memux_container_info {
    /** The size that the library knows this struct by; members beyond it are not there. */
    size_t struct_size;
    /** FFmpeg's short names for the format, separated by commas. */
    const char *name;
    /** FFmpeg's long name for it. */
    const char *long_name;
    /** The MIME type without parameters. */
    const char *mime_type;
    /** `tag_count` of them. */
    const struct memux_tag *tags;
    /** How many tags there are. */
    size_t tag_count;
    /** The time of the first frame, in microseconds; MEMUX_NO_TIME where it is not known. */
    int64_t start_us;
    /** In microseconds; MEMUX_NO_TIME where it is not known. */
    int64_t duration_us;
    /** Bits per second; 0 where it is not known. */
    int64_t bit_rate;
    /** Bytes of the input; MEMUX_UNKNOWN where that is not known. */
    uint64_t size;
    /** How many streams memux_info_stream() knows. */
    size_t stream_count;
    /** How many chapters memux_info_chapter() knows. */
    size_t chapter_count;
    /** How many programs memux_info_program() knows. */
    size_t program_count;
    /** How sure FFmpeg is of the format, of 100; 0 where the host named it. */
    int32_t probe_score;
    /** 0. */
    int32_t reserved;
} memux_container_info;

/** Something about a stream that has a form of its own. Filled by the library, `struct_size` included. Since 0.1.0. */
typedef struct memux_side_data {
    /** The size that the library knows this struct by; members beyond it are not there. */
    size_t struct_size;
    /** FFmpeg's name for what it is ("Display Matrix" ...). Never NULL. */
    const char *name;
    /** The bytes, as FFmpeg has them. */
    const uint8_t *data;
    /** How many bytes. */
    size_t size;
    /** FFmpeg's AV_PKT_DATA_ number for what it is. */
    int32_t kind;
    /** 0. */
    int32_t reserved;
} memux_side_data;

/** The display that a film was mastered on. Filled by the library, `struct_size` included. Since 0.1.0. */
typedef struct memux_mastering_display {
    /** The size that the library knows this struct by; members beyond it are not there. */
    size_t struct_size;
    /** x and y of red, green and blue, in CIE 1931; all 0 where they are not known. */
    double primaries[3][2];
    /** x and y of the white point. */
    double white_point[2];
    /** In candela per square metre; both 0 where they are not known. */
    double min_luminance;
    /** In candela per square metre. */
    double max_luminance;
} memux_mastering_display;

/**
 * A stream. Filled by the library, `struct_size` included. Texts are NULL and numbers 0 where they are not known or
 * do not apply, if nothing else is said. Since 0.1.0.
 */
typedef struct memux_stream_info {
    /** The size that the library knows this struct by; members beyond it are not there. */
    size_t struct_size;
    /** The codec's short name in FFmpeg ("h264", "aac" ...). */
    const char *codec;
    /** Its long name. */
    const char *codec_long_name;
    /** Its name in MIME types and manifests, after RFC 6381 ("avc1.64001f", "mp4a.40.2" ...). */
    const char *codec_string;
    /** The profile's name. */
    const char *profile;
    /** FFmpeg's name of the pixel format, or of the sample format. */
    const char *format;
    /** FFmpeg's name of the channel layout ("stereo", "5.1" ...). */
    const char *channel_layout;
    /** The language as the container names it ("eng" ...). */
    const char *language;
    /** "tv" or "pc". */
    const char *color_range;
    /** FFmpeg's name of the matrix ("bt709" ...). */
    const char *color_space;
    /** FFmpeg's name of the transfer curve ("smpte2084" ...). */
    const char *color_transfer;
    /** FFmpeg's name of the primaries ("bt2020" ...). */
    const char *color_primaries;
    /** Where chroma is sampled ("left" ...). */
    const char *chroma_location;
    /** "progressive", or the order of the fields ("tt", "bb", "tb", "bt"). */
    const char *field_order;
    /** `tag_count` of them. */
    const struct memux_tag *tags;
    /** How many tags there are. */
    size_t tag_count;
    /** `side_data_count` of them. */
    const struct memux_side_data *side_data;
    /** How many there are. */
    size_t side_data_count;
    /** The display that it was mastered on. */
    const struct memux_mastering_display *mastering_display;
    /** What a decoder must know beforehand, in the container's form (avcC, AudioSpecificConfig ...). */
    const uint8_t *configuration;
    /** How many bytes. */
    size_t configuration_size;
    /** An attached picture, as it stands in the container. */
    const uint8_t *picture;
    /** How many bytes; 0: the stream is no attached picture. */
    size_t picture_size;
    /** In units of the time base; MEMUX_NO_TIME where it is not known. */
    int64_t start;
    /** In units of the time base; MEMUX_NO_TIME where it is not known. */
    int64_t duration;
    /** Bits per second. */
    int64_t bit_rate;
    /** How many frames, by the header. */
    int64_t frames;
    /** The number of the stream, counted from 0. */
    int32_t index;
    /** What it holds: one of MEMUX_STREAM_*. */
    int32_t kind;
    /** The container's own number for it (a PID, a track's number); -1 where it has none. */
    int32_t id;
    /** Bits of MEMUX_DISPOSITION_*. */
    int32_t disposition;
    /** The container's code for the codec, its first letter lowest. */
    uint32_t codec_tag;
    /** FFmpeg's number for the profile, -99 where it is not known. */
    int32_t profile_number;
    /** The codec's level as it counts them, -99 where it is not known. */
    int32_t level;
    /** One unit of time stamps, in seconds: the number above the line. */
    int32_t time_base_num;
    /** And below. */
    int32_t time_base_den;
    /** Pixels. */
    int32_t width;
    /** Pixels. */
    int32_t height;
    /** Pixels, with those that are cut off before showing. Known by MEMUX_PROBE_FULL alone. */
    int32_t coded_width;
    /** As coded_width. */
    int32_t coded_height;
    /** Degrees by which the picture is to be turned before showing, counterclockwise. */
    int32_t rotation;
    /** The shape of a pixel, width to height. */
    int32_t sample_aspect_num;
    /** And below the line. */
    int32_t sample_aspect_den;
    /** The shape of the picture. */
    int32_t display_aspect_num;
    /** And below the line. */
    int32_t display_aspect_den;
    /** Frames per second, on average. */
    int32_t frame_rate_num;
    /** And below the line. */
    int32_t frame_rate_den;
    /** The least rate in which all time stamps can be said, as FFmpeg guesses it. */
    int32_t base_frame_rate_num;
    /** And below the line. */
    int32_t base_frame_rate_den;
    /** How many frames may wait for one that is shown before them. */
    int32_t reorder_delay;
    /** Samples per second. */
    int32_t sample_rate;
    /** Channels of audio. */
    int32_t channels;
    /** Of an audio sample as it is stored, where that is fixed. */
    int32_t bits_per_sample;
    /** The brightest pixel, in candela per square metre. */
    uint32_t max_content_light;
    /** The brightest average of a frame. */
    uint32_t max_average_light;
} memux_stream_info;

/** A chapter. Filled by the library, `struct_size` included. Since 0.1.0. */
typedef struct memux_chapter_info {
    /** The size that the library knows this struct by; members beyond it are not there. */
    size_t struct_size;
    /** NULL where it has none. */
    const char *title;
    /** `tag_count` of them. */
    const struct memux_tag *tags;
    /** How many tags there are. */
    size_t tag_count;
    /** The container's number for it. */
    int64_t id;
    /** In units of the time base. */
    int64_t start;
    /** In units of the time base. */
    int64_t end;
    /** One unit of its times, in seconds: the number above the line. */
    int32_t time_base_num;
    /** And below. */
    int32_t time_base_den;
} memux_chapter_info;

/** A program: streams that belong together. Filled by the library, `struct_size` included. Since 0.1.0. */
typedef struct memux_program_info {
    /** The size that the library knows this struct by; members beyond it are not there. */
    size_t struct_size;
    /** Numbers of its streams, `stream_count` of them. */
    const int32_t *streams;
    /** How many streams. */
    size_t stream_count;
    /** `tag_count` of them. */
    const struct memux_tag *tags;
    /** How many tags there are. */
    size_t tag_count;
    /** FFmpeg's number for it. */
    int32_t id;
    /** The number that the container gives it. */
    int32_t number;
    /** The PID of its table in MPEG-TS. */
    int32_t pmt_pid;
    /** The PID of its clock in MPEG-TS. */
    int32_t pcr_pid;
} memux_program_info;

/**
 * How much an operation may take of the host. In each member 0 means the default, which is named there, and
 * MEMUX_UNKNOWN means no limit. More than a limit ends the operation with MEMUX_ERROR_LIMIT (a spool that is too
 * small: with MEMUX_ERROR_NEEDS_SEEK); memux_error_limit() says which. Since 0.1.0.
 */
typedef struct memux_limits {
    /** Set by memux_limits_init(). */
    size_t struct_size;
    /** Streams in a container. Default 1000. */
    uint64_t max_streams;
    /** Bytes of one packet. Default 256 MiB. */
    uint64_t max_packet_bytes;
    /** Bytes read to find the format and what the header leaves open. Default 5 000 000. */
    uint64_t max_probe_bytes;
    /**
     * Bytes held in memory: of the input for a reader that cannot seek, when the container makes that necessary; of an
     * output that must be made in memory first; and of packets that wait for their fragment. Default 256 MiB.
     */
    uint64_t max_spool_bytes;
    /** Bytes written by one operation. Default 64 GiB. */
    uint64_t max_output_bytes;
} memux_limits;

/** How far an operation has come. Filled by the library, `struct_size` included. Since 0.1.0. */
typedef struct memux_progress {
    /** The size that the library knows this struct by; members beyond it are not there. */
    size_t struct_size;
    /** Bytes read so far; more than bytes_total where the container is read in parts twice. */
    uint64_t bytes_read;
    /** The size of the input; MEMUX_UNKNOWN where that is not known. */
    uint64_t bytes_total;
    /** Bytes written so far. */
    uint64_t bytes_written;
    /** Packets read so far, of all streams; with the walk, of the one that is asked for. */
    uint64_t packets;
} memux_progress;

/**
 * Hears how far an operation has come, on the operation's own thread: after each read and each packet, or, where the
 * input is walked (MEMUX_ENGINE_WALK), every so often and at the end.
 *
 * `progress` is only valid until the callback returns. Returns: 0 to go on, anything else to end the operation with
 * MEMUX_ERROR_CANCELLED; memux_error_host_code() gives the value. Since 0.1.0.
 */
typedef int (*memux_progress_fn)(void *opaque, const struct memux_progress *progress);

/** One call to a source or a sink: of a host's callback, or the same on memory. Filled by the library. Since 0.1.0. */
typedef struct memux_trace_event {
    /** The size that the library knows this struct by; members beyond it are not there. */
    size_t struct_size;
    /** Which call: one of MEMUX_TRACE_*. */
    int32_t kind;
    /** Where in the operation: one of MEMUX_STAGE_*. */
    int32_t stage;
    /** Where the source or sink stood before the call; for a seek, where it was to go. */
    int64_t offset;
    /** How many bytes were asked for or given; 0 for a seek. */
    int64_t requested;
    /** What the call returned. */
    int64_t returned;
    /** How long the call took, in microseconds. */
    int64_t elapsed_us;
} memux_trace_event;

/**
 * Hears of each call to a source or a sink, when it has returned, on the operation's own thread. `event` is only
 * valid until the callback returns. Since 0.1.0.
 */
typedef void (*memux_trace_fn)(void *opaque, const struct memux_trace_event *event);

/**
 * What all operations have in common. A struct of zeros with its struct_size is the defaults, and so is NULL. It is
 * read when the operation begins, with all that it points to, and is not looked at afterwards. Since 0.1.0.
 */
typedef struct memux_run_options {
    /** Set by memux_run_options_init(). */
    size_t struct_size;
    /** Ends the operation when it is set. May be NULL. */
    const struct memux_cancel *cancel;
    /** May be NULL: the defaults. */
    const struct memux_limits *limits;
    /** May be NULL. */
    memux_progress_fn progress;
    /** Handed to `progress`. */
    void *progress_opaque;
    /**
     * May be NULL. With it, an operation takes the road that makes the calls which it tells of, also where a shorter
     * one leads to the same result.
     */
    memux_trace_fn trace;
    /** Handed to `trace`. */
    void *trace_opaque;
    /**
     * The container's FFmpeg short name ("mp4", "matroska", "mpegts" ...) in UTF-8, for an input that cannot be told
     * from its first bytes. NULL: found out.
     */
    const char *format;
    /**
     * How long the operation may take, in microseconds from its beginning; 0: as long as it likes. Looked at between
     * callbacks and packets; a callback that hangs is ended only where its reader or writer has an `unblock`.
     */
    int64_t timeout_us;
    /** One of MEMUX_ENGINE_*. */
    int32_t engine;
    /** 0. */
    int32_t reserved;
} memux_run_options;

/** How a probe looks. A struct of zeros with its struct_size finds out all. Since 0.1.0. */
typedef struct memux_probe_options {
    /** Set by memux_probe_options_init(). */
    size_t struct_size;
    /** May be NULL: the defaults. */
    const struct memux_run_options *run;
    /** One of MEMUX_PROBE_*. */
    int32_t level;
    /** 0. */
    int32_t reserved;
} memux_probe_options;

/**
 * What an operation has asked of the host's callbacks, at the end of every report. Memory, buffers and feeds of the library
 * are no callbacks. Since 0.1.0.
 */
typedef struct memux_io_counters {
    /** Calls of read callbacks. */
    uint64_t reads;
    /** Calls of write and gather callbacks. */
    uint64_t writes;
    /** Calls of seek callbacks, also those that ask for the size. */
    uint64_t seeks;
    /**
     * Calls that were made once more, because the one before said "again", was interrupted, or failed in a way that may
     * pass.
     */
    uint64_t retries;
    /** How long all calls together took, in microseconds. */
    uint64_t callback_us;
    /** How long the longest took, in microseconds. */
    uint64_t longest_callback_us;
} memux_io_counters;

/** How a probe went. It is filled whenever struct_size is right, on failure too. Since 0.1.0. */
typedef struct memux_probe_report {
    /** Set by memux_probe_report_init(). */
    size_t struct_size;
    /**
     * How many more bytes of the input are needed, at least, before the call can answer: for a host that has only the
     * beginning yet. 0 where it has answered, MEMUX_UNKNOWN where that cannot be told.
     */
    uint64_t bytes_needed;
    /** The byte at which the input broke off, with MEMUX_COMPLETENESS_TRUNCATED, where it is known. */
    uint64_t truncated_at;
    /** Bytes read from the source. */
    uint64_t bytes_read;
    /** Bytes held in memory because the reader cannot seek and the container makes that necessary; else 0. */
    uint64_t spooled_bytes;
    /** Whether the input was whole: one of MEMUX_COMPLETENESS_*. MEMUX_PROBE_HEADER does not look for that. */
    int32_t completeness;
    /** What did it: one of MEMUX_ENGINE_*. */
    int32_t engine;
    /** Why it was FFmpeg and not the walk: one of MEMUX_REASON_*. */
    int32_t engine_reason;
    /** 0. */
    int32_t reserved;
    /** What was asked of the host's callbacks. */
    struct memux_io_counters io;
} memux_probe_report;

/**
 * A packet: a frame of video, some frames of audio, as the container holds them. All that it points to belongs to
 * whatever gave it. Since 0.1.0.
 */
typedef struct memux_packet {
    /** Set by memux_packet_init(). */
    size_t struct_size;
    /**
     * The packet's bytes. NULL if there are none. Where packets are walked (MEMUX_ENGINE_WALK), they lie in the memory that
     * the host gave as the source.
     */
    const uint8_t *data;
    /** How many bytes. */
    size_t size;
    /**
     * How many bytes behind those may be read and are zero: decoders want 64 of them. Fewer where the packet lies in a
     * larger piece of memory, none where that is the host's; memux_packet_retain() always gives 64.
     */
    size_t padding;
    /** `side_data_count` of them. */
    const struct memux_side_data *side_data;
    /** How many there are. */
    size_t side_data_count;
    /** When it is shown, in units of the time base; MEMUX_NO_TIME where it is not known. */
    int64_t pts;
    /** When it is decoded, in units of the time base; MEMUX_NO_TIME where it is not known. */
    int64_t dts;
    /** How long it lasts, in units of the time base; 0 where it is not known. */
    int64_t duration;
    /** The byte of the input at which it was found; MEMUX_UNKNOWN where that means nothing. */
    uint64_t position;
    /** The number of its stream. */
    int32_t stream_index;
    /** Bits of MEMUX_PACKET_*. */
    int32_t flags;
    /** One unit of its times, in seconds: the number above the line. */
    int32_t time_base_num;
    /** And below. */
    int32_t time_base_den;
} memux_packet;

/** How a container is opened. A struct of zeros with its struct_size finds out all first. Since 0.1.0. */
typedef struct memux_input_options {
    /** Set by memux_input_options_init(). */
    size_t struct_size;
    /**
     * May be NULL: the defaults. Progress and trace callbacks are made until the input is freed; the timeout is for each
     * call. With MEMUX_ENGINE_WALK, what FFmpeg alone can do is MEMUX_ERROR_UNSUPPORTED: going to a time, and choosing a
     * stream again that was passed over.
     */
    const struct memux_run_options *run;
    /**
     * MEMUX_PROBE_FULL: streams are read for a while, so that no time stamp is left out that FFmpeg can fill in.
     * MEMUX_PROBE_HEADER: packets come at once.
     */
    int32_t level;
    /** 0. */
    int32_t reserved;
} memux_input_options;

/** What an open container has shown of itself. Since 0.1.0. */
typedef struct memux_input_report {
    /** Set by memux_input_report_init(). */
    size_t struct_size;
    /** Packets given so far. */
    uint64_t packets;
    /** Packets that FFmpeg marked as corrupt. */
    uint64_t corrupt_packets;
    /** The byte at which the input broke off, with MEMUX_COMPLETENESS_TRUNCATED, where it is known. */
    uint64_t truncated_at;
    /** Bytes read from the source; with the walk, which reads nothing out, how far it went. */
    uint64_t bytes_read;
    /** Bytes held in memory because the reader cannot seek and the container makes that necessary; else 0. */
    uint64_t spooled_bytes;
    /** What gives the packets: one of MEMUX_ENGINE_*. Once it is FFmpeg it stays FFmpeg. */
    int32_t engine;
    /** Why it is FFmpeg and not the walk: one of MEMUX_REASON_*; MEMUX_REASON_JOB for a seek. */
    int32_t engine_reason;
    /** Whether the input was whole: one of MEMUX_COMPLETENESS_*. Known when its end has been met. */
    int32_t completeness;
    /** 0. */
    int32_t reserved;
    /** The calls of the host's functions so far. */
    struct memux_io_counters io;
} memux_input_report;

/** What to count. A struct of zeros with its struct_size counts the packets of the first video stream. Since 0.1.0. */
typedef struct memux_count_options {
    /** Set by memux_count_options_init(). */
    size_t struct_size;
    /** May be NULL: the defaults. */
    const struct memux_run_options *run;
    /** One of MEMUX_COUNT_*. */
    int32_t mode;
    /** One of MEMUX_SELECT_*. */
    int32_t select;
    /** With MEMUX_SELECT_INDEX the number of the stream, else not looked at. */
    int32_t stream_index;
    /** 0. */
    int32_t reserved;
} memux_count_options;

/**
 * What was counted. It is filled whenever struct_size is right, on failure too: then with what was learned until
 * then. MEMUX_UNKNOWN where a number is not known. Since 0.1.0.
 */
typedef struct memux_count_report {
    /** Set by memux_count_report_init(). */
    size_t struct_size;
    /** The answer. MEMUX_UNKNOWN on failure. */
    uint64_t frames;
    /** What the container's header says. */
    uint64_t header_frames;
    /** Packets of the stream. */
    uint64_t packets;
    /** Packets without those that an edit list takes away. */
    uint64_t presented;
    /** Frames that came out of the decoder. */
    uint64_t decoded;
    /** Packets of the stream that FFmpeg marked as corrupt; they are counted in `packets` too. */
    uint64_t corrupt_packets;
    /** The byte at which the input broke off, with MEMUX_COMPLETENESS_TRUNCATED, where it is known. */
    uint64_t truncated_at;
    /** Bytes read from the source; with the walk, which reads nothing out, how far it went. */
    uint64_t bytes_read;
    /** Bytes held in memory because the reader cannot seek and the container makes that necessary; else 0. */
    uint64_t spooled_bytes;
    /** What was asked for: one of MEMUX_COUNT_*. */
    int32_t mode;
    /** How `frames` was found: MEMUX_COUNT_PACKETS where a header was asked for and says nothing. */
    int32_t obtained_by;
    /** Whether the input was whole: one of MEMUX_COMPLETENESS_*. */
    int32_t completeness;
    /** The number of the stream that was counted, -1 where none was found. */
    int32_t stream_index;
    /** What did it: one of MEMUX_ENGINE_*. */
    int32_t engine;
    /** Why it was FFmpeg and not the walk: one of MEMUX_REASON_*. */
    int32_t engine_reason;
    /** What was asked of the host's callbacks. */
    struct memux_io_counters io;
} memux_count_report;

/** What to extract. A struct of zeros with its struct_size takes the first video stream. Since 0.1.0. */
typedef struct memux_extract_options {
    /** Set by memux_extract_options_init(). */
    size_t struct_size;
    /** May be NULL: the defaults. */
    const struct memux_run_options *run;
    /** One of MEMUX_SELECT_*. */
    int32_t select;
    /** With MEMUX_SELECT_INDEX the number of the stream, else not looked at. */
    int32_t stream_index;
    /**
     * How many threads memux_extract_into() may copy with, its caller's included; 0 and 1: that one alone. More than 2
     * are not used, and the second one only for an output of some megabytes that is walked. The other functions work
     * on the calling thread, whatever it says.
     */
    int32_t threads;
    /** The form of the output: one of MEMUX_FRAMING_*. */
    int32_t framing;
} memux_extract_options;

/**
 * What was extracted. It is filled whenever struct_size is right, on failure too, so that a host whose work was
 * cancelled knows what reached its sink. MEMUX_UNKNOWN where a number is not known. Since 0.1.0.
 */
typedef struct memux_extract_report {
    /** Set by memux_extract_report_init(). */
    size_t struct_size;
    /** Packets written; where it failed, also those on their way to the sink. */
    uint64_t packets;
    /** Bytes that the sink took. */
    uint64_t bytes_written;
    /** Packets of the stream that FFmpeg marked as corrupt. */
    uint64_t corrupt_packets;
    /** The byte at which the input broke off, with MEMUX_COMPLETENESS_TRUNCATED, where it is known. */
    uint64_t truncated_at;
    /** Bytes read from the source; with the walk, which reads nothing out, how far it went. */
    uint64_t bytes_read;
    /** Bytes held in memory because the reader cannot seek and the container makes that necessary; else 0. */
    uint64_t spooled_bytes;
    /** Whether the input was whole: one of MEMUX_COMPLETENESS_*. */
    int32_t completeness;
    /** The number of the stream that was taken, -1 where none was found. */
    int32_t stream_index;
    /** What did it: one of MEMUX_ENGINE_*. */
    int32_t engine;
    /** What the bytes are: one of MEMUX_CODEC_*. */
    int32_t codec;
    /** Why it was FFmpeg and not the walk: one of MEMUX_REASON_*. */
    int32_t engine_reason;
    /**
     * The form that the bytes have: one of MEMUX_FRAMING_*. MEMUX_FRAMING_AUTO: that of files of the codec, by the muxer
     * that FFmpeg has for them.
     */
    int32_t framing;
    /** What was asked of the host's callbacks. */
    struct memux_io_counters io;
} memux_extract_report;

/** What goes into another container, and how. `format` must be set; else zeros are the defaults. Since 0.1.0. */
typedef struct memux_remux_options {
    /** Set by memux_remux_options_init(). */
    size_t struct_size;
    /** May be NULL: the defaults. */
    const struct memux_run_options *run;
    /** FFmpeg's short name for the output's container ("mp4", "matroska", "mpegts" ...). */
    const char *format;
    /** Numbers of the input's streams, in the output's order. NULL: all video, audio and subtitles that fit into it. */
    const int32_t *streams;
    /** How many. */
    size_t stream_count;
    /** Tags that are set over what the input has; an empty value takes a tag away. */
    const struct memux_tag *tags;
    /** How many. */
    size_t tag_count;
    /** How long a fragment may be, in microseconds; 0: from key frame to key frame. */
    int64_t fragment_us;
    /** One of MEMUX_LAYOUT_*. */
    int32_t layout;
    /** The codes for H.264 and HEVC in the MP4 family: one of MEMUX_TAG_*. */
    int32_t tag_policy;
    /** 1: the input's tags are left out, 0: they are kept. */
    int32_t drop_tags;
    /** 1: the input's chapters are left out, 0: they are kept. */
    int32_t drop_chapters;
    /** 1: nothing is written that depends on FFmpeg's version or the time of day. */
    int32_t bit_exact;
    /** 0. */
    int32_t reserved;
    /**
     * Options of the muxer's own, by FFmpeg's names for them and their values, over what `layout` sets; a value that
     * begins with "+" adds flags. May be NULL.
     */
    const struct memux_tag *muxer_options;
    /** How many. */
    size_t muxer_option_count;
} memux_remux_options;

/** What was put into another container. It is filled whenever struct_size is right, on failure too. Since 0.1.0. */
typedef struct memux_remux_report {
    /** Set by memux_remux_report_init(). */
    size_t struct_size;
    /** Packets written. */
    uint64_t packets;
    /** Streams of the output. */
    uint64_t streams;
    /** Bytes that the sink took: more than the output is long where the muxer went back to write over some. */
    uint64_t bytes_written;
    /** Packets that FFmpeg marked as corrupt. */
    uint64_t corrupt_packets;
    /** The byte at which the input broke off, with MEMUX_COMPLETENESS_TRUNCATED, where it is known. */
    uint64_t truncated_at;
    /** Bytes read from the source. */
    uint64_t bytes_read;
    /**
     * Bytes of the input held in memory because the reader cannot seek and the container makes that necessary; else 0.
     */
    uint64_t spooled_bytes;
    /** Whether the input was whole: one of MEMUX_COMPLETENESS_*. */
    int32_t completeness;
    /** What was chosen: one of MEMUX_LAYOUT_*. */
    int32_t layout;
    /** What did it: one of MEMUX_ENGINE_*. */
    int32_t engine;
    /** Why it was FFmpeg and not the walk: one of MEMUX_REASON_*. */
    int32_t engine_reason;
    /** What was asked of the host's callbacks. */
    struct memux_io_counters io;
} memux_remux_report;

/**
 * What has become of one of several outputs. It is filled whenever struct_size is right, on failure too. Since 0.1.0.
 */
typedef struct memux_fanout_result {
    /** Set by memux_fanout_result_init(). */
    size_t struct_size;
    /**
     * Why it is not whole, the host's, to be freed with memux_error_free(); NULL where it is. What is here before the
     * call is not looked at.
     */
    struct memux_error *error;
    /** Packets written. */
    uint64_t packets;
    /** Streams of the output. */
    uint64_t streams;
    /** Bytes that its sink took. */
    uint64_t bytes_written;
    /** MEMUX_OK, or the status of `error`. */
    int32_t status;
    /** Of a container: what was chosen, one of MEMUX_LAYOUT_*. */
    int32_t layout;
    /** Of a stream by itself: the form that the bytes have, one of MEMUX_FRAMING_*. */
    int32_t framing;
    /** 0. */
    int32_t reserved;
} memux_fanout_result;

/** One of several outputs: a sink, and what goes to it. Since 0.1.0. */
typedef struct memux_fanout_output {
    /** Set by memux_fanout_output_init(). */
    size_t struct_size;
    /** Where it goes; no other output's. */
    struct memux_sink *sink;
    /** Streams in a container, as memux_remux() makes it; or NULL. Its `run` must be NULL. */
    const struct memux_remux_options *remux;
    /**
     * One stream by itself, as memux_extract() makes it; or NULL. Its `run` must be NULL. One of the two must be there.
     */
    const struct memux_extract_options *extract;
    /** What becomes of it is written there; no other output's; may be NULL. */
    struct memux_fanout_result *result;
    /** 0: if it fails all end. 1: it ends alone, and the others go on. */
    int32_t optional;
    /** 0. */
    int32_t reserved;
} memux_fanout_output;

/** How several outputs are made. A struct of zeros with its struct_size is the defaults. Since 0.1.0. */
typedef struct memux_fanout_options {
    /** Set by memux_fanout_options_init(). */
    size_t struct_size;
    /** May be NULL: the defaults. Its limits hold for each output by itself. The trace tells of the source alone. */
    const struct memux_run_options *run;
} memux_fanout_options;

/** What was done for several outputs. It is filled whenever struct_size is right, on failure too. Since 0.1.0. */
typedef struct memux_fanout_report {
    /** Set by memux_fanout_report_init(). */
    size_t struct_size;
    /** Bytes that all sinks together took. */
    uint64_t bytes_written;
    /** How many outputs are not whole. */
    uint64_t failed_outputs;
    /** Packets that FFmpeg marked as corrupt. */
    uint64_t corrupt_packets;
    /** The byte at which the input broke off, with MEMUX_COMPLETENESS_TRUNCATED, where it is known. */
    uint64_t truncated_at;
    /** Bytes read from the source. */
    uint64_t bytes_read;
    /**
     * Bytes of the input held in memory because the reader cannot seek and the container makes that necessary; else 0.
     */
    uint64_t spooled_bytes;
    /** Whether the input was whole: one of MEMUX_COMPLETENESS_*. */
    int32_t completeness;
    /** What did it: one of MEMUX_ENGINE_*. */
    int32_t engine;
    /** Why it was FFmpeg and not the walk: one of MEMUX_REASON_*. */
    int32_t engine_reason;
    /** 0. */
    int32_t reserved;
    /** What was asked of the host's callbacks. */
    struct memux_io_counters io;
} memux_fanout_report;

/** What is digested, and by what. A struct of zeros with its struct_size takes all streams, by SHA-256. Since 0.1.0. */
typedef struct memux_digest_options {
    /** Set by memux_digest_options_init(). */
    size_t struct_size;
    /** May be NULL: the defaults. */
    const struct memux_run_options *run;
    /** FFmpeg's name of the hash ("md5", "sha256", "crc32" ...). NULL: SHA-256. */
    const char *algorithm;
    /** Numbers of the input's streams. NULL: all there are. */
    const int32_t *streams;
    /** How many. */
    size_t stream_count;
} memux_digest_options;

/** What was digested. It is filled whenever struct_size is right, on failure too. Since 0.1.0. */
typedef struct memux_digest_report {
    /** Set by memux_digest_report_init(). */
    size_t struct_size;
    /** Packets digested. */
    uint64_t packets;
    /** Packets that FFmpeg marked as corrupt. */
    uint64_t corrupt_packets;
    /** The byte at which the input broke off, with MEMUX_COMPLETENESS_TRUNCATED, where it is known. */
    uint64_t truncated_at;
    /** Bytes read from the source. */
    uint64_t bytes_read;
    /**
     * Bytes of the input held in memory because the reader cannot seek and the container makes that necessary; else 0.
     */
    uint64_t spooled_bytes;
    /** Whether the input was whole: one of MEMUX_COMPLETENESS_*. */
    int32_t completeness;
    /** What did it: one of MEMUX_ENGINE_*. */
    int32_t engine;
    /** Why it was FFmpeg and not the walk: one of MEMUX_REASON_*. */
    int32_t engine_reason;
    /** 0. */
    int32_t reserved;
    /** What was asked of the host's callbacks. */
    struct memux_io_counters io;
} memux_digest_report;

/** The digest of one stream's packets. Since 0.1.0. */
typedef struct memux_stream_digest {
    /** The size of this struct in the library. */
    size_t struct_size;
    /** Hexadecimal digits in lower case. */
    const char *value;
    /** The stream's number in the input. */
    int32_t stream_index;
    /** What it holds, as a letter: v, a, s, d or t (video, audio, subtitles, data, attachment). */
    int32_t letter;
} memux_stream_digest;

/** A segment, whole. It stands until the callback that is given it returns. Since 0.1.0. */
typedef struct memux_segment_view {
    /** The size of this struct in the library. */
    size_t struct_size;
    /** Its bytes. */
    const uint8_t *data;
    /** How many. */
    size_t size;
    /** Where it lies among all bytes of all segments. */
    uint64_t offset;
    /** Of media segments, counted from 0; 0 for what comes before them. */
    uint64_t sequence;
    /** When it begins, in microseconds by the times of the output: its first picture, or sound where there is none. */
    int64_t start_us;
    /** How long it lasts, in microseconds. */
    int64_t duration_us;
    /** A bit for each stream of the output of which it has packets; streams beyond 64 share the last. */
    uint64_t stream_mask;
    /** 1: it is no media but what they need to be read, and comes before all of them (with "mp4" only). */
    int32_t is_init;
    /** 1: it begins with a key frame of the stream by which segments are marked off. */
    int32_t starts_with_keyframe;
} memux_segment_view;

/** Takes a segment. 0: go on; a negative value ends the operation as one of a write callback does. Since 0.1.0. */
typedef int (*memux_segment_fn)(void *opaque, const struct memux_segment_view *segment);

/**
 * With MEMUX_CUT_BY_HOST: whether a segment is to begin with this packet, which stands until the callback returns. 0: no,
 * 1: yes; a negative value ends the operation. Since 0.1.0.
 */
typedef int (*memux_cut_fn)(void *opaque, const struct memux_packet *packet);

/** How segments are made. `segment` and `remux` must be set; else zeros are the defaults. Since 0.1.0. */
typedef struct memux_segment_options {
    /** Set by memux_segment_options_init(). */
    size_t struct_size;
    /** May be NULL: the defaults. max_spool_bytes is how long a segment may be. */
    const struct memux_run_options *run;
    /**
     * What goes into them: `format` is "mp4" or "mpegts"; `layout` and `fragment_us` are not looked at; `run` must be NULL.
     */
    const struct memux_remux_options *remux;
    /** Gets each segment. */
    memux_segment_fn segment;
    /** With MEMUX_CUT_BY_HOST it must be there; else it is not called. */
    memux_cut_fn cut;
    /** Handed to both. */
    void *opaque;
    /** With MEMUX_CUT_BY_DURATION: how long a segment is to be at least, in microseconds; 0: six seconds. */
    int64_t duration_us;
    /** How segments are marked off: one of MEMUX_CUT_BY_*. */
    int32_t cut_by;
    /** 0. */
    int32_t reserved;
} memux_segment_options;

/** What was made in segments. It is filled whenever struct_size is right, on failure too. Since 0.1.0. */
typedef struct memux_segment_report {
    /** Set by memux_segment_report_init(). */
    size_t struct_size;
    /** Media segments that were handed over. */
    uint64_t segments;
    /** Packets in them. */
    uint64_t packets;
    /** Streams of the output. */
    uint64_t streams;
    /** Bytes of all segments. */
    uint64_t bytes_written;
    /** Packets that FFmpeg marked as corrupt. */
    uint64_t corrupt_packets;
    /** The byte at which the input broke off, with MEMUX_COMPLETENESS_TRUNCATED, where it is known. */
    uint64_t truncated_at;
    /** Bytes read from the source. */
    uint64_t bytes_read;
    /**
     * Bytes of the input held in memory because the reader cannot seek and the container makes that necessary; else 0.
     */
    uint64_t spooled_bytes;
    /** Whether the input was whole: one of MEMUX_COMPLETENESS_*. */
    int32_t completeness;
    /** What did it: one of MEMUX_ENGINE_*. */
    int32_t engine;
    /** Why it was FFmpeg and not the walk: one of MEMUX_REASON_*. */
    int32_t engine_reason;
    /** 0. */
    int32_t reserved;
    /** What was asked of the host's callbacks. */
    struct memux_io_counters io;
} memux_segment_report;

/**
 * Segments of one stream and their names, for a DASH manifest: as in memux_segments_hls(). It cannot grow. Since 0.1.0.
 */
typedef struct memux_dash_set {
    /** Made of one stream alone, as "mp4". */
    const struct memux_segments *segments;
    /** What comes before them. */
    const char *init;
    /** What stands before the number, */
    const char *prefix;
    /** and behind it. */
    const char *suffix;
} memux_dash_set;

/**
 * Hears FFmpeg's own messages, see memux_log_set().
 *
 * `level` is FFmpeg's (AV_LOG_ERROR is 16, AV_LOG_WARNING 24, AV_LOG_INFO 32); `message` is one line or a part of
 * one, only valid until the callback returns. Called on every thread that FFmpeg speaks on, several at once.
 * Since 0.1.0.
 */
typedef void (*memux_log_fn)(void *opaque, int32_t level, const char *message);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The status's constant as text, "MEMUX_ERROR_BUSY" for instance; "MEMUX_UNKNOWN_STATUS" for a number that is none.
 *
 * Ownership: the string is static; do not free it. Never NULL.
 * Threads: any, at any time.
 * Statuses: none; it cannot fail.
 * Since 0.1.0.
 */
const char *memux_status_name(memux_status status);

/**
 * What the status means in a few English words, in UTF-8. memux_error_message() says more about one failure.
 *
 * Ownership: the string is static; do not free it. Never NULL.
 * Threads: any, at any time.
 * Statuses: none; it cannot fail.
 * Since 0.1.0.
 */
const char *memux_status_message(memux_status status);

/**
 * The version of the library that is loaded, major << 16 | minor << 8 | patch; MEMUX_VERSION is that of the header.
 *
 * Ownership: nothing changes hands.
 * Threads: any, at any time.
 * Statuses: none; it cannot fail.
 * Since 0.1.0.
 */
uint32_t memux_version(void);

/**
 * The version of the library that is loaded, as text: "0.1.0" for instance.
 *
 * Ownership: the string is static; do not free it. Never NULL.
 * Threads: any, at any time.
 * Statuses: none; it cannot fail.
 * Since 0.1.0.
 */
const char *memux_version_string(void);

/**
 * Tells which memux this is, and which FFmpeg it was compiled for and found. `info` is filled whenever its
 * struct_size is right, also when the two do not fit together. The call loads FFmpeg if nobody has needed it before.
 *
 * Ownership: `info->version` is static; do not free it. On failure `*error`, if `error` is not NULL, is the host's,
 * to be freed with memux_error_free(); else it is NULL.
 * Threads: any, at any time.
 * Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_UNSUPPORTED (a newer struct that asks for something
 * new), MEMUX_ERROR_LIBRARY_MISMATCH (there is no FFmpeg, or one of another major version: what needs it will fail),
 * MEMUX_ERROR_INTERNAL, and MEMUX_ERROR_NO_MEMORY (there was none for the error object).
 * Since 0.1.0.
 */
memux_status memux_get_build_info(struct memux_build_info *info,
                                  struct memux_error **error);

/**
 * The status that the failed call returned.
 *
 * Ownership: nothing changes hands. `error` may be NULL.
 * Threads: any number at once.
 * Statuses: it returns one, MEMUX_OK for NULL; it cannot fail.
 * Since 0.1.0.
 */
memux_status memux_error_status(const struct memux_error *error);

/**
 * Where in the operation it failed: one of MEMUX_STAGE_*.
 *
 * Ownership: nothing changes hands. `error` may be NULL.
 * Threads: any number at once.
 * Statuses: none; it cannot fail. MEMUX_STAGE_NONE for NULL.
 * Since 0.1.0.
 */
int32_t memux_error_stage(const struct memux_error *error);

/**
 * The number of the stream that it failed with, -1 if none in particular.
 *
 * Ownership: nothing changes hands. `error` may be NULL.
 * Threads: any number at once.
 * Statuses: none; it cannot fail. -1 for NULL.
 * Since 0.1.0.
 */
int32_t memux_error_stream(const struct memux_error *error);

/**
 * Which limit was met: one of MEMUX_LIMIT_*. Set with MEMUX_ERROR_LIMIT, and with MEMUX_ERROR_NEEDS_SEEK when more
 * memory (max_spool_bytes) would have helped.
 *
 * Ownership: nothing changes hands. `error` may be NULL.
 * Threads: any number at once.
 * Statuses: none; it cannot fail. MEMUX_LIMIT_NONE for NULL.
 * Since 0.1.0.
 */
int32_t memux_error_limit(const struct memux_error *error);

/**
 * At which byte it failed: of the input, or of the output when that is what failed. MEMUX_UNKNOWN if at none in
 * particular.
 *
 * Ownership: nothing changes hands. `error` may be NULL.
 * Threads: any number at once.
 * Statuses: none; it cannot fail. MEMUX_UNKNOWN for NULL.
 * Since 0.1.0.
 */
uint64_t memux_error_offset(const struct memux_error *error);

/**
 * The AVERROR that FFmpeg gave, 0 if it gave none.
 *
 * Ownership: nothing changes hands. `error` may be NULL.
 * Threads: any number at once.
 * Statuses: none; it cannot fail. 0 for NULL.
 * Since 0.1.0.
 */
int32_t memux_error_ffmpeg_code(const struct memux_error *error);

/**
 * What the host's own callback returned when it failed, unchanged; 0 if it was not a callback.
 *
 * Ownership: nothing changes hands. `error` may be NULL.
 * Threads: any number at once.
 * Statuses: none; it cannot fail. 0 for NULL.
 * Since 0.1.0.
 */
int64_t memux_error_host_code(const struct memux_error *error);

/**
 * What happened, in one English sentence, in UTF-8. Never NULL; empty for NULL. The wording may change, the status
 * not.
 *
 * Ownership: the string belongs to `error` and lives as long; do not free it.
 * Threads: any number at once.
 * Statuses: none; it cannot fail.
 * Since 0.1.0.
 */
const char *memux_error_message(const struct memux_error *error);

/**
 * What the host can do about it, in UTF-8. Never NULL; empty where there is nothing to say, and for NULL.
 *
 * Ownership: the string belongs to `error` and lives as long; do not free it.
 * Threads: any number at once.
 * Statuses: none; it cannot fail.
 * Since 0.1.0.
 */
const char *memux_error_hint(const struct memux_error *error);

/**
 * Frees an error object with its strings. NULL is nothing.
 *
 * Ownership: `error` is gone afterwards.
 * Threads: any, while no other uses the object.
 * Statuses: none; it cannot fail.
 * Since 0.1.0.
 */
void memux_error_free(struct memux_error *error);

/**
 * Makes a token that is not set.
 *
 * Ownership: `*cancel` is the host's, to be freed with memux_cancel_free(); NULL on failure.
 * Threads: any.
 * Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_INTERNAL.
 * Since 0.1.0.
 */
memux_status memux_cancel_create(struct memux_cancel **cancel, struct memux_error **error);

/**
 * Sets the token. The operations that it was given to end with MEMUX_ERROR_CANCELLED at their next callback or
 * packet; a pause before a retry ends at once, and so does a callback that hangs, where its reader or writer has an
 * `unblock`, which is called from here. Operations that begin later end at once, until memux_cancel_reset().
 *
 * Ownership: nothing changes hands. `cancel` may be NULL.
 * Threads: any number at once, while operations run; not from a signal handler, and not from inside `unblock`.
 * Statuses: none; it cannot fail.
 * Since 0.1.0.
 */
void memux_cancel_set(const struct memux_cancel *cancel);

/**
 * Makes the token as new. Call it when no operation has it any more: one that has not looked since it was set would
 * go on.
 *
 * Ownership: nothing changes hands. `cancel` may be NULL.
 * Threads: any number at once.
 * Statuses: none; it cannot fail.
 * Since 0.1.0.
 */
void memux_cancel_reset(struct memux_cancel *cancel);

/**
 * 1 if the token is set, else 0.
 *
 * Ownership: nothing changes hands. `cancel` may be NULL.
 * Threads: any number at once.
 * Statuses: none; it cannot fail. 0 for NULL.
 * Since 0.1.0.
 */
int32_t memux_cancel_is_set(const struct memux_cancel *cancel);

/**
 * Frees the host's token. NULL is nothing.
 *
 * Ownership: `cancel` is gone afterwards.
 * Threads: any, while no other calls with this token. Operations that were given it may run on.
 * Statuses: none; it cannot fail.
 * Since 0.1.0.
 */
void memux_cancel_free(struct memux_cancel *cancel);

/**
 * Makes a source of `size` bytes in memory, without copying them.
 *
 * With `release` NULL the memory stays the host's, which keeps it unchanged until the source is freed and no
 * operation uses it. With a release callback the library calls `release(opaque)` when it has done with the memory; a
 * block from malloc() goes with free() and its own address. `size` 0 is a source too, with `data` NULL or not:
 * operations on it fail with MEMUX_ERROR_FORMAT.
 *
 * Ownership: `*source` is the host's, to be freed with memux_source_free(); NULL on failure. What `release` stands
 * for is the library's from this call on: on failure it is released before the call returns.
 * Threads: any.
 * Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT (`source` is NULL, `data` is NULL with a size, a size that no
 * memory has), MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_INTERNAL.
 * Since 0.1.0.
 */
memux_status memux_source_from_memory(const void *data,
                                      size_t size,
                                      memux_release_fn release,
                                      void *opaque,
                                      struct memux_source **source,
                                      struct memux_error **error);

/**
 * Makes a source of several pieces of memory, read as one after the other: network buffers, the parts of a blob. The
 * pieces are not copied, the array is. Empty slices are fine; with none, or none that holds a byte, operations fail
 * with MEMUX_ERROR_FORMAT.
 *
 * Ownership: as for memux_source_from_memory(); one `release` stands for all pieces.
 * Threads: any.
 * Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT (`source` is NULL, `slices` is NULL with a count, a slice whose
 * data is NULL with a size, sizes that no memory has), MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_INTERNAL.
 * Since 0.1.0.
 */
memux_status memux_source_from_slices(const struct memux_slice *slices,
                                      size_t count,
                                      memux_release_fn release,
                                      void *opaque,
                                      struct memux_source **source,
                                      struct memux_error **error);

/**
 * Makes a source of the host's own callbacks. The struct is copied; nothing is called yet but, on failure,
 * `release`. The host stands at byte 0: the first operation reads on from there without a seek.
 *
 * Ownership: `*source` is the host's, to be freed with memux_source_free(); NULL on failure. `reader->opaque` is the
 * library's from this call on: `release` is called once, when the source is freed and no operation uses it, or, on
 * failure, before the call returns. Only when `reader` is NULL or its struct_size is wrong is nothing released,
 * since nothing could be read.
 * Threads: any. The callbacks come on the thread that runs an operation, but for `unblock` and `release`.
 * Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT (the message names the member), MEMUX_ERROR_UNSUPPORTED (a newer
 * struct that asks for something new), MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_INTERNAL.
 * Since 0.1.0.
 */
memux_status memux_source_from_reader(const struct memux_reader *reader,
                                      struct memux_source **source,
                                      struct memux_error **error);

/**
 * Lets go of a source. NULL is nothing. An operation that still runs on it goes on to its end, and `release` is
 * called after that.
 *
 * Ownership: `source` is gone for the host.
 * Threads: any, also from inside the callbacks of an operation that uses the source, and from others once the first
 * of them has come; but only once.
 * Statuses: none; it cannot fail.
 * Since 0.1.0.
 */
void memux_source_free(struct memux_source *source);

/**
 * Makes a feed that holds at most `capacity` bytes at a time; 0: the default, one megabyte.
 *
 * Ownership: `*feed` is the host's, to be freed with memux_feed_free(); NULL on failure.
 * Threads: any.
 * Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_INTERNAL.
 * Since 0.1.0.
 */
memux_status memux_feed_create(size_t capacity, struct memux_feed **feed, struct memux_error **error);

/**
 * Makes the source that reads what is pushed, once for each feed. It cannot seek and serves one operation, on a thread of
 * its own: that waits where nothing has come yet. When the operation is over nothing can be pushed any more.
 *
 * Ownership: `*source` is the host's, to be freed with memux_source_free(); NULL on failure. Feed and source live
 * independently.
 * Threads: any.
 * Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_BUSY (the feed has its source), MEMUX_ERROR_NO_MEMORY,
 * MEMUX_ERROR_INTERNAL.
 * Since 0.1.0.
 */
memux_status memux_source_from_feed(struct memux_feed *feed,
                                    struct memux_source **source,
                                    struct memux_error **error);

/**
 * Pushes as many of `size` bytes as there is room for, and does not wait. `*taken` says how many: fewer than `size` means
 * that the feed is full, and the rest must be pushed later.
 *
 * Ownership: nothing changes hands; the bytes are copied.
 * Threads: any, one at a time if the order matters.
 * Statuses: MEMUX_OK; MEMUX_ERROR_CANCELLED (nobody reads any more); MEMUX_ERROR_INVALID_ARGUMENT (also after
 * memux_feed_finish() or memux_feed_fail()), MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_INTERNAL.
 * Since 0.1.0.
 */
memux_status memux_feed_push(struct memux_feed *feed,
                             const void *data,
                             size_t size,
                             size_t *taken,
                             struct memux_error **error);

/**
 * Pushes `size` bytes and waits for room as long as that takes, or `timeout_us` microseconds if that is not 0. `*taken`,
 * if `taken` is not NULL, says how many are in, also where time was up, or nobody reads any more.
 *
 * Ownership: nothing changes hands; the bytes are copied.
 * Threads: any, one at a time if the order matters. It goes on when the operation on the other thread reads or ends.
 * Statuses: MEMUX_OK; MEMUX_ERROR_TIMEOUT; MEMUX_ERROR_CANCELLED (nobody reads any more);
 * MEMUX_ERROR_INVALID_ARGUMENT (also after memux_feed_finish() or memux_feed_fail()), MEMUX_ERROR_NO_MEMORY,
 * MEMUX_ERROR_INTERNAL.
 * Since 0.1.0.
 */
memux_status memux_feed_push_all(struct memux_feed *feed,
                                 const void *data,
                                 size_t size,
                                 int64_t timeout_us,
                                 size_t *taken,
                                 struct memux_error **error);

/**
 * No more bytes come: the operation reads what waits, and then meets the end of the input.
 *
 * Ownership: nothing changes hands. `feed` may be NULL.
 * Threads: any.
 * Statuses: none; it cannot fail. Only the first end of a feed counts.
 * Since 0.1.0.
 */
void memux_feed_finish(struct memux_feed *feed);

/**
 * The bytes break off: the operation reads what waits, and then fails with MEMUX_ERROR_SOURCE and `code` as its host
 * code, as if a read callback had returned it. A `code` that is none of a failure is taken for -1: one that is not
 * negative, MEMUX_IO_EOF, MEMUX_IO_EXIT, MEMUX_IO_AGAIN, and errno's EAGAIN and EINTR.
 *
 * Ownership: nothing changes hands. `feed` may be NULL.
 * Threads: any.
 * Statuses: none; it cannot fail. Only the first end of a feed counts.
 * Since 0.1.0.
 */
void memux_feed_fail(struct memux_feed *feed,
                     int32_t code);

/**
 * How many bytes wait to be read. `*capacity`, if `capacity` is not NULL, is how many may.
 *
 * Ownership: nothing changes hands. `feed` may be NULL.
 * Threads: any number at once.
 * Statuses: none; it cannot fail. 0 for NULL.
 * Since 0.1.0.
 */
uint64_t memux_feed_level(const struct memux_feed *feed, uint64_t *capacity);

/**
 * Frees the host's end of a feed. NULL is nothing. One that was not finished has broken off: its operation fails with
 * MEMUX_ERROR_SOURCE when it has read what waits.
 *
 * Ownership: `feed` is gone; its source lives on.
 * Threads: any, while no other uses the feed.
 * Statuses: none; it cannot fail.
 * Since 0.1.0.
 */
void memux_feed_free(struct memux_feed *feed);

/**
 * Makes a sink of the host's own callbacks. The struct is copied; nothing is called yet but, on failure, `release`.
 *
 * Ownership: `*sink` is the host's, to be freed with memux_sink_free(); NULL on failure. `writer->opaque` is the
 * library's from this call on: `release` is called once, when the sink is freed and no operation uses it, or, on
 * failure, before the call returns. Only when `writer` is NULL or its struct_size is wrong is nothing released,
 * since nothing could be read.
 * Threads: any. The callbacks come on the thread that runs an operation, but for `unblock` and `release`.
 * Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT (the message names the member), MEMUX_ERROR_UNSUPPORTED (a newer
 * struct that asks for something new), MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_INTERNAL.
 * Since 0.1.0.
 */
memux_status memux_sink_to_writer(const struct memux_writer *writer,
                                  struct memux_sink **sink,
                                  struct memux_error **error);

/**
 * Makes a sink that keeps the bytes in memory, until memux_sink_take_buffer() takes them. It can be sought in.
 *
 * Ownership: `*sink` is the host's, to be freed with memux_sink_free(); NULL on failure.
 * Threads: any.
 * Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_INTERNAL.
 * Since 0.1.0.
 */
memux_status memux_sink_to_buffer(struct memux_sink **sink, struct memux_error **error);

/**
 * Takes what a sink of memux_sink_to_buffer() holds, after a failed operation too: what was written until then. The
 * sink is empty afterwards and can be used again. Nothing written is a buffer of no bytes.
 *
 * Ownership: `*buffer` is the host's, to be freed with memux_buffer_free(), and outlives the sink; NULL on failure,
 * where the sink keeps its bytes.
 * Threads: any, while no other uses the sink.
 * Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT (a pointer is NULL, or the sink is one of a writer),
 * MEMUX_ERROR_BUSY (an operation uses the sink), MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_INTERNAL.
 * Since 0.1.0.
 */
memux_status memux_sink_take_buffer(struct memux_sink *sink,
                                    struct memux_buffer **buffer,
                                    struct memux_error **error);

/**
 * Lets go of a sink, with what it holds. NULL is nothing. An operation that still runs on it goes on to its end, and
 * `release` is called after that.
 *
 * Ownership: `sink` is gone for the host.
 * Threads: any, also from inside the callbacks of an operation that uses the sink, and from others once the first of
 * them has come; but only once.
 * Statuses: none; it cannot fail.
 * Since 0.1.0.
 */
void memux_sink_free(struct memux_sink *sink);

/**
 * Makes a sink that hands the same bytes to `count` others. It keeps its share of them: the host may free its own. They
 * are sinks of their own all the same, and busy while an operation writes through this one.
 *
 * `drop_failed` 0: where one of them fails, the operation does. 1: it is left out until the operation's end, and the
 * others go on; only when none is left has the operation failed. memux_sink_get_member() tells what became of each. It
 * can be sought in if all of them can. What all have taken counts once in reports.
 *
 * Ownership: `*sink` is the host's, to be freed with memux_sink_free(); NULL on failure.
 * Threads: any.
 * Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT (also for no sinks, or the same twice), MEMUX_ERROR_NO_MEMORY,
 * MEMUX_ERROR_INTERNAL.
 * Since 0.1.0.
 */
memux_status memux_sink_to_sinks(struct memux_sink *const *sinks,
                                 size_t count,
                                 int32_t drop_failed,
                                 struct memux_sink **sink,
                                 struct memux_error **error);

/**
 * Tells what became of a sink of memux_sink_to_sinks() in the last operation that wrote to it, by its number in the order
 * in which they were named. Before the first operation nothing has become of any. `*result` is filled.
 *
 * Ownership: `result->error` is the host's, to be freed with memux_error_free(), or NULL; so is `*error` on failure.
 * Threads: any, while no operation uses the sink.
 * Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT (also where there is no such number, or the sink does not consist of
 * others), MEMUX_ERROR_UNSUPPORTED, MEMUX_ERROR_BUSY (an operation uses the sink), MEMUX_ERROR_INTERNAL.
 * Since 0.1.0.
 */
memux_status memux_sink_get_member(struct memux_sink *sink,
                                   size_t index,
                                   struct memux_member_result *result,
                                   struct memux_error **error);

/**
 * The buffer's first byte. NULL only for NULL: a buffer of no bytes has an address too, with nothing to be read
 * there.
 *
 * Ownership: the bytes belong to `buffer` and live as long.
 * Threads: any number at once.
 * Statuses: none; it cannot fail.
 * Since 0.1.0.
 */
const uint8_t *memux_buffer_data(const struct memux_buffer *buffer);

/**
 * How many bytes the buffer holds.
 *
 * Ownership: nothing changes hands. `buffer` may be NULL.
 * Threads: any number at once.
 * Statuses: none; it cannot fail. 0 for NULL.
 * Since 0.1.0.
 */
size_t memux_buffer_size(const struct memux_buffer *buffer);

/**
 * Frees a buffer with its bytes. NULL is nothing.
 *
 * Ownership: `buffer` and its bytes are gone afterwards.
 * Threads: any, while no other uses the buffer.
 * Statuses: none; it cannot fail.
 * Since 0.1.0.
 */
void memux_buffer_free(struct memux_buffer *buffer);

/**
 * The container. NULL only for NULL.
 *
 * Ownership: what is pointed to belongs to `info` and lives as long.
 * Threads: any number at once.
 * Statuses: none; it cannot fail.
 * Since 0.1.0.
 */
const struct memux_container_info *memux_info_container(const struct memux_info *info);

/**
 * The stream of number `index`, counted from 0 to stream_count of the container. NULL where there is none, and for
 * NULL.
 *
 * Ownership: what is pointed to belongs to `info` and lives as long.
 * Threads: any number at once.
 * Statuses: none; it cannot fail.
 * Since 0.1.0.
 */
const struct memux_stream_info *memux_info_stream(const struct memux_info *info, size_t index);

/**
 * The chapter of number `index`, counted from 0 to chapter_count of the container. NULL where there is none, and for
 * NULL.
 *
 * Ownership: what is pointed to belongs to `info` and lives as long.
 * Threads: any number at once.
 * Statuses: none; it cannot fail.
 * Since 0.1.0.
 */
const struct memux_chapter_info *memux_info_chapter(const struct memux_info *info,
                                                    size_t index);

/**
 * The program of number `index`, counted from 0 to program_count of the container. NULL where there is none, and for
 * NULL.
 *
 * Ownership: what is pointed to belongs to `info` and lives as long.
 * Threads: any number at once.
 * Statuses: none; it cannot fail.
 * Since 0.1.0.
 */
const struct memux_program_info *memux_info_program(const struct memux_info *info,
                                                    size_t index);

/**
 * The same as text: JSON in UTF-8 with the names and forms of `ffprobe -show_format -show_streams -show_chapters -of
 * json`, but for `filename`, which there is none of. Not ended by a zero.
 *
 * Ownership: on success `*json` is the host's, to be freed with memux_buffer_free(); on failure it is NULL, and
 * `*error`, if `error` is not NULL, is the host's, to be freed with memux_error_free().
 * Threads: any number at once.
 * Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_INTERNAL.
 * Since 0.1.0.
 */
memux_status memux_info_json(const struct memux_info *info,
                             struct memux_buffer **json,
                             struct memux_error **error);

/**
 * Frees what a probe found. NULL is nothing.
 *
 * Ownership: `info` and all that it gave are gone afterwards.
 * Threads: any, while no other uses it.
 * Statuses: none; it cannot fail.
 * Since 0.1.0.
 */
void memux_info_free(struct memux_info *info);

/**
 * Finds out what is in an input: its container, its streams, its chapters.
 *
 * `options` may be NULL: all is found out, as ffprobe does, for which some packets are read and decoders opened.
 * MEMUX_PROBE_HEADER reads no more than the container's header, where it has one. `report` may be NULL; else it is
 * filled whenever its struct_size is right, on failure too.
 *
 * Ownership: on success `*info` is the host's, to be freed with memux_info_free(); on failure it is NULL, and
 * `*error`, if `error` is not NULL, is the host's, to be freed with memux_error_free().
 * Threads: any. A source of memory serves any number of calls at once, a source of a reader one at a time.
 * Statuses: MEMUX_OK; MEMUX_TRUNCATED (answered, but the input was cut off or damaged: see the report);
 * MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_UNSUPPORTED, MEMUX_ERROR_BUSY, MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_LIMIT,
 * MEMUX_ERROR_CANCELLED, MEMUX_ERROR_TIMEOUT, MEMUX_ERROR_SOURCE, MEMUX_ERROR_NEEDS_SEEK, MEMUX_ERROR_FORMAT,
 * MEMUX_ERROR_REFUSED, MEMUX_ERROR_CORRUPT, MEMUX_ERROR_NO_STREAM, MEMUX_ERROR_LIBRARY_MISMATCH,
 * MEMUX_ERROR_INTERNAL.
 * Since 0.1.0.
 */
memux_status memux_probe(struct memux_source *source,
                         const struct memux_probe_options *options,
                         struct memux_info **info,
                         struct memux_probe_report *report,
                         struct memux_error **error);

/**
 * Copies a packet, so that it outlives its container. The copy has 64 zero bytes behind its data.
 *
 * Ownership: on success `*kept` is the host's, to be freed with memux_kept_packet_free(); NULL on failure, and
 * `*error`, if `error` is not NULL, is the host's, to be freed with memux_error_free().
 * Threads: any, while the packet stands.
 * Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_UNSUPPORTED, MEMUX_ERROR_NO_MEMORY,
 * MEMUX_ERROR_INTERNAL.
 * Since 0.1.0.
 */
memux_status memux_packet_retain(const struct memux_packet *packet,
                                 struct memux_kept_packet **kept,
                                 struct memux_error **error);

/**
 * The copy. NULL only for NULL.
 *
 * Ownership: what is pointed to belongs to `kept` and lives as long.
 * Threads: any number at once.
 * Statuses: none; it cannot fail.
 * Since 0.1.0.
 */
const struct memux_packet *memux_kept_packet_view(const struct memux_kept_packet *kept);

/**
 * Frees the copy of a packet. NULL is nothing.
 *
 * Ownership: `kept` and its bytes are gone afterwards.
 * Threads: any, while no other uses it.
 * Statuses: none; it cannot fail.
 * Since 0.1.0.
 */
void memux_kept_packet_free(struct memux_kept_packet *kept);

/**
 * Opens a container, to read its packets one by one.
 *
 * `options` may be NULL. The source may be freed at once: the input keeps its share of it. Where the packets lie in one
 * block of memory and are known by the container's tables alone, they are pieces of that memory, and FFmpeg is not needed:
 * memux_input_report.engine is MEMUX_ENGINE_WALK. They are the same packets that FFmpeg gives.
 *
 * Ownership: on success `*input` is the host's, to be freed with memux_input_free(); NULL on failure, and `*error`, if
 * `error` is not NULL, is the host's, to be freed with memux_error_free().
 * Threads: any. A source of memory may be opened any number of times at once, a source of a reader once.
 * Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_UNSUPPORTED, MEMUX_ERROR_BUSY, MEMUX_ERROR_NO_MEMORY,
 * MEMUX_ERROR_LIMIT, MEMUX_ERROR_CANCELLED, MEMUX_ERROR_TIMEOUT, MEMUX_ERROR_SOURCE, MEMUX_ERROR_NEEDS_SEEK,
 * MEMUX_ERROR_FORMAT, MEMUX_ERROR_REFUSED, MEMUX_ERROR_CORRUPT, MEMUX_ERROR_NO_STREAM, MEMUX_ERROR_LIBRARY_MISMATCH,
 * MEMUX_ERROR_INTERNAL.
 * Since 0.1.0.
 */
memux_status memux_input_open(struct memux_source *source,
                              const struct memux_input_options *options,
                              struct memux_input **input,
                              struct memux_error **error);

/**
 * The next packet, of whichever selected stream it is.
 *
 * `*packet` is filled; what it points to stands until the next call with this input.
 *
 * Ownership: the packet's bytes belong to `input`, or are the host's own; memux_packet_retain() makes a copy. On failure `*error`, if `error`
 * is not NULL, is the host's, to be freed with memux_error_free().
 * Threads: one at a time.
 * Statuses: MEMUX_OK; MEMUX_END (there is no more) and MEMUX_TRUNCATED (there is no more, and the input was cut off or
 * damaged), both without a packet; failures are for good, each further call gives the same: MEMUX_ERROR_NO_MEMORY,
 * MEMUX_ERROR_LIMIT, MEMUX_ERROR_CANCELLED, MEMUX_ERROR_TIMEOUT, MEMUX_ERROR_SOURCE, MEMUX_ERROR_NEEDS_SEEK,
 * MEMUX_ERROR_CORRUPT, MEMUX_ERROR_LIBRARY_MISMATCH, MEMUX_ERROR_INTERNAL; and MEMUX_ERROR_INVALID_ARGUMENT,
 * MEMUX_ERROR_UNSUPPORTED (also what MEMUX_ENGINE_WALK cannot do, for good), MEMUX_ERROR_BUSY.
 * Since 0.1.0.
 */
memux_status memux_input_next(struct memux_input *input,
                              struct memux_packet *packet,
                              struct memux_error **error);

/**
 * Goes to a time, in microseconds from the container's own zero.
 *
 * `mode` is one of MEMUX_SEEK_*. `*landed_us`, if `landed_us` is not NULL, is the time of the first packet that is shown
 * next: of the first selected video stream, if it has any soon, else of any. MEMUX_NO_TIME if the input ends there.
 *
 * Ownership: nothing changes hands. The packet given before does not stand any more.
 * Threads: one at a time.
 * Statuses: MEMUX_OK; MEMUX_ERROR_NEEDS_SEEK (the reader cannot: packets go on from where they were; or the container
 * cannot be sought in: that is for good); MEMUX_ERROR_UNSUPPORTED (MEMUX_ENGINE_WALK: packets go on); otherwise those of memux_input_next().
 * Since 0.1.0.
 */
memux_status memux_input_seek(struct memux_input *input,
                              int64_t time_us,
                              int32_t mode,
                              int64_t *landed_us,
                              struct memux_error **error);

/**
 * From here on only packets of these streams come. `streams` are `count` numbers; with none no packet comes any more.
 *
 * Ownership: nothing changes hands.
 * Threads: one at a time.
 * Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_NO_STREAM (one of them is none, and nothing is changed),
 * MEMUX_ERROR_UNSUPPORTED (MEMUX_ENGINE_WALK, and a stream that was passed over: nothing is changed), MEMUX_ERROR_BUSY, MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_INTERNAL.
 * Since 0.1.0.
 */
memux_status memux_input_select(struct memux_input *input,
                                const int32_t *streams,
                                size_t count,
                                struct memux_error **error);

/**
 * What the container holds, as far as it is known by now: some containers show streams only on the way.
 *
 * Ownership: on success `*info` is the host's, to be freed with memux_info_free(), and lives on its own; NULL on failure.
 * Threads: one at a time.
 * Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_BUSY, MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_INTERNAL; where
 * packets are walked, MEMUX_ERROR_LIBRARY_MISMATCH (packets go on), and the others of memux_input_open().
 * Since 0.1.0.
 */
memux_status memux_input_info(struct memux_input *input,
                              struct memux_info **info,
                              struct memux_error **error);

/**
 * What has been found out so far. `*report` is filled.
 *
 * Ownership: nothing changes hands.
 * Threads: one at a time.
 * Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_UNSUPPORTED, MEMUX_ERROR_BUSY, MEMUX_ERROR_INTERNAL.
 * Since 0.1.0.
 */
memux_status memux_input_get_report(struct memux_input *input,
                                    struct memux_input_report *report,
                                    struct memux_error **error);

/**
 * Closes a container and lets go of its source. NULL is nothing.
 *
 * Ownership: `input` is gone, and the packet that it gave last.
 * Threads: any, while no other uses it; not from inside its own callbacks.
 * Statuses: none; it cannot fail.
 * Since 0.1.0.
 */
void memux_input_free(struct memux_input *input);

/**
 * Counts the frames of the first video stream of an input in memory: its packets, as a loop over av_read_frame does.
 * This is memux_count() with its defaults.
 *
 * `data` are `size` bytes, which are read in place. `*frames` is written only when the status is not negative. A
 * cover picture is no video.
 *
 * Ownership: nothing changes hands; the library has done with `data` when the call returns. On failure `*error`, if
 * `error` is not NULL, is the host's, to be freed with memux_error_free(); else it is NULL.
 * Threads: any number at once, on the same memory too.
 * Statuses: those of memux_count() but for MEMUX_ERROR_UNSUPPORTED, MEMUX_ERROR_BUSY, MEMUX_ERROR_CANCELLED,
 * MEMUX_ERROR_TIMEOUT, MEMUX_ERROR_SOURCE, MEMUX_ERROR_NEEDS_SEEK and MEMUX_ERROR_NO_DECODER.
 * Since 0.1.0.
 */
memux_status memux_count_frames(const void *data,
                                size_t size,
                                uint64_t *frames,
                                struct memux_error **error);

/**
 * Counts the frames of a stream. Memory is walked where the walk knows what is in it (MEMUX_ENGINE_WALK); else FFmpeg
 * reads it, and is loaded if nobody has needed it before. The count is the same, and the report says which it was.
 *
 * `options` may be NULL: the packets of the first video stream. `report` may be NULL; else it is filled whenever its
 * struct_size is right, on failure too.
 *
 * Ownership: nothing changes hands. On failure `*error`, if `error` is not NULL, is the host's, to be freed with
 * memux_error_free(); else it is NULL.
 * Threads: any. A source of memory serves any number of calls at once, a source of a reader one at a time.
 * Statuses: MEMUX_OK; MEMUX_TRUNCATED (counted, but the input was cut off or damaged: see the report);
 * MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_UNSUPPORTED, MEMUX_ERROR_BUSY, MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_LIMIT,
 * MEMUX_ERROR_CANCELLED, MEMUX_ERROR_TIMEOUT, MEMUX_ERROR_SOURCE, MEMUX_ERROR_NEEDS_SEEK, MEMUX_ERROR_FORMAT,
 * MEMUX_ERROR_REFUSED, MEMUX_ERROR_CORRUPT, MEMUX_ERROR_NO_STREAM, MEMUX_ERROR_NO_DECODER (only with
 * MEMUX_COUNT_DECODED), MEMUX_ERROR_LIBRARY_MISMATCH (it takes FFmpeg, which is not there), MEMUX_ERROR_INTERNAL.
 * Since 0.1.0.
 */
memux_status memux_count(struct memux_source *source,
                         const struct memux_count_options *options,
                         struct memux_count_report *report,
                         struct memux_error **error);

/**
 * Writes the first video stream of an input in memory, H.264 or HEVC, as an Annex B byte stream: a file of these
 * bytes is what FFmpeg's h264 (hevc) muxer writes, and players open it. This is memux_extract() with
 * MEMUX_FRAMING_ANNEXB.
 *
 * `data` are `size` bytes, which are read in place. `write` gets the output with `opaque`, front to back. A cover
 * picture is no video.
 *
 * Ownership: nothing changes hands; the library has done with `data` and `opaque` when the call returns. On failure
 * `*error`, if `error` is not NULL, is the host's, to be freed with memux_error_free(); else it is NULL. What was
 * written before a failure stays written.
 * Threads: any number at once, on the same memory too. `write` is called on the calling thread.
 * Statuses: those of memux_extract() but for MEMUX_ERROR_UNSUPPORTED, MEMUX_ERROR_BUSY, MEMUX_ERROR_TIMEOUT,
 * MEMUX_ERROR_SOURCE and MEMUX_ERROR_NEEDS_SEEK.
 * Since 0.1.0.
 */
memux_status memux_extract_video(const void *data,
                                 size_t size,
                                 memux_write_fn write,
                                 void *opaque,
                                 struct memux_error **error);

/**
 * Writes one stream by itself, in the form that files of its codec have: H.264 and HEVC as an Annex B byte stream, AAC
 * as ADTS, AV1 as OBUs, VP9 as IVF, Opus and Vorbis as Ogg, PCM as WAV, subtitles as SRT, ASS or WebVTT, a cover picture
 * as it is. The bytes are those of `ffmpeg -c copy -fflags +bitexact` with the same muxer, or of `-c:s srt` for the
 * subtitles of MP4 (mov_text), which have no files of their own. `framing` asks for another form.
 *
 * It appends to what the sink holds. H.264 and HEVC in memory are walked where the walk knows what is in it
 * (MEMUX_ENGINE_WALK); else FFmpeg reads it, and is loaded if nobody has needed it before. The bytes are the same, and
 * the report says which it was. Forms that are written with going back are made in memory first, up to max_spool_bytes,
 * if the sink cannot seek.
 *
 * `options` may be NULL: the first video stream. `report` may be NULL; else it is filled whenever its struct_size is
 * right, on failure too.
 *
 * Ownership: nothing changes hands. On failure `*error`, if `error` is not NULL, is the host's, to be freed with
 * memux_error_free(); else it is NULL. What was written before a failure stays written.
 * Threads: any. A sink serves one call at a time, and so does a source of a reader; a source of memory serves any
 * number.
 * Statuses: MEMUX_OK; MEMUX_TRUNCATED (written, but the input was cut off or damaged: see the report);
 * MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_UNSUPPORTED, MEMUX_ERROR_BUSY, MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_LIMIT,
 * MEMUX_ERROR_CANCELLED, MEMUX_ERROR_TIMEOUT, MEMUX_ERROR_SOURCE, MEMUX_ERROR_SINK, MEMUX_ERROR_NEEDS_SEEK,
 * MEMUX_ERROR_FORMAT, MEMUX_ERROR_REFUSED, MEMUX_ERROR_CORRUPT, MEMUX_ERROR_NO_STREAM, MEMUX_ERROR_CODEC (the codec
 * does not come in that form), MEMUX_ERROR_NO_ENCODER (the FFmpeg at hand lacks the muxer),
 * MEMUX_ERROR_LIBRARY_MISMATCH (it takes FFmpeg, which is not there), MEMUX_ERROR_INTERNAL.
 * Since 0.1.0.
 */
memux_status memux_extract(struct memux_source *source,
                           struct memux_sink *sink,
                           const struct memux_extract_options *options,
                           struct memux_extract_report *report,
                           struct memux_error **error);

/**
 * Finds out how many bytes memux_extract() would write, and makes none of them. A source of memory that is walked is
 * asked for its lengths only, which is a small part of the work of extracting; with FFmpeg it is all of it.
 *
 * `options` may be NULL: the first video stream. `report` may be NULL; else it is filled whenever its struct_size is
 * right, on failure too; its bytes_written is 0. The limit max_output_bytes holds here too.
 *
 * Ownership: nothing changes hands. `*size` is written on success only. On failure `*error`, if `error` is not NULL,
 * is the host's, to be freed with memux_error_free(); else it is NULL.
 * Threads: any. A source of a reader serves one call at a time, a source of memory any number.
 * Statuses: MEMUX_OK; MEMUX_TRUNCATED (the size of what can be had: the input was cut off or damaged);
 * the failures of memux_extract() but for MEMUX_ERROR_SINK.
 * Since 0.1.0.
 */
memux_status memux_extract_size(struct memux_source *source,
                                const struct memux_extract_options *options,
                                uint64_t *size,
                                struct memux_extract_report *report,
                                struct memux_error **error);

/**
 * Writes a video stream into memory of the host: what memux_extract() would write, from `buffer` on. How many bytes
 * that are says the report; memux_extract_size() says it beforehand.
 *
 * `buffer` has room for `capacity` bytes; it may be NULL when `capacity` is 0. Nothing in it is read. Where the output
 * is longer than `capacity`, the call fails with MEMUX_ERROR_LIMIT and MEMUX_LIMIT_OUTPUT, the message names the
 * size that is needed, and the buffer holds the output's first `capacity` bytes. `options` may be NULL: the first
 * video stream, and one thread. `report` may be NULL; else it is filled whenever its struct_size is right, on failure
 * too: its bytes_written is how many bytes of `buffer` hold the output's beginning. Those behind them are as they were,
 * unless the call failed with other bytes on their way: with two threads any byte may then have been written to.
 *
 * Ownership: nothing changes hands. On failure `*error`, if `error` is not NULL, is the host's, to be freed with
 * memux_error_free(); else it is NULL.
 * Threads: any. A source of a reader serves one call at a time, a source of memory any number. With
 * memux_extract_options.threads of 2 a second thread copies a part and ends before the call returns; no callback comes
 * on it.
 * Statuses: MEMUX_OK; MEMUX_TRUNCATED (written, but the input was cut off or damaged: see the report);
 * MEMUX_ERROR_LIMIT (also for a buffer that is too small); the other failures of memux_extract() but for
 * MEMUX_ERROR_SINK.
 * Since 0.1.0.
 */
memux_status memux_extract_into(struct memux_source *source,
                                void *buffer,
                                size_t capacity,
                                const struct memux_extract_options *options,
                                struct memux_extract_report *report,
                                struct memux_error **error);

/**
 * Puts the streams of an input into another container, without changing them.
 *
 * `options` names the container. Containers that are written with going back need a sink that can seek, or are made in
 * memory first, up to max_spool_bytes; for the MP4 family `layout` says how. An order that cannot be followed fails
 * before the first byte. `report` may be NULL; else it is filled whenever its struct_size is right, on failure too.
 *
 * Ownership: nothing changes hands. On failure `*error`, if `error` is not NULL, is the host's, to be freed with
 * memux_error_free(); else it is NULL. What was written until then stays written.
 * Threads: any. A source of memory serves any number of calls at once, a source of a reader and a sink one at a time.
 * Statuses: MEMUX_OK; MEMUX_TRUNCATED (done, but the input was cut off or damaged: see the report);
 * MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_UNSUPPORTED (also a layout that the container has not),
 * MEMUX_ERROR_BUSY, MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_LIMIT, MEMUX_ERROR_CANCELLED, MEMUX_ERROR_TIMEOUT,
 * MEMUX_ERROR_SOURCE, MEMUX_ERROR_SINK, MEMUX_ERROR_NEEDS_SEEK, MEMUX_ERROR_FORMAT, MEMUX_ERROR_REFUSED (also a muxer
 * that would write files), MEMUX_ERROR_CORRUPT, MEMUX_ERROR_NO_STREAM, MEMUX_ERROR_CODEC (a stream does not fit into the
 * container), MEMUX_ERROR_NO_ENCODER (this FFmpeg has no such muxer), MEMUX_ERROR_LIBRARY_MISMATCH,
 * MEMUX_ERROR_INTERNAL.
 * Since 0.1.0.
 */
memux_status memux_remux(struct memux_source *source,
                         struct memux_sink *sink,
                         const struct memux_remux_options *options,
                         struct memux_remux_report *report,
                         struct memux_error **error);

/**
 * Makes several outputs in one pass: the input is read once, and each packet goes to every output that wants its stream.
 * Each output is, byte for byte, what memux_remux() or memux_extract() would have made of it alone with
 * MEMUX_ENGINE_FFMPEG.
 *
 * `outputs` are `count` addresses. All outputs are settled before the first byte of any is written: one that cannot be
 * made fails then, and with it all, unless it is optional. If one that is not optional fails later, all end; the others'
 * sinks get what was made until then. If all have failed the operation has. `options` may be NULL. `report` may be NULL;
 * else it is filled whenever its struct_size is right, on failure too, and so is each output's `result`.
 *
 * Ownership: nothing changes hands but the errors: on failure `*error`, if `error` is not NULL, and in each case those in
 * the results are the host's, to be freed with memux_error_free(). What was written until a failure stays written.
 * Threads: any. A source of memory serves any number of calls at once, a source of a reader and a sink one at a time.
 * Statuses: MEMUX_OK (also where optional outputs have failed: see the report); MEMUX_TRUNCATED (done, but the input was
 * cut off or damaged); otherwise those of memux_remux() and memux_extract(), for the output that ended all;
 * MEMUX_ERROR_INVALID_ARGUMENT also for no outputs; MEMUX_ERROR_BUSY also for a sink that is named twice.
 * Since 0.1.0.
 */
memux_status memux_fanout(struct memux_source *source,
                          const struct memux_fanout_output *const *outputs,
                          size_t count,
                          const struct memux_fanout_options *options,
                          struct memux_fanout_report *report,
                          struct memux_error **error);

/**
 * Digests the packets of an input's streams, each stream by itself and all together: the same as FFmpeg's muxers
 * streamhash and hash. What is in the packets counts and not the container around them, so a remux that has lost nothing
 * has its input's digests.
 *
 * `options` may be NULL: all streams, SHA-256. `report` may be NULL; else it is filled whenever its struct_size is right,
 * on failure too.
 *
 * Ownership: on success `*digests` is the host's, to be freed with memux_digests_free(); on failure it is NULL, and
 * `*error`, if `error` is not NULL, is the host's, to be freed with memux_error_free().
 * Threads: any. A source of memory serves any number of calls at once, a source of a reader one at a time.
 * Statuses: MEMUX_OK; MEMUX_TRUNCATED (of what is there: the input was cut off or damaged);
 * MEMUX_ERROR_INVALID_ARGUMENT (also a hash that FFmpeg has not), MEMUX_ERROR_UNSUPPORTED, MEMUX_ERROR_BUSY,
 * MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_LIMIT, MEMUX_ERROR_CANCELLED, MEMUX_ERROR_TIMEOUT, MEMUX_ERROR_SOURCE,
 * MEMUX_ERROR_NEEDS_SEEK, MEMUX_ERROR_FORMAT, MEMUX_ERROR_REFUSED, MEMUX_ERROR_CORRUPT, MEMUX_ERROR_NO_STREAM,
 * MEMUX_ERROR_NO_ENCODER (this FFmpeg lacks the muxers), MEMUX_ERROR_LIBRARY_MISMATCH, MEMUX_ERROR_INTERNAL.
 * Since 0.1.0.
 */
memux_status memux_digest(struct memux_source *source,
                          const struct memux_digest_options *options,
                          struct memux_digests **digests,
                          struct memux_digest_report *report,
                          struct memux_error **error);

/**
 * How many streams were digested. 0 for NULL.
 *
 * Ownership: nothing changes hands.
 * Threads: any number at once.
 * Statuses: none; it cannot fail.
 * Since 0.1.0.
 */
size_t memux_digests_count(const struct memux_digests *digests);

/**
 * The digest of number `index`, counted from 0 to memux_digests_count(). NULL where there is none, and for NULL.
 *
 * Ownership: what is pointed to belongs to `digests` and lives as long.
 * Threads: any number at once.
 * Statuses: none; it cannot fail.
 * Since 0.1.0.
 */
const struct memux_stream_digest *memux_digests_stream(const struct memux_digests *digests, size_t index);

/**
 * The digest of all packets of all streams, in the order in which they are interleaved: hexadecimal digits in lower case.
 * An empty text for NULL.
 *
 * Ownership: the text belongs to `digests` and lives as long.
 * Threads: any number at once.
 * Statuses: none; it cannot fail.
 * Since 0.1.0.
 */
const char *memux_digests_whole(const struct memux_digests *digests);

/**
 * The hash, by the name that FFmpeg writes ("SHA256", "MD5" ...). An empty text for NULL.
 *
 * Ownership: the text belongs to `digests` and lives as long.
 * Threads: any number at once.
 * Statuses: none; it cannot fail.
 * Since 0.1.0.
 */
const char *memux_digests_algorithm(const struct memux_digests *digests);

/**
 * Frees digests. NULL is nothing.
 *
 * Ownership: `digests` is gone, and all that its functions gave.
 * Threads: any, while no other uses it.
 * Statuses: none; it cannot fail.
 * Since 0.1.0.
 */
void memux_digests_free(struct memux_digests *digests);

/**
 * Puts the streams of an input into segments: MP4 fragments with what they need to be read before them, or pieces of a
 * transport stream, each of which begins with its tables. Each goes to options->segment as soon as it is whole, so the
 * first comes out before a live input ends. Put one behind another they are one file.
 *
 * Segments begin with key frames of the first video stream; where there is no video, with packets of the first stream.
 * `segments` may be NULL; else it gets what playlists are made of. `report` may be NULL; else it is filled whenever its
 * struct_size is right, on failure too.
 *
 * Ownership: on success `*segments` is the host's, to be freed with memux_segments_free(); on failure it is NULL, and
 * `*error`, if `error` is not NULL, is the host's, to be freed with memux_error_free(). No segment is handed over after a
 * failure.
 * Threads: any. A source of memory serves any number of calls at once, a source of a reader one at a time. The callbacks
 * come on the calling thread.
 * Statuses: MEMUX_OK; MEMUX_TRUNCATED (done, but the input was cut off or damaged: see the report);
 * MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_UNSUPPORTED (also a format that does not come in segments),
 * MEMUX_ERROR_BUSY, MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_LIMIT (also a segment longer than max_spool_bytes),
 * MEMUX_ERROR_CANCELLED, MEMUX_ERROR_TIMEOUT, MEMUX_ERROR_SOURCE, MEMUX_ERROR_SINK (a callback has refused: its value is
 * the host code), MEMUX_ERROR_NEEDS_SEEK, MEMUX_ERROR_FORMAT, MEMUX_ERROR_REFUSED, MEMUX_ERROR_CORRUPT,
 * MEMUX_ERROR_NO_STREAM, MEMUX_ERROR_CODEC, MEMUX_ERROR_NO_ENCODER, MEMUX_ERROR_LIBRARY_MISMATCH,
 * MEMUX_ERROR_INTERNAL.
 * Since 0.1.0.
 */
memux_status memux_segment(struct memux_source *source,
                           const struct memux_segment_options *options,
                           struct memux_segments **segments,
                           struct memux_segment_report *report,
                           struct memux_error **error);

/**
 * An HLS playlist of the segments, for a host that has put them under names of its own: `prefix`, the sequence number,
 * `suffix`; what comes before them under `init`, which may be NULL with "mpegts". The names are written as they are.
 *
 * Ownership: `*buffer` is the host's, to be freed with memux_buffer_free(); NULL on failure.
 * Threads: any number at once.
 * Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_INTERNAL.
 * Since 0.1.0.
 */
memux_status memux_segments_hls(const struct memux_segments *segments,
                                const char *init,
                                const char *prefix,
                                const char *suffix,
                                struct memux_buffer **buffer,
                                struct memux_error **error);

/**
 * A DASH manifest of `count` sets of segments, each of one stream by itself, as players of DASH expect them: memux_segment()
 * makes them one by one.
 *
 * Ownership: `*buffer` is the host's, to be freed with memux_buffer_free(); NULL on failure.
 * Threads: any number at once.
 * Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_UNSUPPORTED (segments of "mpegts", or of several streams),
 * MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_INTERNAL.
 * Since 0.1.0.
 */
memux_status memux_dash_manifest(const struct memux_dash_set *sets,
                                 size_t count,
                                 struct memux_buffer **buffer,
                                 struct memux_error **error);

/**
 * Frees what playlists are made of. NULL is nothing.
 *
 * Ownership: `segments` is gone.
 * Threads: any, while no other uses it.
 * Statuses: none; it cannot fail.
 * Since 0.1.0.
 */
void memux_segments_free(struct memux_segments *segments);

/**
 * Sends FFmpeg's own messages to the host: those of the whole process, memux's and others', since FFmpeg knows one
 * callback only (av_log_set_callback). memux itself says nothing there, nor is there a word where the input is walked.
 * Without this call memux leaves FFmpeg's logging as it is. The call loads FFmpeg if nobody has needed it before.
 *
 * Messages up to `level` are sent (AV_LOG_ERROR is 16, AV_LOG_WARNING 24, AV_LOG_INFO 32; smaller is graver). `log`
 * NULL puts FFmpeg's default back, which prints to stderr at the level that av_log_set_level() set.
 *
 * Ownership: `opaque` stays the host's; it and `log` must stay usable until another one is set and the messages
 * under way have been delivered.
 * Threads: any, but one at a time. `log` is called on whichever thread FFmpeg speaks, several at once.
 * Statuses: MEMUX_OK; MEMUX_ERROR_LIBRARY_MISMATCH (there is no FFmpeg, and no message of its), MEMUX_ERROR_INTERNAL.
 * Since 0.1.0.
 */
memux_status memux_log_set(int32_t level,
                           memux_log_fn log,
                           void *opaque,
                           struct memux_error **error);

/**
 * Sets `reader` to the defaults: `memux_reader_init(&reader, sizeof reader)`. The size is the caller's, so that a
 * library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096, does
 * nothing.
 *
 * Ownership: nothing changes hands.
 * Threads: any.
 * Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
 * Since 0.1.0.
 */
void memux_reader_init(struct memux_reader *reader, size_t struct_size);

/**
 * Sets `writer` to the defaults: `memux_writer_init(&writer, sizeof writer)`. The size is the caller's, so that a
 * library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096, does
 * nothing.
 *
 * Ownership: nothing changes hands.
 * Threads: any.
 * Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
 * Since 0.1.0.
 */
void memux_writer_init(struct memux_writer *writer, size_t struct_size);

/**
 * Sets `limits` to the defaults: `memux_limits_init(&limits, sizeof limits)`. The size is the caller's, so that a
 * library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096, does
 * nothing.
 *
 * Ownership: nothing changes hands.
 * Threads: any.
 * Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
 * Since 0.1.0.
 */
void memux_limits_init(struct memux_limits *limits, size_t struct_size);

/**
 * Sets `options` to the defaults: `memux_run_options_init(&options, sizeof options)`. The size is the caller's, so
 * that a library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096,
 * does nothing.
 *
 * Ownership: nothing changes hands.
 * Threads: any.
 * Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
 * Since 0.1.0.
 */
void memux_run_options_init(struct memux_run_options *options, size_t struct_size);

/**
 * Sets `options` to the defaults: `memux_count_options_init(&options, sizeof options)`. The size is the caller's, so
 * that a library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096,
 * does nothing.
 *
 * Ownership: nothing changes hands.
 * Threads: any.
 * Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
 * Since 0.1.0.
 */
void memux_count_options_init(struct memux_count_options *options,
                              size_t struct_size);

/**
 * Sets `report` to the defaults: `memux_count_report_init(&report, sizeof report)`. The size is the caller's, so
 * that a library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096,
 * does nothing.
 *
 * Ownership: nothing changes hands.
 * Threads: any.
 * Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
 * Since 0.1.0.
 */
void memux_count_report_init(struct memux_count_report *report, size_t struct_size);

/**
 * Sets `options` to the defaults: `memux_extract_options_init(&options, sizeof options)`. The size is the caller's,
 * so that a library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above
 * 4096, does nothing.
 *
 * Ownership: nothing changes hands.
 * Threads: any.
 * Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
 * Since 0.1.0.
 */
void memux_extract_options_init(struct memux_extract_options *options, size_t struct_size);

/**
 * Sets `report` to the defaults: `memux_extract_report_init(&report, sizeof report)`. The size is the caller's, so
 * that a library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096,
 * does nothing.
 *
 * Ownership: nothing changes hands.
 * Threads: any.
 * Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
 * Since 0.1.0.
 */
void memux_extract_report_init(struct memux_extract_report *report, size_t struct_size);

/**
 * Sets `info` to the defaults: `memux_build_info_init(&info, sizeof info)`. The size is the caller's, so that a
 * library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096, does
 * nothing.
 *
 * Ownership: nothing changes hands.
 * Threads: any.
 * Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
 * Since 0.1.0.
 */
void memux_build_info_init(struct memux_build_info *info, size_t struct_size);

/**
 * Sets `result` to the defaults: `memux_member_result_init(&result, sizeof result)`. The size is the caller's, so that a
 * library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096, does
 * nothing.
 *
 * Ownership: nothing changes hands.
 * Threads: any.
 * Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
 * Since 0.1.0.
 */
void memux_member_result_init(struct memux_member_result *result,
                              size_t struct_size);

/**
 * Sets `options` to the defaults: `memux_probe_options_init(&options, sizeof options)`. The size is the caller's,
 * so that a library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above
 * 4096, does nothing.
 *
 * Ownership: nothing changes hands.
 * Threads: any.
 * Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
 * Since 0.1.0.
 */
void memux_probe_options_init(struct memux_probe_options *options, size_t struct_size);

/**
 * Sets `report` to the defaults: `memux_probe_report_init(&report, sizeof report)`. The size is the caller's, so
 * that a library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096,
 * does nothing.
 *
 * Ownership: nothing changes hands.
 * Threads: any.
 * Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
 * Since 0.1.0.
 */
void memux_probe_report_init(struct memux_probe_report *report, size_t struct_size);

/**
 * Sets `options` to the defaults: `memux_remux_options_init(&options, sizeof options)`. The size is the caller's,
 * so that a library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above
 * 4096, does nothing.
 *
 * Ownership: nothing changes hands.
 * Threads: any.
 * Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
 * Since 0.1.0.
 */
void memux_remux_options_init(struct memux_remux_options *options, size_t struct_size);

/**
 * Sets `report` to the defaults: `memux_remux_report_init(&report, sizeof report)`. The size is the caller's, so
 * that a library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096,
 * does nothing.
 *
 * Ownership: nothing changes hands.
 * Threads: any.
 * Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
 * Since 0.1.0.
 */
void memux_remux_report_init(struct memux_remux_report *report, size_t struct_size);

/**
 * Sets `options` to the defaults: `memux_input_options_init(&options, sizeof options)`. The size is the caller's,
 * so that a library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above
 * 4096, does nothing.
 *
 * Ownership: nothing changes hands.
 * Threads: any.
 * Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
 * Since 0.1.0.
 */
void memux_input_options_init(struct memux_input_options *options, size_t struct_size);

/**
 * Sets `report` to the defaults: `memux_input_report_init(&report, sizeof report)`. The size is the caller's, so
 * that a library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096,
 * does nothing.
 *
 * Ownership: nothing changes hands.
 * Threads: any.
 * Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
 * Since 0.1.0.
 */
void memux_input_report_init(struct memux_input_report *report, size_t struct_size);

/**
 * Sets `packet` to the defaults: `memux_packet_init(&packet, sizeof packet)`. The size is the caller's, so
 * that a library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096,
 * does nothing.
 *
 * Ownership: nothing changes hands.
 * Threads: any.
 * Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
 * Since 0.1.0.
 */
void memux_packet_init(struct memux_packet *packet, size_t struct_size);

/**
 * Sets `options` to the defaults: `memux_fanout_options_init(&options, sizeof options)`. The size is the caller's, so that a
 * library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096, does
 * nothing.
 *
 * Ownership: nothing changes hands.
 * Threads: any.
 * Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
 * Since 0.1.0.
 */
void memux_fanout_options_init(struct memux_fanout_options *options,
                               size_t struct_size);

/**
 * Sets `output` to the defaults: `memux_fanout_output_init(&output, sizeof output)`. The size is the caller's, so that a
 * library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096, does
 * nothing.
 *
 * Ownership: nothing changes hands.
 * Threads: any.
 * Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
 * Since 0.1.0.
 */
void memux_fanout_output_init(struct memux_fanout_output *output,
                              size_t struct_size);

/**
 * Sets `result` to the defaults: `memux_fanout_result_init(&result, sizeof result)`. The size is the caller's, so that a
 * library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096, does
 * nothing.
 *
 * Ownership: nothing changes hands.
 * Threads: any.
 * Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
 * Since 0.1.0.
 */
void memux_fanout_result_init(struct memux_fanout_result *result,
                              size_t struct_size);

/**
 * Sets `report` to the defaults: `memux_fanout_report_init(&report, sizeof report)`. The size is the caller's, so that a
 * library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096, does
 * nothing.
 *
 * Ownership: nothing changes hands.
 * Threads: any.
 * Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
 * Since 0.1.0.
 */
void memux_fanout_report_init(struct memux_fanout_report *report,
                              size_t struct_size);

/**
 * Sets `options` to the defaults: `memux_digest_options_init(&options, sizeof options)`. The size is the caller's, so that a
 * library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096, does
 * nothing.
 *
 * Ownership: nothing changes hands.
 * Threads: any.
 * Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
 * Since 0.1.0.
 */
void memux_digest_options_init(struct memux_digest_options *options,
                               size_t struct_size);

/**
 * Sets `report` to the defaults: `memux_digest_report_init(&report, sizeof report)`. The size is the caller's, so that a
 * library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096, does
 * nothing.
 *
 * Ownership: nothing changes hands.
 * Threads: any.
 * Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
 * Since 0.1.0.
 */
void memux_digest_report_init(struct memux_digest_report *report,
                              size_t struct_size);

/**
 * Sets `options` to the defaults: `memux_segment_options_init(&options, sizeof options)`. The size is the caller's, so that a
 * library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096, does
 * nothing.
 *
 * Ownership: nothing changes hands.
 * Threads: any.
 * Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
 * Since 0.1.0.
 */
void memux_segment_options_init(struct memux_segment_options *options,
                                size_t struct_size);

/**
 * Sets `report` to the defaults: `memux_segment_report_init(&report, sizeof report)`. The size is the caller's, so that a
 * library with a larger struct writes nothing beyond it. NULL, or a size below sizeof(size_t) or above 4096, does
 * nothing.
 *
 * Ownership: nothing changes hands.
 * Threads: any.
 * Statuses: none; it cannot fail. A wrong size is found by the call that the struct is handed to.
 * Since 0.1.0.
 */
void memux_segment_report_init(struct memux_segment_report *report,
                               size_t struct_size);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* MEMUX_H */
