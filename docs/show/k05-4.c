/* k05-4.c - a file is written to and saved: which pages are dirty
 *
 * How it is drawn is said in files.h.
 */
#include "files.h"

static bool is_dirty(const struct page *page)
{
    return test_page_bit(page, PG_dirty);
}

static void write_byte(unsigned long page, char byte)
{
    buffer[0] = byte;
    sys_lseek(fd, (long)PAGES(page), SEEK_SET);
    sys_write(fd, (unsigned long)buffer, 1);
}

static void sync_mapping(int flag)
{
    sys_msync((unsigned long)s, PAGES(FILE_PAGES), flag);
}

int main(void)
{
    begin();
    read_pages(0, 3);
    s = map(fd, MAP_SHARED, FILE_PAGES);
    p = map(fd, MAP_PRIVATE, FILE_PAGES);
    load(s);
    load(p);
    load(s + PAGES(2));
    load(p + PAGES(2));
    show("pages 0 to 2 are read; load s[0], p[0], s[2 pages], p[2 pages]");
    p[0] = 'P';
    show("p[0] = 'P';");
    s[0] = 'S';
    show("s[0] = 'S';");
    write_byte(2, 'W');
    show("write(fd, \"W\", 1); to page 2");
    read_pages(0, 1);
    printf("  read() finds %c; page 0 begins with %c in s, with %c in p;\n",
           buffer[0], s[0], p[0]);
    printf("  page 2 begins with %c in s, with %c in p\n", s[PAGES(2)],
           p[PAGES(2)]);
    sync_mapping(MS_ASYNC);
    show("msync(s, 6 pages, MS_ASYNC);");
    sync_mapping(MS_SYNC);
    show("msync(s, 6 pages, MS_SYNC);");
    s[0] = 'T';
    show("s[0] = 'T';");
    return 0;
}
