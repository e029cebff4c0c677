/* pages.c - what whole pages cost, if they come from a malloc
 *
 *     cc -O1 -fno-builtin -o build/pages docs/show/pages.c && build/pages
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#define PAGES 1000
#define SIZE  4096

int main(void)
{
    char *pages[PAGES];

    for (int i = 0; i < PAGES; i++)
        pages[i] = aligned_alloc(SIZE, SIZE);
    printf("from one page to the next: %td bytes\n", pages[2] - pages[1]);
    printf("%d bytes of pages, %zu bytes held\n", PAGES * SIZE,
           mallinfo2().arena);
    return 0;
}
