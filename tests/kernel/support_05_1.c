/* support_05_1.c - a process with a buffer, and its mappings
 */
#include "files.h"

#include <string.h>

char *buffer;

struct mm_struct *must_have_process(void)
{
    struct mm_struct *mm = mm_alloc();
    switch_mm(mm);
    buffer = (char *)vm_mmap(NULL, 0, PAGES(BUFFER), RW, PRIVATE, 0);
    memset(buffer, 0, PAGES(BUFFER));
    return mm;
}

char *must_map_file(int fd, unsigned long pages, int flags)
{
    unsigned long address = sys_mmap(0, PAGES(pages), RW, flags, fd, 0);
    ck_assert_msg(!IS_ERR_VALUE(address), "mmap: %s", strerror((int)-address));
    return (char *)address;
}

char load_byte(const char *address)
{
    return *(const volatile char *)address;
}

void store_byte(char *address, char value)
{
    *(volatile char *)address = value;
}

struct address_space *mapping_of(int fd)
{
    struct file *file = fget(fd);
    fput(file);
    return file->f_mapping;
}

unsigned long pages_of(int fd)
{
    return mapping_of(fd)->nrpages;
}

void must_be_refused(const struct call *calls, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (calls[i].wanted != 0)
            ck_assert_msg(calls[i].got == calls[i].wanted,
                          "call %zu: %ld, not %d", i, calls[i].got,
                          calls[i].wanted);
    must_be_sound("calls that were refused");
}
