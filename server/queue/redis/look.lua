#!lua flags=no-writes
-- Where users are, when Redis takes no writes (its disk is full, or too few replicas follow): status.lua without its notes.
--
-- KEYS     see _queue.lua
-- ARGV     1 to 3 see _queue.lua, then user ids
-- returns  'NONE' or 'LOST', or four values a user: see place_of in _queue.lua
--- @include "_queue"

local queue, why_not = open_queue()
if not queue then return why_not end
local users = {}
for i = 4, #ARGV do users[#users + 1] = ARGV[i] end
return places_of(queue, users, clock())
