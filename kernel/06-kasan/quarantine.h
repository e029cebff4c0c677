/* quarantine.h - freed objects wait before they are given out again
 *
 * The last object that was freed would be the first one to be taken. Then who
 * still uses it after the free would find it in use, by somebody else, and his
 * access would look good. So it waits until others that were freed after it
 * make so many bytes. (Linux has one quarantine for all caches, of a 32nd of
 * the memory. Here each has its own, so that a cache can be destroyed while the
 * objects of others come and go.)
 */
#ifndef QUARANTINE_H
#define QUARANTINE_H

struct kmem_cache;

#define QUARANTINE_SIZE (64UL << 10) /* bytes of each cache */

/* Put an object in. Returns the one that has to leave, or NULL. */
void *kasan_quarantine_put(struct kmem_cache *cache, void *object);

/* Take the oldest object out. Returns NULL if there is none. */
void *kasan_quarantine_remove(struct kmem_cache *cache);

#endif
