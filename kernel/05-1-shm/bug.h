/* bug.h - what happens when the kernel is used wrongly
 *
 * A request that cannot be met is no bug: it returns NULL or an error. A bug is
 * a call that must never be made, such as to free what is free. Whatever comes
 * after it would hurt somewhere else, so the kernel stops at once and says what
 * was wrong, where, and with which frame or object.
 */
#ifndef BUG_H
#define BUG_H

/* Print "BUG: where: what" on standard error, and abort. Where is the function
 * that was called wrongly; what is a format as in printf(). */
void bug(const char *where, const char *what, ...)
    __attribute__((noreturn, cold, format(printf, 2, 3)));

#endif
