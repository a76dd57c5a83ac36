-- «Перезвоните мне» of a web site: a hook, so anybody may call it.
-- Beside www/callback.html lies callback.html.execsvcscriptplain:  {"scriptname": "SiteCallback", "timeout": 10}
--   startparam1  the visitor's number      startparam2  the page he is on

local number = param[1]:gsub("[^%d+]", "")
if #number < 10 or #number > 15 then return "the number is malformed", 400 end

-- One request for a number in ten minutes, thirty a minute from everywhere.
if not once("callback " .. number, 600) then return "we are calling already", 200 end
local minute = "callbacks " .. date.format(date.now(), "yyyyMMddHHmm")
if global.add(minute) > 30 then return "try later", 429, "Retry-After: 60" end

local posted, why = event.post("callback_requested", {
  number = number,
  page = text.sub(param[2], 1, 200),
  peer = request and request.peer,
})
if not posted then
  log.error("a call-back is lost:", number, why)
  return "try later", 503, "Retry-After: 60"
end

-- The CRM is told as well, but the visitor does not wait for its retries: he has his answer from the event.
call("NotifyCrm", "callback_requested", { number = number, page = param[2] })
return "we will call you"
