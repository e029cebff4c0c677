# map.gnuplot - heap maps: what each address was used for, call by call.
#
# Usage, from the repository root (see plots/style.gnuplot):
#   gnuplot -c plots/map.gnuplot FOLDER FILE WORKLOAD [TITLE]
#
# Reads FOLDER/map.csv. There is a panel for each stage, all to one scale: a
# point has the same number of bytes everywhere, and its colour says what they
# are. If a heap goes on above its panel, or its run was stopped, the panel says
# so. A thin line stands where addresses are left out that were never held; the
# black line is as high as the live bytes. See plots/map.awk for the points and
# plots/mapscale.awk for the scale.

folder = ARG1; file = ARG2; workload = ARG3; about = ARG4
measure = "map"
load "plots/style.gnuplot"

# Cell and limit; then for each stage its name, the end of its addresses, and
# its last operation.
scale = system(program_of(all, "-f plots/mapscale.awk"))
cell = real(word(scale, 1))
limit = real(word(scale, 2))
panels = (words(scale) - 2) / 3
stage_of(panel) = word(scale, 3 + 3 * panel)
end_of(panel) = real(word(scale, 4 + 3 * panel))
done(panel) = real(word(scale, 5 + 3 * panel))
kinds = "used free top mapped own"
array kind_colour[5] = [used_colour, free_colour, top_colour, \
                        mapped_colour, own_colour]
array kind_letter[5] = ["#", ".", "-", "m", "+"]

# The live bytes, of a run that went on to the end; if there is none, a point
# that cannot be seen.
or_nothing(command) = "< " . command . " || echo ,,,0,0,0"
gaps(name) = or_nothing(rows_of(name) . " | grep ',gap,'")
memory = sprintf("grep -s '^%s,' '%s/memory.csv'", workload, folder)
whole = system(memory . \
    " | awk -F, '$4 >= most { most = $4; name = $2 } END { print name }'")
live = or_nothing(memory . " | grep '," . whole . ",'")

# All operations, if at least one run got so far.
operations = real(system(memory . \
    " | awk -F, '$4 > last { last = $4 } END { print last + 0 }'"))
do for [i=0:panels - 1] { operations = most(operations, done(i)) }
calls = call_unit(operations)
bytes = byte_unit(limit)

columns = side_by_side(panels)
title = "Heap map of each stage: " . about
command = sprintf("build/bench/walk map 200 %d %s LIBRARY", cell, trace)
height = 170 + 230 * ceil(real(panels) / columns)
load "plots/page.gnuplot"
foot = up(105, 4)
x_label = call_name(calls)
y_label = "address, " . byte_name(bytes)
load "plots/panels.gnuplot"
set xrange [0:operations / calls]
set yrange [0:limit / bytes]
set xtics tics_step(operations / calls)
unset grid

# The image of a heap: how many points it is wide and high.
wide = text ? 26 : 240
high = text ? int(30 * panel_height) - 2 : int(limit / cell)
x(column) = (column + 0.5) * operations / calls / wide
y(line) = (line + 0.5) * limit / high / bytes
points(name) = "< " . program_of(name, sprintf("-v operations=%d " . \
    "-v limit=%d -v columns=%d -v lines=%d -v text=%d -f plots/map.awk", \
    operations, limit, wide, high, text))
do for [i=0:panels - 1] {
    stage_name = stage_of(i)
    name = end_of(i) > limit ? cut(stage_name, end_of(i)) : stage_name
    load "plots/panel.gnuplot"
    share = done(i) / operations
    load "plots/stopped.gnuplot"
    if (text) {
        plot points(stage_name) using (x($1)):(y($2)):3 with labels
    } else {
        plot points(stage_name) using (x($1)):(y($2)):3:4:5:6 with rgbalpha, \
             live using ($4 / calls):($6 / bytes) with lines linewidth 1.5 \
                 linecolor rgb "black", \
             gaps(stage_name) using (0):($5 / bytes):(operations / calls):(0) \
                 with vectors nohead linewidth 0.5 linecolor rgb quiet_colour
    }
    unset label
}
load "plots/key.gnuplot"
plot -1, for [k=1:5] keyentry @area_key title word(kinds, k), \
    for [line in text ? "" : "live"] keyentry with lines linewidth 2 \
        linecolor rgb "black" title "live bytes"
unset multiplot
