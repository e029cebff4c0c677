# style.gnuplot - what all figures share: arguments, data, palette.
#
# A figure is drawn from the repository root with
#   gnuplot -c plots/NAME.gnuplot FOLDER FILE WORKLOAD [TITLE]
# Its script sets folder, file, workload and about to these (`load` hides the
# arguments) and measure to the name of a CSV, loads this file, then
# plots/page.gnuplot. Nothing is written where there is no data.
#
# A stage has the same colour in every figure, which depends on the number that
# its name begins with; colour-blind readers can tell the colours apart. The
# system's malloc is black, other allocators are grey, each with its own marks.
# In text each has a letter: a stage its digit, the others mostly the first
# letter of their name.

set encoding utf8
set datafile separator ","
set border 3 linewidth 1
set tics nomirror out
set grid ytics linewidth 0.5 linecolor rgb "#b8b8b8" dashtype 3
set style fill solid noborder
set key noautotitle

if (about eq "") { about = workload }
suffix = file[strlen(file) - 3:]
text = suffix eq ".txt"

least(a, b) = a < b ? a : b
most(a, b) = a > b ? a : b

# A step for some four tics.
magnitude(x) = 10.0 ** floor(log10(x))
tics_step(x) = magnitude(x) * (x / magnitude(x) < 2 ? 0.5 : \
    x / magnitude(x) < 5 ? 1 : 2)

# How many of n panels stand side by side.
side_by_side(n) = n == 1 ? 1 : n == 2 || n == 4 ? 2 : 3

# The unit for bytes, or calls, on an axis that ends at `end`, and its name.
KiB = 1024.0
MiB = 1024 * KiB
byte_unit(end) = end < 2 * MiB ? KiB : MiB
byte_name(unit) = unit < MiB ? "KiB" : "MiB"
call_unit(end) = end < 2e3 ? 1.0 : end < 2e6 ? 1e3 : 1e6
call_name(unit) = (unit < 1e3 ? "" : unit < 1e6 ? "thousand " : "million ") . \
    "calls"

# A number of bytes in words; and what stands above a panel if the bytes go on
# above its end.
amount(bytes) = sprintf(bytes < 100 * byte_unit(bytes) ? "%.3g %s" : \
    "%.0f %s", bytes / byte_unit(bytes), byte_name(byte_unit(bytes)))
cut(name, bytes) = sprintf("%s, to %s", name, amount(bytes))

# --- data ----------------------------------------------------------------

# What the rows of an allocator begin with, for the workload; `all` stands for
# all workloads. Each command below is one process, which takes the place of its
# shell (exec), as a figure needs dozens of them.
csv = folder . "/" . measure . ".csv"
all = "[^,]*"
beginning(name) = sprintf("^%s,%s,[0-9]", \
    workload eq "all" ? "[^#,]*" : workload, name)

# Commands that print the rows of an allocator, and what awk programs print of
# them: one that is written here, or one with these arguments.
rows_of(name) = sprintf("LC_ALL=C exec grep -s '%s' '%s'", \
    beginning(name), csv)
awk_of(name, program) = "exec awk -F, '$0 !~ \"" . \
    beginning(name) . "\" { next } " . program . sprintf("' '%s'", csv)
program_of(name, arguments) = sprintf("exec awk -v wanted='%s' " . \
    "-f plots/rows.awk %s '%s'", beginning(name), arguments, csv)

# What such a program says about the rows.
ask_of(name, program) = system(awk_of(name, program))
ask(program) = ask_of(all, program)

# The allocators whose rows meet a condition of awk's, in their order.
names_with(condition) = ask("(" . condition . ") && !seen[$2]++ { print $2 }")

# The same rows as data to plot, and one column of them as medians.
rows(name) = "< " . rows_of(name)
medians(name, keys, column) = "< " . program_of(name, sprintf( \
    "-v keys=%s -v column=%d -f bench/measure/sorted.awk " . \
    "-f bench/measure/medians.awk", keys, column))

# It may be that there is no such file.
if (system(rows_of(all) . " -c -m 1") ne "1") {
    print sprintf("plots: %s: no rows of %s", csv, workload)
    exit status 1
}

# The workload's trace lies with the one that the CSV's command names.
trace = system(sprintf("exec sed -n 's|^# command: .* " . \
    "\\([^ ]*/\\)[^/]*\\.trace[ ,].*|\\1|p' '%s'", csv)) . workload . ".trace"

# --- the palette ---------------------------------------------------------

array stage_colour[8] = ["#d55e00", "#e69f00", "#009e73", "#56b4e9", \
                         "#0072b2", "#cc79a7", "#882255", "#999933"]
live_colour = "#b8b8b8"
quiet_colour = "#707070"
peer_colour = "#808080"

# What bytes are used for. plots/map.awk has them too.
used_colour = "#3b6fb6"
rounding_colour = "#9dbce0"
own_colour = "#a8323e"
free_colour = "#f0a830"
top_colour = "#d4d4d4"
mapped_colour = "#2f9e8f"

# 01, 02 ... are stages; any other name is the system's malloc or a peer. The 1
# in front is for int(), which takes 08 for an octal number.
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

# How `name` is drawn: as a curve, as a curve with marks, as one with marks and
# ranges (x, y, lowest, highest), as marks alone. In text it is drawn by its
# letter.
look = "linecolor rgb colour(name) dashtype dash(name)"
marks = "pointtype mark(name) pointsize 0.9"
letters = "with points pointtype mark(name)"
curve = text ? letters : "with lines linewidth 2.5 " . look
marked = text ? letters : "with linespoints linewidth 2 " . look . " " . marks
ranged = text ? letters : "with yerrorlines linewidth 2 " . look . " " . marks
spot = text ? letters : \
    "with points linewidth 1.5 linecolor rgb colour(name) " . marks

# An area of a kind of bytes, k, and its place in the key.
area = text ? "with points pointtype kind_letter[k]" : \
    "with filledcurves y1=0 fillcolor rgb kind_colour[k]"
area_key = text ? "with points pointtype kind_letter[k]" : \
    "with boxes fillcolor rgb kind_colour[k]"
