// The module `k6/encoding`. Bytes are coded by the host.
import { call, op } from 'jari:host';

const bytes = (input) =>
  ArrayBuffer.isView(input) ? input.buffer.slice(input.byteOffset, input.byteOffset + input.byteLength) : input;

export function b64encode(input, encoding = 'std') {
  return call(op.base64Encode, bytes(input), encoding);
}

export function b64decode(input, encoding = 'std', format = 'b') {
  return call(op.base64Decode, String(input), encoding, format);
}

export default { b64decode, b64encode };
