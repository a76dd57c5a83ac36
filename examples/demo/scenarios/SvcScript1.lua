-- Returns its five start parameters as a JSON object: what arrived, seen from inside.
local received = {}
for i = 1, 5 do
  received["startparam" .. i] = param[i]
end
return json.encode(received), 200, "Content-Type: application/json; charset=utf-8"
