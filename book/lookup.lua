-- lookup.lua - which page of the book has a file, a function, a link's target?
--
-- From the tables that tools/book writes into the folder `work`:
--     pages       KIND <tab> PAGE <tab> PATH <tab> GROUP
--     functions   PATH <tab> FIRST <tab> LAST <tab> NAME
--     places      FOLDER <tab> NAME <tab> PLACE, where a step changes a function
-- A name is looked for beside the text, then from the root of the repository,
-- then in the last chapter and in the last stage of the kernel.
return function(work, text)
    local folder = text:match("^(.*)/") or "."
    local page_of, step_of, is_text, last = {}, {}, {}, {}
    for line in io.lines(work .. "/pages") do
        local kind, page, path = line:match("^(.-)\t(.-)\t(.-)\t")
        if kind == "step" then
            step_of[path] = page
        else
            page_of[path] = page
            is_text[path] = kind == "text" or kind == "solution"
        end
        local stage, part = path:match("^((%a+)/%d%d%-[^/]*)/README%.md$")
        if stage then
            last[part] = stage
        end
    end

    local function_at = {}
    for line in io.lines(work .. "/functions") do
        local path, first, name = line:match("^(.-)\t(%d+)\t%d+\t(.*)$")
        if page_of[path] then
            function_at[path:match("^(.*)/") .. " " .. name] =
                page_of[path] .. "#L-" .. first
        end
    end

    local place_of = {}
    for line in io.lines(work .. "/places") do
        local chapter, name, place = line:match("^(.-)\t(.-)\t(.*)$")
        if chapter == folder then
            place_of[name] = place
        end
    end

    -- a/b/../c is a/c
    local function normal(path)
        local parts = {}
        for part in path:gmatch("[^/]+") do
            if part == ".." then
                parts[#parts] = nil
            elseif part ~= "." then
                parts[#parts + 1] = part
            end
        end
        return table.concat(parts, "/")
    end

    local self = {}

    function self.page(path)
        return page_of[path .. "/README.md"] or page_of[path]
    end

    function self.file(name)
        for _, place in ipairs({ folder, ".", last.chapters, last.kernel }) do
            local path = normal(place .. "/" .. name)
            if self.page(path) then
                return path
            end
        end
    end

    function self.read(path)
        local file = assert(io.open(path))
        local s = file:read("a")
        file:close()
        return s
    end

    -- The file that a link leads to, and the anchor there, with its #.
    function self.split(target)
        local name, anchor = target:match("^([^#]*)(.*)$")
        return name == "" and text or normal(folder .. "/" .. name), anchor
    end

    -- The page of a text, or of an exercise; not of a source.
    function self.text_page(path)
        path = path .. (is_text[path .. "/README.md"] and "/README.md" or "")
        return is_text[path] and page_of[path]
    end

    function self.is_foreign(target)
        return target:match("^%a+:") ~= nil
    end

    -- The text itself. Of a fence's info string pandoc keeps the first word, so the
    -- file that a quote names is made part of that.
    function self.document()
        local markdown = ("\n" .. self.read(text))
            :gsub("(\n *```%a*) ([^ \n]+)", "%1:%2")
        return pandoc.read(markdown, "gfm")
    end

    -- The target of a link, in the book.
    function self.target(target)
        if self.is_foreign(target) or target:match("^#") then
            return target
        end
        local path, anchor = self.split(target)
        local page = self.page(path)
        if not page then
            io.stderr:write("book: ", text, ": ", target, ": has no page\n")
            return target
        end
        return anchor ~= "" and page:gsub("#.*", "") .. anchor or page
    end

    -- The source of a function, `name()`, or the page of a file; or nil.
    function self.name(s)
        local name = s:match("^([%a_][%w_]*)%(%)$")
        if name then
            local found = function_at[folder .. " " .. name]
            if found or folder:match("^chapters/") or folder:match("^kernel/") then
                return found
            end
            return function_at[last.chapters .. " " .. name]
                or last.kernel and function_at[last.kernel .. " " .. name]
        end
        local path = s:match("[./]") and self.file(s)
        return path and self.page(path)
    end

    -- Where the step to this chapter changes the function `name()`.
    function self.in_step(s)
        return place_of[s:match("^([%a_][%w_]*)%(%)$")]
    end

    -- The page of the step to this chapter.
    function self.step()
        return step_of[text]
    end

    return self
end
