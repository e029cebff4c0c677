-- trees.lua - tables and strings: a tree of tables, and words put together.
local function tree(depth)
    if depth == 0 then return {} end
    return {left = tree(depth - 1), right = tree(depth - 1)}
end

local function count(node)
    if not node.left then return 1 end
    return 1 + count(node.left) + count(node.right)
end

local nodes = 0
for depth = 4, 15 do
    nodes = nodes + count(tree(depth))
end
print(nodes)

local seen, words, x = {}, {}, 1
for i = 1, 100000 do
    x = x * 16807 % 2147483647
    local word = string.format("%x", x % 30000) .. "-" .. i % 7
    seen[word] = (seen[word] or 0) + 1
    words[#words + 1] = word:rep(x % 5 + 1)
end
local different = 0
for _ in pairs(seen) do different = different + 1 end
local text = table.concat(words, " ")
print(different, #text, #text:gsub("%-[135]", "+"))
