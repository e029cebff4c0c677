/* oom.c - what happens when there is too little memory
 *
 * A program that asks for memory in a thousand places cannot go on in each of
 * them without it. Here it is said once what to do then. Most handlers write to
 * the log and end the process, and for their callers there is no failure.
 */
#include "oom.h"

#include "zmalloc.h"

#include <stdio.h>
#include <stdlib.h>

static void print_and_abort(size_t size)
{
    fprintf(stderr, "zmalloc: Out of memory trying to allocate %zu bytes\n",
            size);
    fflush(stderr);
    abort();
}

static void (*oom_handler)(size_t size) = print_and_abort;

void zmalloc_set_oom_handler(void (*handler)(size_t size))
{
    oom_handler = handler;
}

void *or_handle_oom(void *payload, size_t size)
{
    if (payload == NULL)
        oom_handler(size);
    return payload;
}
