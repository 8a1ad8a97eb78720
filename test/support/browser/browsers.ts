import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { temporaryFolders } from "../files/temporary-folder";

/** Debian's package of this name has it. */
const executablePath = "/usr/bin/chromium";

/** The arguments for a browser of root without a screen, which must not use the network by itself. */
const words = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-background-networking",
  "--disable-component-update",
  "--no-first-run",
];

/** A slow processor must not fail a test: this only ends one that hangs. */
const patienceMs = 60_000;

export interface PageOptions {
  /** Pixels. Default: 1280. */
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
}

/** A page, and what went wrong in it. */
export interface OpenPage {
  readonly page: Page;
  /** Errors in the console, such as a violation of the policy, and requests to other servers. */
  readonly wrongs: string[];
}

/** Opens pages, each in a profile of its own. Pages are closed after each test, the browser after the suite. */
export function browserPages(): (origin: string, options?: PageOptions) => Promise<OpenPage> {
  const newFolder = temporaryFolders();
  let browser: Browser | undefined;
  const closes: (() => Promise<void>)[] = [];
  before(async () => {
    assert.ok(existsSync(executablePath), `${executablePath} is missing; install the package chromium`);
    const home = join(await newFolder(), "home");
    await mkdir(home);
    browser = await chromium.launch({
      executablePath,
      args: words,
      timeout: patienceMs,
      env: {
        ...process.env,
        HOME: home,
        XDG_CONFIG_HOME: home,
        XDG_CACHE_HOME: home,
        TMPDIR: home,
        LANG: "C.UTF-8",
      },
    });
  });
  afterEach(async () => {
    await Promise.all(closes.splice(0).map((close) => close()));
  });
  after(async () => {
    await browser?.close();
  });
  return async (origin, { width = 1280, height = 800, dark = false } = {}) => {
    assert.ok(browser !== undefined);
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme: dark ? "dark" : "light",
      locale: "en-GB",
      timezoneId: "UTC",
      ignoreHTTPSErrors: true,
      reducedMotion: "reduce",
    });
    closes.push(() => context.close());
    context.setDefaultTimeout(patienceMs);
    const page = await context.newPage();
    const wrongs: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error") {
        wrongs.push(message.text());
      }
    });
    page.on("pageerror", (error) => wrongs.push(error.message));
    page.on("dialog", (dialog) => {
      wrongs.push(`a dialog of a script: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on("request", (request) => {
      if (new URL(request.url()).origin !== origin) {
        wrongs.push(`a request to ${request.url()}`);
      }
    });
    return { page, wrongs };
  };
}
