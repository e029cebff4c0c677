# latency.gnuplot - how long single calls take, up to the slowest.
#
# Usage, from the repository root (see plots/style.gnuplot):
#   gnuplot -c plots/latency.gnuplot FOLDER FILE WORKLOAD [TITLE]
#
# Reads FOLDER/latency.csv, which has one histogram of all calls for each round.
# The axis of percentiles is stretched towards its end, so that the tail can be
# seen: at 99.9 %, one call in a thousand takes longer. Points are p50, p99,
# p99.9 and the slowest call, all of them medians of the rounds. See
# plots/latency.awk.

folder = ARG1; file = ARG2; workload = ARG3; about = ARG4
measure = "latency"
load "plots/style.gnuplot"

names = names_with('$5 > 0')
tail(name) = "< " . program_of(name, \
    "-f bench/measure/sorted.awk -f plots/latency.awk")

title = "Latency of single calls: " . about
command = sprintf("build/bench/latency %s LIBRARY", trace)
height = 800
load "plots/page.gnuplot"
set lmargin at screen 0.165
set rmargin at screen 0.95
set tmargin at screen down(85, 3)
set bmargin at screen up(265, 10)
set logscale y
set xrange [0:5.1]
set xtics ("0" 0, "50" 0.301, "90" 1, "99" 2, "99.9" 3, "99.99" 4, "slowest" 5)
set ytics ("10 ns" 10, "100 ns" 100, "1 µs" 1e3, "10 µs" 1e4, \
           "100 µs" 1e5, "1 ms" 1e6, "10 ms" 1e7, "100 ms" 1e8, "1 s" 1e9)
set xlabel "% of the calls are as fast or faster" offset 0,0.4
set ylabel "time of a call, log scale" offset 0.5,0
set key at screen 0.53, up(12, 0) bottom center vertical Left reverse \
    maxrows (words(names) + 1) / 2 samplen 2.5 font ",16"
plot for [name in names] tail(name) using 1:2 @curve, \
     for [name in names] tail(name) using 1:($3 > 0 ? $2 : NaN) @spot, \
     for [name in names] -1 @marked title name
