-- The settings of a queue as they come with a command. Needs _queue.lua.
local LEAST = { cap = 0, activeMs = 1, noShowMs = 1, release = 0 }
local MOST_OF = { cap = 2147483647, activeMs = 2147483647000, noShowMs = 2147483647000, release = 1 }
local STATES = { OPEN = true, PAUSED = true, PRE_QUEUE = true }

local function setting(name, text)
  if name == 'state' and STATES[text] then return text end
  if not LEAST[name] then error('no such setting: ' .. tostring(name) .. ' ' .. tostring(text)) end
  return whole(text, LEAST[name], MOST_OF[name])
end
