"""Greets, tells birthdays and colleagues."""

import datetime

from otklik_plugin import Plugin, PluginError

plugin = Plugin()


@plugin.form("hello")
def hello(who):
    text = f"Hello, {who}!"
    return {"text": text, "length": len(text)}


@plugin.form("days_until")
def days_until(date, today):
    now = datetime.date.fromisoformat(today[:10]) if today else datetime.date.today()
    days = (datetime.date.fromisoformat(date[:10]) - now).days
    if abs(days) > 36525:
        raise PluginError("that is not in this life")
    return {"days": days, "is_past": days < 0}


@plugin.form("colleagues")
def colleagues():
    logins = [user["login"] for user in plugin.users()]
    return {"logins": logins, "count": len(logins)}


@plugin.form("echo_by_scenario")
def echo_by_scenario(text):
    return {"text": plugin.start_scenario("Echo", text)["returns"][0]}


plugin.run()
