/*
 * Preloaded: lets one chosen call of libmemux to an allocating function of FFmpeg fail. Calls that FFmpeg makes inside itself
 * always succeed: how FFmpeg copes with no memory is its own affair.
 *
 * A test finds these with dlsym:
 *     void failav_begin(int index);   from now on the index-th call fails (1 = the first, 0 = none); counting starts anew
 *     int  failav_calls(void);        calls that libmemux made since
 *     int  failav_struck(void);       whether one of them failed
 */
#include "interpose.h"

#include <stdatomic.h>
#include <stdint.h>

enum { ENOMEM_CODE = -12 };

static atomic_int wanted, calls, struck;

void failav_begin(int index)
{
    calls = struck = 0;
    wanted = index;
}

int failav_calls(void) { return calls; }
int failav_struck(void) { return struck; }

static int strikes(void)
{
    if (atomic_fetch_add(&calls, 1) + 1 != wanted)
        return 0;
    struck = 1;
    return 1;
}

/* A function that gives a pointer or an error code, and has taken nothing when it fails. */
#define FAILS(type, failure, name, parameters, arguments)           \
    static type (*real_##name) parameters;                          \
    static type failing_##name parameters                           \
    {                                                               \
        return strikes() ? failure : real_##name arguments;         \
    }                                                               \
    INTERPOSE(name, failing_##name)
#define POINTER(name, parameters, arguments) FAILS(void *, NULL, name, parameters, arguments)
#define CODE(name, parameters, arguments) FAILS(int, ENOMEM_CODE, name, parameters, arguments)

/* Once memory has run out it stays out: memux asks for some to tell lack of memory from sizes that cannot be. */
static void *(*real_av_malloc)(size_t size);
static void *failing_av_malloc(size_t size) { return strikes() || struck ? NULL : real_av_malloc(size); }
INTERPOSE(av_malloc, failing_av_malloc)

POINTER(av_mallocz, (size_t size), (size))
POINTER(av_calloc, (size_t count, size_t size), (count, size))
POINTER(av_realloc, (void *old, size_t size), (old, size))
POINTER(av_strdup, (const char *text), (text))
POINTER(av_memdup, (const void *from, size_t size), (from, size))
POINTER(avio_alloc_context,
        (unsigned char *buffer, int size, int write, void *opaque, void *read_fn, void *write_fn, void *seek_fn),
        (buffer, size, write, opaque, read_fn, write_fn, seek_fn))
POINTER(avformat_alloc_context, (void), ())
POINTER(avformat_new_stream, (void *format, const void *codec), (format, codec))
POINTER(av_packet_alloc, (void), ())
POINTER(av_packet_clone, (const void *packet), (packet))
POINTER(av_frame_alloc, (void), ())
POINTER(av_buffer_alloc, (size_t size), (size))
POINTER(avcodec_alloc_context3, (const void *codec), (codec))
POINTER(avcodec_parameters_alloc, (void), ())

CODE(av_dict_set, (void **dict, const char *key, const char *value, int flags), (dict, key, value, flags))
CODE(av_dict_set_int, (void **dict, const char *key, int64_t value, int flags), (dict, key, value, flags))
CODE(av_opt_set, (void *object, const char *name, const char *value, int flags), (object, name, value, flags))
CODE(avformat_alloc_output_context2, (void **context, const void *format, const char *name, const char *file),
     (context, format, name, file))
CODE(avformat_find_stream_info, (void *context, void **options), (context, options))
CODE(avformat_write_header, (void *context, void **options), (context, options))
CODE(av_read_frame, (void *context, void *packet), (context, packet))
CODE(av_write_frame, (void *context, void *packet), (context, packet))
CODE(av_write_trailer, (void *context), (context))
CODE(av_new_packet, (void *packet, int size), (packet, size))
CODE(av_packet_ref, (void *to, const void *from), (to, from))
CODE(av_packet_make_refcounted, (void *packet), (packet))
CODE(av_packet_make_writable, (void *packet), (packet))
CODE(avcodec_parameters_copy, (void *to, const void *from), (to, from))
CODE(avcodec_parameters_to_context, (void *to, const void *from), (to, from))
CODE(avcodec_parameters_from_context, (void *to, const void *from), (to, from))
CODE(avcodec_open2, (void *context, const void *codec, void **options), (context, codec, options))
CODE(avcodec_send_packet, (void *context, const void *packet), (context, packet))
CODE(avcodec_receive_frame, (void *context, void *frame), (context, frame))
CODE(av_bsf_alloc, (const void *filter, void **context), (filter, context))
CODE(av_bsf_init, (void *context), (context))
CODE(av_bsf_send_packet, (void *context, void *packet), (context, packet))
CODE(av_bsf_receive_packet, (void *context, void *packet), (context, packet))

/* What these two consume when they fail is freed by them. */
static void (*real_avformat_free_context)(void *);
INTERPOSE(avformat_free_context, NULL)
static void (*real_av_packet_unref)(void *);
INTERPOSE(av_packet_unref, NULL)

static int (*real_avformat_open_input)(void **, const char *, const void *, void **);
static int failing_avformat_open_input(void **context, const char *url, const void *format, void **options)
{
    if (!strikes())
        return real_avformat_open_input(context, url, format, options);
    real_avformat_free_context(*context);
    *context = NULL;
    return ENOMEM_CODE;
}
INTERPOSE(avformat_open_input, failing_avformat_open_input)

static int (*real_av_interleaved_write_frame)(void *, void *);
static int failing_av_interleaved_write_frame(void *context, void *packet)
{
    if (!strikes())
        return real_av_interleaved_write_frame(context, packet);
    if (packet)
        real_av_packet_unref(packet);
    return ENOMEM_CODE;
}
INTERPOSE(av_interleaved_write_frame, failing_av_interleaved_write_frame)
