-- remarks.lua - a pandoc filter: what does a chapter say of each function?
--
-- Called like text.lua. Writes the table `remarks`, NAME <tab> RANK <tab> HTML,
-- for the page of the step. A function has the first of these that there is:
-- 1. an item of a list that begins with its name: that item;
-- 2. a heading that has its name: that heading, as a link, and a paragraph below it;
-- 3. a place in an item that begins with another name: that item.
local function names_in(inlines)
    local names = {}
    pandoc.Plain(inlines):walk({
        Code = function(code)
            names[#names + 1] = code.text:match("^([%a_][%w_]*)%(%)$")
        end,
    })
    return names
end

-- What stands before the colon.
local function lead(inlines)
    local before = pandoc.List()
    for _, inline in ipairs(inlines) do
        before:insert(inline)
        if inline.t == "Str" and inline.text:match(":$") then
            return before
        end
    end
    return pandoc.List()
end

local function leads_on(block)
    return pandoc.utils.stringify(block):match(":$")
end

-- A paragraph that can stand alone, or leads on to a list, which then goes along.
local function is_remark(block, following)
    return block.t == "Para" and (not leads_on(block)
        or following and following.t:match("List$"))
end

local meta, lookup

local function read_meta(doc)
    meta = doc.meta
    lookup = dofile("book/lookup.lua")(pandoc.utils.stringify(meta.work),
        pandoc.utils.stringify(meta.text))
end

local function list_remarks(doc)
    local page = pandoc.utils.stringify(meta.page)
    local of = { {}, {}, {} } -- by rank, by name: blocks

    local function note(rank, names, blocks)
        for _, name in ipairs(names) do
            of[rank][name] = of[rank][name] or blocks
        end
    end

    local heading
    for i, block in ipairs(doc.blocks) do
        if block.t == "Header" then
            heading = block
        elseif heading and is_remark(block, doc.blocks[i + 1]) then
            local title = pandoc.Link(heading.content,
                page .. "#" .. heading.identifier)
            note(2, names_in(heading.content), pandoc.List({
                pandoc.Para(pandoc.Strong(title)), block,
                leads_on(block) and doc.blocks[i + 1] or nil,
            }))
            heading = nil
        end
        if block.t == "BulletList" then
            for _, item in ipairs(block.content) do
                local first = item[1]
                if first and (first.t == "Plain" or first.t == "Para") then
                    note(1, names_in(lead(first.content)), item)
                    note(3, names_in(first.content), item)
                end
            end
        end
    end

    local file = assert(io.open(
        pandoc.utils.stringify(meta.work) .. "/remarks", "w"))
    local done = {}
    for rank = 1, 3 do
        for name, blocks in pairs(of[rank]) do
            if not done[name] then
                done[name] = true
                local html = pandoc.write(pandoc.Pandoc(blocks), "html")
                file:write(name, "\t", rank, "\t", (html:gsub("%s+", " ")),
                    "\n")
            end
        end
    end
    file:close()
end

return {
    { Pandoc = read_meta },
    { Link = function(link)
        link.target = lookup.target(link.target)
        return link
    end },
    { Pandoc = list_remarks },
}
