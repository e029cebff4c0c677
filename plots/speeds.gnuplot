# speeds.gnuplot - time per call of all allocators, on all workloads.
#
# Usage, from the repository root (see plots/style.gnuplot):
#   gnuplot -c plots/speeds.gnuplot FOLDER FILE all|WORKLOAD [TITLE]
#
# Reads FOLDER/summary.csv. There is a row for each workload, and in it a mark
# for each allocator at its ratio to the system's malloc on the same workload.
# The marks stand below one another in the order of the key. The scale is
# logarithmic. A cross on a mark says that the run was stopped: the mark shows
# the time per call until then, and as a rule later calls take longer.

folder = ARG1; file = ARG2; workload = ARG3; about = ARG4
measure = "summary"
load "plots/style.gnuplot"

# summary.csv: 1 workload, 2 allocator, 6 ratio, 10 operations, 11 done
names = names_with('$6 > 0 && $2 !~ /^(none|system)$/')
workloads = ask('$6 > 0 && !seen[$1]++ { print $1 }')
facts = ask('$6 > 0 && $2 != "none" { if (!low || $6 < low) low = $6; ' . \
    'if ($6 > high) high = $6 } END { print low, high }')
number(list, one) = sum [i=1:words(list)] (word(list, i) eq one ? i : 0)
y(workload, name) = number(workloads, workload) - 0.42 + \
    0.84 * (number(names, name) - 0.5) / words(names)

# The marks of those that were stopped; if there are none, a point that cannot
# be seen.
is_stopped = '$6 > 0 && $11 < $10 && $2 !~ /^(none|system)$/'
stopped = "< " . awk_of(all, is_stopped . \
    " { print; n++ } END { if (!n) print \",,,,,1\" }")

title = "Time per call on each workload" . \
    (about eq "all" ? "" : ": " . about)
command = "build/bench/replay build/traces/WORKLOAD.trace LIBRARY"
height = 305 + 52 * words(workloads)
load "plots/page.gnuplot"
set lmargin at screen 0.2
set rmargin at screen 0.97
set tmargin at screen down(80, 2)
set bmargin at screen up(215, 8)
set xlabel "times the time of the system's malloc, log scale" offset 0,0.4
set logscale x
set xrange [real(word(facts, 1)) / 1.2:word(facts, 2) * 1.2]
set xtics (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 1000)
set format x "%g"
set yrange [words(workloads) + 0.5:0.5]
set grid noytics xtics
set ytics ()
set for [i=1:words(workloads)] ytics add (word(workloads, i) i) scale 0
set for [i=1:words(workloads) - 1] arrow from graph 0, first i + 0.5 \
    to graph 1, first i + 0.5 nohead linewidth 0.5 linecolor rgb live_colour
set arrow from 1, graph 0 to 1, graph (text ? 0.95 : 1) nohead linewidth 1.5 \
    linecolor rgb "black" back
set key at screen 0.5, up(10, 0) bottom center vertical Left reverse \
    maxrows (words(names) + 3) / 3 samplen 1 font ",16"
# In text a cross stands beside the letter, which it would hide.
beside = text ? 1.1 : 1
cross = text ? "with points pointtype 'x'" : "with points pointtype 2 " . \
    "pointsize 0.9 linewidth 2 linecolor rgb 'black'"
plot for [name in names] rows(name) using 6:(y(strcol(1), name)) @spot \
         title name, \
     stopped using ($6 * beside):(y(strcol(1), strcol(2))) @cross \
         title (names_with(is_stopped) eq "" ? "" : "stopped early")
