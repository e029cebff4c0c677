# faults.gnuplot - what a heap that grows costs in page faults and frames.
#
# Usage, from the repository root (see plots/style.gnuplot):
#   gnuplot -c plots/faults.gnuplot FOLDER FILE cc1 [TITLE]
#
# Reads FOLDER/faults.csv (see bench/kernel/k04_faults.c). The page faults have
# an axis of their own, on the right, so that a fault is as high as the page that
# it brings. Where both curves part, pages have gone back and come again.

folder = ARG1; file = ARG2; workload = ARG3; about = ARG4
measure = "faults"
load "plots/style.gnuplot"

# faults.csv: 3 operation, 4 live, 5 held, 6 frames, 7 faults
array series_name[4] = ["live", "held by malloc", "in frames", "page faults"]
array series_colour[4] = [live_colour, stage_colour[6], mapped_colour, "black"]
array series_letter[4] = [".", "h", "f", "p"]
mib(i) = i < 4 ? column(3 + i) / MiB : column(7) * 4096 / MiB
line = text ? "with points pointtype series_letter[i]" : \
    "with lines linewidth 2.5 linecolor rgb series_colour[i]"
use = text ? "with points pointtype '.'" : \
    "with filledcurves y1=0 fillcolor rgb live_colour"

title = "A heap, and the frames behind it"
command = "build/bench/kernel/k04_faults"
height = 620
load "plots/page.gnuplot"
set lmargin at screen 0.125
set rmargin at screen 0.845
set tmargin at screen down(85, 3)
set bmargin at screen up(170, 8)
set border 11
set xrange [0:*]
set yrange [0:*]
set xlabel "thousand calls" offset 0,0.4
set ylabel "MiB" offset 2,0
set link y2 via y * MiB / 4096 inverse y * 4096 / MiB
set y2tics 200
set y2label "page faults" offset -1,0
set key at screen 0.5, up(12, 0) bottom center vertical Left reverse \
    maxrows 2 samplen 2.5 font ",16"
plot rows("06") using ($3 / 1000):($4 / MiB) @use title series_name[1], \
     for [i=2:4] rows("06") using ($3 / 1000):(mib(i)) @line \
         title series_name[i]
