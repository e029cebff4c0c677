-- lookup.lua - which page of the book has a file, a function, a link's target?
--
-- From the tables that tools/book writes into the folder `work`:
--     pages       KIND <tab> PAGE <tab> PATH
--     functions   PATH <tab> FIRST <tab> LAST <tab> NAME (lines)
-- A name is looked for as tests/texts does it: beside the text, then from the
-- root of the repository; a function in the text's own chapter, then in the last
-- one, then anywhere.
return function(work, text)
    local page_of, functions = {}, {}
    local folder = text:match("^(.*)/") or "."

    for line in io.lines(work .. "/pages") do
        local page, path = line:match("^[^\t]*\t([^\t]*)\t(.*)$")
        page_of[path] = page
    end
    for line in io.lines(work .. "/functions") do
        local path, number, name = line:match("^(.-)\t(%d+)\t%d+\t(.*)$")
        functions[name] = functions[name] or {}
        table.insert(functions[name], { path = path, line = number })
    end

    -- a/b/../c is a/c
    local function normal(path)
        local parts = {}
        for part in path:gmatch("[^/]+") do
            if part == ".." and #parts > 0 and parts[#parts] ~= ".." then
                parts[#parts] = nil
            elseif part ~= "." then
                parts[#parts + 1] = part
            end
        end
        return table.concat(parts, "/")
    end

    local self = {}

    function self.page(path)
        return page_of[path] or page_of[path .. "/README.md"]
    end

    function self.file(name)
        for _, path in ipairs({ normal(folder .. "/" .. name), normal(name) }) do
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

    -- The target of a link.
    function self.target(target)
        if target:match("^%a+:") or target:match("^#") then
            return target
        end
        local name, anchor = target:match("^([^#]*)(.*)$")
        local page = self.page(normal(folder .. "/" .. name))
        if not page then
            io.stderr:write("book: ", text, ": ", target, ": has no page\n")
            return target
        end
        return anchor ~= "" and page:gsub("#.*", "") .. anchor or page
    end

    -- The source of a function, `name()`, or the page of a file; or nil.
    function self.name(s)
        local name = s:match("^([%a_][%w_]*)%(%)$")
        if not name then
            local path = s:match("[./]") and self.file(s)
            return path and self.page(path)
        end
        local best, last
        for _, place in ipairs(functions[name] or {}) do
            if place.path:match("^(.*)/") == folder then
                best = best or place
            elseif place.path:match("^chapters/") then
                last = place
            end
        end
        best = best or not folder:match("^chapters/") and last
        return best and self.page(best.path) .. "#L-" .. best.line
    end

    return self
end
