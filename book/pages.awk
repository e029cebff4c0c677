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

# Behind all chapters.
$0 == "kernel/README.md" {
    add(2, "text", "kernel.html", "Part two")
    next
}

/^kernel\/[0-9][0-9]-[^\/]*\/README\.md$/ {
    add(3, "text", number($0) ".html", "Part two")
    if (number($0) != "k01")
        add(3, "step", "step-" number($0) ".html", "Part two")
    next
}

/^kernel\/[^\/]*\/README\.md$/ {
    add(3, "text", flat($0) ".html", "Part two")
    next
}

/^appendices\/[^\/]*\/README\.md$/ {
    add(4, "text", flat($0) ".html", "Appendices")
    next
}

/^docs\/solutions\/.*\.md$/ {
    add(6, "solution", "solutions-" number($0) ".html#" base($0), "Solutions")
    next
}

/^docs\/[^\/]*\.md$/ {
    add(5, "text", base($0) ".html", "Reference")
    next
}

/^docs\/[^\/]*\.html$/ {
    add(5, "copy", base($0) ".html", "Reference")
    next
}

/\.md$/ {
    add(7, "text", flat($0) ".html", "The project")
    next
}

/^docs\/figures\/.*\.svg$/ {
    add(8, "copy", "figures/" base($0) ".svg", "")
    next
}

# What nobody reads.
/\.(xz|svg)$/ || /(^|\/)\./ {
    next
}

{
    add(8, "source", flat($0) ".html", "")
}

# The folders, once each, and those that contain them.
{
    path = $0
    while (sub(/\/[^\/]*$/, "", path) && !(path in seen)) {
        seen[path] = 1
        print 9, path, "folder", folder_page(path), path, ""
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

# As the front door calls the stage: 02; in part two k02, and k04-1 on the way to
# k04; an appendix has a name.
function number(path) {
    if (match(path, /^docs\/solutions\/[a-z][a-z]/)) {
        split(path, part, "/")
        return part[3]
    }
    match(path, /k?[0-9][0-9](-[0-9])?/)
    return (path ~ /^kernel\// ? "k" : "") substr(path, RSTART, RLENGTH)
}

function base(path) {
    sub(/.*\//, "", path)
    sub(/\.[a-z]*$/, "", path)
    return path
}

# chapters/04-bins/bins.c is 04-bins-bins.c here.
function flat(path) {
    sub(/^(chapters|docs|appendices)\//, "", path)
    sub(/(\/README)?\.md$/, "", path)
    gsub(/\//, "-", path)
    return path ~ /^[A-Z]+$/ ? tolower(path) : path
}
