# panel.gnuplot - goes to a panel: `plot` draws there, then `unset label`.
#
# Load it after plots/panels.gnuplot, with
#   i        its number, from 0, by rows
#   name     what stands above it
# Only panels at the left and at the bottom have numbers at their tics.

left = 0.095 + (i % columns) * panel_width
top = down(80, 2.5) - (i / columns) * panel_height - up(26, 0.9)
set lmargin at screen left
set rmargin at screen left + panel_width - 0.02
set tmargin at screen top
set bmargin at screen top - panel_height + up(40, 2.1)
set format x (i + columns >= panels ? "%g" : "")
set format y (i % columns == 0 ? "%g" : "")
set label name at graph 0, 1 offset text,(text ? 1 : 0.6) font ",16"
