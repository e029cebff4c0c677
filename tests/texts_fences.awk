# texts_fences.awk - tell the prose of a Markdown text from its fenced blocks
#
# Read before another program, whose rules then find for each line
#
#     at        where it is: "prose", "open" (the fence), "in" or "close"
#     language  the first word behind the opening fence, and
#     quoted    the second: the file that the block quotes
#     opened    the number of the opening line
#     body      the line without the indentation of its fence

function complain(line, what)
{
    if (!fix)
        printf "%s:%d: %s\n", FILENAME, line, what
}

# The folder of a path, with its slash; "" for a file of the top folder.
function folder_of(path)
{
    sub(/[^\/]*$/, "", path)
    return path
}

# Where a file lies that a text calls by this name: beside the text, or else
# in the top folder.
function place_of(name,    beside)
{
    beside = folder_of(FILENAME) name
    return exists(beside) ? beside : name
}

function exists(path,    line, answer)
{
    if (!(path in seen)) {
        seen[path] = (getline line <path) >= 0
        close(path)
    }
    return seen[path]
}

FNR == 1 {
    fence = ""
}

{
    at = fence == "" ? "prose" : "in"
    body = $0
    match(body, /^ */)
    if (at == "prose")
        indent = RLENGTH
    body = substr(body, (RLENGTH < indent ? RLENGTH : indent) + 1)
}

at == "prose" && body ~ /^(```|~~~)/ {
    at = "open"
    opened = FNR
    match(body, /^(`+|~+)/)
    fence = substr(body, 1, RLENGTH)
    info = substr(body, RLENGTH + 1)
    count = split(info, words, " ")
    language = count >= 1 ? words[1] : ""
    quoted = count >= 2 ? words[2] : ""
}

at == "in" && index(body, fence) == 1 && body ~ /^(`+|~+) *$/ {
    at = "close"
    fence = ""
}
