-- Numbers that are not put through.
--   startparam1  check, add or remove      startparam2  the number      startparam3  why (add)
-- Data source "crm" with blacklist(phone10 primary key, reason, added_by, added_at).

local what, number = param[1], param[2]:gsub("%D", ""):sub(-10)
if number == "" then return "a number is missing", 400 end

if what == "check" then
  local rows = assert(sql("crm", "select reason from blacklist where phone10 = ?", number))
  return rows[1] and "1" or "0"
elseif what == "add" then
  assert(sql("crm", "delete from blacklist where phone10 = ?", number))
  assert(sql("crm", "insert into blacklist(phone10, reason, added_by, added_at) values(?, ?, ?, ?)",
    number, param[3], login, date.format(date.now())))
  assert(event.post("blacklist_changed", { number = number, added = true, by = login }))
  return "added"
elseif what == "remove" then
  local rows = assert(sql("crm", "delete from blacklist where phone10 = ?", number))
  if rows.affected > 0 then
    assert(event.post("blacklist_changed", { number = number, added = false, by = login }))
  end
  return rows.affected > 0 and "removed" or "absent"
end
return "startparam1 is check, add or remove", 400
