-- args: prefix of the user ids. Every request enters the line as somebody new.
dofile(debug.getinfo(1, 'S').source:match('@(.*/)') .. 'report.lua')
local n, prefix = 0, ''
function init(args)
  prefix = args[1]
end
function request()
  n = n + 1
  return wrk.format('POST', '/api/v1/token/create', JSON_BODY, '{"userId":"' .. prefix .. n .. '"}')
end
