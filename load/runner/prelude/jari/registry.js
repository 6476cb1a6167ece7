// Every module a script may import, so that require() finds them too.

import { modules } from 'jari:globals';
import * as summary from 'jslib:k6-summary';
import * as utils from 'jslib:k6-utils';
import * as k6 from 'k6';
import * as crypto from 'k6/crypto';
import * as data from 'k6/data';
import * as encoding from 'k6/encoding';
import * as execution from 'k6/execution';
import * as http from 'k6/http';
import * as metrics from 'k6/metrics';
import * as timers from 'k6/timers';

const named = { k6, 'k6/crypto': crypto, 'k6/data': data, 'k6/encoding': encoding, 'k6/execution': execution };
Object.assign(named, { 'k6/http': http, 'k6/metrics': metrics, 'k6/timers': timers });
Object.assign(named, { 'jslib:k6-utils': utils, 'jslib:k6-summary': summary });
for (const name of Object.keys(named)) {
  // require('k6/http') gives the functions and `default`; k6's own modules are their default export.
  modules.set(name, { ...named[name].default, ...named[name] });
}
