# source.awk - writes a C file of many functions, for the C compiler.
#
# Usage: awk -f source.awk
#
# It includes nothing, so it needs no preprocessor.

BEGIN {
    functions = 40
    for (i = 0; i < functions; i++)
        print_function(i)
    print "int main(void)\n{\n    int sum = 0;\n"
    for (i = 0; i < functions; i++)
        printf "    sum += work%d(%d);\n", i, i * 7 % 31
    print "    return sum & 1;\n}"
}

function print_function(i,    j) {
    printf "struct item%d {\n    int key, count;\n", i
    printf "    struct item%d *next;\n    char name[%d];\n};\n\n", i, 8 + i % 24
    printf "static struct item%d table%d[%d];\n\n", i, i, 4 + i % 13
    printf "static int work%d(int x)\n{\n", i
    printf "    struct item%d *at = &table%d[x & 3];\n", i, i
    print "    int sum = x;\n"
    for (j = 0; j < 3 + i % 4; j++)
        print_loop(i, j)
    printf "    return sum ^ at->count;\n}\n\n"
}

function print_loop(i, j) {
    printf "    for (int i = 0; i < %d; i++) {\n", 5 + (i + j) % 40
    printf "        if ((at->key ^ sum) & %d)\n", 1 + j * 3
    printf "            sum += at->name[i %% %d] * %d;\n", 8 + i % 24, i + j
    printf "        else if (at->next && at->count > %d)\n", i * j % 17
    printf "            at = at->next;\n        else\n"
    printf "            at->count -= (sum << %d) + i;\n    }\n", 1 + j % 5
}
