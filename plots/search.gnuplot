# search.gnuplot - time of a malloc against the number of free chunks.
#
# Usage, from the repository root (see plots/style.gnuplot):
#   gnuplot -c plots/search.gnuplot FOLDER FILE search [TITLE]
#
# Reads FOLDER/search.csv (see bench/measure/search.c). Both axes have log
# scales: a time that grows with the number of chunks rises with a slope of one,
# a time that does not grow is level. Dotted lines are the first mallocs after
# the chunks were freed, for stages that sort them then; 01 to 03 do not sort.

folder = ARG1; file = ARG2; workload = ARG3; about = ARG4
measure = "search"
load "plots/style.gnuplot"

# search.csv: 4 free chunks, 6 malloc, 8 first malloc, 9 note
names = names_with('$6 != "" && $2 != "system-notcache"')
sorting = text ? "" : \
    names_with('$8 != "" && $2 ~ /^[0-9]/ && $2 !~ /^0[1-3]-/')
notes = ask('$9 != "" && !seen[$2]++ { print $2 ": " $9 }')

title = "A malloc that no free chunk fits"
command = "build/bench/search LIBRARY"
height = 800
load "plots/page.gnuplot"
set label notes at graph 0.03, 0.95 font ",15"
set lmargin at screen 0.165
set rmargin at screen 0.94
set tmargin at screen down(85, 3)
set bmargin at screen up(265, 9)
set logscale xy
set xrange [7:1.4e6]
set yrange [4:*]
set xtics ("10" 10, "100" 100, "1000" 1e3, "10 000" 1e4, "100 000" 1e5, \
           "1 000 000" 1e6)
set ytics ("10 ns" 10, "100 ns" 100, "1 µs" 1e3, "10 µs" 1e4, \
           "100 µs" 1e5, "1 ms" 1e6, "10 ms" 1e7, "100 ms" 1e8)
set xlabel "free chunks, log scale" offset 0,0.4
set ylabel "time of a malloc, log scale" offset 0.5,0
set key at screen 0.53, up(12, 0) bottom center vertical Left reverse \
    maxrows (words(names) + 2) / 2 samplen 2.5 font ",16"

# Where no stage sorts, gnuplot asks for the data once all the same.
first_mallocs(name) = name eq "" ? "< echo 1,1" : medians(name, "4", 8)
plot for [name in names] medians(name, "4", 6) using 1:2:3:4 @ranged \
         title name, \
     for [name in sorting] first_mallocs(name) using 1:2 \
         with lines linewidth 2 dashtype 3 linecolor rgb colour(name), \
     for [name in word(sorting, 1)] -1 with lines linewidth 2 dashtype 3 \
         linecolor rgb "black" title "first 5 mallocs after frees"
