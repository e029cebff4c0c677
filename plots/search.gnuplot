# search.gnuplot - time of a malloc against the number of free chunks.
#
# Usage, from the repository root:
#   gnuplot -c plots/search.gnuplot FOLDER FILE.svg
#
# Reads FOLDER/search.csv (see bench/search.c). Both axes have log scales: a
# time that grows with the number of chunks is a slope of one, a time that
# does not is level. Dotted are the first mallocs after the chunks were freed,
# of those that sort them then; 01 to 03 do not sort.

output_file = ARG2
figure_height = 680
load "plots/style.gnuplot"

# search.csv: 2 free chunks, 4 malloc, 6 first malloc
search = ARG1 . "/search.csv"
names = names_in(search, "$4 != \"\"")
sorting = names_in(search, "$4 != \"\" && $1 !~ /^0[1-3]-/")

set label "A malloc that no free chunk fits" at screen 0.02, 0.96 \
    font ",22"
set label "build/bench/search LIBRARY" \
    at screen 0.02, 0.91 font ",15" textcolor rgb quiet_colour
set label notes_in(search) at graph 0.03, 0.93 font ",15"
set lmargin at screen 0.145
set rmargin at screen 0.93
set tmargin at screen 0.86
set bmargin at screen 0.325

set logscale xy
set xrange [7:1.4e6]
set yrange [4:*]
set xtics ("10" 10, "100" 100, "1000" 1e3, "10 000" 1e4, "100 000" 1e5, \
           "1 000 000" 1e6)
set ytics ("10 ns" 10, "100 ns" 100, "1 µs" 1e3, "10 µs" 1e4, \
           "100 µs" 1e5, "1 ms" 1e6, "10 ms" 1e7, "100 ms" 1e8)
set xlabel "free chunks, log scale" offset 0,0.4
set ylabel "time of a malloc, log scale" offset 0.5,0
set key at screen 0.53, 0.015 bottom center vertical Left reverse \
    maxrows 5 samplen 2.5 font ",15"

plot medians("none", search, 4) using 2:3 with lines linewidth 3 \
         linecolor rgb live_colour title "the benchmark alone", \
     for [name in names] medians(name, search, 4) using 2:3:4:5 \
         with yerrorlines pointtype 7 pointsize 0.6 linewidth 2.5 \
         linecolor rgb colour(name) dashtype dash(name) title name, \
     for [name in sorting] medians(name, search, 6) using 2:3 with lines \
         linewidth 2 dashtype 3 linecolor rgb colour(name) notitle, \
     NaN with lines linewidth 2 dashtype 3 linecolor rgb "black" \
         title "first 5 mallocs after frees"
