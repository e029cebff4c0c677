/* moving_full.c - a list that grows until the heap is full */
#include "moving.h"

int main(void)
{
    if (moving_start(4 << 20, 2, 100) != 0)
        return 2;
    thread_attach();
    for (struct object **list = root_push(NULL);;) {
        struct object *o = object_new(1, 1000);
        store_reference(o, 0, *list);
        *list = o;
    }
}
