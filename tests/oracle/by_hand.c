/* What a C programmer writes by hand on libavformat: the yardstick that memux's answers are held against.
 *
 *   by_hand count FILE            counts the first video stream's packets; the bytes lie in memory, nothing can seek
 *   by_hand extract FILE OUTPUT   writes the first video stream through the raw h264 or hevc muxer
 *
 * Prints "N E": the number of packets, and the code that ended the loop (0 for the end of the input). */
#include <libavformat/avformat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bytes { uint8_t *data; size_t size, at; };

static int read_bytes(void *opaque, uint8_t *buf, int size) {
    struct bytes *bytes = opaque;
    size_t left = bytes->size - bytes->at, count = left < (size_t)size ? left : (size_t)size;
    if (!count) return AVERROR_EOF;
    memcpy(buf, bytes->data + bytes->at, count);
    bytes->at += count;
    return (int)count;
}

static int slurp(const char *path, struct bytes *bytes) {
    FILE *file = fopen(path, "rb");
    if (!file) return -1;
    fseek(file, 0, SEEK_END);
    bytes->size = (size_t)ftell(file);
    rewind(file);
    bytes->data = malloc(bytes->size + 1);
    bytes->at = 0;
    int failed = !bytes->data || fread(bytes->data, 1, bytes->size, file) != bytes->size;
    fclose(file);
    return failed ? -1 : 0;
}

static int first_video(const AVFormatContext *input) {
    for (unsigned i = 0; i < input->nb_streams; i++)
        if (input->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_VIDEO) return (int)i;
    return -1;
}

static int count(const char *path) {
    struct bytes bytes;
    if (slurp(path, &bytes) < 0) return 2;
    AVFormatContext *input = avformat_alloc_context();
    input->pb = avio_alloc_context(av_malloc(4096), 4096, 0, &bytes, read_bytes, NULL, NULL);
    AVIOContext *io = input->pb;
    int code = avformat_open_input(&input, NULL, NULL, NULL), video = -1, packets = 0;
    if (code >= 0) code = avformat_find_stream_info(input, NULL);
    if (code >= 0 && (video = first_video(input)) < 0) code = AVERROR_STREAM_NOT_FOUND;
    AVPacket *packet = av_packet_alloc();
    while (code >= 0 && (code = av_read_frame(input, packet)) >= 0) {
        packets += packet->stream_index == video;
        av_packet_unref(packet);
    }
    printf("%d %d\n", packets, code == AVERROR_EOF ? 0 : code);
    av_packet_free(&packet);
    avformat_close_input(&input);
    av_freep(&io->buffer);
    avio_context_free(&io);
    free(bytes.data);
    return 0;
}

static int extract(const char *path, const char *output_path) {
    AVFormatContext *input = NULL, *output = NULL;
    int code = avformat_open_input(&input, path, NULL, NULL), video = -1, packets = 0;
    if (code >= 0) code = avformat_find_stream_info(input, NULL);
    if (code >= 0 && (video = first_video(input)) < 0) code = AVERROR_STREAM_NOT_FOUND;
    AVPacket *packet = av_packet_alloc();
    if (code >= 0) {
        AVCodecParameters *parameters = input->streams[video]->codecpar;
        const char *muxer = parameters->codec_id == AV_CODEC_ID_HEVC ? "hevc" : "h264";
        avformat_alloc_output_context2(&output, NULL, muxer, output_path);
        AVStream *stream = avformat_new_stream(output, NULL);
        avcodec_parameters_copy(stream->codecpar, parameters);
        stream->codecpar->codec_tag = 0;
        code = avio_open(&output->pb, output_path, AVIO_FLAG_WRITE);
        if (code >= 0) code = avformat_write_header(output, NULL);
        while (code >= 0 && (code = av_read_frame(input, packet)) >= 0) {
            if (packet->stream_index == video) {
                av_packet_rescale_ts(packet, input->streams[video]->time_base, stream->time_base);
                packet->stream_index = 0;
                code = av_interleaved_write_frame(output, packet);
                packets += code >= 0;
            }
            av_packet_unref(packet);
        }
        if (output->pb) {
            av_write_trailer(output);
            avio_closep(&output->pb);
        }
    }
    printf("%d %d\n", packets, code == AVERROR_EOF ? 0 : code);
    av_packet_free(&packet);
    avformat_free_context(output);
    avformat_close_input(&input);
    return 0;
}

int main(int argc, char **argv) {
    av_log_set_level(AV_LOG_QUIET);
    if (argc == 3 && !strcmp(argv[1], "count")) return count(argv[2]);
    if (argc == 4 && !strcmp(argv[1], "extract")) return extract(argv[2], argv[3]);
    fprintf(stderr, "usage: by_hand count FILE | by_hand extract FILE OUTPUT\n");
    return 2;
}
