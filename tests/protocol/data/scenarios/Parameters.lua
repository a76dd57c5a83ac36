return table.concat(param, "|")
