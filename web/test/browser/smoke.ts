// What must hold over any manager, the fixture's and a real one: the fleet shows, a VM opens and is drawn, the plan shows.
import assert from "node:assert/strict";
import type { Browser } from "puppeteer-core";

import { draws, hasSidewaysScroll, open, sees, texts } from "./browser";

export async function smoke(browser: Browser, url: string): Promise<void> {
  const { page, complaints } = await open(browser, url, { width: 1280, height: 800 });
  await page.waitForSelector(".hosts tbody tr");
  await page.waitForSelector(".vms tbody tr");
  await page.waitForSelector(".score tbody tr");
  await page.waitForSelector(".fact");
  const [first = ""] = await texts(page, ".vms tbody th a");
  assert.notEqual(first, "");

  await page.click(".vms tbody tr th a");
  await page.waitForSelector("h1");
  assert.equal((await texts(page, "h1"))[0], first);
  await draws(page, 4);

  await page.click(".title a");
  await sees(page, "CPU, the last 24 h");
  await page.click(".top nav a:last-child");
  await sees(page, "Newest plan");
  await sees(page, "Action log");
  assert.equal(await hasSidewaysScroll(page), false);
  assert.deepEqual(complaints, []);
  await page.close();
}
