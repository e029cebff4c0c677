# colour.gnuplot - the time of a read of equal places in many slabs.
#
# Usage, from the repository root (see plots/style.gnuplot):
#   gnuplot -c plots/colour.gnuplot FOLDER FILE reads [TITLE]
#
# Reads FOLDER/colour.csv (see bench/kernel/k02_colour.c).

folder = ARG1; file = ARG2; workload = ARG3; about = ARG4
measure = "colour"
load "plots/style.gnuplot"

# colour.csv: 3 slabs, 4 nanoseconds
kinds = "plain coloured"
array kind_colour[2] = [stage_colour[5], stage_colour[2]]
array kind_letter[2] = ["p", "c"]
line = text ? "with points pointtype kind_letter[i]" : \
    "with linespoints linewidth 2.5 pointtype 7 pointsize 0.5 " . \
    "linecolor rgb kind_colour[i]"
said(i) = i == 1 ? "all begin at the same place" : "slabs have colours"

title = "Reading one word of each of many slabs"
command = "build/bench/kernel/k02_colour"
height = 560
load "plots/page.gnuplot"
set lmargin at screen 0.125
set rmargin at screen 0.94
set tmargin at screen down(85, 3)
set bmargin at screen up(150, 7)
set logscale x 2
set xrange [4:*]
set yrange [0:*]
set xlabel "slabs" offset 0,0.4
set ylabel "ns for a read" offset 2,0
set key at screen 0.53, up(12, 0) bottom center vertical Left reverse \
    maxrows 2 samplen 2.5 font ",16"
plot for [i=1:words(kinds)] rows(word(kinds, i)) using 3:4 @line title said(i)
