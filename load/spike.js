// 300 users ask for a place in line within two seconds; none is turned away and none waits long for the answer.
//
// The seed's spike test with the seed's expectations as thresholds. Afterwards 50 of them are inside and the others
// wait: GET /api/v1/queue/main tells.
//   npm run load -- spike [-e BASE_URL=http://localhost:8080]
import { check, sleep } from 'k6';
import http from 'k6/http';

const BASE_URL = (__ENV.BASE_URL || 'http://localhost:8080').replace(/\/+$/, '');

export const options = {
  stages: [
    { duration: '2s', target: 300 },
    { duration: '5s', target: 300 },
    { duration: '2s', target: 0 },
  ],
  thresholds: {
    'http_req_duration{name:token}': ['p(95)<300'],
    'http_req_failed{name:token}': ['rate<0.01'],
    checks: ['rate>=0.99'],
  },
};

export default function () {
  const res = http.post(`${BASE_URL}/api/v1/token/create`, JSON.stringify({ userId: `user_${__VU}` }), {
    headers: { 'Content-Type': 'application/json' },
    tags: { name: 'token' },
  });
  check(res, { 'token 발급 성공': (r) => r.status === 200 });
  sleep(1);
}
