import type { Page } from "playwright-core";

/** Opens the dashboard and logs in with a token. */
export async function logIn(page: Page, url: string, token: string): Promise<void> {
  await page.goto(`${url}/`);
  await page.getByLabel("Access token").fill(token);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("heading", { name: "Instances", level: 1 }).waitFor();
}

/** Returns the row of an instance or a fleet. */
export function rowOf(page: Page, name: string): ReturnType<Page["locator"]> {
  return page.locator("tbody tr").filter({ has: page.getByRole("link", { name, exact: true }) });
}

/** Whether something is wider than the window. */
export async function scrollsSideways(page: Page): Promise<boolean> {
  return await page.evaluate<boolean>(
    "document.documentElement.scrollWidth > document.documentElement.clientWidth",
  );
}

/** Returns what the screen of the terminal shows. */
export async function screenText(page: Page): Promise<string> {
  return await page.locator(".xterm-rows").innerText();
}

/** Waits until the screen of the terminal shows a text. */
export async function untilShown(page: Page, pattern: RegExp): Promise<void> {
  await page.locator(".xterm-rows").filter({ hasText: pattern }).waitFor();
}

/** Returns what the element with the focus is called: its label or its text. */
export async function focused(page: Page): Promise<string> {
  return await page.evaluate<string>(
    "document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText ?? ''",
  );
}
