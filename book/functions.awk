# functions.awk: lists the functions of C files
#
# Prints PATH <tab> FIRST <tab> LAST <tab> NAME, with the numbers of lines.
#
# A function is what our style makes of it: a declarator that starts in column
# 0, then { and } alone there. FIRST is where the comment above it begins, if
# there is one, so that who is led there reads that first.

FNR == 1 {
    name = ""
    first = 0
}

name != "" {
    if (/^}/) {
        printf "%s\t%d\t%d\t%s\n", FILENAME, first, FNR, name
        name = ""
        first = 0
    }
    next
}

$0 == "{" {
    name = function_name(declarator)
    next
}

/^$/ || /^[#}]/ || /;$/ {
    first = 0
    next
}

!first {
    first = FNR
    declarator = ""
}

{
    declarator = /\*\/$/ ? "" : declarator " " $0
}

# The identifier before the first parenthesis, attributes left out.
function function_name(s) {
    gsub(/__attribute__ *\(\([^()]*(\([^()]*\)[^()]*)*\)\)/, "", s)
    match(s, /[A-Za-z_][A-Za-z_0-9]* *\(/)
    s = substr(s, RSTART, RLENGTH - 1)
    sub(/ *$/, "", s)
    return s
}
