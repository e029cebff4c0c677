/* k05-3.c - a file is read, mapped, written to and saved: where its pages are
 *
 * How it is drawn is said in files.h. Here the kernel does not know which pages
 * are dirty, so no letter of the file is a capital.
 */
#include "files.h"

static bool is_dirty(const struct page *page)
{
    (void)page;
    return false;
}

int main(void)
{
    begin();
    show("fd = open(\"song\"); the file has 6 pages");
    read_pages(0, 2);
    show("read(fd, buffer, 2 pages);");
    read_pages(0, 2);
    show("read(fd, buffer, 2 pages); from the start, once more");
    s = map(fd, MAP_SHARED, FILE_PAGES);
    p = map(fd, MAP_PRIVATE, FILE_PAGES);
    show("s = mmap(fd, MAP_SHARED); p = mmap(fd, MAP_PRIVATE);");
    load(s);
    load(p);
    show("load s[0] and p[0]");
    load(s + PAGES(2));
    show("load s[2 pages]");
    load(p + PAGES(2));
    show("load p[2 pages]");
    s[0] = 'S';
    show("s[0] = 'S';");
    sys_fsync(fd);
    show("fsync(fd);");
    sys_fsync(fd);
    show("fsync(fd); once more");
    return 0;
}
