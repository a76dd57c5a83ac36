-- An outgoing web hook, signed and repeated.
--   startparam1  the name of the event      startparam2  its data as JSON
-- The address and the secret are kept by the administrator in LocalStorage/crm-hook.json: {"url": "…", "secret": "…"}

local settings = json.decode(file.read("LocalStorage/crm-hook.json") or "")
if not settings then
  log.info("no CRM is told: LocalStorage/crm-hook.json is missing")
  exit("off")
end

local body = json.encode({ event = param[1], data = json.decode(param[2]) or param[2], id = run, at = date.now() })
local wait = 1
for attempt = 1, 3 do
  local answer, why = http.post(settings.url, body, {
    headers = {
      ["Content-Type"] = "application/json",
      ["X-Signature"] = "sha256=" .. text.hmac_sha256(settings.secret, body),
    },
    timeout = 5,
    redirects = 0,
  })
  if answer and answer.ok then exit("sent") end
  log.warn("the CRM did not take it, attempt", attempt, why or answer.status)
  sleep(wait)
  wait = wait * 2
end
return "failed", 502
