-- args: folder of this script, file with one token a line. Asks for one place after another.
local n, tokens = 0, {}
function init(args)
  dofile(args[1] .. '/report.lua')
  for line in io.lines(args[2]) do tokens[#tokens + 1] = { Authorization = 'Bearer ' .. line } end
end
function request()
  n = n % #tokens + 1
  return wrk.format('GET', '/api/v1/token', tokens[n])
end
