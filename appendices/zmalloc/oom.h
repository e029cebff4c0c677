/* oom.h - what happens when there is too little memory */
#ifndef OOM_H
#define OOM_H

#include <stddef.h>

/* Returns payload. If that is NULL, the handler is called before. */
void *or_handle_oom(void *payload, size_t size);

#endif
