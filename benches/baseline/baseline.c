/* The jobs as people write them by hand on libavformat, without printing: what memux is measured against.
 * Counting and going through packets: a read callback over memory, no seek, a 4 KiB buffer, av_read_frame. Extracting: the same input, the raw
 * h264 or hevc muxer, a write callback with a 32 KiB buffer. Remuxing: all streams, into fragments. Built at -O2 as a shared object that the bench loads. */
#include <libavcodec/bsf.h>
#include <libavformat/avformat.h>
#include <string.h>

#if LIBAVFORMAT_VERSION_MAJOR >= 61
typedef int (*write_fn)(void *opaque, const uint8_t *buf, int size);
#else
typedef int (*write_fn)(void *opaque, uint8_t *buf, int size);
#endif

struct bytes { const uint8_t *data; size_t left; };

static int read_bytes(void *opaque, uint8_t *buf, int size)
{
    struct bytes *bytes = opaque;
    size_t count = bytes->left < (size_t)size ? bytes->left : (size_t)size;

    if (!count)
        return AVERROR_EOF;
    memcpy(buf, bytes->data, count);
    bytes->data += count;
    bytes->left -= count;
    return (int)count;
}

static int first_video(const AVFormatContext *input)
{
    for (unsigned i = 0; i < input->nb_streams; i++)
        if (input->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_VIDEO)
            return (int)i;
    return -1;
}

static int open_input(AVFormatContext **input, AVIOContext **io, struct bytes *bytes)
{
    int code;

    *io = avio_alloc_context(av_malloc(4096), 4096, 0, bytes, read_bytes, NULL, NULL);
    *input = avformat_alloc_context();
    (*input)->pb = *io;
    if ((code = avformat_open_input(input, NULL, NULL, NULL)) < 0)
        return code;
    return avformat_find_stream_info(*input, NULL);
}

static void close_input(AVFormatContext **input, AVIOContext **io)
{
    avformat_close_input(input);
    av_freep(&(*io)->buffer);
    avio_context_free(io);
}

/* The packets of the first video stream, or an AVERROR. */
int64_t by_hand_count(const uint8_t *data, size_t size)
{
    struct bytes bytes = { data, size };
    AVFormatContext *input;
    AVIOContext *io;
    AVPacket *packet = av_packet_alloc();
    int64_t count = 0;
    int code = open_input(&input, &io, &bytes), video = code < 0 ? -1 : first_video(input);

    if (video >= 0)
        while (av_read_frame(input, packet) >= 0) {
            count += packet->stream_index == video;
            av_packet_unref(packet);
        }
    av_packet_free(&packet);
    close_input(&input, &io);
    return video < 0 ? AVERROR_STREAM_NOT_FOUND : count;
}

/* How many bytes the packets of all streams have. */
int64_t by_hand_packets(const uint8_t *data, size_t size)
{
    struct bytes bytes = { data, size };
    AVFormatContext *input;
    AVIOContext *io;
    AVPacket *packet = av_packet_alloc();
    int64_t sum = 0;
    int code = open_input(&input, &io, &bytes);

    while (code >= 0 && (code = av_read_frame(input, packet)) >= 0) {
        sum += packet->size;
        av_packet_unref(packet);
    }
    av_packet_free(&packet);
    close_input(&input, &io);
    return code == AVERROR_EOF ? sum : code;
}

/* An input opened with all that may be left out on a clean film without changing an answer: no look at the streams, none
 * but the video, no parser where packets are frames. Gives the video stream, or -1. */
static int open_leanest(AVFormatContext **input, AVIOContext **io, struct bytes *bytes)
{
    int video = -1;

    *io = avio_alloc_context(av_malloc(32768), 32768, 0, bytes, read_bytes, NULL, NULL);
    *input = avformat_alloc_context();
    (*input)->pb = *io;
    if (avformat_open_input(input, NULL, NULL, NULL) < 0 || (video = first_video(*input)) < 0)
        return -1;
    (*input)->flags |= AVFMT_FLAG_NOFILLIN;
    if (!strstr((*input)->iformat->name, "mpegts"))
        (*input)->flags |= AVFMT_FLAG_NOPARSE;
    for (unsigned i = 0; i < (*input)->nb_streams; i++)
        if ((int)i != video)
            (*input)->streams[i]->discard = AVDISCARD_ALL;
    return video;
}

/* Counts as by hand, so: no libavformat host counts faster. */
int64_t leanest_count(const uint8_t *data, size_t size)
{
    struct bytes bytes = { data, size };
    AVFormatContext *input;
    AVIOContext *io;
    AVPacket *packet = av_packet_alloc();
    int64_t count = 0;
    int video = open_leanest(&input, &io, &bytes);

    if (video >= 0)
        while (av_read_frame(input, packet) >= 0) {
            count += packet->stream_index == video;
            av_packet_unref(packet);
        }
    av_packet_free(&packet);
    close_input(&input, &io);
    return video < 0 ? AVERROR_STREAM_NOT_FOUND : count;
}

/* Extracts from MP4 or Matroska as by hand, so; and without a muxer: packets go from the filter that it would use straight
 * to the callback. No libavformat host extracts faster. */
int64_t leanest_extract(const uint8_t *data, size_t size, write_fn write, void *opaque)
{
    struct bytes bytes = { data, size };
    AVFormatContext *input;
    AVIOContext *io;
    AVBSFContext *filter = NULL;
    AVPacket *packet = av_packet_alloc();
    int code = AVERROR_STREAM_NOT_FOUND, video = open_leanest(&input, &io, &bytes);

    if (video >= 0) {
        const AVCodecParameters *parameters = input->streams[video]->codecpar;
        int is_hevc = parameters->codec_id == AV_CODEC_ID_HEVC;

        code = av_bsf_alloc(av_bsf_get_by_name(is_hevc ? "hevc_mp4toannexb" : "h264_mp4toannexb"), &filter);
        if (code >= 0 && (code = avcodec_parameters_copy(filter->par_in, parameters)) >= 0)
            code = av_bsf_init(filter);
        while (code >= 0 && av_read_frame(input, packet) >= 0)
            if (packet->stream_index != video)
                av_packet_unref(packet);
            else if ((code = av_bsf_send_packet(filter, packet)) >= 0)
                while (av_bsf_receive_packet(filter, packet) >= 0) {
                    write(opaque, packet->data, packet->size);
                    av_packet_unref(packet);
                }
        av_bsf_free(&filter);
    }
    av_packet_free(&packet);
    close_input(&input, &io);
    return code;
}

/* Writes the first video stream as Annex B. 0, or an AVERROR. */
int64_t by_hand_extract(const uint8_t *data, size_t size, write_fn write, void *opaque)
{
    struct bytes bytes = { data, size };
    AVFormatContext *input, *output = NULL;
    AVIOContext *io;
    AVPacket *packet = av_packet_alloc();
    int code = open_input(&input, &io, &bytes), video = code < 0 ? -1 : first_video(input);

    if (video >= 0) {
        const AVCodecParameters *parameters = input->streams[video]->codecpar;
        AVStream *stream;

        avformat_alloc_output_context2(&output, NULL, parameters->codec_id == AV_CODEC_ID_HEVC ? "hevc" : "h264", NULL);
        output->pb = avio_alloc_context(av_malloc(32768), 32768, 1, opaque, NULL, write, NULL);
        stream = avformat_new_stream(output, NULL);
        avcodec_parameters_copy(stream->codecpar, parameters);
        stream->codecpar->codec_tag = 0;
        code = avformat_write_header(output, NULL);
        while (code >= 0 && av_read_frame(input, packet) >= 0) {
            if (packet->stream_index == video) {
                av_packet_rescale_ts(packet, input->streams[video]->time_base, stream->time_base);
                packet->stream_index = 0;
                code = av_interleaved_write_frame(output, packet);
            }
            av_packet_unref(packet);
        }
        if (code >= 0)
            code = av_write_trailer(output);
        av_freep(&output->pb->buffer);
        avio_context_free(&output->pb);
        avformat_free_context(output);
    }
    av_packet_free(&packet);
    close_input(&input, &io);
    return video < 0 ? AVERROR_STREAM_NOT_FOUND : code;
}

/* Puts all streams into a fragmented MP4. The packets, or an AVERROR. */
int64_t by_hand_remux(const uint8_t *data, size_t size, write_fn write, void *opaque)
{
    struct bytes bytes = { data, size };
    AVFormatContext *input, *output = NULL;
    AVDictionary *options = NULL;
    AVIOContext *io;
    AVPacket *packet = av_packet_alloc();
    int64_t count = 0;
    int code = open_input(&input, &io, &bytes);

    if (code >= 0) {
        avformat_alloc_output_context2(&output, NULL, "mp4", NULL);
        output->pb = avio_alloc_context(av_malloc(32768), 32768, 1, opaque, NULL, write, NULL);
        for (unsigned i = 0; i < input->nb_streams; i++) {
            AVStream *stream = avformat_new_stream(output, NULL);
            avcodec_parameters_copy(stream->codecpar, input->streams[i]->codecpar);
            stream->codecpar->codec_tag = 0;
            stream->time_base = input->streams[i]->time_base;
        }
        av_dict_set(&options, "movflags", "frag_keyframe+delay_moov+default_base_moof", 0);
        code = avformat_write_header(output, &options);
        av_dict_free(&options);
        while (code >= 0 && av_read_frame(input, packet) >= 0) {
            int nth = packet->stream_index;
            av_packet_rescale_ts(packet, input->streams[nth]->time_base, output->streams[nth]->time_base);
            code = av_interleaved_write_frame(output, packet);
            count++;
            av_packet_unref(packet);
        }
        if (code >= 0)
            code = av_write_trailer(output);
        av_freep(&output->pb->buffer);
        avio_context_free(&output->pb);
        avformat_free_context(output);
    }
    av_packet_free(&packet);
    close_input(&input, &io);
    return code < 0 ? code : count;
}
