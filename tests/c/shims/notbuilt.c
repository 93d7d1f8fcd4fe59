/*
 * Preloaded: a libav* that was built without some of its parts, as distributors and hosts build it.
 *
 * A test finds these with dlsym:
 *     void notbuilt_function(const char *name);  the function of that name is not there (before FFmpeg is first needed)
 *     void notbuilt_muxer(const char *name);     the muxer of that name is not there (NULL: all are)
 *     void notbuilt_filter(const char *name);    nor the bit stream filter of that name
 *     void notbuilt_decoders(int missing);       no decoder is there: for libavformat neither
 *     void notbuilt_hardware(int missing);       decoders are there that need hardware, and the hardware is not
 */
#include "interpose.h"

#include <errno.h>

static const char *missing_muxer, *missing_filter;
static int decoders_missing, hardware_missing;

void notbuilt_function(const char *name) { interpose_missing = name; }
void notbuilt_muxer(const char *name) { missing_muxer = name; }
void notbuilt_filter(const char *name) { missing_filter = name; }
void notbuilt_decoders(int missing) { decoders_missing = missing; }
void notbuilt_hardware(int missing) { hardware_missing = missing; }

static int is_missing(const char *missing, const char *name)
{
    return missing && name && strcmp(missing, name) == 0;
}

static const void *(*real_av_guess_format)(const char *, const char *, const char *);
static const void *my_av_guess_format(const char *name, const char *file, const char *mime_type)
{
    return is_missing(missing_muxer, name) ? NULL : real_av_guess_format(name, file, mime_type);
}
INTERPOSE(av_guess_format, my_av_guess_format)

/* libavformat finds the muxer by itself here. */
static int (*real_avformat_alloc_output_context2)(void **, const void *, const char *, const char *);
static int my_avformat_alloc_output_context2(void **context, const void *format, const char *name, const char *file)
{
    if (format || !is_missing(missing_muxer, name))
        return real_avformat_alloc_output_context2(context, format, name, file);
    *context = NULL;
    return -EINVAL;
}
INTERPOSE(avformat_alloc_output_context2, my_avformat_alloc_output_context2)

/* By its own name: libavformat asks libavcodec for it. */
static const void *(*real_av_bsf_get_by_name)(const char *);
const void *av_bsf_get_by_name(const char *name)
{
    return is_missing(missing_filter, name) ? NULL : real_av_bsf_get_by_name(name);
}
INTERPOSE(av_bsf_get_by_name, av_bsf_get_by_name)

/* This too. */
static const void *(*real_avcodec_find_decoder)(int);
const void *avcodec_find_decoder(int id)
{
    return decoders_missing ? NULL : real_avcodec_find_decoder(id);
}
INTERPOSE(avcodec_find_decoder, avcodec_find_decoder)

/* What libavcodec's own AV1 decoder answers where it would need a graphics card. */
static int (*real_avcodec_send_packet)(void *, const void *);
static int my_avcodec_send_packet(void *context, const void *packet)
{
    return hardware_missing ? -ENOSYS : real_avcodec_send_packet(context, packet);
}
INTERPOSE(avcodec_send_packet, my_avcodec_send_packet)
