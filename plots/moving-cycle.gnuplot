# moving-cycle.gnuplot - memory while objects move, call by call.
#
# Usage, from the repository root (see plots/style.gnuplot):
#   gnuplot -c plots/moving-cycle.gnuplot FOLDER FILE drift [TITLE]
#
# Reads FOLDER/moving-cycle.csv (see bench/appendices/moving).

folder = ARG1; file = ARG2; workload = ARG3; about = ARG4
measure = "moving-cycle"
load "plots/style.gnuplot"

# moving-cycle.csv: 3 operation, 4 live, 5 used, 6 held, 7 tables
array series_said[3] = ["held", "pages in use", "forwarding tables"]
array series_column[3] = [6, 5, 7]
array series_colour[3] = ["black", own_colour, used_colour]
array series_letter[3] = ["h", "u", "t"]
line = text ? "with points pointtype series_letter[i]" : \
    "with steps linewidth 1.8 linecolor rgb series_colour[i]"
use = text ? "with points pointtype '.'" : \
    "with filledcurves y1=0 fillcolor rgb live_colour"

title = "Memory while objects move: drift"
command = "bench/appendices/moving"
height = 560
load "plots/page.gnuplot"
set lmargin at screen 0.105
set rmargin at screen 0.95
set tmargin at screen down(85, 3)
set bmargin at screen up(150, 8)
set xrange [*:*]
set yrange [0:*]
set xlabel "thousand calls" offset 0,0.4
set ylabel "MiB" offset 1,0
set key at screen 0.5, up(12, 0) bottom center horizontal Left reverse \
    samplen 2 font ",16"
plot rows("moving") using ($3 / 1000):($4 / MiB) @use title "live", \
     for [i=1:3] rows("moving") \
         using ($3 / 1000):(column(series_column[i]) / MiB) @line \
         title series_said[i]
