#!lua flags=allow-oom
-- Changes settings, then serves the line at once. Allowed when memory is short: operators must be able to act.
-- A draw begins with the next ticket, unless one is pending. Opening closes the draw that is pending: its tickets are known
-- then, and as many are set aside for those that they are drawn to. Nobody is served until draw.lua has given them out.
--
-- KEYS     see _queue.lua
-- ARGV     1 to 3 see _queue.lua, 4 '1' to begin a draw, then a field (cap, state, activeMs, noShowMs, release) and its
--          value each
-- returns  'NONE' or 'LOST' (nothing was done), or cap, state, activeMs, noShowMs, release, then drawFrom and drawTo of the
--          latest draw and 1 or 0 (whether it is not over)
--- @include "_queue"
--- @include "_serve"
--- @include "_settings"

local queue, why_not = open_queue()
if not queue then return why_not end
for i = 5, #ARGV, 2 do queue[ARGV[i]] = setting(ARGV[i], ARGV[i + 1]) end
for i = 5, #ARGV, 2 do redis.call('HSET', QUEUE, ARGV[i], ARGV[i + 1]) end

if ARGV[4] == '1' and not queue.drawing then
  queue.drawing, queue.drawFrom, queue.drawTo = true, queue.lastTicket + 1, -1
  redis.call('HSET', QUEUE, 'drawFrom', queue.drawFrom, 'drawTo', -1, 'drawn', 0)
elseif queue.state == 'OPEN' and queue.drawing and queue.drawTo < 0 then
  queue.drawTo = queue.lastTicket
  redis.call('HSET', QUEUE, 'drawTo', queue.drawTo, 'lastTicket', 2 * queue.drawTo - queue.drawFrom + 1)
end

serve(queue, clock(), {})
return { queue.cap, queue.state, queue.activeMs, queue.noShowMs, queue.release, queue.drawFrom, queue.drawTo,
  queue.drawing and 1 or 0 }
