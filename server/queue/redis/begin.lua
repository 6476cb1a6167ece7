#!lua
-- Begins a life of a queue's data: the first, or another after data was lost. Does nothing when it has begun already, so
-- that several processes may try at once.
-- After a loss nobody is admitted for `holdMs`: by then all slots are over that are not known here. Who was inside, as far
-- as was noted, is inside again. Tickets up to `lastTicket` may have been given out, and are not given out again.
--
-- KEYS     see _queue.lua
-- ARGV     1 epoch to begin, 2 last ticket, 3 channel, 4 serving, 5 holdMs and 6 restoreMs (0 for a first life),
--          7 the ticket above which places were lost, 8 to 12 cap, state, activeMs, noShowMs, release, 13 drawFrom and
--          14 drawTo of the latest draw, whose places may be from before and after it, then user,
--          "ticket:beginning in ms" and end in ms of each slot
-- returns  the epoch of the present life: a later one when that has begun already
--- @include "_queue"
--- @include "_settings"

local epoch, last, serving = ARGV[1], whole(ARGV[2], 0), whole(ARGV[4], 0)
local hold, restore, lost_above = whole(ARGV[5], 0), whole(ARGV[6], 0), whole(ARGV[7], 0)
local draw_from, draw_to = whole(ARGV[13], 0), whole(ARGV[14], -1)
whole(epoch, 1)
for i, name in ipairs({ 'cap', 'state', 'activeMs', 'noShowMs', 'release' }) do setting(name, ARGV[7 + i]) end
for i = 15, #ARGV, 3 do
  if not ticket_and_start(ARGV[i + 1] or '') then error('not a slot: ' .. tostring(ARGV[i + 1])) end
  whole(ARGV[i + 2], 0)
end
local known = redis.call('HMGET', QUEUE, 'epoch', 'lastTicket')
if known[1] and tonumber(known[1]) >= tonumber(epoch) then return tonumber(known[1]) end
local now = clock()

-- What survived of an earlier life is older than what was noted since.
-- Places that are still to be drawn for are left to draw.lua.
for _, key in ipairs({ WAITING, AHEAD }) do
  redis.call('ZREMRANGEBYSCORE', key, '-inf', draw_from > 0 and math.min(serving, draw_from - 1) or serving)
  redis.call('ZREMRANGEBYSCORE', key, '(' .. draw_to, serving)
end
for _, user in ipairs(redis.call('ZRANGE', INSIDE, 0, -1)) do forget(user) end
redis.call('DEL', RESTORED)
-- The public record is told that data was lost, and who was inside: those that it has already, it passes over.
local admitted = { hold > 0 and { 0, 'DATA_LOST', now } or nil }
for i = 15, #ARGV, 3 do
  local user, slot, ends = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  forget(user)
  redis.call('HSET', SLOTS, user, slot)
  local ticket, start = ticket_and_start(slot)
  admitted[#admitted + 1] = { ticket, 'RETURNED', start }
  redis.call('ZADD', tonumber(ends) > now and INSIDE or ENDED, ends, user)
end

last = math.max(last, tonumber(known[2] or 0))
redis.call('HSET', QUEUE, 'epoch', epoch, 'lastTicket', last, 'serving', serving, 'moment', now,
  'holdUntil', hold > 0 and now + hold or 0, 'lostAbove', hold > 0 and lost_above or 0, 'lostUpTo', hold > 0 and last or 0,
  'restoreUntil', restore > 0 and now + restore or 0, 'cap', ARGV[8], 'state', ARGV[9], 'activeMs', ARGV[10], 'noShowMs', ARGV[11], 'release', ARGV[12],
  'drawFrom', draw_from, 'drawTo', draw_to, 'drawn', draw_from > 0 and 0 or 1)
note_admitted(admitted)
tell_listeners()
return tonumber(epoch)
