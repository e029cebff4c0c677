# growth.gnuplot - heap growth: live bytes against bytes held, by calls.
#
# Usage, from the repository root:
#   gnuplot -c plots/growth.gnuplot FOLDER FILE.svg WORKLOAD COMMAND
#
# FOLDER/memory.csv has the samples and FOLDER/summary.csv says which stages
# were stopped (see bench/report). The upper panel shows all of it, the lower
# one the part near the live bytes, where the better stages lie together.

output_file = ARG2
figure_height = 860
load "plots/style.gnuplot"

memory = ARG1 . "/memory.csv"
summary = ARG1 . "/summary.csv"
names = names_in(memory, "$5 != \"\" && $1 != \"system-notcache\"")
MiB = 1048576.0

# memory.csv: 2 operation, 4 live, 5 held
stats rows("none", memory) using 2:4 name "span" nooutput
million = span_max_x >= 2e6
unit = million ? 1e6 : 1e3

set multiplot
set lmargin at screen 0.115
set rmargin at screen 0.97
set xrange [0:span_max_x / unit]
set ylabel "MiB held" offset 1,0
set key off

# The line of a stopped stage ends early, and says so: in summary.csv
# 7 operations, 8 sampled, 10 peak held.
do for [name in names_in(summary, "$10 != \"\" && $8 < $7 + 0")] {
    sampled = number_in(summary, name, 8)
    set label sprintf(" %s stopped at %.2g %%", name, \
                      100.0 * sampled / number_in(summary, name, 7)) \
        at sampled / unit, number_in(summary, name, 10) / MiB \
        textcolor rgb colour(name)
}
set label "Heap growth: " . ARG3 at screen 0.02, 0.975 font ",22"
set label ARG4 at screen 0.02, 0.94 font ",15" textcolor rgb quiet_colour
set tmargin at screen 0.91
set bmargin at screen 0.57
set format x ""
set yrange [0:*]
plot rows("none", memory) using ($2 / unit):($4 / MiB) \
         with filledcurves y1=0 fillcolor rgb live_colour, \
     for [name in names] rows(name, memory) \
         using ($2 / unit):($5 / MiB) with steps linewidth 2.5 \
         linecolor rgb colour(name) dashtype dash(name)

unset label
set label "The same, near the live bytes" at screen 0.13, 0.525
set tmargin at screen 0.50
set bmargin at screen 0.23
set format x "%g"
set xlabel (million ? "million calls" : "thousand calls") offset 0,0.4
set key at screen 0.55, 0.01 bottom center vertical Left reverse \
    maxrows (words(names) > 5 ? 4 : 3) samplen 3 width 2
set yrange [0:2 * span_max_y / MiB]
plot rows("none", memory) using ($2 / unit):($4 / MiB) \
         with filledcurves y1=0 fillcolor rgb live_colour title "live bytes", \
     for [name in names] rows(name, memory) \
         using ($2 / unit):($5 / MiB) with steps linewidth 2.5 \
         linecolor rgb colour(name) dashtype dash(name) title name
unset multiplot
