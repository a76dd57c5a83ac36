return startparam1, startparam2, startparam3
