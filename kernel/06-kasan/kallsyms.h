/* kallsyms.h - the names of the kernel's functions and data, by address
 */
#ifndef KALLSYMS_H
#define KALLSYMS_H

#include <stdbool.h>
#include <stddef.h>

/* The linker says where the program's file begins in memory, and where its
 * instructions and its data end. */
extern const char __executable_start[], etext[], end[];

/* Does the program have instructions at this address? */
static inline bool kernel_text_address(const void *address)
{
    return (const char *)address >= __executable_start &&
           (const char *)address < etext;
}

/* Put an address in words: "name+0x12/0x40", so far behind the start of
 * something so large. It is the number alone if nobody knows a name for it. */
void sprint_symbol(char *words, size_t size, const void *address);

#endif
