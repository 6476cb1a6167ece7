-- args: folder of this script, prefix of the user ids. Every request enters the line as somebody new.
local n, prefix = 0, ''
function init(args)
  dofile(args[1] .. '/report.lua')
  prefix = args[2]
end
function request()
  n = n + 1
  return wrk.format('POST', '/api/v1/token/create', JSON_BODY, '{"userId":"' .. prefix .. n .. '"}')
end
