# buddy.gnuplot - the share of free memory that requests of an order cannot use.
#
# Usage, from the repository root (see plots/style.gnuplot):
#   gnuplot -c plots/buddy.gnuplot FOLDER FILE random [TITLE]
#
# Reads FOLDER/buddy.csv (see bench/kernel/k01_fragmentation.c). The grey area
# is the share of all memory that is in use. Orders 6 to 9 are left out: they lie
# between the curves of 5 and 10.

folder = ARG1; file = ARG2; workload = ARG3; about = ARG4
measure = "buddy"
load "plots/style.gnuplot"

# buddy.csv: 3 operation, 4 unusable, 5 in use
orders = "1 2 3 4 5 10"
array order_colour[6] = [stage_colour[4], stage_colour[3], stage_colour[2], \
                         stage_colour[1], stage_colour[6], stage_colour[5]]
array order_letter[6] = ["1", "2", "3", "4", "5", "X"]
order(i) = word(orders, i)
frames(i) = 2 ** int(order(i))
said(i) = sprintf("order %s, %d frames", order(i), frames(i))
line = text ? "with points pointtype order_letter[i]" : \
    "with lines linewidth 2.5 linecolor rgb order_colour[i]"
use = text ? "with points pointtype '.'" : \
    "with filledcurves y1=0 fillcolor rgb live_colour"

title = "Free memory that requests cannot use"
command = "build/bench/kernel/k01_fragmentation"
height = 700
load "plots/page.gnuplot"
set lmargin at screen 0.125
set rmargin at screen 0.94
set tmargin at screen down(85, 3)
set bmargin at screen up(225, 9)
set xrange [0:*]
set yrange [0:100]
set xlabel "blocks taken and freed" offset 0,0.4
set ylabel "% of the free memory" offset 2,0
set key at screen 0.53, up(12, 0) bottom center vertical Left reverse \
    maxrows 4 samplen 2.5 font ",16"
plot rows("order-0") using 3:($5 * 100) @use \
         title "in use, in % of all memory", \
     for [i=1:words(orders)] rows("order-" . order(i)) \
         using 3:($4 * 100) @line title said(i)
