# key.gnuplot - makes room for a key below all panels.
#
# Load it after the last panel. A plot with keyentries, of a point that cannot
# be seen, must follow.

unset logscale
unset border
unset tics
unset label
unset arrow
set lmargin at screen 0
set rmargin at screen 1
set bmargin at screen 0
set tmargin at screen up(50, 2)
set xrange [0:1]
set yrange [0:1]
set key on center center horizontal Left reverse samplen 1.5 width -1
