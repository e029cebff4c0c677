# threads.gnuplot - throughput against threads, relative to one thread.
#
# Usage, from the repository root (see plots/style.gnuplot):
#   gnuplot -c plots/threads.gnuplot FOLDER FILE WORKLOAD|all [TITLE]
#
# Reads FOLDER/threads.csv (see bench/threads.c). A panel for each workload.
# Each allocator is compared with itself, so that all lines begin at 1. Points
# are medians of the rounds, a little apart so that none hides another. The
# key has the most arenas that were in use.

folder = ARG1; file = ARG2; workload = ARG3; about = ARG4
data = "threads.csv"
load "plots/style.gnuplot"

# threads.csv: 4 threads, 5 operations a second, 6 ratio, 7 arenas
names = names_with('$6 != ""')
workloads = ask('$6 != "" && !seen[$1]++ { printf "%s ", $1 }')
panels = words(workloads)
most_threads = real(ask('$4 > most { most = $4 } END { print most }'))
cores = real(system(sprintf("sed -n '" . \
    's/^# machine:.*[^0-9]\([0-9][0-9]*\) x .*/\1/p' . "' '%s' | grep . || " . \
    "getconf _NPROCESSORS_ONLN", data)))
arenas(name) = int(ask_of(name, '$7 > n { n = $7 } END { print n + 0 }'))
named(name) = name . (arenas(name) == 0 ? "" : \
    arenas(name) == 1 ? ", 1 arena" : sprintf(", %d arenas", arenas(name)))
apart(i) = 0.005 * most_threads * (i - 0.5 * words(names))
points(name) = medians(name, "1,4", 6) . sprintf( \
    " | sed -n 's/^%s,//p' | grep . || echo -9,-9,-9,-9", task)
shifted = text ? "using 1:2 " . letters : \
    "using ($1 + apart(k)):2:3:4 " . ranged[15:]

eval start(230 + 270 * floors(panels) + 12 * words(names))
foot = up(100 + 12 * words(names), 8)
eval heading("Throughput of several threads" . \
    (workload eq "all" ? "" : ": " . about), \
    "build/bench/threads WORKLOAD LIBRARY")
eval axes_of_panels("threads", "throughput, relative to one thread")
set multiplot
set xrange [1 - 0.06 * most_threads:1.06 * most_threads]
if (most_threads <= 8) { set xtics 1 }
set yrange [0:cores * 1.5]
set ytics 1
set key off
do for [i=0:panels - 1] {
    task = word(workloads, i + 1)
    name = task
    eval place(i)
    eval "plot (x < 1 ? NaN : x < cores ? x : cores) with lines " . \
        "linewidth 6 linecolor rgb live_colour, for [k=1:words(names)] " . \
        "name=word(names, k) points(name) " . shifted
    unset label
}
eval key_below("")
set tmargin at screen foot - up(55, 3)
set key center center vertical maxrows (words(names) + 2) / 2 font ",16"
plot -1 with lines linewidth 6 linecolor rgb live_colour \
        title sprintf("ideal on %d cores", cores), \
     for [name in names] -1 @marked title named(name)
unset multiplot
