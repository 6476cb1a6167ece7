#!lua flags=allow-oom
-- Changes settings, then serves the line at once. Allowed when memory is short: operators must be able to act.
--
-- KEYS     see _queue.lua
-- ARGV     1 to 3 see _queue.lua, then a field (cap, state, activeMs, noShowMs, release) and its value each
-- returns  'NONE' or 'LOST' (nothing was done), or cap, state, activeMs, noShowMs, release
--- @include "_queue"
--- @include "_serve"

local queue, why_not = open_queue()
if not queue then return why_not end
for i = 4, #ARGV, 2 do
  redis.call('HSET', QUEUE, ARGV[i], ARGV[i + 1])
  queue[ARGV[i]] = tonumber(ARGV[i + 1]) or ARGV[i + 1]
end
serve(queue, clock(), {})
return { queue.cap, queue.state, queue.activeMs, queue.noShowMs, queue.release }
