# contents.awk: the body of the page that lists all others, with their sections
#
# Called with these files:
#     work/pages   KIND <tab> PAGE <tab> PATH, in the book's order
#     work/heads   PAGE <tab> LEVEL <tab> ID <tab> TITLE

BEGIN {
    FS = "\t"
    print "<h1>Contents</h1>"
}

FILENAME ~ /\/pages$/ {
    sub(/#.*/, "", $2)
    if ($2 in kind || $1 == "copy" && $2 !~ /\.html$/)
        next
    page[++pages] = $2
    kind[$2] = $1
    path[$2] = $3
    next
}

$2 == 1 && !($1 in title) {
    title[$1] = $4
}

$2 == 2 {
    sections[$1] = sections[$1] "<li><a href=\"" $1 "#" $3 "\">" $4 "</a></li>\n"
}

END {
    print "<ul class=\"contents\">"
    for (i = 1; i <= pages; i++) {
        p = page[i]
        if (kind[p] == "source")
            note_source(p)
        else
            print "<li class=\"" kind[p] "\"><a href=\"" p "\">" title[p] \
                "</a>" list(sections[p]) "</li>"
    }
    print "</ul>\n<h2 id=\"files\">Files</h2>"
    for (i = 1; i <= folders; i++)
        print "<h3>" folder[i] "</h3>\n<p class=\"files\">" files[folder[i]] "</p>"
}

function note_source(p,    f) {
    f = path[p]
    if (!sub(/\/[^\/]*$/, "", f))
        f = "The top folder"
    if (!(f in files))
        folder[++folders] = f
    files[f] = files[f] "<a href=\"" p "\">" title[p] "</a>\n"
}

function list(items) {
    return items ? "\n<ul>\n" items "</ul>" : ""
}
