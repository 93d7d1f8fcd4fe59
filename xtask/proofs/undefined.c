/* Adds one to the largest int. */
#include <limits.h>

int main(int argc, char *argv[])
{
    volatile int largest = INT_MAX;

    (void)argv;
    return largest + argc == 0;
}
