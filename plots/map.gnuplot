# map.gnuplot - heap maps: what each address was used for, call by call.
#
# Usage, from the repository root (see plots/style.gnuplot):
#   gnuplot -c plots/map.gnuplot FOLDER FILE WORKLOAD [TITLE]
#
# Reads FOLDER/map.csv. A panel for each stage, all to one scale: a point has
# the same number of bytes everywhere, and its colour says what they are. Where
# a heap goes on above its panel, it says how far. A thin line stands where
# addresses are left out that were never held; the black one is as high as
# the live bytes. See plots/map.awk for the points, plots/mapscale.awk for the
# scale.

folder = ARG1; file = ARG2; workload = ARG3; about = ARG4
data = "map.csv"
load "plots/style.gnuplot"

scale = system(lines . " | awk -f plots/mapscale.awk")
operations = real(word(scale, 1))
cell = real(word(scale, 2))
limit = real(word(scale, 3))
panels = (words(scale) - 3) / 2
stage_of(panel) = word(scale, 4 + 2 * panel)
end_of(panel) = real(word(scale, 5 + 2 * panel))

# Where there is nothing to be read, a point that is not seen.
or_nothing(command) = "< " . command . " || echo ,,,0,0,0"
gaps(name) = or_nothing(only(name) . " | grep ',gap,'")
memory = sprintf("grep -s '^%s,' '%s/memory.csv'", workload, folder)
whole = system(memory . \
    " | awk -F, '$4 >= most { most = $4; name = $2 } END { print name }'")
live = or_nothing(memory . " | grep '," . whole . ",'")
curves = "live using ($4 / unit):($6 / MiB) with lines " . \
    "linewidth 1.5 linecolor rgb 'black', gaps(name) using (0):($5 / MiB):" . \
    "(operations / unit):(0) with vectors nohead linewidth 0.5 " . \
    "linecolor rgb quiet_colour"

eval start(170 + 230 * floors(panels))
foot = up(105, 4)
wide = text ? 26 : 240
high = text ? int(30 * panel_height(panels)) - 2 : int(limit / cell)
unit = operations >= 2e6 ? 1e6 : 1e3
x(column) = (column + 0.5) * operations / unit / wide
y(line) = (line + 0.5) * limit / high / MiB
points(name) = rows(name) . sprintf(" | awk -v operations=%d -v limit=%d " . \
    "-v columns=%d -v lines=%d -v text=%d -f plots/map.awk", \
    operations, limit, wide, high, text)
image = text ? "using (x($1)):(y($2)):3 with labels" : \
    "using (x($1)):(y($2)):3:4:5:6 with rgbalpha"
eval heading("Heap map of each stage: " . about, sprintf( \
    "build/bench/walk map 200 %d %s LIBRARY", \
    cell, trace))
eval axes_of_panels(unit > 1e3 ? "million calls" : "thousand calls", \
    "address, MiB")
set multiplot
set xrange [0:operations / unit]
set yrange [0:limit / MiB]
set xtics tics_step(operations / unit)
unset grid
set key off
do for [i=0:panels - 1] {
    name = stage_of(i)
    eval place(i)
    if (end_of(i) > limit) {
        eval beyond(end_of(i) / MiB)
    }
    eval "plot points(name) " . image . (text ? "" : ", " . curves)
    unset label
}
eval key_below(text ? "# used   . free   - top   m mapped   + own" : "")
plot -1, \
    keyentry with boxes fillcolor rgb used_colour title "used", \
    keyentry with boxes fillcolor rgb free_colour title "free", \
    keyentry with boxes fillcolor rgb top_colour title "top", \
    keyentry with boxes fillcolor rgb mapped_colour title "mapped", \
    keyentry with boxes fillcolor rgb own_colour title "own", \
    keyentry with lines linewidth 2 linecolor rgb "black" title "live bytes"
unset multiplot
