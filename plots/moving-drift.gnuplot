# moving-drift.gnuplot - bytes held by a heap whose objects move, and by mallocs.
#
# Usage, from the repository root (see plots/style.gnuplot):
#   gnuplot -c plots/moving-drift.gnuplot FOLDER FILE drift [TITLE]
#
# Reads FOLDER/moving-drift.csv (see bench/appendices/moving). The last row of
# each was made after all was given back that could be, so the lines end with a
# step.

folder = ARG1; file = ARG2; workload = ARG3; about = ARG4
measure = "moving-drift"
load "plots/style.gnuplot"

# moving-drift.csv: 3 operation, 4 live, 5 held
names = "03 06 07 moving"
array said[4] = ["03: split and coalesce", "06: arenas", \
                 "07: a cache for each thread", "the moving heap"]
array line_colour[4] = [stage_colour[3], stage_colour[6], stage_colour[7], \
                        used_colour]
array series_letter[4] = ["3", "6", "7", "m"]
line = text ? "with points pointtype series_letter[i]" : \
    "with lines linewidth 2.5 linecolor rgb line_colour[i]"
use = text ? "with points pointtype '.'" : \
    "with filledcurves y1=0 fillcolor rgb live_colour"

title = "Memory held for what is live: drift"
command = "bench/appendices/moving"
height = 660
load "plots/page.gnuplot"
set lmargin at screen 0.105
set rmargin at screen 0.95
set tmargin at screen down(85, 3)
set bmargin at screen up(195, 9)
set xrange [0:*]
set yrange [0:*]
set xlabel "thousand calls" offset 0,0.4
set ylabel "MiB" offset 1,0
set key at screen 0.5, up(12, 0) bottom center vertical Left reverse \
    maxrows 3 samplen 2.5 font ",16"
plot rows("moving") using ($3 / 1000):($4 / MiB) @use title "live", \
     for [i=1:4] rows(word(names, i)) using ($3 / 1000):($5 / MiB) @line \
         title said[i]
