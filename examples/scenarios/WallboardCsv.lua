-- Today's figures for a wallboard or Excel, as CSV: one line for each operator.
--   startparam1  the separator, ";" unless given
-- Data source "crm" with calls(operator, answered, seconds, at).
-- Asked for every few seconds by many screens, so the answer is kept for five of them.

local separator = param[1] ~= "" and param[1] or ";"
local kept_as = "wallboard " .. separator

if once(kept_as, 5) or not global.get(kept_as) then
  local today = date.format(date.start_of(date.now(), "day"), "yyyy-MM-dd HH:mm:ss")
  local rows = assert(sql("crm", [[
    select operator, count(*) as calls, sum(answered) as answered, sum(seconds) as seconds
    from calls where at >= ? group by operator order by operator]], today))
  local lines = { text.csv_line({ "operator", "calls", "answered", "average, s" }, separator) }
  for _, row in ipairs(rows) do
    local average = row.answered and row.answered > 0 and row.seconds // row.answered or 0
    lines[#lines + 1] = text.csv_line({ row.operator, row.calls, row.answered or 0, average }, separator)
  end
  assert(global.set(kept_as, table.concat(lines, "\r\n") .. "\r\n"))
end

return global.get(kept_as), 200, "Content-Type: text/csv; charset=utf-8\nCache-Control: max-age=5"
