-- Serving the line: part of every command that may free a slot or fill one. Needs _queue.lua.

local function end_slot(user, ends)
  redis.call('ZREM', INSIDE, user)
  redis.call('ZREM', UNSEEN, user)
  redis.call('ZADD', ENDED, ends, user)
end

-- Those whose time is over, then those who did not show up in time.
local function end_slots(queue, now, changes)
  local function ended(user, ends)
    local ticket = ticket_and_start(redis.call('HGET', SLOTS, user))
    end_slot(user, ends)
    changes[#changes + 1] = { 'E', user, ticket, ends }
  end
  local over = redis.call('ZRANGE', INSIDE, '-inf', now, 'BYSCORE', 'LIMIT', 0, MOST, 'WITHSCORES')
  for i = 1, #over, 2 do ended(over[i], tonumber(over[i + 1])) end
  local late = now - queue.noShowMs
  local absent = redis.call('ZRANGE', UNSEEN, '-inf', late, 'BYSCORE', 'LIMIT', 0, MOST - #over / 2)
  for _, user in ipairs(absent) do ended(user, now) end
end

-- Returns 1 for somebody who waited, 0 for who was let in as they came.
local function let_in(queue, now, here, changes, admitted, user, ticket, kind)
  local ends = now + queue.activeMs
  redis.call('ZADD', INSIDE, ends, user)
  redis.call('HSET', SLOTS, user, string.format('%.0f:%.0f', ticket, now))
  if not here[user] then redis.call('ZADD', UNSEEN, now, user) end
  changes[#changes + 1] = { 'A', user, ticket, ends }
  -- A ticket from before data was lost: others may have gone in before its place was given back.
  if kind == 'IN_TURN' and ticket <= queue.lostUpTo then kind = 'RETURNED' end
  admitted[#admitted + 1] = { ticket, kind, now }
  return here[user] and 0 or 1
end

-- For the line's pace: not those who were let in as they came, which only says that there was room.
local function count_admissions(now, count)
  if count == 0 then return end
  local second = math.floor(now / 1000)
  local field = second % 64
  local known, before = (redis.call('HGET', ADMISSIONS, field) or ''):match('^(%d+):(%d+)$')
  if tonumber(known) == second then count = count + tonumber(before) end
  redis.call('HSET', ADMISSIONS, field, string.format('%.0f:%.0f', second, count))
end

-- Ends slots, then admits up to the cap: first those who were promised to be next, then from the head of the line. `here`
-- are users who are asking at this moment: for them, being admitted is showing up. Returns what changed: {code, user,
-- ticket, end} each.
local function serve(queue, now, here)
  local changes, admitted = {}, {}
  end_slots(queue, now, changes)
  local ended = #changes
  local waited = 0

  local free = 0
  if queue.state == 'OPEN' and not queue.drawing and now >= queue.holdUntil then
    free = math.min(queue.cap - redis.call('ZCARD', INSIDE), MOST)
  end
  if free > 0 then
    local promised = redis.call('ZPOPMIN', AHEAD, free)
    for i = 1, #promised, 2 do
      redis.call('ZREM', WAITING, promised[i])
      waited = waited + let_in(queue, now, here, changes, admitted, promised[i], tonumber(promised[i + 1]), 'PRIORITISED')
    end
    free = free - #promised / 2
  end
  if free > 0 then
    local next_ones = redis.call('ZPOPMIN', WAITING, free)
    for i = 1, #next_ones, 2 do
      local ticket = tonumber(next_ones[i + 1])
      waited = waited + let_in(queue, now, here, changes, admitted, next_ones[i], ticket, 'IN_TURN')
      queue.serving = math.max(queue.serving, ticket)
    end
  end

  if #changes > ended then
    count_admissions(now, waited)
    note_admitted(admitted)
    -- Never earlier than before: only a tick, which puts slots from the future right, may note that the clock was set back.
    redis.call('HSET', QUEUE, 'serving', queue.serving, 'moment', math.max(queue.moment, now))
  end
  if #changes > 0 then tell_listeners() end
  return changes
end
