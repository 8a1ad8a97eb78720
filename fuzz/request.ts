/** Returns a complete HTTP request of a call. */
export function requestOf(token: string, body: string | Buffer): Buffer {
  const bytes = Buffer.from(body as string);
  const lines = [
    "POST / HTTP/1.1",
    "host: 127.0.0.1",
    "content-type: text/xml",
    `authorization: Bearer ${token}`,
    "connection: close",
    `content-length: ${bytes.length}`,
  ];
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), bytes]);
}
