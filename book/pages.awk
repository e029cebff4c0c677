# pages.awk: which page becomes of each file of the repository?
#
# Reads their paths, a line each, and prints KIND <tab> PAGE <tab> PATH, in the
# order of the book. Kinds: text, step, solution, source, and copy, for what is
# taken as it is. All pages lie in one folder, so that links stay short.

BEGIN {
    OFS = "\t"
}

/\.md$/ {
    if ($0 == "README.md")
        add(1, "text", "index.html")
    else if (/^chapters\//)
        add("2" number($0), "text", number($0) ".html")
    else if (/^docs\/solutions\//)
        add("4" $0, "solution", solutions($0) "#" base($0))
    else if (/^docs\//)
        add("3" place($0) $0, "text", flat($0) ".html")
    else
        add("5" $0, "text", flat($0) ".html")
    next
}

/^docs\/.*\.html$/ {
    add("3" place($0) $0, "copy", base($0) ".html")
    next
}

/^docs\/figures\/.*\.svg$/ {
    add("7" $0, "copy", "figures/" base($0) ".svg")
    next
}

# Neither of these is to be read.
/\.(xz|svg)$/ || /(^|\/)\./ {
    next
}

{
    add("6" $0, "source", flat($0) ".html")
}

# What is nowhere in this list comes in the order of its name.
function place(path) {
    if (path ~ /course/)
        return 9
    return 5
}

function number(path) {
    match(path, /[0-9][0-9]/)
    return substr(path, RSTART, RLENGTH)
}

function solutions(path) {
    return "solutions-" number(path) ".html"
}

function base(path) {
    sub(/.*\//, "", path)
    sub(/\.[a-z]*$/, "", path)
    return path
}

function flat(path) {
    sub(/^(chapters|docs)\//, "", path)
    sub(/(\/README)?\.md$/, "", path)
    gsub(/\//, "-", path)
    return path ~ /^[A-Z]+$/ ? tolower(path) : path
}

function add(key, kind, page) {
    print key, kind, page, $0
    # The step to a chapter comes after the chapter.
    if (key ~ /^2/ && $0 !~ /^chapters\/01/)
        print key "s", "step", "step-" number($0) ".html", $0
}
