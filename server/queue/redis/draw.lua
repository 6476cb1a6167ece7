#!lua flags=allow-oom
-- Gives the places of a queue their drawn tickets. A place that has its drawn ticket already, or is no more, is passed over,
-- so a draw that was broken off is begun again, also by several at once. With the last ticket the draw is over.
-- After data was lost, places from before the draw may be found whose turn has been since: they are over.
-- Allowed when memory is short: it adds nothing.
--
-- KEYS     see _queue.lua
-- ARGV     1 to 3 see _queue.lua, 4 a ticket that is drawn for, then the tickets that it and the next ones are drawn to
-- returns  'NONE' or 'LOST' (nothing was done), or how many places were changed
--- @include "_queue"

local queue, why_not = open_queue()
if not queue then return why_not end
local from, count = whole(ARGV[4], 1), #ARGV - 4
local last = from + count - 1
if not queue.drawing or from < queue.drawFrom or last > queue.drawTo then return { 0 } end

local drawn_to, given = {}, {}
for i = 1, count do
  drawn_to[i] = whole(ARGV[4 + i], queue.drawTo + 1, 2 * queue.drawTo - queue.drawFrom + 1)
  if given[drawn_to[i]] then error('drawn to twice: ' .. ARGV[4 + i]) end
  given[drawn_to[i]] = true
end

local found = redis.call('ZRANGE', WAITING, from, last, 'BYSCORE', 'WITHSCORES')
for i = 1, #found, 2 do
  local user, drawn = found[i], drawn_to[1 + tonumber(found[i + 1]) - from]
  if drawn > queue.serving then
    redis.call('ZADD', WAITING, drawn, user)
    redis.call('ZADD', AHEAD, 'XX', drawn, user)
  else
    forget(user)
  end
end
if last == queue.drawTo then
  redis.call('HSET', QUEUE, 'drawn', 1)
  tell_listeners()
end
return { #found / 2 }
