/* gfp.h - how a request for frames may be met ("get free pages")
 *
 * A request says what it is for. Most can wait, and do without the last frames.
 * Some cannot wait, for example in an interrupt: they may take from the reserve
 * that is kept for them.
 */
#ifndef GFP_H
#define GFP_H

typedef unsigned gfp_t;

#define __GFP_HIGH           0x20u     /* may take from the reserve */
#define __GFP_ZERO           0x8000u   /* the frames are to be zero */
#define __GFP_DIRECT_RECLAIM 0x400000u /* may wait for others to free some */

#define GFP_KERNEL __GFP_DIRECT_RECLAIM
#define GFP_ATOMIC __GFP_HIGH

#endif
