/* stacktrace.c - who has called whom
 *
 * Each function that is compiled with -fno-omit-frame-pointer begins with the
 * same two instructions. So frames form a list, from the innermost outwards:
 *
 *   frame pointer -> [ caller's frame pointer ][ address to return to ]
 *
 * Code of others uses that register for something else. So a link is followed
 * only if it leads further up in the same stack, and an address is believed
 * only if the program has instructions there.
 */
#define _GNU_SOURCE
#include "stacktrace.h"
#include "kallsyms.h"
#include "smp.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

struct frame {
    const struct frame *caller;
    const char *return_address;
};

/* Where this thread's stack ends; the outermost frames lie there. */
static const void *end_of_stack(void)
{
    static _Thread_local char *end_of_mine;
    pthread_attr_t attributes;
    size_t size;
    void *start;

    if (end_of_mine == NULL &&
        pthread_getattr_np(pthread_self(), &attributes) == 0) {
        pthread_attr_getstack(&attributes, &start, &size);
        pthread_attr_destroy(&attributes);
        end_of_mine = (char *)start + size;
    }
    return end_of_mine;
}

void kasan_set_track(struct kasan_track *track)
{
    const struct frame *frame = __builtin_frame_address(0);
    const struct frame *stop = end_of_stack();

    *track = (struct kasan_track){.cpu = smp_processor_id()};
    for (int i = 0; i < KASAN_STACK_DEPTH; i++) {
        const struct frame *caller = frame->caller;
        if (caller <= frame || caller + 1 > stop ||
            !kernel_text_address(caller->return_address))
            break;
        track->entries[i] =
            (unsigned)(caller->return_address - __executable_start);
        frame = caller;
    }
}

void kasan_print_track(const struct kasan_track *track, const char *what)
{
    char words[100];

    if (track->entries[0] == 0)
        return;
    dprintf(STDERR_FILENO, "\n%s on CPU %d:\n", what, track->cpu);
    for (int i = 0; i < KASAN_STACK_DEPTH && track->entries[i] != 0; i++) {
        sprint_symbol(words, sizeof(words),
                      __executable_start + track->entries[i] - 1);
        dprintf(STDERR_FILENO, " %s\n", words);
    }
}
