/* used.h - one sum that many threads add to
 *
 * A sum in one variable would be written by all threads at each call, and its
 * cache line would travel from one processor to the next. So there are several
 * variables, each in a cache line of its own. A thread adds to one and the
 * same, and who wants the sum adds them up.
 *
 * A payload may be freed by another thread than the one that allocated it. A
 * single variable can therefore be negative, and means nothing by itself.
 */
#ifndef USED_H
#define USED_H

#include <stddef.h>

void add_used_memory(size_t bytes);
void subtract_used_memory(size_t bytes);

#endif
