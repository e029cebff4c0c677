# down.gnuplot - one process of our kernel: chunks, areas, pages, frames.
#
# Usage, from the repository root (see plots/style.gnuplot):
#   gnuplot -c plots/down.gnuplot FOLDER FILE down [TITLE]
#
# Reads FOLDER/down.csv (see kernel/down/picture.c). Above are the addresses of
# the process, below the frames of the memory. A line leads from a page to the
# frame that stands behind it: a page without one has not been touched.

folder = ARG1; file = ARG2; workload = ARG3; about = ARG4
measure = "down"
load "plots/style.gnuplot"

title = about
command = "make down"
height = 560
load "plots/page.gnuplot"
set lmargin at screen 0.14
set rmargin at screen 0.97
set tmargin at screen down(85, 3)
set bmargin at screen up(110, 4)

pages = real(ask("$2 == \"area\" { last = $4 } END { print last + 0 }"))
frames = real(ask("$2 == \"frame\" { last = $4 } END { print last + 0 }"))
set xrange [0:most(pages, 1)]
set yrange [0:4]
unset border
unset xtics
unset grid
set ytics ("chunks" 3.55, "areas" 3.1, "pages" 2.65, "frames" 0.55) scale 0
frame_x(pfn) = pfn * pages / frames

array chunk_colour[3] = [free_colour, used_colour, top_colour]
array page_colour[2] = [top_colour, mapped_colour]
array frame_colour[4] = ["#ececec", quiet_colour, own_colour, mapped_colour]
array chunk_name[3] = ["free chunk", "chunk in use", "top"]
array frame_name[4] = ["free frame", "of the kernel", "page table", \
                       "of the process"]
only(name, value) = "< " . rows_of(name) . sprintf(" | grep ',%d$'", value) . \
    " || echo ,,-1,-1,-1"
set style fill solid border rgb "white"
set key at screen 0.5, up(20, 1) bottom center horizontal Left reverse \
    maxrows 3 samplen 1.5 font ",16"
# Also the smallest chunk is to be seen.
seen(from, to) = most(to, from + pages / 200)
plot for [k=2:0:-1] only("chunk", k) \
         using 3:(3.55):3:(seen($3, $4)):(3.4):(3.7) \
         with boxxyerror fillcolor rgb chunk_colour[k + 1] \
         title chunk_name[k + 1], \
     for [k=0:1] only("page", k) using (($3 + $4) / 2):(2.65):3:4:(2.5):(2.8) \
         with boxxyerror fillcolor rgb page_colour[k + 1], \
     rows("area") using (($3 + $4) / 2):(3.1):3:4:(3):(3.2) \
         with boxxyerror fillcolor rgb rounding_colour, \
     rows("area") using 3:(3.1):5 with labels left offset 0.3,0 font ",13", \
     for [k=0:3] only("frame", k) \
         using (frame_x(($3 + $4) / 2)):(0.55):(frame_x($3)):(frame_x($4)): \
         (0.4):(0.7) with boxxyerror fillcolor rgb frame_colour[k + 1] \
         title frame_name[k + 1], \
     rows("link") using ($3 + 0.5):(2.5):(frame_x($4 + 0.5) - $3 - 0.5):(-1.8) \
         with vectors nohead linewidth 1 linecolor rgb mapped_colour
