/* Preloaded: a libavformat that says it is of another major version than the one memux was compiled against. */
unsigned avformat_version(void);

unsigned avformat_version(void)
{
    return 12u << 16;
}
