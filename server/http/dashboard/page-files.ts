import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { extname, join } from "node:path";
import { type Reply, textReply } from "../reply";
import { pageHeaders } from "./page-headers";

const contentTypes: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

interface PageFile {
  readonly text: string;
  readonly contentType: string;
  readonly tag: string;
}

/** The built page. Its files are read at the first request, because few daemons have visitors. */
export class PageFiles {
  #files: Promise<ReadonlyMap<string, PageFile>> | undefined;

  /** @param folder with `index.html` for `/`, and the files for `/page/<name>`. */
  constructor(private readonly folder: string) {}

  /** Returns the answer for a path. The names of files that exist decide, and no path of the file system. */
  async reply({ headers }: IncomingMessage, path: string): Promise<Reply> {
    this.#files ??= this.#read();
    const file = (await this.#files).get(path);
    if (file === undefined) {
      return textReply(404, "Not found: the dashboard has no such file.", pageHeaders);
    }
    const { text, contentType, tag: etag } = file;
    const common = { ...pageHeaders, "cache-control": "no-cache", etag };
    return headers["if-none-match"] === etag
      ? { status: 304, headers: common, body: "" }
      : { status: 200, headers: { ...common, "content-type": contentType }, body: text };
  }

  async #read(): Promise<ReadonlyMap<string, PageFile>> {
    const names = await readdir(this.folder).catch(() => []);
    const known = names.filter((name) => Object.hasOwn(contentTypes, extname(name)));
    return new Map(
      await Promise.all(
        known.map(async (name): Promise<[string, PageFile]> => {
          const text = await readFile(join(this.folder, name), "utf8");
          const tag = `"${createHash("sha256").update(text).digest("base64url")}"`;
          const contentType = contentTypes[extname(name)] ?? "";
          return [name === "index.html" ? "/" : `/page/${name}`, { text, contentType, tag }];
        }),
      ),
    );
  }
}
