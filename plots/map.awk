# map.awk - one allocator's heap map, as the points of an image.
#
# Usage: awk -v operations=N -v limit=BYTES -v columns=N -v lines=N
#            [-v text=1] -f plots/map.awk          (reads rows of map.csv)
#
# The image shows operations 0 to N from left to right and the addresses from 0
# to `limit` from the bottom up. Prints x, y, red, green, blue and alpha for
# each of its points. The colour mixes those of the kinds in proportion to their
# bytes; it is fainter where less was held. With `text` it prints x, y and a
# letter for the kind with most bytes, where at least a quarter was held.

# Columns of map.csv: 4 operation, 5 offset, 6 used, 7 free, 8 top, 9 mapped,
# 10 own. The colours are those of plots/style.gnuplot.
BEGIN {
    FS = OFS = ","
    split("# . - m +", letter, " ")
    x = 0
}

$4 == "gap" || $4 == "end" || $5 >= limit { next }

# All cells of a moment stand together. A moment lasts until the next one.
$4 != moment {
    draw_until($4)
    split("", held)
    split("", bytes)
    moment = $4
}

{
    y = int($5 * lines / limit)
    if (!(y in held))
        held[y] = red[y] = green[y] = blue[y] = 0
    held[y] += $6 + $7 + $8 + $9 + $10
    red[y] += 59 * $6 + 240 * $7 + 212 * $8 + 47 * $9 + 168 * $10
    green[y] += 111 * $6 + 168 * $7 + 212 * $8 + 158 * $9 + 50 * $10
    blue[y] += 182 * $6 + 48 * $7 + 212 * $8 + 143 * $9 + 62 * $10
}

text {
    for (kind = 1; kind <= 5; kind++)
        bytes[y, kind] += $(5 + kind)
}

END {
    draw_until(moment + 1)
    split("", held)
    draw_until(operations + 1)
}

# Columns of the image up to this operation show the moment before it.
function draw_until(operation,    y) {
    for (; x < columns && x * operations / (columns - 1) < operation; x++)
        for (y = 0; y < lines; y++)
            if (text && held[y] > limit / lines / 4)
                print x, y, letter[most(y)]
            else if (!text)
                print x, y, y in held ? colour(y) : "0,0,0,0"
}

function colour(y) {
    return int(red[y] / held[y]) OFS int(green[y] / held[y]) OFS \
        int(blue[y] / held[y]) OFS int(255 * held[y] * lines / limit)
}

function most(y,    kind, best) {
    for (kind = best = 1; kind <= 5; kind++)
        if (bytes[y, kind] > bytes[y, best])
            best = kind
    return best
}
