-- The page behind www/test.html: its hook sends the page asked for as parameter 1 and the raw query as parameter 2.
local page = ([[<!DOCTYPE html>
<html lang="ru">
<head><meta charset="utf-8"><title>Отклик</title>
<style>
  body { font: 18px/1.5 system-ui, sans-serif; max-width: 36em; margin: 12vh auto; padding: 0 1em; color: #1d2733 }
  h1 { font-weight: 600 } code { background: #eef3f8; padding: .1em .35em; border-radius: 4px }
</style></head>
<body>
<h1>Отклик отвечает</h1>
<p>Эту страницу сделал служебный сценарий <code>TestPage</code>: рядом с <code>www/test.html</code> лежит
файл <code>test.html.execsvcscriptplain</code>, и вместо файла сервер отдаёт ответ сценария, без пароля.</p>
<p>Запрошено: <code>$page</code>, параметры: <code>$query</code>, время сервера: <code>$time</code>.</p>
</body></html>
]]):gsub("%$(%w+)", {
  page = text.html_escape(param[1]),
  query = text.html_escape(param[2] == "" and "нет" or param[2]),
  time = date.format(date.now(), "dd.MM.yyyy HH:mm:ss"),
})
return page
