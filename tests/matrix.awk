# matrix.awk - judge the results of all libraries and print them side by side
#
#     awk [-v part=suite|programs] [-v stage=NN] \
#         -f matrix.awk expectations.txt NAME.tap ...
#
# Each TAP file is a column, called by its file's name. A chapter's has to have
# a result for every case; that of a chapter without its caches (NN-nocache) for
# every one but programs. "project" holds what is not about a library, and gets a
# list of its own. Exit status 1 if any judged result is a failure.
#
# With a part only its cases are printed, though all are counted. With a stage,
# libraries that are no chapters have to pass what that chapter passes.

function base(path)
{
    sub(/.*\//, "", path)
    sub(/\.tap$/, "", path)
    return path
}

# chapter, system, project or others
function kind_of(column)
{
    if (column ~ /^[0-9][0-9]-[^.]*$/) # the name of a folder
        return "chapter"
    return column == "system" || column == "project" ? column : "others"
}

# A chapter whose thread caches are switched off is judged as the last one that
# has none, unless a line speaks of it.
function is_nocache(column)
{
    return column ~ /^[0-9][0-9]-nocache$/
}

function number_of(column)
{
    return is_nocache(column) ? "06" : substr(column, 1, 2)
}

function group_of(name)
{
    return substr(name, 1, index(name, ":") - 1)
}

function problem(text)
{
    problems[++problem_count] = text
}

# ---- expectations: only remembered here, for no case is known yet

FNR == 1 {
    column = base(FILENAME)
    reading = FILENAME ~ /\.tap$/ ? "results" : "expectations"
    if (reading == "results" && column != "project")
        columns[++column_count] = column
}

reading == "expectations" && !/^[ \t]*(#|$)/ {
    e = ++expectation_count
    where[e] = FILENAME ":" FNR
    pattern[e] = $1
    allocators[e] = $2
    verdict[e] = $3
    because[e] = $0
    sub(/^[ \t]*[^ \t]+[ \t]+[^ \t]+[ \t]+[^ \t]+[ \t]*/, "", because[e])
    if ($2 !~ /^([0-9][0-9](-[0-9][0-9])?|nocache|system|others)$/)
        problem(where[e] ": " $2 ": neither chapters, nocache, system nor others")
    else if ($3 != "fails" && $3 != "n/a" && $3 != "passes")
        problem(where[e] ": " $3 ": neither fails, passes nor n/a")
    else if (because[e] == "")
        problem(where[e] ": " $1 ": the reason is missing")
}

# ---- results: "ok 3 - file.c:group:case: message", number and file
# optional. Where the case is a text, the number of a line belongs to its name; the
# kernel's names begin with the stage.

# A case that crashed or was stopped is no failure that teaches anything.
function outcome_of(line, text)
{
    if (line ~ /# SKIP/ || text ~ /^n\/a: /)
        return "skip"
    if (line ~ /^ok/)
        return "pass"
    if (text ~ /^not run: /)
        return "unrun"
    if (text ~ /Test timeout expired|^stopped after/)
        return "hang"
    if (text ~ /Received signal|Early exit|^crashed|^ended the process/)
        return "crash"
    return "fail"
}

reading == "results" && /^(not )?ok / {
    text = $0
    sub(/^(not )?ok [0-9 ]*- /, "", text)
    sub(/^(\(null\)|[^: ]*\.c):/, "", text)
    name = text
    sub(/ # .*/, "", name)
    match(name, /^[^: ]*:[^: ]*(:[^: ]+)?/)
    name = substr(name, 1, RLENGTH)
    text = substr(text, length(name) + 3)

    if (!(name in known)) {
        known[name]
        names[++name_count] = name
    }
    # A case may run several times; one failure is enough.
    if (!((name, column) in outcome) || outcome[name, column] == "pass") {
        outcome[name, column] = outcome_of($0, text)
        message[name, column] = text
    }
}

# ---- judging

# Does expectation e speak of this case?
function matches(name, e)
{
    return pattern[e] == name || pattern[e] == group_of(name) ":*"
}

# Does it speak of the chapter with this number?
function covers(e, number)
{
    return allocators[e] ~ /^[0-9]/ && number >= substr(allocators[e], 1, 2) &&
        number <= substr(allocators[e] "-" allocators[e], 4, 2)
}

# Does it speak of this column?
function concerns(column, e)
{
    if (is_nocache(column) && allocators[e] == "nocache")
        return 1
    if (kind_of(column) == "chapter")
        return covers(e, number_of(column))
    return allocators[e] == kind_of(column)
}

# A misspelt case would be expected to fail for ever, and nobody would know.
function check_expectations(    e, i, used)
{
    for (e = 1; e <= expectation_count; e++) {
        used = 0
        for (i = 1; i <= name_count; i++)
            used += matches(names[i], e)
        if (!used)
            problem(where[e] ": " pattern[e] ": there is no such case")
    }
}

# The expectation for a cell, or 0. The first that speaks of it counts.
function expectation_of(name, column,    e)
{
    for (e = 1; e <= expectation_count; e++)
        if (matches(name, e) && concerns(column, e))
            return verdict[e] == "passes" ? 0 : e
    return 0
}

# The expectation of the stage that others are compared with, or 0.
function expectation_of_stage(name, column,    e)
{
    if (stage != "" && kind_of(column) == "others")
        for (e = 1; e <= expectation_count; e++)
            if (matches(name, e) && covers(e, stage))
                return e
    return 0
}

# Is the case printed?
function is_shown(name)
{
    return part != "programs" || group_of(name) == "programs"
}

# Count a cell, and return its mark.
function fail(name, column, mark, text)
{
    failed++
    if (is_shown(name))
        failures[++failure_count] = mark " " column " " name ": " text
    return mark
}

# Many of these have one cause, which gets one line.
function fail_unrun(name, column, text)
{
    failed++
    if (is_shown(name))
        unrun[column ": " text]++
    return "?"
}

function pass(mark)
{
    passed++
    return mark
}

# Must this column have a result for the case?
function must_have(name, column)
{
    return kind_of(column) == "chapter" &&
        !(is_nocache(column) && group_of(name) == "programs")
}

# The mark for a cell. What it counts as is noted on the way.
function judge(name, column,    kind, result, text, e, s)
{
    kind = kind_of(column)
    result = (name, column) in outcome ? outcome[name, column] : "none"
    text = message[name, column]
    e = expectation_of(name, column)
    s = expectation_of_stage(name, column)

    if ((e && verdict[e] == "n/a") || (s && verdict[s] == "n/a"))
        return "-"
    if (result == "none")
        return must_have(name, column) ? fail(name, column, "FAIL", "no result") : "-"
    if (result == "skip" && (kind != "chapter" || text !~ /^n\/a: /))
        return "-"
    if (result == "unrun")
        return fail_unrun(name, column, text)
    if (result == "hang")
        return fail(name, column, "HANG", text)
    if (result == "crash")
        return fail(name, column, "FAIL", text)
    if (group_of(name) == "lessons" && kind == "others" && stage == "") {
        unjudged++
        learnt += result == "pass"
    }
    if (s || (group_of(name) == "lessons" && kind != "chapter" && (kind == "system" || stage == "")))
        return result == "pass" ? "ok" : "x"
    if (result == "skip" || (result == "fail" && !e))
        return fail(name, column, "FAIL", text)
    if (result == "fail") {
        lessons[e]
        return pass("x")
    }
    if (e)
        return fail(name, column, "PASS", "expected to fail, for: " because[e])
    return pass("ok")
}

# ---- printing

function heading(column)
{
    return kind_of(column) == "chapter" && !is_nocache(column) ? substr(column, 1, 2) : column
}

# Print text at the right of its column.
function cell(column, text)
{
    printf " %" width[column] "s", text
}

# The cases of one list: the project's, or all others. Beside a single column
# there is room for the reason.
function print_list(of_project, column_count, columns,    i, j, name, group, line)
{
    for (i = 1; i <= name_count; i++) {
        name = names[i]
        if (of_project != ((name, "project") in outcome))
            continue
        for (j = 1; j <= column_count; j++)
            mark[j] = judge(name, columns[j])
        if (!is_shown(name))
            continue
        if (group_of(name) != group) {
            group = group_of(name)
            printf "%s\n", group
        }
        printf "  %-44s", substr(name, length(group) + 2)
        for (j = 1; j <= column_count; j++)
            cell(columns[j], mark[j])
        if (part != "" && column_count == 1 && mark[1] !~ /ok|-|[?]/)
            printf "  %s", message[name, columns[1]]
        if (of_project && mark[1] == "-")
            printf " %s", message[name, "project"] # SKIP and why
        print ""
    }
}

function print_header(    j)
{
    printf "%-46s", ""
    for (j = 1; j <= column_count; j++) {
        width[columns[j]] = length(heading(columns[j]))
        if (width[columns[j]] < 4)
            width[columns[j]] = 4
        cell(columns[j], heading(columns[j]))
    }
    print ""
}

function print_legend(    e)
{
    print "\nok: passes   -: does not apply   FAIL, HANG: must not be so   ?: not run"
    print "x: fails, as expected or allowed   PASS: should have failed"
    for (e = 1; e <= expectation_count; e++)
        if (e in lessons)
            printf "  x %s %s: %s\n", allocators[e], pattern[e], because[e]
}

# A library that is broken altogether fails everywhere alike.
function print_failures(    i, most, text)
{
    most = part == "" ? failure_count : 20
    for (i = 1; i <= failure_count && i <= most; i++)
        print failures[i]
    if (i <= failure_count)
        printf "and %d more, which the matrix above has\n", failure_count - most
    for (text in unrun)
        printf "FAIL %s, %d cases\n", text, unrun[text]
    for (i = 1; i <= problem_count; i++)
        print problems[i] | "cat >&2"
    close("cat >&2")
    if (unjudged && part != "programs")
        printf "%d of %d lessons pass; STAGE=NN judges those of chapter NN\n",
            learnt, unjudged
}

END {
    if (part == "")
        check_expectations()
    print_header()
    print_list(0, column_count, columns)
    if (part == "") {
        project[1] = "project"
        width["project"] = 4
        print_list(1, 1, project)
    }
    print_legend()
    print_failures()
    printf "\n%d passed, %d failed\n", passed, failed + problem_count
    exit failed + problem_count > 0
}
