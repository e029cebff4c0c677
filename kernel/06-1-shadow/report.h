/* report.h - what is said of a bad access
 */
#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>
#include <stddef.h>

/* Report an access to size bytes from start on, of which bad is the first that
 * may not be accessed, by the instruction before ip. Ends the process. */
void kasan_report_access(const void *start, size_t size, const void *bad,
                         bool is_write, const void *ip)
    __attribute__((noreturn, cold));

#endif
