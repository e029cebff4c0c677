# sorted.awk - medians: numbers kept in order, each lot under a name.
#
# Usage: awk -f bench/measure/sorted.awk -f PROGRAM ...
#
# values[name] is how many numbers there are under the name, and value[name, 1
# ... values[name]] are the numbers, the lowest first.

function insert(name, number,    i) {
    for (i = ++values[name]; i > 1 && value[name, i - 1] > number + 0; i--)
        value[name, i] = value[name, i - 1]
    value[name, i] = number + 0
}

# Empty if there are none.
function median(name,    n) {
    n = values[name]
    if (n == 0)
        return ""
    return (value[name, int((n + 1) / 2)] + value[name, int((n + 2) / 2)]) / 2
}
