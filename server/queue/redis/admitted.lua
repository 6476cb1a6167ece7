#!lua flags=no-writes
-- Who was admitted and may not be in the public record yet, oldest first; whatever life the data is of.
--
-- KEYS     see _queue.lua
-- ARGV     1 how many entries at most
-- returns  what `XRANGE` does: {id, {field, value}} each
return redis.call('XRANGE', KEYS[10], '-', '+', 'COUNT', ARGV[1])
