/* k04-2.c - areas are merged and split
 *
 * The pages of a process are drawn in a row, up to where mappings begin: w may
 * be read and written, r only read, - may not be touched, and a blank is in no
 * area. A bar stands where an area begins right after another one.
 */
#include "show.h"

#include "fork.h"
#include "init.h"
#include "proc.h"
#include "sched.h"
#include "syscalls.h"
#include "trace.h"
#include "vma.h"

#include <stdarg.h>
#include <stdio.h>

enum { FRAMES = 1024, WIDTH = 16 };

#define PAGES(n) ((n)*PAGE_SIZE)
#define RW       (PROT_READ | PROT_WRITE)

static unsigned long page(unsigned long number)
{
    return current_mm->mmap_base - PAGES(WIDTH - number);
}

static char right_of(const struct vm_area_struct *vma)
{
    if (vma == NULL)
        return ' ';
    return vma->vm_flags & VM_WRITE ? 'w' : vma->vm_flags & VM_READ ? 'r' : '-';
}

static void show(const char *what)
{
    const struct vm_area_struct *before = NULL, *vma;

    printf("%-36s [", what);
    for (unsigned long i = 0; i < WIDTH; i++, before = vma) {
        vma = find_vma_intersection(current_mm, page(i), page(i + 1));
        printf("%s%c",
               before != NULL && vma != NULL && before != vma ? "|" : "",
               right_of(vma));
    }
    printf("]  areas %lu\n", current_mm->map_count);
}

static void map(unsigned long first, unsigned long pages, int prot)
{
    vm_mmap(NULL, page(first), PAGES(pages), prot,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0);
}

static void merge_and_split(void)
{
    map(10, 6, RW);
    show("mmap(pages 10-16, to write)");
    map(4, 4, RW);
    show("mmap(pages 4-8, to write)");
    map(8, 2, RW);
    show("mmap(pages 8-10, to write)");
    sys_munmap(page(6), PAGES(2));
    show("munmap(pages 6-8)");
    map(6, 2, PROT_READ);
    show("mmap(pages 6-8, to read)");
    map(7, 3, PROT_READ);
    show("mmap(pages 7-10, to read)");
    sys_mprotect(page(4), PAGES(5), PROT_NONE);
    show("mprotect(pages 4-9, nothing)");
    sys_mprotect(page(4), PAGES(12), RW);
    show("mprotect(pages 4-16, to write)");
}

/* ---- what the trace points say ---- */

static bool listening;

void trace_line(enum floor floor, const char *format, ...)
{
    va_list arguments;

    if (!listening)
        return;
    printf("%*s", 2 + 4 * (int)floor, "");
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
}

static void heap(void)
{
    unsigned long start = current_mm->start_brk;

    listening = true;
    sys_brk(start + 1);
    sys_brk(start + PAGE_SIZE);
    sys_brk(start + PAGE_SIZE + 1);
    sys_brk(start + PAGE_SIZE - 1);
    listening = false;
    maps_show(stdout, current_mm);
}

int main(void)
{
    show_start();
    if (start_kernel(FRAMES) != 0) {
        fprintf(stderr, "k04-2: the host has no memory for %d frames\n",
                FRAMES);
        return 1;
    }
    switch_mm(mm_alloc());
    merge_and_split();
    printf("the break moves by a byte and by a page:\n");
    heap();
    return 0;
}
