/* picture.h - where all of it lies, as rows for plots/down.gnuplot
 */
#ifndef PICTURE_H
#define PICTURE_H

#include "inspect.h"

#include <stdio.h>

/* Write what the process has got: its chunks, areas, pages and frames. walk is
 * the malloc_walk() of its malloc. */
void write_picture(FILE *file,
                   int (*walk)(malloc_visitor *visit, void *context));

#endif
