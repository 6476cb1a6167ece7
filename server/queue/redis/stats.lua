#!lua flags=no-writes
-- Settings and figures of a queue.
--
-- KEYS     see _queue.lua
-- ARGV     1 to 3 see _queue.lua
-- returns  'NONE' or 'LOST', or cap, state, activeMs, noShowMs, release, active, waiting, serving, admitted in 60 seconds
--- @include "_queue"

local queue, why_not = open_queue()
if not queue then return why_not end
local now = clock()
local second = now / 1000
local admitted = 0
for _, text in ipairs(redis.call('HVALS', ADMISSIONS)) do
  local at, count = text:match('^(%d+):(%d+)$')
  if second - at >= 0 and second - at < 60 then admitted = admitted + count end
end
local active = redis.call('ZCOUNT', INSIDE, '(' .. string.format('%.0f', now), '+inf')
return { queue.cap, queue.state, queue.activeMs, queue.noShowMs, queue.release, active, redis.call('ZCARD', WAITING),
  queue.serving, admitted }
