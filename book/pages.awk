# pages.awk: which page becomes of each file of the repository?
#
# Reads their paths, a line each, and prints in the order of the book
#     KIND <tab> PAGE <tab> PATH <tab> GROUP
# Those that have no group are not in the list of pages. Kinds:
#     text       becomes a page
#     step       PATH is the text of the chapter that the step leads to
#     solution   becomes part of a page, so PAGE has an anchor
#     source     a page, with line numbers
#     folder     of sources, a part of the table of contents
#     copy       taken as it is
# All pages lie in one folder, so that links stay short.

BEGIN {
    OFS = "\t"
}

$0 == "README.md" {
    add(1, "text", "index.html", "-")
    next
}

/^chapters\/[^\/]*\/README\.md$/ {
    add(2, "text", number($0) ".html", "Chapters")
    if (number($0) != "01")
        add(2, "step", "step-" number($0) ".html", "Chapters")
    next
}

/^docs\/solutions\/.*\.md$/ {
    add(4, "solution", "solutions-" number($0) ".html#" base($0), "Solutions")
    next
}

/^docs\/[^\/]*\.md$/ {
    add(3, "text", base($0) ".html", "Reference")
    next
}

/^docs\/[^\/]*\.html$/ {
    add(3, "copy", base($0) ".html", "Reference")
    next
}

/\.md$/ {
    add(5, "text", flat($0) ".html", "The project")
    next
}

/^docs\/figures\/.*\.svg$/ {
    add(7, "copy", "figures/" base($0) ".svg", "")
    next
}

# What nobody reads.
/\.(xz|svg)$/ || /(^|\/)\./ {
    next
}

{
    add(6, "source", flat($0) ".html", "")
}

# The folders, once each, and those that contain them.
{
    path = $0
    while (sub(/\/[^\/]*$/, "", path) && !(path in seen)) {
        seen[path] = 1
        print 8, path, "folder", folder_page(path), path, ""
    }
}

function folder_page(path) {
    if (path == "docs/solutions")
        return "contents.html#solutions"
    if (path ~ /^docs\/solutions\//)
        return "solutions-" number(path) ".html"
    return "contents.html#" path
}

function add(part, kind, page, group) {
    print part, $0 (kind == "step" ? "~" : ""), kind, page, $0, group
}

function number(path) {
    match(path, /[0-9][0-9]/)
    return substr(path, RSTART, RLENGTH)
}

function base(path) {
    sub(/.*\//, "", path)
    sub(/\.[a-z]*$/, "", path)
    return path
}

# chapters/04-bins/bins.c is 04-bins-bins.c here.
function flat(path) {
    sub(/^(chapters|docs)\//, "", path)
    sub(/(\/README)?\.md$/, "", path)
    gsub(/\//, "-", path)
    return path ~ /^[A-Z]+$/ ? tolower(path) : path
}
