#!lua flags=no-writes
-- What must outlive the data: how far the tickets got, and who is inside.
--
-- KEYS     see _queue.lua
-- ARGV     1 to 3 see _queue.lua
-- returns  'NONE' or 'LOST', or last ticket, serving, drawFrom and drawTo of a draw that is not over, else 0 and -1, then
--          user, "ticket:beginning in ms" and end in ms for the first thousand who are inside
--- @include "_queue"

local queue, why_not = open_queue()
if not queue then return why_not end
local outline = { queue.lastTicket, queue.serving, queue.drawing and queue.drawFrom or 0, queue.drawing and queue.drawTo or -1 }
local inside = redis.call('ZRANGE', INSIDE, 0, MOST - 1, 'WITHSCORES')
for i = 1, #inside, 2 do
  outline[#outline + 1] = inside[i]
  outline[#outline + 1] = redis.call('HGET', SLOTS, inside[i])
  outline[#outline + 1] = inside[i + 1]
end
return outline
