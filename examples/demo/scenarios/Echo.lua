-- Returns its first start parameter as it came.
return startparam1
