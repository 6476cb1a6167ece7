-- args: folder of this script, users inside, concertId, scheduleId, first seatId, step from one request to the next (0:
-- all ask for the same seat). Users u1, u2 … take turns.
local n, users, seat, step, head = 0, 50, 1, 1, ''
function init(args)
  dofile(args[1] .. '/report.lua')
  users, seat, step = tonumber(args[2]), tonumber(args[5]), tonumber(args[6])
  head = '","concertId":' .. args[3] .. ',"concertScheduleId":' .. args[4] .. ',"seatId":'
end
function request()
  n = n + 1
  local body = '{"userId":"u' .. (n % users + 1) .. head .. string.format('%d', seat + (n - 1) * step) .. '}'
  return wrk.format('POST', '/api/v1/reservation', JSON_BODY, body)
end
