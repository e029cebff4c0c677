# contents.awk: the body of the page that lists all others, with their sections
#
# Called with these files:
#     work/pages   KIND <tab> PAGE <tab> PATH <tab> GROUP, in the book's order
#     work/heads   PAGE <tab> LEVEL <tab> ID <tab> TITLE

BEGIN {
    FS = "\t"
}

FILENAME ~ /\/pages$/ {
    sub(/#.*/, "", $2) # of a solution
    if ($2 in kind || $4 == "" && $1 != "source")
        next
    page[++pages] = $2
    kind[$2] = $1
    path[$2] = $3
    group[$2] = $4
    next
}

$2 == 1 && !($1 in title) {
    title[$1] = $4
}

$2 == 2 && kind[$1] != "step" {
    sections[$1] = sections[$1] "<li><a href=\"" $1 "#" $3 "\">" $4 \
        "</a></li>\n"
}

END {
    print "<h1>Contents</h1>"
    for (i = 1; i <= pages; i++) {
        p = page[i]
        if (kind[p] == "source")
            add_source(p)
        else if (group[p] != "-")
            list(p)
    }
    print "</ul>\n<h2 id=\"files\">Files</h2>"
    for (i = 1; i <= folders; i++)
        printf "<h3 id=\"%s\">%s</h3>\n<p class=\"files\">\n%s</p>\n",
            folder[i], folder[i], files[folder[i]]
}

function list(p,    id) {
    if (group[p] != last) {
        if (last)
            print "</ul>"
        id = tolower(group[p])
        gsub(/ /, "-", id)
        printf "<h2 id=\"%s\">%s</h2>\n<ul class=\"contents\">\n", id, group[p]
    }
    last = group[p]
    printf "<li class=\"%s\"><a href=\"%s\">%s</a>%s</li>\n", kind[p], p,
        title[p], sections[p] ? "\n<ul>\n" sections[p] "</ul>" : ""
}

function add_source(p,    f, name) {
    f = path[p]
    name = f
    sub(/.*\//, "", name)
    if (!sub(/\/[^\/]*$/, "", f))
        f = "top folder"
    if (!(f in files))
        folder[++folders] = f
    files[f] = files[f] "<a href=\"" p "\">" name "</a>\n"
}
