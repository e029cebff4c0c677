/* kasan_reports.h - what the cases of the checked kernel share
 */
#ifndef KASAN_REPORTS_H
#define KASAN_REPORTS_H

#include "suite.h"

void must_start_with_redzones(void);

/* What the kernel says when this is done, in memory that is overwritten the
 * next time. The process that does it must die of abort(). */
char *report_of(void (*bug)(void));

/* The report must have these words, up to NULL, in this order. */
void must_say(const char *said, const char *const *words);

#endif
