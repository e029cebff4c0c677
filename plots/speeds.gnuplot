# speeds.gnuplot - time per call of all allocators, on all workloads.
#
# Usage, from the repository root (see plots/style.gnuplot):
#   gnuplot -c plots/speeds.gnuplot FOLDER FILE all|WORKLOAD [TITLE]
#
# Reads FOLDER/summary.csv. A row for each workload, in it a mark for each
# allocator at its ratio to the system's malloc on the same workload, the
# marks below one another in the order of the key. The scale is logarithmic.

folder = ARG1; file = ARG2; workload = ARG3; about = ARG4
data = "summary.csv"
load "plots/style.gnuplot"

# summary.csv: 1 workload, 2 allocator, 6 ratio, 7 lowest, 8 highest
names = names_with('$6 > 0 && $2 !~ /^(none|system)$/')
workloads = ask('$6 > 0 && !seen[$1]++ { printf "%s ", $1 }')
count = words(workloads)
numbered(name) = rows(name) . sprintf(" | awk -F, -v OFS=, " . \
    "'BEGIN { split(\"%s\", w, \" \"); for (i in w) number[w[i]] = i } " . \
    "{ print number[$1], $6 }'", workloads)
apart(i) = 0.84 * ((i - 0.5) / words(names) - 0.5)

facts = ask('$6 > 0 && $2 != "none" { if (!low || $6 < low) low = $6; ' . \
    'if ($6 > high) high = $6 } END { print low, high }')

eval start(280 + 52 * count)
eval heading("Time per call on each workload" . \
    (about eq "all" ? "" : ": " . about), \
    "build/bench/replay build/traces/WORKLOAD.trace LIBRARY")
set lmargin at screen 0.2
set rmargin at screen 0.97
set tmargin at screen down(80, 2)
set bmargin at screen up(190, 7)
set xlabel "times the time of the system's malloc, log scale" offset 0,0.4
set logscale x
set xrange [real(word(facts, 1)) / 1.2:word(facts, 2) * 1.2]
set xtics (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 1000)
set format x "%g"
set yrange [count + 0.5:0.5]
set grid noytics xtics
set ytics ()
set for [i=1:count] ytics add (word(workloads, i) i) scale 0
set for [i=1:count - 1] arrow from graph 0, first i + 0.5 \
    to graph 1, first i + 0.5 nohead linewidth 0.5 linecolor rgb live_colour
set arrow from 1, graph 0 to 1, graph 1 nohead linewidth 1.5 \
    linecolor rgb "black" back
set key at screen 0.5, up(10, 0) bottom center vertical Left reverse \
    maxrows (words(names) + 2) / 3 samplen 1 font ",16"
plot for [i=1:words(names)] name=word(names, i) numbered(name) \
    using 2:($1 + apart(i)) @spot title name
