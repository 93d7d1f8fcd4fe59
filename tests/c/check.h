/*
 * The smallest test frame that does, in C and in C++: a test is a function named after the promise it keeps, and prints one TAP line.
 * A program includes this once, runs its tests with RUN, and ends with `return check_done();`.
 */
#ifndef CHECK_H
#define CHECK_H

#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE /* clocks, threads and files beside C99: included before anything else */
#endif

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <memux.h>

static int check_tests, check_failures, check_broken;

/* Lines that begin with # explain the `not ok` line that follows them. */
static inline int check_note(const char *file, int line, const char *what)
{
    printf("# %s:%d: expected %s\n", file, line, what);
    check_broken = 1;
    return 0;
}

static inline int check_same(const char *file, int line, const char *what, int64_t got, int64_t wanted)
{
    if (got == wanted)
        return 1;
    printf("# %s:%d: %s is %" PRId64 ", expected %" PRId64 "\n", file, line, what, got, wanted);
    check_broken = 1;
    return 0;
}

static inline int check_status(const char *file, int line, const char *what, memux_status got, memux_status wanted)
{
    if (got == wanted)
        return 1;
    printf("# %s:%d: %s gives %s, expected %s\n", file, line, what, memux_status_name(got), memux_status_name(wanted));
    check_broken = 1;
    return 0;
}

/* Each gives 1 if it holds, and marks the running test as failed if it does not. */
#define EXPECT(condition) ((condition) ? 1 : check_note(__FILE__, __LINE__, #condition))
#define MISSING(what) check_note(__FILE__, __LINE__, what)
#define EXPECT_SAME(got, wanted) check_same(__FILE__, __LINE__, #got, (int64_t)(got), (int64_t)(wanted))
#define EXPECT_STATUS(call, wanted) check_status(__FILE__, __LINE__, #call, (call), (wanted))

static inline void check_run(const char *promise, void (*test)(void))
{
    check_broken = 0;
    test();
    check_tests++;
    check_failures += check_broken;
    printf("%sok %d - %s\n", check_broken ? "not " : "", check_tests, promise);
    fflush(stdout);
}

/* Milliseconds of a clock that only goes forward. */
static inline double now_ms(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

/* How many times longer than usual things may take: sanitizers and valgrind are slow. MEMUX_TEST_MODE says which runs. */
static inline int slowness(void)
{
    const char *mode = getenv("MEMUX_TEST_MODE");

    return !mode || strcmp(mode, "plain") == 0 ? 1 : strcmp(mode, "valgrind") == 0 ? 40 : 5;
}

#define RUN(test) check_run(#test, test)

static inline int check_done(void)
{
    printf("1..%d\n", check_tests);
    return check_failures != 0 || check_tests == 0;
}

/* A failure always comes with an error object that says the same; a success never with one. Frees it. */
static inline int check_error(const char *file, int line, memux_status status, memux_error **error)
{
    int fine = status < 0 ? *error != NULL && memux_error_status(*error) == status && memux_error_message(*error)[0] != '\0'
                          : *error == NULL;
    memux_error_free(*error);
    *error = NULL;
    return fine ? 1 : check_note(file, line, "the error object to fit the status");
}
#define EXPECT_ERROR(status, error) check_error(__FILE__, __LINE__, (status), (error))

#endif
