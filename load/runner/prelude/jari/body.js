// What a script passes as a request body, turned into text or bytes and the content type that goes with it.
import { asBytes, join, utf8 } from 'jari:bytes';

export class FileData {
  constructor(data, filename, contentType) {
    this.data = data;
    this.filename = filename ?? `${Date.now()}`;
    this.content_type = contentType ?? 'application/octet-stream';
  }
}

/** application/x-www-form-urlencoded, keys sorted, as Go's url.Values.Encode() writes it. */
function formEncoded(object) {
  const encode = (text) =>
    encodeURIComponent(text)
      .replace(/%20/g, '+')
      .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return Object.keys(object)
    .sort()
    .flatMap((key) => {
      const values = Array.isArray(object[key]) ? object[key] : [object[key]];
      return values.map((value) => `${encode(key)}=${encode(formValue(value))}`);
    })
    .join('&');
}

const formValue = (value) => (value !== null && typeof value === 'object' ? JSON.stringify(value) : String(value));

function multipart(object) {
  let boundary = '';
  while (boundary.length < 60) boundary += Math.floor(Math.random() * 16).toString(16);
  const quote = (text) => String(text).replace(/\\/g, '\\\\').replace(/"/g, '\\"');
  const chunks = [];
  for (const key of Object.keys(object)) {
    const value = object[key];
    const isFile = value instanceof FileData;
    const name = `form-data; name="${quote(key)}"${isFile ? `; filename="${quote(value.filename)}"` : ''}`;
    const type = isFile ? `Content-Type: ${value.content_type}\r\n` : '';
    chunks.push(utf8(`--${boundary}\r\nContent-Disposition: ${name}\r\n${type}\r\n`));
    chunks.push(isFile ? asBytes(value.data) : utf8(formValue(value)), utf8('\r\n'));
  }
  chunks.push(utf8(`--${boundary}--\r\n`));
  return { body: join(chunks), contentType: `multipart/form-data; boundary=${boundary}` };
}

export function encodeBody(body) {
  if (body === undefined || body === null) return {};
  if (typeof body === 'string' || body instanceof ArrayBuffer) return { body };
  if (ArrayBuffer.isView(body)) return { body: body.buffer.slice(body.byteOffset, body.byteOffset + body.byteLength) };
  if (body instanceof FileData) return { body: join([asBytes(body.data)]) };
  if (typeof body !== 'object') return { body: String(body) };
  if (Object.values(body).some((value) => value instanceof FileData)) return multipart(body);
  return { body: formEncoded(body), contentType: 'application/x-www-form-urlencoded' };
}
