# cost.gnuplot - the memory that a payload takes, for each size.
#
# Usage, from the repository root (see plots/style.gnuplot):
#   gnuplot -c plots/cost.gnuplot FOLDER FILE cost [TITLE]
#
# Reads FOLDER/cost.csv (see bench/measure/cost.c). There is a panel for each
# allocator, with the last stage's area behind its line. 01 to 06 have no panel:
# their chunks cost what those of 07 do. The sizes have a log scale.

folder = ARG1; file = ARG2; workload = ARG3; about = ARG4
measure = "cost"
load "plots/style.gnuplot"

# cost.csv: 4 size, 5 resident
names = names_with('$5 != "" && $2 !~ /^0[1-6]-/')
last = ask('$5 != "" && $2 ~ /^[0-9]/ { last = $2 } END { print last }')

wasted = text ? letters : \
    "with filledcurves y1=1 fillcolor rgb colour(name)"

panels = words(names)
columns = side_by_side(panels)
title = "What a payload takes of memory"
command = "build/bench/cost LIBRARY"
height = 170 + 230 * ceil(real(panels) / columns)
load "plots/page.gnuplot"
foot = up(105, 4)
x_label = "bytes asked for, 16 to 1024, log scale"
y_label = "bytes resident for a byte asked for"
load "plots/panels.gnuplot"
set logscale x 2
set xrange [16:1024]
set yrange [1:2.05]
set xtics (16, 64, 256)
set ytics 0.5
do for [i=0:panels - 1] {
    name = word(names, i + 1)
    load "plots/panel.gnuplot"
    plot rows(name) using 4:($5 / $4) @wasted, \
         rows(last) using 4:(text ? NaN : $5 / $4) \
             with lines linewidth 1.5 linecolor rgb colour(last)
    unset label
}
load "plots/key.gnuplot"
plot -1, keyentry with lines linewidth 1.5 linecolor rgb colour(last) \
    title last
unset multiplot
