/* slab.h - caches: objects of one size, cut from slabs
 *
 * Frames are large; most of what a kernel keeps is small, and of few kinds. A
 * cache gives out objects of one kind. It cuts them from slabs, blocks of
 * 2^gfporder frames:
 *
 *   [colour][object 0][object 1] ... [object num - 1][left over][freelist]
 *           ^ s_mem                            unless it is kept off the slab
 *
 * Objects have no header. Which of them are free is said by the freelist, an
 * array of their indices. Below active its entries mean nothing; from active on
 * they are the free objects, and the first of these is the next one:
 *
 *   active = 2   freelist  [ - ][ - ][ 4 ][ 1 ][ 3 ]     4, 1 and 3 are free
 *   an object is taken:    [ - ][ - ][ - ][ 1 ][ 3 ]     it is 4; active = 3
 *   object 0 is freed:     [ - ][ - ][ 0 ][ 1 ][ 3 ]     active = 2
 *
 * All slabs begin at a multiple of PAGE_SIZE. So their first objects would have
 * to share a few places in the CPU's own cache, which has a place for a line by
 * its address. What is left over in a slab is used against that: each slab
 * begins its objects a bit further on than the one before. That is its colour.
 *
 * In front of the slabs there are arrays of free objects (array_cache.h).
 */
#ifndef SLAB_H
#define SLAB_H

#include "gfp.h"
#include "memory.h"
#include "smp.h"
#include "spinlock.h"

/* The slabs of a cache. (Linux has them for each node, which is a part of the
 * memory that some CPUs are nearer to.) */
struct kmem_cache_node {
    spinlock_t list_lock; /* guards what follows, and the slabs on the lists */
    struct list_head slabs_partial; /* some objects are free */
    struct list_head slabs_full;    /* none */
    struct list_head slabs_free;    /* all */
    unsigned long free_objects;     /* in all of them */
    unsigned long free_limit; /* if more are free, free slabs are given back */
    unsigned colour_next;     /* the colour of the next slab */
    struct array_cache *shared; /* free objects that any CPU may take */
};

struct kmem_cache {
    const char *name;
    size_t object_size;                 /* what was asked for */
    size_t size;                        /* from one object to the next */
    void (*ctor)(void *);               /* the constructor, or NULL */
    unsigned gfporder;                  /* a slab has 2^gfporder frames */
    unsigned num;                       /* objects in a slab */
    bool off_slab;                      /* is the freelist elsewhere? */
    unsigned colour;                    /* how many colours there are */
    size_t colour_off;                  /* bytes from one to the next */
    unsigned limit, batchcount, shared; /* of the arrays */
    struct array_cache *cpu_cache[NR_CPUS];
    struct kmem_cache_node node;
    struct list_head list; /* the link in slab_caches */
};

/* All caches, the newest one first. */
extern struct list_head slab_caches;
extern spinlock_t slab_mutex; /* guards it, and is taken before other locks */

/* Caches can be created from now on. buddy_init() comes before. Returns 0 or
 * -ENOMEM. */
int kmem_cache_init(void);

/* A cache of objects of so many bytes, at multiples of align (a power of two of
 * at most PAGE_SIZE; 0 is as good as 8). The constructor, if there is one, is
 * called for all objects of a new slab. Users free an object as the constructor
 * left it, and so the next one gets it. It may not allocate. The name is not
 * copied. Returns NULL if there is no memory for it, or if size is 0 or larger
 * than the largest block, or for a wrong align. */
struct kmem_cache *kmem_cache_create(const char *name, size_t size,
                                     size_t align, void (*ctor)(void *));

/* All objects must be free. (If some are not, Linux says so and keeps the
 * cache.) For NULL nothing is done. */
void kmem_cache_destroy(struct kmem_cache *cache);

/* Give all slabs without an object in use back. Returns 0 if that were all. */
int kmem_cache_shrink(struct kmem_cache *cache);

/* An object, or NULL if there is no memory. gfp is for the frames, if some are
 * needed. */
void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp);

/* Free an object of this cache. A second free is not noticed as long as the
 * object lies in an array, unless it comes at once; but it is when both reach
 * the slab. */
void kmem_cache_free(struct kmem_cache *cache, void *object);

/* ---- slab_alloc.c ---- */

/* Where off-slab freelists come from: a cache, too. An object has room for
 * FREELIST_MAX indices. */
#define FREELIST_MAX 32
extern struct kmem_cache *freelist_cache;

/* Without any lock: give slabs back to where frames come from. */
void slabs_destroy(struct kmem_cache *cache, struct list_head *unused);

/* ---- slab.c ---- */

/* The slab of an object of this cache. If it is none, say what is wrong. */
struct page *virt_to_slab(const struct kmem_cache *cache, const void *object);

/* Say that this object was freed twice. */
void freed_twice(const struct kmem_cache *cache, const void *object);

static inline void *index_to_obj(const struct kmem_cache *cache,
                                 const struct page *page, unsigned index)
{
    return (char *)page->s_mem + cache->size * index;
}

/* With the list_lock: move up to count free objects from slabs to an array.
 * Returns how many they are. */
unsigned alloc_block(struct kmem_cache *cache, void **objects, unsigned count);

/* With the list_lock: move objects from an array to their slabs. Slabs that are
 * to be given back are put on a list, for slabs_destroy(). */
void free_block(struct kmem_cache *cache, void **objects, unsigned count,
                struct list_head *unused);

/* With the list_lock: put a free slab on such a list. */
void detach_slab(struct kmem_cache *cache, struct page *page,
                 struct list_head *unused);

#endif
