# threads.gnuplot - throughput against threads, relative to one thread.
#
# Usage, from the repository root (see plots/style.gnuplot):
#   gnuplot -c plots/threads.gnuplot FOLDER FILE WORKLOAD|all [TITLE]
#
# Reads FOLDER/threads.csv (see bench/measure/threads.c). There is a panel for
# each workload. Each allocator is compared with itself, so all lines begin at
# 1. Points are medians of the rounds, drawn a little apart so that none hides
# another. The key has the most arenas that were in use.

folder = ARG1; file = ARG2; workload = ARG3; about = ARG4
measure = "threads"
load "plots/style.gnuplot"

# threads.csv: 4 threads, 5 operations a second, 6 ratio, 7 arenas
names = names_with('$6 != ""')
workloads = ask('$6 != "" && !seen[$1]++ { print $1 }')
most_threads = real(ask('$4 > most { most = $4 } END { print most }'))
cores = real(system(sprintf("sed -n '" . \
    's/^# machine:.*[^0-9]\([0-9][0-9]*\) x .*/\1/p' . "' '%s' | grep . || " . \
    "nproc", csv)))
stats medians(all, "1,2,4", 6) using 4 name "ratio" nooutput
# The most arenas of each, in the order of names.
most_arenas = ask('$6 != "" && !seen[$2]++ { order[++k] = $2 } ' . \
    '$7 > n[$2] { n[$2] = $7 } ' . \
    'END { for (i = 1; i <= k; i++) print n[order[i]] + 0 }')
number(name) = sum [i=1:words(names)] (word(names, i) eq name ? i : 0)
arenas(name) = int(word(most_arenas, number(name)))
named(name) = name . (arenas(name) == 0 ? "" : \
    arenas(name) == 1 ? ", 1 arena" : sprintf(", %d arenas", arenas(name)))
apart(k) = text ? 0 : 0.005 * most_threads * (k - 0.5 * words(names))
ideal(x) = x < 1 ? NaN : least(x, cores)

panels = words(workloads)
columns = side_by_side(panels)
title = "Throughput of several threads" . \
    (workload eq "all" ? "" : ": " . about)
command = "build/bench/threads WORKLOAD LIBRARY"
height = 230 + 270 * ceil(real(panels) / columns) + 12 * words(names)
load "plots/page.gnuplot"
foot = up(100 + 12 * words(names), 9)
x_label = "threads"
y_label = "throughput, relative to one thread"
load "plots/panels.gnuplot"
set xrange [1 - 0.06 * most_threads:1.06 * most_threads]
if (most_threads <= 8) { set xtics 1 }
set yrange [0:most(1.5 * cores, 1.05 * ratio_max)]
do for [i=0:panels - 1] {
    workload = word(workloads, i + 1)
    name = workload
    load "plots/panel.gnuplot"
    shown = names_with('$6 != ""')
    plot ideal(x) with lines linewidth 6 linecolor rgb live_colour, \
         for [k=1:words(shown)] name=word(shown, k) medians(name, "4", 6) \
             using ($1 + apart(k)):2:3:4 @ranged
    unset label
}
workload = ARG3
load "plots/key.gnuplot"
set tmargin at screen foot - up(55, 3)
set key vertical maxrows (text ? 5 : (words(names) + 2) / 2) font ",16"
plot -1 with lines linewidth 6 linecolor rgb live_colour \
        title sprintf("ideal on %d cores", cores), \
     for [name in names] -1 @marked title named(name)
unset multiplot
