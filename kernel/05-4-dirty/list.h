/* list.h - a ring of links that lie in the things linked
 *
 * What is to stand on a list has a struct list_head in it. The head of the list
 * is one more, which lies in nothing. All of them form a ring, so that every
 * next and prev leads to something: to add or to remove a thing takes four
 * assignments, without a question and without memory of its own. list_entry()
 * finds the thing around a link.
 */
#ifndef LIST_H
#define LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list_head {
    struct list_head *next, *prev;
};

/* Make a list empty. */
static inline void INIT_LIST_HEAD(struct list_head *head)
{
    head->next = head->prev = head;
}

static inline bool list_empty(const struct list_head *head)
{
    return head->next == head;
}

/* Put a link between two that are neighbours. */
static inline void list_insert(struct list_head *link, struct list_head *prev,
                               struct list_head *next)
{
    link->prev = prev;
    link->next = next;
    prev->next = link;
    next->prev = link;
}

/* Add a link at the start of the list. */
static inline void list_add(struct list_head *link, struct list_head *head)
{
    list_insert(link, head, head->next);
}

/* Add a link at the end of the list. */
static inline void list_add_tail(struct list_head *link, struct list_head *head)
{
    list_insert(link, head->prev, head);
}

/* Take a link off the list that it is on. Its own next and prev become NULL, so
 * that nobody walks on from there. */
static inline void list_del(struct list_head *link)
{
    link->prev->next = link->next;
    link->next->prev = link->prev;
    link->next = link->prev = NULL;
}

/* The structure of this type whose member is at link. */
#define list_entry(link, type, member)                                         \
    ((type *)((char *)(link)-offsetof(type, member)))

/* The first one of a list that is not empty. */
#define list_first_entry(head, type, member)                                   \
    list_entry((head)->next, type, member)

/* A loop over what is on a list. The body may not take entry off the list. */
#define list_for_each_entry(entry, head, member)                               \
    for (entry = list_entry((head)->next, __typeof__(*entry), member);         \
         &entry->member != (head);                                             \
         entry = list_entry(entry->member.next, __typeof__(*entry), member))

#endif
