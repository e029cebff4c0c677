/* support_04_1.c - what the cases of address spaces need: areas */
#include "process.h"
#include "suite.h"

#include "buddy.h"
#include "fork.h"
#include "sched.h"
#include "syscalls.h"
#include "vma.h"

#include <stdio.h>
#include <string.h>

struct mm_struct *must_run(void)
{
    must_start(FRAMES);
    struct mm_struct *mm = mm_alloc();
    ck_assert_ptr_nonnull(mm);
    switch_mm(mm);
    return mm;
}

char *must_map(unsigned long pages, int prot, int flags)
{
    unsigned long address = vm_mmap(NULL, 0, PAGES(pages), prot, flags, 0);
    ck_assert_msg(!IS_ERR_VALUE(address), "mmap: %s", strerror((int)-address));
    return (char *)address;
}

char *must_map_at(const void *address, unsigned long pages, int prot)
{
    unsigned long got = vm_mmap(NULL, (unsigned long)address, PAGES(pages),
                                prot, PRIVATE | MAP_FIXED, 0);
    ck_assert_uint_eq(got, (unsigned long)address);
    return (char *)got;
}

const char *areas_from(const char *base)
{
    static char text[500];
    struct vm_area_struct *vma;
    size_t length = 0;

    text[0] = '\0';
    list_for_each_entry(vma, &current_mm->mmap, vm_list)
        length += (size_t)snprintf(
            text + length, sizeof(text) - length, "%s%ld+%lu%s%s%s",
            length > 0 ? " " : "",
            ((long)vma->vm_start - (long)base) / (long)PAGE_SIZE,
            vma_pages(vma), vma->vm_flags & VM_READ ? "r" : "",
            vma->vm_flags & VM_WRITE ? "w" : "",
            vma->vm_flags & VM_EXEC ? "x" : "");
    return text;
}

const char *text_of(void (*show)(FILE *, struct mm_struct *),
                    struct mm_struct *mm)
{
    static char text[8000];
    FILE *file = fmemopen(text, sizeof(text), "w");
    show(file, mm);
    fclose(file);
    return text;
}

void must_return(const struct call *calls, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ck_assert_msg((int)calls[i].got == calls[i].wanted,
                      "call %zu: %d, not %d", i, (int)calls[i].got,
                      calls[i].wanted);
}

void must_lose_nothing(void (*use)(void))
{
    static struct page *taken[FRAMES];
    unsigned long count = 0;

    must_start(FRAMES);
    use(); /* the caches take what they need */
    unsigned long free = normal_zone.free_pages;
    for (unsigned long left = 0; left < 40; left++) {
        struct page *page;
        while ((page = alloc_pages(GFP_KERNEL, 0)) != NULL)
            taken[count++] = page;
        for (unsigned long i = 0; i < left; i++)
            __free_pages(taken[--count], 0);
        unsigned long before = normal_zone.free_pages;
        use();
        ck_assert_uint_eq(normal_zone.free_pages, before);
        while (count > 0)
            __free_pages(taken[--count], 0);
        ck_assert_uint_eq(normal_zone.free_pages, free);
        must_be_sound("memory ran out");
    }
}
