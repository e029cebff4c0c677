/* die.h - the end, when there is no way to go on: one line, and status 1 */
#ifndef DIE_H
#define DIE_H

#include <stdio.h>
#include <stdlib.h>

#define die(...)                                                               \
    (fprintf(stderr, "moving: " __VA_ARGS__), fputc('\n', stderr), exit(1))

#endif
