#!lua flags=allow-oom
-- Users leave a queue; a ticket limits it to that very place. Freed slots are given on in the same call.
-- Allowed when memory is short: it frees some.
--
-- KEYS     see _queue.lua
-- ARGV     1 to 3 see _queue.lua, then a user id and a ticket or '0' for any, each
-- returns  'NONE' or 'LOST' (nothing was done), or 1 or 0 a user: whether there was such a place when the call came
--- @include "_queue"
--- @include "_serve"

local queue, why_not = open_queue()
if not queue then return why_not end
local now = clock()
local had, leaving = {}, {}

for i = 4, #ARGV, 2 do
  local user, meant = ARGV[i], whole(ARGV[i + 1], 0)
  local code, _, ticket = place_of(queue, user, now)
  local has = code ~= 'N' and (meant == 0 or meant == ticket)
  had[#had + 1] = has and 1 or 0
  if has then leaving[#leaving + 1] = user end
end

if #leaving > 0 then
  for _, user in ipairs(leaving) do forget(user) end
  tell_listeners()
  serve(queue, now, {})
end
return had
