-- args: prefix of the user ids, queueId. Every request enters the line as somebody new.
dofile(debug.getinfo(1, 'S').source:match('@(.*/)') .. 'report.lua')
local n, head, tail = 0, '', ''
function init(args)
  head = '{"userId":"' .. args[1]
  tail = '","queueId":"' .. args[2] .. '"}'
end
function request()
  n = n + 1
  return wrk.format('POST', '/api/v1/token/create', JSON_BODY, head .. n .. tail)
end
