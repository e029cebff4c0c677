/* break.c - memory from the program break, for the main arena
 *
 * This file is a source of memory. It hands over bytes from the system and says
 * where they lie; what to do with them is for the arena to decide.
 *
 * Usually each growth follows the one before without a gap. It does not when
 * somebody else has moved the break in between. And when the break cannot move
 * at all, because something lies in its way or because it has reached a limit,
 * there is still memory elsewhere, from mmap().
 */
#include "break.h"
#include "chunk.h"

/* So much is mapped at least where the break cannot move, in bytes. */
#define MIN_MAPPED_REGION (1024 * 1024)

/* Where we left the break. It may be higher by now, never lower. (The arena's
 * newest region need not end here: it may lie in a mapping.) */
static char *break_end;

/* The first chunk of a region begins CHUNK_OFFSET bytes after the start of a
 * page, and the region ends as far before the end of one. */
static struct span map_region(size_t size)
{
    size_t length = align_up(size + 2 * CHUNK_OFFSET, os_page_size());
    if (length < MIN_MAPPED_REGION)
        length = MIN_MAPPED_REGION;
    char *start = os_map(length);
    if (start == NULL)
        return (struct span){.start = NULL};
    return (struct span){
        .start = start + CHUNK_OFFSET,
        .size = length - 2 * CHUNK_OFFSET,
    };
}

struct span break_grow(char *end, size_t have, size_t size, size_t pad)
{
    char *start = os_break();
    if (start < break_end)
        fatal("break adjusted to free malloc space");

    bool follows = end != NULL && start == end + CHUNK_OFFSET;
    size_t more = follows ? size + pad - have : size + pad + 2 * CHUNK_OFFSET;
    more = align_up(more, os_page_size());
    /* Somebody may have left the break anywhere. */
    size_t to_page = -(uintptr_t)start % os_page_size();
    char *got = os_grow(to_page + more);
    if (got == NULL)
        return map_region(size);
    break_end = got + to_page + more;
    if (got != start) /* somebody was faster: what we got is lost */
        return break_grow(end, have, size, pad);
    if (follows)
        return (struct span){.start = end, .size = more};
    return (struct span){
        .start = start + to_page + CHUNK_OFFSET,
        .size = more - 2 * CHUNK_OFFSET,
    };
}

bool break_shrink(char *end, size_t size)
{
    if (os_break() != end + CHUNK_OFFSET || !os_shrink(size))
        return false;
    break_end = end + CHUNK_OFFSET - size;
    return true;
}
