# panels.gnuplot - begins a figure of panels side by side.
#
# Load it after plots/page.gnuplot, with
#   panels              how many there are
#   columns             how many stand side by side
#   foot                the part of the page below them, for the key
#   x_label, y_label    of their axes, which are the same for all
# Then load plots/panel.gnuplot before each, and plots/key.gnuplot at the end.

floors = ceil(real(panels) / columns)
panel_width = 0.875 / columns
panel_height = (down(80, 2.5) - foot) / floors

set label x_label at screen 0.53, foot - up(38, 2) center
if (text) { set label y_label at screen 0.02, down(0, 2.5) } \
else { set label y_label at screen 0.02, 0.5 center rotate }
set tics font ",16" scale 0.5
set key off
set multiplot
