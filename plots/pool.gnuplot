# pool.gnuplot - how many instructions a malloc or a free takes, in the pool and in
# 04: the share of the calls that take at least so many.
#
# Usage, from the repository root (see plots/style.gnuplot):
#   gnuplot -c plots/pool.gnuplot FOLDER FILE all [TITLE]
#
# Reads FOLDER/pool.csv (see bench/appendices/pool).

folder = ARG1; file = ARG2; workload = ARG3; about = ARG4
measure = "pool"
load "plots/style.gnuplot"

# pool.csv: 3 instructions, 4 share of mallocs, 5 share of frees
array allocator[4] = ["04-bins", "04-bins", "pool", "pool"]
array said[4] = ["04, malloc", "04, free", "the pool, malloc", "the pool, free"]
array column_of[4] = [4, 5, 4, 5]
array tone[4] = [stage_colour[4], stage_colour[4], own_colour, own_colour]
array letter_of[4] = ["4", "f", "P", "F"]
dash_of(i) = column_of[i] == 4 ? 1 : 2
step = text ? "with points pointtype letter_of[i]" : \
    "with steps linewidth 2.5 linecolor rgb tone[i] dashtype dash_of(i)"

title = "Instructions of single calls, over all traces"
command = "bench/appendices/pool"
height = 640
load "plots/page.gnuplot"
set lmargin at screen 0.2
set rmargin at screen 0.95
set tmargin at screen down(85, 3)
set bmargin at screen up(165, 9)
set logscale xy
set xrange [30:1e7]
set yrange [5e-7:1.5]
set xtics ("100" 100, "1,000" 1e3, "10,000" 1e4, "100,000" 1e5, "1,000,000" 1e6)
set ytics ("all" 1, "1 in 10" 0.1, "1 in 100" 1e-2, "1 in 1,000" 1e-3, \
    "1 in 10,000" 1e-4, "1 in 100,000" 1e-5, "1 in 1,000,000" 1e-6)
set xlabel "instructions" offset 0,0.4
set ylabel "calls that take so many or more" offset -3,0
set key at screen 0.575, up(12, 0) bottom center vertical Left reverse \
    maxrows 2 samplen 3 font ",16"
plot for [i=1:4] rows(allocator[i]) using 3:(column(column_of[i])) \
    @step title said[i]
