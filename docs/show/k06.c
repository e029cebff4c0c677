/* k06.c - an object that waits, the stack and global data, and two reports
 *
 * This program is compiled as the kernel is, so its own accesses are checked,
 * too, and its arrays have redzones.
 */
#include "show.h"

#include "checked.h"
#include "init.h"

#include <string.h>

static void show_quarantine(void)
{
    kmalloc(20, GFP_KERNEL); /* the first one lies at the end of its slab */
    char *a = kmalloc(20, GFP_KERNEL);

    printf("the granules of a, and of what lies behind it\n");
    show("a = kmalloc(20, GFP_KERNEL);", a, 14);
    kfree(a);
    show("kfree(a);", a, 14);
    char *b = kmalloc(20, GFP_KERNEL);
    show("b = kmalloc(20, GFP_KERNEL);", a, 14);
    printf("b is %s a\n", b == a ? "the same as" : "another one than");
    int others = 0;
    while (b != a) {
        kfree(b);
        b = kmalloc(20, GFP_KERNEL);
        others++;
    }
    printf("after %d others were freed it is a again\n", others);
}

static char global[13];

static void show_variables(void)
{
    char local[13];
    const char *start = memset(local, 0, sizeof(local));

    printf("two variables, and what lies around them\n");
    show("static char global[13];", global, 4);
    __asm__("" : "+r"(start)); /* from here on gcc knows nothing of it */
    show("char local[13];", start - 32, 8);
}

int main(void)
{
    show_start();
    if (start_kernel(1024) != 0) {
        fprintf(stderr, "k06: the host has no memory for 1024 frames\n");
        return 1;
    }
    show_quarantine();
    show_variables();
    show_reports();
    return 0;
}
