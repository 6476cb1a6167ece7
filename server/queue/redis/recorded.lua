#!lua flags=allow-oom
-- Forgets admissions that are in the public record. Doing it twice, or late, forgets nothing that came since.
--
-- KEYS     see _queue.lua
-- ARGV     1 id of the last entry that is in the record
-- returns  how many entries were forgotten
local ms, seq = ARGV[1]:match('^(%d+)-(%d+)$')
return redis.call('XTRIM', KEYS[10], 'MINID', string.format('%s-%.0f', ms, tonumber(seq) + 1))
