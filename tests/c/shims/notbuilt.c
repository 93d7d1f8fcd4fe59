/*
 * Preloaded: a libav* that was built without some of its parts, as distributors and hosts build it.
 *
 * A test finds these with dlsym:
 *     void notbuilt_muxer(const char *name);   the muxer of that name is not there (NULL: all are)
 *     void notbuilt_filter(const char *name);  nor the bit stream filter of that name
 *     void notbuilt_decoders(int missing);     no decoder is there: for libavformat neither
 *     void notbuilt_hardware(int missing);     decoders are there that need hardware, and the hardware is not
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const char *missing_muxer, *missing_filter;
static int decoders_missing, hardware_missing;

void notbuilt_muxer(const char *name) { missing_muxer = name; }
void notbuilt_filter(const char *name) { missing_filter = name; }
void notbuilt_decoders(int missing) { decoders_missing = missing; }
void notbuilt_hardware(int missing) { hardware_missing = missing; }

static void find(void *function, const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);

    if (!found)
        abort();
    memcpy(function, &found, sizeof found);
}

static int is_missing(const char *missing, const char *name)
{
    return missing && name && strcmp(missing, name) == 0;
}

const void *av_guess_format(const char *name, const char *file, const char *mime_type)
{
    static const void *(*real)(const char *, const char *, const char *);

    if (!real)
        find(&real, "av_guess_format");
    return is_missing(missing_muxer, name) ? NULL : real(name, file, mime_type);
}

/* libavformat finds the muxer by itself here: libav* does not come back to this file for its own functions. */
int avformat_alloc_output_context2(void **context, const void *format, const char *name, const char *file)
{
    static int (*real)(void **, const void *, const char *, const char *);

    if (!real)
        find(&real, "avformat_alloc_output_context2");
    if (format || !is_missing(missing_muxer, name))
        return real(context, format, name, file);
    *context = NULL;
    return -EINVAL;
}

const void *av_bsf_get_by_name(const char *name)
{
    static const void *(*real)(const char *);

    if (!real)
        find(&real, "av_bsf_get_by_name");
    return is_missing(missing_filter, name) ? NULL : real(name);
}

const void *avcodec_find_decoder(int id)
{
    static const void *(*real)(int);

    if (!real)
        find(&real, "avcodec_find_decoder");
    return decoders_missing ? NULL : real(id);
}

/* What libavcodec's own AV1 decoder answers where it would need a graphics card. */
int avcodec_send_packet(void *context, const void *packet)
{
    static int (*real)(void *, const void *);

    if (!real)
        find(&real, "avcodec_send_packet");
    return hardware_missing ? -ENOSYS : real(context, packet);
}
