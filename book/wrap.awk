# wrap.awk: puts what pages have in common around their bodies
#
# Called with the variables work and out, folders, and these files:
#     work/pages   KIND <tab> PAGE <tab> PATH <tab> GROUP, in the book's order
#     work/heads   PAGE <tab> LEVEL <tab> ID <tab> TITLE
#     book/page.html
# In the template a line that is only {body}, {nav}, {previous} or {next} stands
# for that; {title} may stand anywhere.

BEGIN {
    FS = "\t"
}

FILENAME ~ /\/pages$/ {
    sub(/#.*/, "", $2)
    if ($4 == "" && $1 !~ /^(source|extra)$/ || $2 in kind)
        next
    page[++pages] = $2
    kind[$2] = $1
    group[$2] = $4
    folder[$2] = $1 == "source" ? folder_of($3) : ""
    if ($1 == "source")
        title[$2] = base_name($3)
    if (match($3, /^(chapters|kernel)\/[^\/]*\//))
        chapter[$2] = substr($3, 1, RLENGTH)
    next
}

FILENAME ~ /\/heads$/ {
    if ($2 == 1 && !($1 in title))
        title[$1] = $4
    else if ($2 == 2)
        sections[$1] = sections[$1] "<li><a href=\"#" $3 "\">" $4 "</a></li>\n"
    next
}

{
    template[++lines] = $0
}

END {
    for (i = 1; i <= pages; i++)
        if (kind[page[i]] != "copy")
            write_page(i)
}

function folder_of(path) {
    return sub(/\/[^\/]*$/, "", path) ? path : "."
}

function base_name(path) {
    sub(/.*\//, "", path)
    return path
}

# A title without tags, where there can be none. In what gsub puts in, & stands
# for what it found.
function plain(s) {
    gsub(/<[^>]*>/, "", s)
    gsub(/&/, "\\\\&", s)
    return s
}

function write_page(i,    p, file, j, s) {
    p = page[i]
    file = out "/" p
    for (j = 1; j <= lines; j++) {
        s = template[j]
        if (s == "{body}")
            copy(work "/body/" p, file)
        else if (s == "{nav}")
            printf "%s", nav(i) >file
        else if (s == "{previous}")
            print neighbour(i, -1, "prev") >file
        else if (s == "{next}")
            print neighbour(i, 1, "next") >file
        else {
            gsub(/[{]title[}]/, plain(title[p]), s)
            gsub(/[{]kind[}]/, kind[p], s)
            print s >file
        }
    }
    close(file)
}

function copy(from, file,    s) {
    while ((getline s <from) > 0)
        print s >file
    close(from)
}

# The link to the page before or after: of a source, in the same folder.
function neighbour(i, way, rel,    p, j, q) {
    p = page[i]
    if (kind[p] == "extra")
        return ""
    for (j = i + way; j in page; j += way) {
        q = page[j]
        if (kind[q] != "copy" && kind[q] != "extra" && folder[q] == folder[p])
            return "<a rel=\"" rel "\" href=\"" q "\">" title[q] "</a>"
    }
    return ""
}

# All pages but the sources. What the present one consists of stands below it;
# below its chapter, if it is one of the chapter's files.
function nav(i,    p, j, q, s, last) {
    p = page[i]
    for (j = 1; j <= pages; j++) {
        q = page[j]
        if (group[q] == "")
            continue
        if (group[q] != last && group[q] != "-")
            s = s "<li class=\"group\">" group[q] "</li>\n"
        last = group[q]
        if (q == p)
            s = s entry(q, p, sections[p])
        else if (kind[p] == "source" && kind[q] == "text" &&
                 chapter[p] != "" && chapter[p] == chapter[q])
            s = s entry(q, p, files(p))
        else
            s = s entry(q, p, "")
    }
    return s
}

function files(p,    j, s) {
    for (j = 1; j <= pages; j++)
        if (folder[page[j]] == folder[p])
            s = s entry(page[j], p, "")
    return s
}

# One page in a list, and a list of what is below it.
function entry(q, current, below) {
    return "<li class=\"" kind[q] "\"><a href=\"" q "\"" \
        (q == current ? " aria-current=\"page\"" : "") ">" title[q] "</a>" \
        (below ? "\n<ul>\n" below "</ul>" : "") "</li>\n"
}
