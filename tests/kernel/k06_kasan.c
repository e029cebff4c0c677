/* k06_kasan.c - the checks of the kernel's accesses
 *
 * That nothing is reported where nothing is wrong is shown by the cases of all
 * stages before: they run on a kernel whose accesses are checked.
 */
#include "suite.h"

#include "buddy.h"
#include "init.h"
#include "kasan.h"
#include "kasan_bugs.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FRAMES = 4096 };

/* Cases of the stages before count objects, slabs and frames. So they run
 * without redzones, which are for the cases in this file. */
__attribute__((constructor)) static void leave_slabs_as_they_were(void)
{
    kasan_redzones = false;
}

static void must_start_with_redzones(void)
{
    kasan_redzones = true;
    must_start(FRAMES);
}

/* ---- bugs of a module ---- */

/* What the kernel says when this is done, in memory that is overwritten the
 * next time. The process that does it must die of abort(). */
static const char *report_of(void (*bug)(void))
{
    static char said[10000];
    FILE *file = tmpfile();
    int status = 0;

    pid_t child = fork();
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        dup2(fileno(file), STDERR_FILENO);
        bug();
        _exit(0);
    }
    waitpid(child, &status, 0);
    rewind(file);
    said[fread(said, 1, sizeof(said) - 1, file)] = '\0';
    fclose(file);
    ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT,
                  "it ends with status %d, and says: %s", status, said);
    return said;
}

static const struct {
    void (*bug)(void);
    const char *words[8]; /* they stand in the report, in this order */
} bugs[] = {
    {page_read_after_free,
     {"BUG: KASAN: use-after-free in page_read_after_free+0x",
      "\nRead of size 1 at addr ", "064\n", "Call trace by task ",
      "belongs to the physical page:\n frame ", ">"}},
    {page_write_before_block,
     {"BUG: KASAN: use-after-free in page_write_before_block+0x",
      "\nWrite of size 8 at addr ", "ff8\n"}},
    {page_memset_beyond_block,
     {"BUG: KASAN: use-after-free in page_memset_beyond_block+0x",
      "\nWrite of size 8195 at addr "}},
    {global_read_beyond_array,
     {"BUG: KASAN: global-out-of-bounds in global_read_beyond_array+0x",
      "\nRead of size 1 at addr ", "belongs to the variable:\n letters+0xd/0xd",
      " 00 05 f9 f9"}},
    {stack_write_beyond_array,
     {"BUG: KASAN: stack-out-of-bounds in stack_write_beyond_array+0x",
      "\nWrite of size 4 at addr "}},
    {copy_of_a_structure_beyond_array,
     {"BUG: KASAN: global-out-of-bounds in copy_of_a_structure_beyond_array+0x",
      "\nRead of size 40 at addr ", "belongs to the variable:\n numbers"}},
    {object_write_beyond,
     {"BUG: KASAN: slab-out-of-bounds in object_write_beyond+0x",
      "\nWrite of size 1 at addr ", "\nAllocated by task ",
      "\n kmem_cache_alloc+0x", "\n object_write_beyond+0x",
      "belongs to the cache test of size 100\n",
      "is located 0 bytes to the right of\n allocated 100-byte region [",
      " 04"}},
    {object_read_before,
     {"BUG: KASAN: slab-out-of-bounds in object_read_before+0x",
      "\nRead of size 1 at addr ",
      "is located 3 bytes to the left of\n allocated 100-byte region ["}},
    {object_read_after_free,
     {"BUG: KASAN: slab-use-after-free in object_read_after_free+0x",
      "\nRead of size 4 at addr ", "\nAllocated by task ",
      "\n object_read_after_free+0x", "\nFreed by task ",
      "\n kmem_cache_free+0x", "\n object_read_after_free+0x",
      "is located 20 bytes inside of\n freed 100-byte region ["}},
    {object_freed_twice,
     {"BUG: KASAN: double-free in kmem_cache_free+0x", "\nFree of addr ",
      "\n object_freed_twice+0x", "\nAllocated by task ", "\nFreed by task ",
      "\n object_freed_twice+0x", "is located 0 bytes inside of\n freed 100"}},
    {object_freed_within,
     {"BUG: KASAN: invalid-free in kmem_cache_free+0x", "\nFree of addr ",
      "\n object_freed_within+0x", "\nAllocated by task ",
      "is located 8 bytes inside of\n allocated 100-byte region ["}},
    {object_read_after_others_were_freed,
     {"BUG: KASAN: slab-use-after-free in "
      "object_read_after_others_were_freed+0x"}},
};

START_TEST(a_planted_bug_is_found)
{
    must_start_with_redzones();
    const char *said = report_of(bugs[_i].bug), *at = said;
    for (int i = 0; i < 8 && bugs[_i].words[i] != NULL; i++) {
        at = strstr(at, bugs[_i].words[i]);
        ck_assert_msg(at != NULL, "\"%s\" is missing in: %s", bugs[_i].words[i],
                      said);
    }
}
END_TEST

void add_k06(Suite *suite)
{
    TCase *planted = tcase_create("kasan");
    tcase_add_loop_test(planted, a_planted_bug_is_found, 0, LENGTH(bugs));
    suite_add_tcase(suite, planted);
}
