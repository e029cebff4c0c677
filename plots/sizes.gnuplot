# sizes.gnuplot - what sizes a program asks for.
#
# Usage, from the repository root (see plots/style.gnuplot):
#   gnuplot -c plots/sizes.gnuplot FOLDER FILE WORKLOAD [TITLE]
#
# Reads FOLDER/sizes.csv. A bar for the requests up to each power of two shows
# their share of the calls, and their share of the bytes. In most programs the
# small ones make up most calls, and the large ones most bytes.

folder = ARG1; file = ARG2; workload = ARG3; about = ARG4
measure = "sizes"
load "plots/style.gnuplot"

# sizes.csv: 4 size, 5 calls, 6 bytes. Prints exponent, calls %, bytes %.
classes = "< " . awk_of(all, "BEGIN { OFS = \",\" } " . \
    "{ for (e = 0; 2 ^ e < $4; e++) ; n[e] += $5; b[e] += $6 } " . \
    "{ calls += $5; bytes += $6; if (e > last) last = e } " . \
    "END { for (e = 0; e <= last; e++) if (n[e]) " . \
    "print e, 100 * n[e] / calls, bytes ? 100 * b[e] / bytes : 0 }")
stats classes using 1 name "exponent" nooutput
size(e) = e < 10 ? sprintf("%d", 2 ** e) : \
    e < 20 ? sprintf("%d Ki", 2 ** (e - 10)) : sprintf("%d Mi", 2 ** (e - 20))

title = "Sizes of requests: " . about
command = sprintf("build/bench/sizes %s", trace)
height = 620
load "plots/page.gnuplot"
set multiplot
set lmargin at screen 0.115
set rmargin at screen 0.97
set boxwidth 0.8
set xrange [exponent_min - 0.7:exponent_max + 0.7]
set yrange [0:*]
set xtics () scale 0
set for [e=exponent_min:exponent_max:2] xtics add ("" e)
set tmargin at screen down(90, 3)
set bmargin at screen up(340, 16)
set ylabel "% of the calls" offset 1,0
plot classes using 1:2 with boxes fillcolor rgb used_colour
unset label
set for [e=exponent_min:exponent_max:2] xtics add (size(int(e)) e)
set tmargin at screen up(315, 15)
set bmargin at screen up(85, 4)
set ylabel "% of the bytes" offset 1,0
set xlabel "size of the request, up to so many bytes, log scale" offset 0,0.4
plot classes using 1:3 with boxes fillcolor rgb used_colour
unset multiplot
