#!lua flags=no-writes
-- Whose slot ended at or after a moment, as far as it is remembered; at most 10,000, oldest first.
--
-- KEYS     see _queue.lua
-- ARGV     1 to 3 see _queue.lua, 4 the moment in ms
-- returns  'NONE' or 'LOST', or user and end in ms of each
--- @include "_queue"

local queue, why_not = open_queue()
if not queue then return why_not end
local ended = redis.call('ZRANGE', ENDED, ARGV[4], '+inf', 'BYSCORE', 'LIMIT', 0, 10000, 'WITHSCORES')
-- Those whose time is over, and no command has come since.
local now = string.format('%.0f', clock())
for _, one in ipairs(redis.call('ZRANGE', INSIDE, ARGV[4], now, 'BYSCORE', 'LIMIT', 0, MOST, 'WITHSCORES')) do
  ended[#ended + 1] = one
end
return ended
