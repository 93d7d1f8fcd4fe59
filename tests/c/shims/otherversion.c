/*
 * Preloaded: one of FFmpeg's libraries says that it is of another version than it is.
 *
 * A test finds these with dlsym:
 *     void otherversion_claim(const char *library, unsigned version);  "avformat", "avcodec" or "avutil"; NULL: none lies
 *     int  otherversion_touched(void);   calls since to the functions by which every use of FFmpeg begins
 */
#include "interpose.h"

static const char *liar;
static unsigned claimed;
static int touched;

void otherversion_claim(const char *library, unsigned version)
{
    liar = library;
    claimed = version;
    touched = 0;
}

int otherversion_touched(void) { return touched; }

#define VERSION(library)                                                                        \
    static unsigned (*real_##library##_version)(void);                                          \
    static unsigned my_##library##_version(void)                                                \
    {                                                                                           \
        return liar && strcmp(liar, #library) == 0 ? claimed : real_##library##_version();      \
    }                                                                                           \
    INTERPOSE(library##_version, my_##library##_version)
VERSION(avformat)
VERSION(avcodec)
VERSION(avutil)

#define COUNTED(type, name, parameters, arguments)  \
    static type (*real_##name) parameters;          \
    static type counted_##name parameters           \
    {                                               \
        touched++;                                  \
        return real_##name arguments;               \
    }                                               \
    INTERPOSE(name, counted_##name)
COUNTED(void *, av_malloc, (size_t size), (size))
COUNTED(void *, avio_alloc_context,
        (unsigned char *buffer, int size, int write, void *opaque, void *read_fn, void *write_fn, void *seek_fn),
        (buffer, size, write, opaque, read_fn, write_fn, seek_fn))
COUNTED(void *, avformat_alloc_context, (void), ())
COUNTED(void *, av_packet_alloc, (void), ())
COUNTED(const void *, av_probe_input_format3, (void *data, int is_opened, int *score), (data, is_opened, score))
COUNTED(const void *, av_find_input_format, (const char *name), (name))
COUNTED(const void *, av_guess_format, (const char *name, const char *file, const char *type), (name, file, type))
COUNTED(const void *, avcodec_find_decoder, (int id), (id))
COUNTED(int, av_strerror, (int code, char *text, size_t size), (code, text, size))

static void (*real_av_log_set_callback)(void *);
static void counted_av_log_set_callback(void *callback)
{
    touched++;
    real_av_log_set_callback(callback);
}
INTERPOSE(av_log_set_callback, counted_av_log_set_callback)
