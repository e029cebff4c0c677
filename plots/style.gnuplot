# style.gnuplot - what all figures share: arguments, data, palette, layout.
#
# A figure is drawn from the repository root with
#   gnuplot -c plots/NAME.gnuplot FOLDER FILE WORKLOAD [TITLE]
# Its script sets folder, file, workload and about to these and data to a CSV,
# loads this file, and opens FILE with `eval start(HEIGHT)`: .svg, .png, or
# .txt for a terminal. Nothing is written where there is no data.
#
# A stage keeps its colour in every figure, by the number that its name begins
# with, and colour-blind readers can tell them apart. The system's malloc is
# black, other allocators are grey, each with marks of its own. In text each
# has a letter: a stage its digit, the others mostly the first of their name.

set encoding utf8
set datafile separator ","
set border 3 linewidth 1
set tics nomirror out
set grid ytics linewidth 0.5 linecolor rgb "#b8b8b8" dashtype 3
set style fill solid noborder
set key noautotitle

MiB = 1048576.0
least(a, b) = a < b ? a : b

# A step for some four tics.
magnitude(x) = 10.0 ** floor(log10(x))
tics_step(x) = magnitude(x) * (x / magnitude(x) < 2 ? 0.5 : \
    x / magnitude(x) < 5 ? 1 : 2)

# --- data ----------------------------------------------------------------

# All rows of the workload, or of one allocator there; `all` stands for all
# workloads.
data = folder . "/" . data
begin = workload eq "all" ? "[^#,]*," : workload . ","
lines = sprintf("LC_ALL=C grep -s '^%s%s' '%s'", begin, \
    workload eq "all" ? "[^,]*,[0-9]" : "", data)
only(name) = sprintf("LC_ALL=C grep -s '^%s%s,' '%s'", begin, name, data)
rows(name) = "< " . only(name)
medians(name, keys, column) = sprintf( \
    "%s | awk -v keys=%s -v column=%d -f bench/medians.awk", \
    rows(name), keys, column)

ask(program) = system(sprintf("%s | awk -F, '%s'", lines, program))
ask_of(name, program) = system(sprintf("%s | awk -F, '%s'", \
    only(name), program))

# The allocators whose rows meet a condition of awk's, in their order.
names_with(condition) = ask("(" . condition . ") && !seen[$2]++ { print $2 }")

# A number of summary.csv; 0 if it is not known.
summary(name, column) = real(system(sprintf("awk -F, '$1 == \"%s\" && " . \
    "$2 == \"%s\" { n = $%d } END { print n + 0 }' '%s/summary.csv'", \
    workload, name, column, folder)))

count = system(lines . " -c")
if (count eq "0" || count eq "") {
    print sprintf("plots: %s: no rows of %s", data, workload)
    exit status 1
}
if (about eq "") { about = workload }

# The workload's trace lies with the one that the CSV's command names.
trace = system(sprintf("sed -n 's|^# command: .* \\([^ ]*/\\)[^/]*\\.trace[ ,]" . \
    ".*|\\1|p' '%s'", data)) . workload . ".trace"

# --- the palette ---------------------------------------------------------

array stage_colour[8] = ["#d55e00", "#e69f00", "#009e73", "#56b4e9", \
                         "#0072b2", "#cc79a7", "#882255", "#999933"]
live_colour = "#b8b8b8"
quiet_colour = "#707070"
peer_colour = "#808080"

# What bytes are used for.
used_colour = "#3b6fb6"
rounding_colour = "#9dbce0"
own_colour = "#a8323e"
free_colour = "#f0a830"
top_colour = "#d4d4d4"
mapped_colour = "#2f9e8f"

# 01, 02 ... are stages; any other name is the system's malloc or a peer.
stage(name) = name ne "" && strstrt("0123456789", name[1:1]) ? \
    int("1" . name[1:2]) - 100 : 0
system_like(name) = name[1:6] eq "system"
colour(name) = stage(name) ? stage_colour[(stage(name) - 1) % 8 + 1] : \
    name eq "none" ? live_colour : \
    system_like(name) ? "black" : peer_colour
dash(name) = stage(name) || name eq "none" ? 1 : system_like(name) ? 2 : 4
letter(name) = stage(name) ? sprintf("%d", stage(name) % 10) : \
    name eq "system-notcache" ? "n" : name eq "none" ? "0" : name[1:1]
mark(name) = text ? letter(name) : stage(name) ? 7 : \
    name eq "system" ? 5 : name eq "system-notcache" ? 4 : \
    name eq "jemalloc" ? 8 : name eq "mimalloc" ? 10 : \
    name eq "tcmalloc" ? 12 : 6

# Where curves lie upon each other, later ones let earlier ones show.
width(name) = stage(name) ? 4.2 - 0.4 * ((stage(name) - 1) % 8) : 2

# --- the page ------------------------------------------------------------

suffix = file[strlen(file) - 3:]
text = suffix eq ".txt"
kind_of_file = text ? "dumb noenhanced size 100,30" : \
    suffix eq ".png" ? 'pngcairo noenhanced font "sans,18"' : \
    'svg noenhanced font "sans-serif,18" dynamic background "white"'
if (text) { unset grid }
start(pixels) = sprintf("page = %.1f; set terminal %s %s; set output '%s'", \
    pixels, kind_of_file, text ? "" : sprintf("size 840,%d", pixels), file)

up(pixels, text_lines) = text ? text_lines / 30.0 : pixels / page

# What is compared, and the command that made the numbers.
down(pixels, text_lines) = text ? 1 - text_lines / 30.0 : 1 - pixels / page
heading(title, command) = (heading_title = title, \
    heading_command = command, sprintf( \
    "set label heading_title at screen 0.02, %g font ',22';" . \
    "set label heading_command at screen 0.02, %g font ',15' " . \
    "textcolor rgb quiet_colour", down(30, 0.5), down(60, 1.5)))

# Panels side by side, numbered from 0, `panels` in all, with room for the
# heading and, below `foot`, for the key: place(i) moves to one of them.
columns(n) = n == 1 ? 1 : n == 2 || n == 4 ? 2 : 3
floors(n) = ceil(real(n) / columns(n))
lowest(i) = i + columns(panels) >= panels
leftmost(i) = i % columns(panels) == 0
panel_width(n) = 0.875 / columns(n)
panel_left(i) = 0.095 + (i % columns(panels)) * panel_width(panels)
panel_height(n) = (down(80, 2.5) - foot) / floors(n)
panel_top(i) = down(80, 2.5) - \
    (i / columns(panels)) * panel_height(panels) - (text ? 0.03 : 26 / page)
place(i) = sprintf("set lmargin at screen %g; set rmargin at screen %g;" . \
    "set tmargin at screen %g; set bmargin at screen %g;" . \
    "set format x '%s'; set format y '%s';" . \
    "set label name at graph 0, 1 offset %d,0.6 font ',17'", \
    panel_left(i), panel_left(i) + panel_width(panels) - 0.02, panel_top(i), \
    panel_top(i) - panel_height(panels) + (text ? 0.07 : 40 / page), \
    lowest(i) ? "%g" : "", leftmost(i) ? "%g" : "", text ? 1 : 0)
axes_of_panels(x, y) = sprintf("set label '%s' at screen 0.53, %g center;" . \
    "set label '%s' at screen 0.02, 0.5 center rotate;" . \
    "set tics font ',16' scale 0.5", x, foot - up(38, 2), y)

# What a panel says whose curve goes on above it.
beyond(mebibytes) = sprintf("set label 'to %.3g MiB' " . \
    "at graph 1.05, 1 right offset 0,0.6 font ',15' front", mebibytes)

# Makes room for a key below all panels: an empty plot must follow.
key_below(letters) = "unset logscale; unset border; unset tics;" . \
    "unset label; set lmargin at screen 0; set rmargin at screen 1;" . \
    "set xrange [0:1];" . \
    "set bmargin at screen 0; set tmargin at screen up(50, 2);" . \
    "set yrange [0:1];" . (letters eq "" ? "set key center center " . \
    "horizontal Left reverse samplen 1.5 width -1" : \
    "set key off; set label '" . letters . "' at screen 0.5, up(0, 1) center")

# How `name` is drawn: by a curve, a curve with marks, one with marks and the
# range of each (x, y, lowest, highest), marks alone. In text by its letter.
look = "linecolor rgb colour(name) dashtype dash(name)"
letters = "with points pointtype mark(name)"
curve = text ? letters : "with lines linewidth width(name) " . look
steps = text ? letters : "with steps linewidth width(name) " . look
marked = text ? letters : "with linespoints linewidth 2 " . look . \
    " pointtype mark(name) pointsize 0.9"
ranged = text ? "using 1:2 " . letters : "using 1:2:3:4 with yerrorlines " . \
    "linewidth 2 " . look . " pointtype mark(name) pointsize 0.9"
spot = text ? letters : "with points linewidth 1.5 linecolor rgb " . \
    "colour(name) pointtype mark(name) pointsize 0.9"
