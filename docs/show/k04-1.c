/* k04-1.c - two processes map memory: areas, and no frame behind them
 */
#define _GNU_SOURCE /* for MAP_FIXED_NOREPLACE */
#include "show.h"

#include "buddy.h"
#include "fork.h"
#include "init.h"
#include "proc.h"
#include "sched.h"
#include "syscalls.h"
#include "vma.h"

#include <stdio.h>
#include <string.h>

enum { FRAMES = 1024 };

#define PAGES(n) ((n)*PAGE_SIZE)

static unsigned long map(unsigned long address, unsigned long pages, int prot,
                         int flags)
{
    return vm_mmap(NULL, address, PAGES(pages), prot,
                   MAP_PRIVATE | MAP_ANONYMOUS | flags, 0);
}

static void show(const char *what)
{
    printf("%s\n", what);
    maps_show(stdout, current_mm);
    printf("  areas %lu, of %lu pages; frames free %lu\n",
           current_mm->map_count, current_mm->total_vm, normal_zone.free_pages);
}

static void show_found(unsigned long address)
{
    const struct vm_area_struct *vma = find_vma(current_mm, address);

    if (vma == NULL)
        printf("find_vma(%lx): none\n", address);
    else
        printf("find_vma(%lx): %lx-%lx%s\n", address, vma->vm_start,
               vma->vm_end, vma->vm_start <= address ? "" : ", which is above");
}

int main(void)
{
    show_start();
    if (start_kernel(FRAMES) != 0) {
        fprintf(stderr, "k04-1: the host has no memory for %d frames\n",
                FRAMES);
        return 1;
    }
    struct mm_struct *one = mm_alloc(), *two = mm_alloc();
    switch_mm(one);
    show("process 1 begins");
    map(0, 8, PROT_READ | PROT_WRITE, 0);
    show("mmap(NULL, 8 pages, PROT_READ | PROT_WRITE, ...);");
    map(0, 100000, PROT_READ | PROT_WRITE, 0);
    show("mmap(NULL, 100000 pages, PROT_READ | PROT_WRITE, ...);");
    map(0x40000000, 2, PROT_READ, MAP_FIXED);
    show("mmap(0x40000000, 2 pages, PROT_READ, MAP_FIXED, ...);");
    show_found(0x40001234);
    show_found(0x40002000);
    show_found(0x6f800000);
    unsigned long error = map(0x40001000, 1, PROT_READ, MAP_FIXED_NOREPLACE);
    printf("mmap(0x40001000, 1 page, ... MAP_FIXED_NOREPLACE, ...): %s\n",
           strerror((int)-error));
    switch_mm(two);
    map(0, 1, PROT_READ, 0);
    show("process 2: mmap(NULL, 1 page, PROT_READ, ...);");
    return 0;
}
