# syscalls.gnuplot - how often each allocator asks the system for memory.
#
# Usage, from the repository root (see plots/style.gnuplot):
#   gnuplot -c plots/syscalls.gnuplot FOLDER FILE WORKLOAD [TITLE]
#
# Reads FOLDER/syscalls.csv: system calls between the first operation and the
# last, per thousand operations, stacked by call. One costs as much as tens or
# hundreds of mallocs, and the pages that it brings must be cleared besides.

folder = ARG1; file = ARG2; workload = ARG3; about = ARG4
measure = "syscalls"
load "plots/style.gnuplot"

# syscalls.csv: 4 operations, 5 call, 6 count; a call `none` says that there
# was none at all. The five most frequent have names here.
names = names_with('$6 != "" && $2 != "none"')
kinds = "brk mmap munmap mremap madvise others"
array kind_colour[6] = [used_colour, mapped_colour, "#8fd0c6", "#7b4fa3", \
                        free_colour, top_colour]
array kind_letter[6] = ["b", "m", "u", "r", "a", "o"]
across = "system calls per thousand operations"

array bar[words(names)]
array said[words(names)]
do for [i=1:words(names)] {
    bar[i] = ask_of(word(names, i), \
        '{ per = 1000 / $4; name = $5 ~ /^(brk|mmap|munmap|mremap|madvise|' . \
        'none)$/ ? $5 : "others"; n[name] += $6 * per; sum += $6 * per } ' . \
        '$3 != round { round = $3; rounds++ } ' . \
        'END { split("brk mmap munmap mremap madvise others", k, " "); ' . \
        'for (i = 1; i <= 6; i++) printf "%.6f ", n[k[i]] / rounds; ' . \
        'print sum / rounds }')
    said[i] = sprintf("%.3g", real(word(bar[i], 7)))
}

title = "System calls for memory: " . about
command = sprintf("bench/replay/syscalls %s LIBRARY", trace)
height = 250 + 38 * words(names)
load "plots/page.gnuplot"
load "plots/bars.gnuplot"
