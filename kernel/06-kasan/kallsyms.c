/* kallsyms.c - the names of the kernel's functions and data, by address
 *
 * A kernel carries a table of its symbols in its memory. Here the table is the
 * one that the linker has left in the program's file. A name is asked for when
 * something is reported, so the file is mapped when that happens first.
 */
#include "kallsyms.h"

#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* The program's own file, mapped; NULL if the host does not let us. */
static const char *program_file(void)
{
    static const char *file;
    struct stat about;
    int fd;

    if (file == NULL && (fd = open("/proc/self/exe", O_RDONLY)) >= 0) {
        if (fstat(fd, &about) == 0)
            file = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, fd,
                        0);
        close(fd);
    }
    return file == MAP_FAILED ? NULL : file;
}

/* The section that has the symbols, and the one that has their names. They are
 * not there if the program was stripped. */
static bool find_symbols(const char *file, const Elf64_Shdr **symbols,
                         const Elf64_Shdr **names)
{
    const Elf64_Ehdr *header = (const Elf64_Ehdr *)file;
    const Elf64_Shdr *sections = (const Elf64_Shdr *)(file + header->e_shoff);

    for (unsigned i = 0; i < header->e_shnum; i++)
        if (sections[i].sh_type == SHT_SYMTAB) {
            *symbols = &sections[i];
            *names = &sections[sections[i].sh_link];
            return true;
        }
    return false;
}

/* The symbol at a value, or the last one before it. */
static const Elf64_Sym *symbol_before(const Elf64_Sym *symbols, size_t count,
                                      unsigned long value)
{
    const Elf64_Sym *best = NULL;

    for (size_t i = 0; i < count; i++) {
        unsigned type = ELF64_ST_TYPE(symbols[i].st_info);
        if ((type == STT_FUNC || type == STT_OBJECT) &&
            symbols[i].st_value <= value &&
            (best == NULL || symbols[i].st_value > best->st_value))
            best = &symbols[i];
    }
    return best;
}

void sprint_symbol(char *words, size_t size, const void *address)
{
    const Elf64_Shdr *symbols, *names;
    const char *file = program_file();

    snprintf(words, size, "%p", address);
    if ((const char *)address < __executable_start ||
        (const char *)address >= end || file == NULL ||
        !find_symbols(file, &symbols, &names))
        return;
    /* The file lies anywhere in memory (ET_DYN), or where it says. */
    unsigned long value = (unsigned long)address;
    if (((const Elf64_Ehdr *)file)->e_type == ET_DYN)
        value -= (unsigned long)__executable_start;
    const Elf64_Sym *symbol =
        symbol_before((const Elf64_Sym *)(file + symbols->sh_offset),
                      symbols->sh_size / sizeof(*symbol), value);
    if (symbol != NULL)
        snprintf(words, size, "%s+0x%lx/0x%lx",
                 file + names->sh_offset + symbol->st_name,
                 value - symbol->st_value, symbol->st_size);
}
