# threads.gnuplot - throughput against threads, relative to one thread.
#
# Usage, from the repository root:
#   gnuplot -c plots/threads.gnuplot FOLDER FILE.svg CORES
#
# Reads FOLDER/threads.csv (see bench/threads.c). Each allocator is compared
# with itself, so that all lines begin at 1; the grey line is what as many
# threads as there are cores could do at best. The bars go from the lowest
# to the highest round, a little apart so that none hides another.

output_file = ARG2
figure_height = 660
load "plots/style.gnuplot"

# threads.csv: 2 threads, 4 ratio to one thread, 5 arenas
threads = ARG1 . "/threads.csv"
names = names_in(threads, "$4 != \"\"")
cores = int(ARG3)
stats threads using 2 name "threads" nooutput
apart = threads_max * 0.004

# The arenas in use at the last point, for the key.
arenas(name) = system(sprintf( \
    "awk -F, '$1 == \"%s\" && $5 != \"\" { n = $5 } END { if (n) " . \
    "print \", \" n (n == 1 ? \" arena\" : \" arenas\") }' '%s'", name, threads))

set label "Throughput of several threads" at screen 0.02, 0.96 font ",22"
set label sprintf("build/bench/threads LIBRARY; arenas in use with %d threads", \
                  threads_max) \
    at screen 0.02, 0.91 font ",15" textcolor rgb quiet_colour
set label notes_in(threads) at graph 0.03, 0.93 font ",15"
set lmargin at screen 0.11
set rmargin at screen 0.96
set tmargin at screen 0.86
set bmargin at screen 0.30

set xrange [1 - 5 * apart:threads_max + 5 * apart]
set yrange [0:*]
if (threads_max <= 8) { set xtics 1 }
set xlabel "threads" offset 0,0.4
set ylabel "relative to one thread" offset 1,0
set key at screen 0.53, 0.015 bottom center vertical Left reverse \
    maxrows 4 samplen 2.5 font ",15"

plot (x < 1 ? NaN : x < cores ? x : cores) with lines linewidth 6 \
         linecolor rgb live_colour \
         title sprintf("ideal on %d cores", cores), \
     for [i=1:words(names)] medians(word(names, i), threads, 4) \
         using ($2 + apart * (i - words(names) / 2)):3:4:5 \
         with yerrorlines pointtype 7 pointsize 0.8 linewidth 2.5 \
         linecolor rgb colour(word(names, i)) dashtype dash(word(names, i)) \
         title word(names, i) . arenas(word(names, i))
