/*
 * Digests of what is in a file, whatever container is around it: a line for each stream and one for all of them, as ffmpeg
 * writes them with -c copy -f streamhash and -f hash. ALGORITHM is FFmpeg's name for the hash; without it: sha256.
 *
 *     digest FILE [ALGORITHM]
 */
#include <stdio.h>
#include <string.h>

#include <memux.h>

#include "progress_line.h"
#include "read_file.h"

/* Returns NULL when all is digested, else what went wrong. */
static const char *digest(memux_source *source, const char *algorithm, memux_error **error)
{
    memux_run_options run = run_with_progress();
    memux_digest_options options;
    memux_digests *digests = NULL;
    memux_status status;

    memux_digest_options_init(&options, sizeof options);
    options.run = &run;
    options.algorithm = algorithm;
    status = memux_digest(source, &options, &digests, NULL, error);
    end_progress(&run);
    if (status < 0)
        return memux_error_message(*error);
    for (size_t i = 0; i < memux_digests_count(digests); i++) {
        const memux_stream_digest *stream = memux_digests_stream(digests, i);
        printf("%d,%c,%s=%s\n", (int)stream->stream_index, (char)stream->letter, memux_digests_algorithm(digests), stream->value);
    }
    printf("%s=%s\n", memux_digests_algorithm(digests), memux_digests_whole(digests));
    memux_digests_free(digests);
    if (status == MEMUX_TRUNCATED)
        fprintf(stderr, "Note: the input is cut or damaged, this is of what was there.\n");
    return NULL;
}

int main(int argc, char *argv[])
{
    uint8_t *data;
    size_t size;
    memux_source *source = NULL;
    memux_error *error = NULL;
    const char *problem;
    int failure;

    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: digest FILE [ALGORITHM]\n");
        return 2;
    }
    failure = read_file(argv[1], &data, &size);
    if (failure) {
        fprintf(stderr, "Error occurred: %s: %s\n", argv[1], strerror(failure));
        return 1;
    }
    if (memux_source_from_memory(data, size, free, data, &source, &error) < 0)
        problem = memux_error_message(error);
    else
        problem = digest(source, argc > 2 ? argv[2] : NULL, &error);
    if (problem)
        fprintf(stderr, "Error occurred: %s\n", problem);

    memux_error_free(error); /* what `problem` points into: last */
    memux_source_free(source); /* frees the file's bytes too */
    return problem != NULL;
}
