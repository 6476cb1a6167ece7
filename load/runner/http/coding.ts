// Content-Encoding in both directions.
import zlib from 'node:zlib';

const encoders: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  gzip: zlib.gzipSync,
  deflate: zlib.deflateSync,
  br: zlib.brotliCompressSync,
  zstd: zlib.zstdCompressSync,
};
const decoders: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  gzip: zlib.gunzipSync,
  deflate: zlib.inflateSync,
  br: zlib.brotliDecompressSync,
  zstd: zlib.zstdDecompressSync,
};

/** `compression: 'gzip'` or `'gzip, br'`: in that order. */
export function encodeBody(body: Buffer, codings: string): { body: Buffer; contentEncoding: string } {
  const names = codings.split(',').map((name) => name.trim());
  let encoded = body;
  for (const name of names) {
    const encode = encoders[name];
    if (!encode) throw new Error(`unknown compression "${name}": use ${Object.keys(encoders).join(', ')}`);
    encoded = encode(encoded);
  }
  return { body: encoded, contentEncoding: names.join(', ') };
}

/** The decoded body; the body as it came when the coding is not one of ours. */
export function decodeBody(body: Buffer, contentEncoding: string): Buffer {
  let decoded = body;
  for (const name of contentEncoding.split(',').reverse()) {
    const decode = decoders[name.trim().toLowerCase()];
    if (!decode) return decoded;
    if (decoded.length > 0) decoded = decode(decoded);
  }
  return decoded;
}
