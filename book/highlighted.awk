# highlighted.awk: takes apart what pandoc has made of sources.awk's text. Writes
# each file into work/code, under the name of its page.

BEGIN {
    FS = "\t"
}

FILENAME ~ /\/pages$/ {
    page[$3] = $2
    next
}

/^<!-- file .* -->$/ {
    close(out)
    path = substr($0, 11, length($0) - 14)
    out = work "/code/" page[path]
    next
}

{
    print >out
}
