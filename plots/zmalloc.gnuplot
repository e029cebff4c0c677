# zmalloc.gnuplot - what the resident bytes of a redis-server are.
#
# Usage, from the repository root (see plots/style.gnuplot):
#   gnuplot -c plots/zmalloc.gnuplot FOLDER FILE deleted [TITLE]
#
# Reads FOLDER/zmalloc.csv (see bench/appendices/zmalloc_redis). A bar is
# used_memory_rss, and its first part is used_memory; the one over the other is
# mem_fragmentation_ratio, which stands behind it. The C library's malloc does not
# say what is active, and has no bar.

folder = ARG1; file = ARG2; workload = ARG3; about = ARG4
measure = "zmalloc"
load "plots/style.gnuplot"

# zmalloc.csv: 3 used_memory, 4 rss, 7 allocated, 8 active, 9 resident
names = names_with('$8 > 0')
kinds = "used_memory other-live holes free-pages not-the-heap's"
array kind_colour[5] = [used_colour, rounding_colour, own_colour, free_colour, \
                        top_colour]
array kind_letter[5] = ["#", "o", "h", ".", "-"]
rows_wanted = words(names)
array bar[rows_wanted]
array said[rows_wanted]
# Untouched pages are active and not resident.
parts = '{ free = $9 > $8 ? $9 - $8 : 0; heap = free + $8; printf ' . \
    '"%f %f %f %f %f", $3 / 2^20, ($7 - $3) / 2^20, ($8 - $7) / 2^20, ' . \
    'free / 2^20, ($4 - heap) / 2^20 }'
do for [i=1:rows_wanted] {
    bar[i] = ask_of(word(names, i), parts)
    said[i] = "ratio " . ask_of(word(names, i), '{ printf "%.1f", $4 / $3 }')
}

title = "What is resident after 7 of 8 keys were deleted"
command = "bench/appendices/zmalloc"
across = "MiB resident in the redis-server"
height = 230 + 45 * rows_wanted
load "plots/page.gnuplot"
load "plots/bars.gnuplot"
