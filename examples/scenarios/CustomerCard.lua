-- Who is calling: a JSON card for the screen pop of an operator's page.
--   startparam1  the caller's number, in any spelling
-- Data source "crm" with customers(id, name, phone10, manager_login, vip).

-- The last ten digits are what +7 (495) 123-45-67, 84951234567 and 4951234567 have in common.
local function digits_of(number)
  local digits = number:gsub("%D", "")
  return digits:sub(-10)
end

local number = digits_of(param[1])
if #number < 5 then
  exit({ error = "a number is missing" }, 400, "Content-Type: application/json; charset=utf-8")
end

local rows, why = sql({ name = "crm", timeout = 2 },
  "select id, name, manager_login, vip from customers where phone10 = ? order by id", number)
if not rows then
  log.error("the CRM does not answer:", why)
  exit({ error = "unavailable" }, 502, "Content-Type: application/json; charset=utf-8")
end

local customer = rows[1]
return {
  number = number,
  known = customer ~= nil,
  id = customer and customer.id,
  name = customer and customer.name or "Неизвестный абонент",
  manager = customer and customer.manager_login,
  vip = customer ~= nil and customer.vip == 1,
}, 200, "Content-Type: application/json; charset=utf-8"
