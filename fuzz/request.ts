/** Returns a complete HTTP request of an XML-RPC call. */
export function requestOf(token: string, body: string | Buffer): Buffer {
  return post("/", "text/xml", token, body);
}

/** Returns a complete HTTP request of JSON-RPC calls. */
export function jsonRequestOf(token: string, body: string | Buffer): Buffer {
  return post("/rpc", "application/json", token, body);
}

function post(path: string, type: string, token: string, body: string | Buffer): Buffer {
  const bytes = Buffer.from(body as string);
  const lines = [
    `POST ${path} HTTP/1.1`,
    "host: 127.0.0.1",
    `content-type: ${type}`,
    `authorization: Bearer ${token}`,
    "connection: close",
    `content-length: ${bytes.length}`,
  ];
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), bytes]);
}
