/* support_05_2.c - read() and write(), and what POSIX says of them
 */
#include "files.h"

#include <string.h>
#include <unistd.h>

void must_write(int fd, unsigned long place, unsigned long size, unsigned tag)
{
    paint(buffer, size, tag);
    ck_assert_int_eq(sys_lseek(fd, (long)place, SEEK_SET), (long)place);
    ck_assert_int_eq(sys_write(fd, (unsigned long)buffer, size), (long)size);
}

void must_read(int fd, unsigned long place, unsigned long size, unsigned tag)
{
    memset(buffer, 0xee, size);
    ck_assert_int_eq(sys_lseek(fd, (long)place, SEEK_SET), (long)place);
    ck_assert_int_eq(sys_read(fd, (unsigned long)buffer, size), (long)size);
    ck_assert_msg(is_painted(buffer, size, tag), "other bytes at %lu", place);
}

void must_keep_what_is_written(int fd)
{
    must_write(fd, 0, 10000, 1);
    must_read(fd, 0, 10000, 1);
    ck_assert_int_eq(sys_lseek(fd, -100, SEEK_CUR), 9900);
    ck_assert_int_eq(sys_read(fd, (unsigned long)buffer, 5000), 100);
    ck_assert_int_eq(sys_read(fd, (unsigned long)buffer, 5000), 0);
    ck_assert_int_eq(sys_lseek(fd, 5, SEEK_END), 10005);
    ck_assert_int_eq(sys_read(fd, (unsigned long)buffer, 5), 0);
    must_write(fd, 4000, 200, 2);
    must_read(fd, 4000, 200, 2);
    must_be_sound("reading and writing");
}

void must_have_holes_of_zeros(int fd)
{
    must_write(fd, 10, 1, 1);
    must_write(fd, PAGES(5) + 7, 3, 2);
    ck_assert_int_eq(sys_lseek(fd, 11, SEEK_SET), 11);
    long size = (long)PAGES(5) - 4;
    ck_assert_int_eq(sys_read(fd, (unsigned long)buffer, (size_t)size), size);
    for (long i = 0; i < size; i++)
        ck_assert_int_eq(buffer[i], 0);
    must_read(fd, PAGES(5) + 7, 3, 2);
}
