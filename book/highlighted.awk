# highlighted.awk: takes apart what pandoc has made of sources.awk's text
#
# Called with the variable work, a folder, the table of pages, and that text.
# Writes the body of each source's page.

BEGIN {
    FS = "\t"
}

FILENAME ~ /\/pages$/ {
    page[$3] = $2
    next
}

/^<!-- file .* -->$/ {
    if (body)
        close(body)
    path = substr($0, 11, length($0) - 14)
    body = work "/body/" page[path]
    print "<h1>" path "</h1>" >body
    next
}

{
    print >body
}
