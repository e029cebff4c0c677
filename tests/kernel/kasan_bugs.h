/* kasan_bugs.h - a module that has bugs
 *
 * It is compiled as the kernel is, so that its accesses are checked. Each
 * function has one bug, which the kernel must report in it. (Linux has such a
 * module, too: mm/kasan/kasan_test_c.c.)
 */
#ifndef KASAN_BUGS_H
#define KASAN_BUGS_H

/* Frames. */
void page_read_after_free(void);
void page_write_before_block(void);
void page_memset_beyond_block(void);

/* Data of the program. */
void global_read_beyond_array(void);
void stack_write_beyond_array(void);
void copy_of_a_structure_beyond_array(void);

/* Objects of a cache. */
void object_write_beyond(void);
void object_read_before(void);
void object_read_after_free(void);
void object_freed_twice(void);
void object_freed_within(void);
void object_read_after_others_were_freed(void);

/* What kmalloc() and vmalloc() give out. */
void kmalloc_write_beyond_request(void);
void kmalloc_large_write_beyond_request(void);
void kmalloc_memmove_of_negative_size(void);
void krealloc_read_of_the_old_one(void);
void krealloc_write_beyond_smaller_request(void);
void vmalloc_read_beyond_request(void);
void vmalloc_read_after_free(void);

#endif
