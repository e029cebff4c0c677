/* linked.c - a program that is linked with libmalloc.a, not preloaded
 *
 * It has functions with names that an allocator may well use inside, which must
 * not clash. And it has an sbrk() of its own, which stands for a library that
 * moves the break at the worst moment: just after somebody has asked where it
 * is. What that library took must stay as it was. The program's mremap() always
 * fails. tests/programs builds it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MAX_FOREIGN = 16, FOREIGN = 4096 };

static char *foreign[MAX_FOREIGN]; /* what the library took */
static int foreign_count;

int allocate(void), release(void), fatal(void), coalesce(void);

int allocate(void)
{
    return 1;
}

int release(void)
{
    return 2;
}

int fatal(void)
{
    return 3;
}

int coalesce(void)
{
    return 4;
}

/* Nothing can be moved elsewhere, as on a system with too many mappings. */
void *mremap(void *address, size_t old_size, size_t size, int flags, ...)
{
    (void)address, (void)old_size, (void)size, (void)flags;
    errno = ENOMEM;
    return MAP_FAILED;
}

/* Does a large payload keep its contents when it is shortened? */
static int shrinks(void)
{
    char *payload = malloc(4000000);
    memset(payload, 'l', 4000000);
    payload = realloc(payload, 50000);
    for (int i = 0; payload != NULL && i < 50000; i++) {
        if (payload[i] != 'l')
            return 0;
    }
    return payload != NULL;
}

/* When asked where the break is, answer, and then let the library move it. */
void *sbrk(intptr_t more)
{
    char *before = (char *)syscall(SYS_brk, 0);
    char *end = before + more;

    if (brk(end) != 0)
        return (void *)-1;
    if (more == 0 && foreign_count < MAX_FOREIGN && brk(end + FOREIGN) == 0) {
        memset(end, 'f', FOREIGN);
        foreign[foreign_count++] = end;
    }
    return before;
}

int main(void)
{
    for (int i = 0; i < 40; i++) {
        char *payload = malloc(100000);
        if (payload == NULL)
            return 1;
        memset(payload, 'p', 100000);
    }
    for (int i = 0; i < foreign_count; i++) {
        for (int j = 0; j < FOREIGN; j++) {
            if (foreign[i][j] != 'f') {
                printf("foreign memory is overwritten\n");
                return 1;
            }
        }
    }
    if (!shrinks()) {
        printf("realloc() loses contents\n");
        return 1;
    }
    printf("%d pages of others are as they were\n", foreign_count);
    return allocate() + release() + fatal() + coalesce() == 10 ? 0 : 1;
}
