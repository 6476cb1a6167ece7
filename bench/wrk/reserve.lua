-- args: users inside, concertId, scheduleId, first seatId, step from one request to the next (0:
-- all ask for the same seat). Users u1, u2 … take turns.
dofile(debug.getinfo(1, 'S').source:match('@(.*/)') .. 'report.lua')
local n, users, seat, step, head = 0, 50, 1, 1, ''
function init(args)
  users, seat, step = tonumber(args[1]), tonumber(args[4]), tonumber(args[5])
  head = '","concertId":' .. args[2] .. ',"concertScheduleId":' .. args[3] .. ',"seatId":'
end
function request()
  n = n + 1
  local body = '{"userId":"u' .. (n % users + 1) .. head .. string.format('%d', seat + (n - 1) * step) .. '}'
  return wrk.format('POST', '/api/v1/reservation', JSON_BODY, body)
end
