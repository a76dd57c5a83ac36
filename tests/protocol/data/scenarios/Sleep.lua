sleep(tonumber(startparam1))
return "woke"
