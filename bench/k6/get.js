// As many requests as a virtual user can: what the load runner itself can drive.
import http from 'k6/http';

export default function () {
  http.get(__ENV.URL);
}
