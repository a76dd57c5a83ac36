-- The recording of a call as a file. For download/byscript, or execsvcscriptplain (return value 2 is "file").
--   startparam1  the id of the chain
-- Data source "crm" with recordings(chain_id, path); paths lie below RecordedFiles.

local rows = assert(sql("crm", "select path from recordings where chain_id = ? order by path", param[1]:lower()))
if not rows[1] then return "there is no recording", 404 end
return rows[1].path, "file"
