/* break.c - memory from the program break, for the main arena
 *
 * This file is a source of memory. It gets bytes from the system and says where
 * they lie; the arena decides what to do with them.
 *
 * Usually each growth follows the one before without a gap. It does not if
 * somebody else has moved the break in between. And if the break cannot move at
 * all, because something lies in its way or because it has reached a limit,
 * mmap() still has memory elsewhere.
 */
#include "break.h"
#include "chunk.h"

/* If the break cannot move, at least this many bytes are mapped. */
#define MIN_MAPPED_REGION (1024 * 1024)

/* Where we left the break. By now it may be higher, but not lower. (The arena's
 * newest region need not end here: it may lie in a mapping.) */
static char *break_end;

/* A region begins CHUNK_OFFSET bytes after the start of a page, so that its
 * first chunk can begin there, and ends as far before the end of one. */
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

    /* Do the new bytes begin where the old ones end? */
    bool follows = end != NULL && start == end + CHUNK_OFFSET;
    size_t more = follows ? size + pad - have : size + pad + 2 * CHUNK_OFFSET;
    more = align_up(more, os_page_size());
    /* Somebody may have left the break inside a page. */
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
