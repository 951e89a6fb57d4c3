// A real Chromium, one for a test file, and pages that collect every complaint of the browser.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { launch, type Browser, type Page } from "puppeteer-core";

const CHROMIUM = process.env["HEADROOM_CHROMIUM"] ?? "/usr/bin/chromium";
export const PATIENCE_MS = 15_000;

export async function startBrowser(): Promise<Browser> {
  assert.ok(existsSync(CHROMIUM), `${CHROMIUM} is missing; ./test.sh installs it, or set HEADROOM_CHROMIUM`);
  // Root cannot have Chromium's sandbox, and CI is root. /dev/shm is small in containers.
  return launch({ executablePath: CHROMIUM, headless: true, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

export interface Tab {
  page: Page;
  complaints: string[]; // console errors, uncaught errors, policy violations, requests elsewhere
}

export async function open(browser: Browser, url: string, size: { width: number; height: number }, scheme = "light"): Promise<Tab> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.setDefaultTimeout(PATIENCE_MS);
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warn") complaints.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`uncaught: ${String(error)}`));
  page.on("request", (request) => {
    if (!request.url().startsWith(new URL(url).origin)) complaints.push(`asked elsewhere: ${request.url()}`);
  });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.setViewport(size);
  await page.goto(url);
  return { page, complaints };
}

// Waits until the page says something; the words are the test's own, so that a failure names what was missing.
export async function sees(page: Page, words: string): Promise<void> {
  const found = page.waitForFunction((wanted: string) => document.body.innerText.includes(wanted), {}, words);
  await found.catch(async () => {
    const shown = await page.evaluate(() => document.body.innerText.slice(0, 600));
    assert.fail(`the page never said “${words}”; it says: ${shown}`);
  });
}

export async function texts(page: Page, selector: string): Promise<string[]> {
  return page.$$eval(selector, (all) => all.map((one) => (one as HTMLElement).innerText.trim()));
}

// Waits until so many canvases are on the page and each has something drawn: more than one colour among its pixels.
export async function draws(page: Page, charts: number): Promise<void> {
  const drawn = (wanted: number) => {
    const canvases = [...document.querySelectorAll("canvas")];
    const busy = canvases.filter((canvas) => {
      if (canvas.width === 0 || canvas.height === 0) return false;
      // Read from a copy: reading back the page's own canvas would change how Chromium draws it from then on.
      const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
      if (copy === null) return false;
      copy.drawImage(canvas, 0, 0);
      const pixels = new Uint32Array(copy.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
      return new Set(pixels).size > 3;
    });
    return canvases.length === wanted && busy.length === wanted;
  };
  await page.waitForFunction(drawn, {}, charts).catch(() => assert.fail(`the page never drew ${charts} charts`));
}

export async function hasSidewaysScroll(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
}
