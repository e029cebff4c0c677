/* picture.c - where all of it lies, as rows for plots/down.gnuplot
 *
 * A row is "down,KIND,FROM,TO,WHAT". Places of the process are counted in pages
 * that the picture shows, side by side: of each area the first ones. Frames
 * have their numbers.
 *
 *     chunk  FROM TO   0 free, 1 in use, 2 top and the like
 *     page   FROM TO   0 only promised, 1 has a frame
 *     area   FROM TO   its first address
 *     link   PAGE FRAME
 *     frame  FROM TO   0 free, 1 of the kernel, 2 a table, 3 of the process
 */
#include "picture.h"
#include "buddy.h"
#include "sched.h"

/* Pages that are shown of an area, and pages between two. */
#define SHOWN 40
#define GAP   2

/* Of the area that is being drawn. */
struct drawing {
    FILE *file;
    unsigned long start, end; /* addresses that are shown */
    unsigned long column;     /* where start is */
};

static double column_of(const struct drawing *drawing, unsigned long address)
{
    return (double)drawing->column +
           (double)(address - drawing->start) / (double)PAGE_SIZE;
}

static int draw_chunk(const struct malloc_chunk_info *chunk, void *context)
{
    const struct drawing *drawing = context;
    unsigned long start = (unsigned long)chunk->address;
    unsigned long end = start + chunk->size;

    if (end <= drawing->start || start >= drawing->end)
        return 0;
    if (end > drawing->end)
        end = drawing->end;
    bool in_use = chunk->kind == MALLOC_USED || chunk->kind == MALLOC_MAPPED;
    bool is_free = chunk->kind == MALLOC_FREE || chunk->kind == MALLOC_CACHED;
    fprintf(drawing->file, "down,chunk,%g,%g,%d\n", column_of(drawing, start),
            column_of(drawing, end),
            in_use    ? 1
            : is_free ? 0
                      : 2);
    return 0;
}

static void draw_pages(const struct drawing *drawing)
{
    for (unsigned long address = drawing->start; address < drawing->end;
         address += PAGE_SIZE) {
        unsigned long column = (unsigned long)column_of(drawing, address);
        pte_t *pte = pte_offset(current_mm->pgd, address);
        bool has_frame = pte != NULL && *pte != 0;
        fprintf(drawing->file, "down,page,%lu,%lu,%d\n", column, column + 1,
                has_frame);
        if (has_frame)
            fprintf(drawing->file, "down,link,%lu,%lu,0\n", column,
                    page_to_pfn(pte_page(*pte)));
    }
}

/* Returns the column after it. */
static unsigned long
draw_area(FILE *file, const struct vm_area_struct *vma, unsigned long column,
          int (*walk)(malloc_visitor *visit, void *context))
{
    unsigned long pages = vma_pages(vma) < SHOWN ? vma_pages(vma) : SHOWN;
    struct drawing drawing = {
        .file = file,
        .start = vma->vm_start,
        .end = vma->vm_start + pages * PAGE_SIZE,
        .column = column,
    };

    fprintf(file, "down,area,%lu,%lu,%lx\n", column, column + pages,
            vma->vm_start);
    draw_pages(&drawing);
    walk(draw_chunk, &drawing);
    return column + pages + GAP;
}

/* ---- frames ---- */

static bool is_table(const pte_t *table, unsigned level,
                     const struct page *page)
{
    if (page == virt_to_page(table))
        return true;
    for (unsigned long i = 0; level > 0 && i < PTRS_PER_TABLE; i++)
        if (table[i] != 0 &&
            is_table(page_address(pte_page(table[i])), level - 1, page))
            return true;
    return false;
}

static int kind_of(struct page *page)
{
    if (PageBuddy(block_of(page)))
        return 0;
    if (page_mapcount(page) > 0)
        return 3;
    return is_table(current_mm->pgd, PT_LEVELS - 1, page) ? 2 : 1;
}

/* Up to the last one that the process has, and some more. */
static unsigned long frames_to_show(void)
{
    unsigned long last = 0;

    for (unsigned long pfn = 0; pfn < max_pfn; pfn++)
        if (page_mapcount(pfn_to_page(pfn)) > 0)
            last = pfn;
    last = (last + 96) / 64 * 64;
    return last < max_pfn ? last : max_pfn;
}

void write_picture(FILE *file,
                   int (*walk)(malloc_visitor *visit, void *context))
{
    const struct vm_area_struct *vma;
    unsigned long column = 0, frames = frames_to_show();

    list_for_each_entry(vma, &current_mm->mmap, vm_list) {
        column = draw_area(file, vma, column, walk);
    }
    for (unsigned long pfn = 0; pfn < frames; pfn++)
        fprintf(file, "down,frame,%lu,%lu,%d\n", pfn, pfn + 1,
                kind_of(pfn_to_page(pfn)));
}
