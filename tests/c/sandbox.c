/* preload: opens */
/*
 * Text in memory that names files and addresses: refused at once. Nothing is opened, nothing is printed, nothing spins.
 * Nor does any other input in memory open a file or a socket.
 */
#define _GNU_SOURCE
#include "ffmpeg.h"
#include "reading.h"
#include "quiet.h"

#include <dirent.h>
#include <fcntl.h>
#include <glob.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/inotify.h>
#include <sys/stat.h>

/* A folder with a real clip in it, watched: an open of anything inside is seen. */
typedef struct folder {
    char path[64], file[96];
    int watch;
} folder;

static folder folder_new(bytes content)
{
    folder self;
    FILE *file;

    snprintf(self.path, sizeof self.path, "%s/memux-XXXXXX", P_tmpdir);
    if (!mkdtemp(self.path))
        abort();
    snprintf(self.file, sizeof self.file, "%s/a.mp4", self.path);
    file = fopen(self.file, "wb");
    if (!file || fwrite(content.data, 1, content.size, file) != content.size || fclose(file) != 0)
        abort();
    self.watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (self.watch < 0 || inotify_add_watch(self.watch, self.path, IN_OPEN | IN_ACCESS | IN_CREATE) < 0)
        abort();
    return self;
}

/* Whether anything in the folder was opened or made since. */
static int folder_touched(const folder *self)
{
    char events[4096];
    return read(self->watch, events, sizeof events) > 0;
}

static void folder_remove(folder *self)
{
    close(self->watch);
    unlink(self->file);
    EXPECT_SAME(rmdir(self->path), 0); /* nothing else was made in it */
}

static int open_descriptors(void)
{
    DIR *all = opendir("/proc/self/fd");
    int count = 0;

    while (all && readdir(all))
        count++;
    if (all)
        closedir(all);
    return count;
}

/* The shim sees each call that reaches for a file or an address, also if what it opened is closed again. */
static void (*opens_begin)(void);
static int (*opens_end)(void);
static const char *(*opens_call)(int index);

static void find_shim(void)
{
    *(void **)&opens_begin = dlsym(RTLD_DEFAULT, "opens_begin");
    *(void **)&opens_end = dlsym(RTLD_DEFAULT, "opens_end");
    *(void **)&opens_call = dlsym(RTLD_DEFAULT, "opens_call");
    if (!opens_begin || !opens_end || !opens_call) {
        printf("Bail out! the shim opens is not preloaded\n");
        exit(2);
    }
}

/* `calls`: what opens_end gave. */
static int expect_no_opens(int calls)
{
    for (int i = 0; i < calls; i++)
        printf("#   it calls %s\n", opens_call(i));
    return EXPECT_SAME(calls, 0);
}

/* Whether the shim noted a call of this name, to open `what`. */
static int saw(int calls, const char *name, const char *what)
{
    char wanted[160];

    snprintf(wanted, sizeof wanted, "%s %s", name, what);
    for (int i = 0; i < calls; i++)
        if (strcmp(opens_call(i), wanted) == 0)
            return 1;
    return 0;
}

static void the_watch_on_a_folder_works(void)
{
    bytes file = clip("h264.mp4");
    folder folder = folder_new(file);
    FILE *opened = fopen(folder.file, "rb");

    EXPECT(folder_touched(&folder));
    EXPECT(!folder_touched(&folder));
    fclose(opened);
    folder_remove(&folder);
    free(file.data);
}

#define SEES(name, what, call)                          \
    do {                                                \
        opens_begin();                                  \
        (void)(call);                                   \
        EXPECT(saw(opens_end(), name, what));           \
        (void)(call); /* not noted: nobody watches */   \
        EXPECT_SAME(opens_end(), 1);                    \
    } while (0)

static void the_shim_sees_calls_that_reach_for_files_and_addresses(void)
{
    static const char nowhere[] = "/no/such/file";
    struct addrinfo *found = NULL;
    struct stat about;
    glob_t matches;
    int handle = -1;

    SEES("open", nowhere, handle = open(nowhere, O_RDONLY));
    SEES("open64", nowhere, handle = open64(nowhere, O_RDONLY));
    SEES("openat", nowhere, handle = openat(AT_FDCWD, nowhere, O_RDONLY));
    SEES("fopen", nowhere, handle = fopen(nowhere, "rb") != NULL);
    SEES("fopen64", nowhere, handle = fopen64(nowhere, "rb") != NULL);
    SEES("opendir", nowhere, handle = opendir(nowhere) != NULL);
    SEES("access", nowhere, handle = access(nowhere, R_OK));
    SEES("stat", nowhere, handle = stat(nowhere, &about));
    SEES("glob", nowhere, handle = glob(nowhere, 0, NULL, &matches));
    SEES("socket", "", handle = socket(-1, -1, -1));
    SEES("connect", "", handle = connect(-1, NULL, 0));
    SEES("bind", "", handle = bind(-1, NULL, 0));
    SEES("getaddrinfo", nowhere, handle = getaddrinfo(nowhere, NULL, &(struct addrinfo){ .ai_flags = AI_NUMERICHOST }, &found));
    (void)handle;
}

/* The calls that count are libavformat's: it is made to open a file, and an address at which nobody answers. */
static void the_shim_sees_what_libavformat_opens(void)
{
    int (*avio_open)(void **, const char *, int), (*avio_closep)(void **);
    void *avformat = ffmpeg_library("avformat", load_ffmpeg().avformat_loaded);
    bytes file = clip("h264.mp4");
    folder folder = folder_new(file);
    void *opened = NULL;
    quiet quiet;
    int calls;

    *(void **)&avio_open = dlsym(avformat, "avio_open");
    *(void **)&avio_closep = dlsym(avformat, "avio_closep");
    if (EXPECT(avio_open != NULL && avio_closep != NULL)) {
        opens_begin();
        EXPECT(avio_open(&opened, folder.file, 1) >= 0);
        EXPECT_SAME(avio_closep(&opened), 0);
        calls = opens_end();
        EXPECT(saw(calls, "open", folder.file) || saw(calls, "open64", folder.file));
        quiet = quiet_begin(); /* it says that the address does not answer */
        opens_begin();
        avio_open(&opened, "tcp://127.0.0.1:1", 1);
        calls = opens_end();
        quiet_end(&quiet);
        EXPECT(saw(calls, "socket", "") && saw(calls, "connect", ""));
        if (opened)
            avio_closep(&opened);
    }
    folder_remove(&folder);
    free(file.data);
}

/* What an operation opens is seen by the shim; what it leaves open also by the number of descriptors, what is in the folder
 * by the watch, whichever way it is opened. */
static void expect_refused(const char *text, const folder *folder, memux_status wanted)
{
    bytes input = { (uint8_t *)(uintptr_t)text, strlen(text) };

    for (int road = 0; road < 3; road++) {
        host host = host_of(input);
        memux_source *source = road == 0 ? memory_source(input)
                                         : host_source(&host, road == 1 ? MEMUX_SEEKABILITY_NONE : MEMUX_SEEKABILITY_CHEAP);
        memux_sink *sink = NULL;
        memux_error *count_error, *extract_error;
        memux_status counted, written;
        int before = open_descriptors(), after, opens;
        long printed;
        double started, took;
        quiet quiet;

        EXPECT_STATUS(memux_sink_to_buffer(&sink, NULL), MEMUX_OK);
        quiet = quiet_begin();
        opens_begin();
        started = now_ms();
        counted = memux_count(source, NULL, NULL, &count_error);
        written = memux_extract(source, sink, NULL, NULL, &extract_error);
        took = now_ms() - started;
        opens = opens_end();
        printed = quiet_end(&quiet);
        after = open_descriptors();

        if (!EXPECT_STATUS(counted, wanted))
            printf("#   %.30s: %s\n", text, memux_error_message(count_error));
        EXPECT(written == wanted || (road == 1 && written == MEMUX_ERROR_NEEDS_SEEK)); /* consumed by the count */
        EXPECT_ERROR(counted, &count_error);
        EXPECT_ERROR(written, &extract_error);
        EXPECT(took < 200 * slowness());
        EXPECT_SAME(printed, 0);
        EXPECT_SAME(after, before);
        expect_no_opens(opens);
        EXPECT(!folder || !folder_touched(folder));
        memux_sink_free(sink);
        memux_source_free(source);
    }
}

/* `format` with the file's path put in where it says %s. */
static void expect_text_refused(const char *format)
{
    bytes file = clip("h264.mp4");
    folder folder = folder_new(file);
    char text[2048];

    snprintf(text, sizeof text, format, folder.file, folder.file, folder.file);
    expect_refused(text, &folder, MEMUX_ERROR_REFUSED);
    folder_remove(&folder);
    free(file.data);
}

static void an_ffconcat_script_opens_no_file(void)
{
    expect_text_refused("ffconcat version 1.0\nfile '%s'\n");
    expect_text_refused("ffconcat version 1.0\nfile file:%s\n");
}

static void an_ffconcat_script_of_34_bytes_is_refused(void)
{
    expect_refused("ffconcat version 1.0\nfile a.mp4\n\n\n", NULL, MEMUX_ERROR_REFUSED);
}

static void a_playlist_opens_no_file(void)
{
    expect_text_refused("#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:3\n#EXTINF:3.0,\n%s\n#EXT-X-ENDLIST\n");
    expect_text_refused("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1000\nfile://%s\n");
    expect_text_refused("#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXT-X-MAP:URI=\"%s\"\n#EXTINF:3.0,\n%s\n");
}

static void a_manifest_opens_no_file(void)
{
    expect_text_refused("<?xml version=\"1.0\"?>\n<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\" "
                        "profiles=\"urn:mpeg:dash:profile:isoff-on-demand:2011\" mediaPresentationDuration=\"PT3S\">"
                        "<Period><AdaptationSet mimeType=\"video/mp4\"><Representation id=\"1\" bandwidth=\"1\">"
                        "<BaseURL>%s</BaseURL><SegmentBase indexRange=\"0-1\"/></Representation></AdaptationSet></Period></MPD>\n");
}

/* libavformat's own demuxer spins for ever on one like this. */
static void a_live_manifest_spins_for_no_time(void)
{
    expect_text_refused("<?xml version=\"1.0\"?>\n<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"dynamic\" "
                        "availabilityStartTime=\"2020-01-01T00:00:00Z\" minimumUpdatePeriod=\"PT2S\" minBufferTime=\"PT2S\" "
                        "profiles=\"urn:mpeg:dash:profile:isoff-live:2011\"><Period start=\"PT0S\"><AdaptationSet "
                        "mimeType=\"video/mp4\"><SegmentTemplate timescale=\"1\" duration=\"2\" media=\"%s$Number$\" "
                        "initialization=\"%s\" startNumber=\"1\"/><Representation id=\"1\" bandwidth=\"1\" codecs=\"avc1\"/>"
                        "</AdaptationSet></Period></MPD>\n");
}

/* Of subtitles whose pictures lie in a second file. */
static void an_index_of_another_file_opens_none(void)
{
    expect_text_refused("# VobSub index file, v7 (do not modify this line!)\nsize: 720x576\nid: en, index: 0\n"
                        "timestamp: 00:00:01:000, filepos: 000000000\n# %s\n");
}

static void a_session_description_opens_no_socket(void)
{
    expect_refused("v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video 5004 RTP/AVP 96\r\n"
                   "a=rtpmap:96 H264/90000\r\n", NULL, MEMUX_ERROR_REFUSED);
}

/* Naming such a format does not open the gate. */
static void a_format_hint_does_not_lift_the_sandbox(void)
{
    static const char *const formats[] = { "concat", "hls", "dash", "sdp", "image2", "rtsp" };
    bytes file = clip("h264.mp4");
    folder folder = folder_new(file);
    char text[256];

    snprintf(text, sizeof text, "ffconcat version 1.0\nfile '%s'\n", folder.file);
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        memux_source *source = memory_source((bytes){ (uint8_t *)text, strlen(text) });
        memux_run_options run;
        memux_count_options options;
        quiet quiet;
        memux_status status;
        int opens;

        memux_run_options_init(&run, sizeof run);
        run.format = formats[i];
        memux_count_options_init(&options, sizeof options);
        options.run = &run;
        quiet = quiet_begin();
        opens_begin();
        status = memux_count(source, &options, NULL, NULL);
        opens = opens_end();
        EXPECT_SAME(quiet_end(&quiet), 0);
        expect_no_opens(opens);
        EXPECT_STATUS(status, MEMUX_ERROR_REFUSED);
        EXPECT(!folder_touched(&folder));
        memux_source_free(source);
    }
    folder_remove(&folder);
    free(file.data);
}

/* An MP4 whose sample data is said to lie in another file. */
static void an_external_data_reference_opens_no_file(void)
{
    bytes file = clip("h264.mp4");
    folder folder = folder_new(file);
    uint64_t frames = 0;
    int changed = 0;

    for (size_t at = 0; at + 12 < file.size; at++)
        if (memcmp(file.data + at, "url \0\0\0\1", 8) == 0) {
            file.data[at + 7] = 0; /* "not in this file" */
            changed++;
        }
    EXPECT(changed > 0);
    opens_begin();
    memux_count_frames(file.data, file.size, &frames, NULL);
    expect_no_opens(opens_end());
    EXPECT(!folder_touched(&folder));
    folder_remove(&folder);
    free(file.data);
}

/* Whatever is asked of it, by whichever road. */
static void media_in_memory_opens_no_file_and_no_socket(void)
{
    for (size_t c = 0; c < CONTAINERS; c++) {
        bytes file = clip(containers[c]);
        for (int trial = 0; trial < 4 * 5; trial++) {
            int road = trial % 4, operation = trial / 4;
            host host = host_of(file);
            memux_source *source = road == 0 || road == 3
                                       ? memory_source(file)
                                       : host_source(&host, road == 1 ? MEMUX_SEEKABILITY_NONE : MEMUX_SEEKABILITY_CHEAP);
            memux_sink *sink = NULL;
            choice choice;
            memux_status status;
            int opens;

            choose(&choice, road == 3 ? MEMUX_ENGINE_FFMPEG : MEMUX_ENGINE_AUTO);
            choice.count.mode = operation;
            EXPECT_STATUS(memux_sink_to_buffer(&sink, NULL), MEMUX_OK);
            opens_begin();
            status = operation < 4 ? memux_count(source, &choice.count, NULL, NULL)
                                   : memux_extract(source, sink, &choice.extract, NULL, NULL);
            opens = opens_end();
            EXPECT(status == MEMUX_OK || (operation == 4 && status == MEMUX_ERROR_CODEC));
            if (!expect_no_opens(opens))
                printf("#   %s, road %d, operation %d\n", containers[c], road, operation);
            memux_sink_free(sink);
            memux_source_free(source);
        }
        free(file.data);
    }
}

/* Before FFmpeg was needed for the first time: what loads it reaches for its files, and its libraries look about them. */
static void a_walk_opens_nothing_at_all(void)
{
    static const char *const names[] = { "h264.mp4", "h264_fragmented.mp4", "hevc.mkv", "live.webm", "hevc.ts" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        bytes file = clip(names[i]);
        host_sink host = { 0 };
        uint64_t frames = 0;
        int opens;

        opens_begin();
        EXPECT_STATUS(memux_count_frames(file.data, file.size, &frames, NULL), MEMUX_OK);
        EXPECT(memux_extract_video(file.data, file.size, host_write, &host, NULL) == (i == 3 ? MEMUX_ERROR_CODEC : MEMUX_OK));
        opens = opens_end();
        expect_no_opens(opens);
        EXPECT_SAME(frames, 75);
        free(host.file.data);
        free(file.data);
    }
}

int main(void)
{
    find_shim();
    RUN(a_walk_opens_nothing_at_all);
    load_ffmpeg();
    RUN(the_watch_on_a_folder_works);
    RUN(the_shim_sees_calls_that_reach_for_files_and_addresses);
    RUN(the_shim_sees_what_libavformat_opens);
    RUN(an_ffconcat_script_opens_no_file);
    RUN(an_ffconcat_script_of_34_bytes_is_refused);
    RUN(a_playlist_opens_no_file);
    RUN(a_manifest_opens_no_file);
    RUN(a_live_manifest_spins_for_no_time);
    RUN(an_index_of_another_file_opens_none);
    RUN(a_session_description_opens_no_socket);
    RUN(a_format_hint_does_not_lift_the_sandbox);
    RUN(an_external_data_reference_opens_no_file);
    RUN(media_in_memory_opens_no_file_and_no_socket);
    return check_done();
}
