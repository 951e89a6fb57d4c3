// The built page in a real Chromium, over the fixture manager; with HEADROOM_URL set, its smoke part over that manager.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser } from "puppeteer-core";

import { HOSTILE, makeAnswers, makeEmptyAnswers, makeLiveAnswers } from "../fixture/fleet";
import { startManager, type Manager } from "../fixture/server";
import { draws, hasSidewaysScroll, open, sees, startBrowser, texts } from "./browser";
import { smoke } from "./smoke";

const DIST = "dist";
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const real = process.env["HEADROOM_URL"] ?? "";
const skip = real === "" ? false : "HEADROOM_URL is set: only the smoke test runs";

let browser: Browser;
let manager: Manager;

// Each over a fixture manager of its own. Not in beforeEach: Node 18.13 leaves it out.
function overFixture(name: string, run: () => Promise<void>): void {
  it(name, { skip }, async () => {
    manager = await startManager(DIST, makeAnswers());
    try {
      await run();
    } finally {
      await manager.stop();
    }
  });
}

describe("the page", () => {
  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser.close());

  overFixture("the fleet shows, a VM opens and is drawn, the plan shows", () => smoke(browser, manager.url));

  it("does so over the manager at HEADROOM_URL", { skip: real === "" ? "HEADROOM_URL is not set" : false }, () => smoke(browser, real));

  overFixture("the fleet says who wins, at which price, and who is at risk first", async () => {
    const { page, complaints } = await open(browser, manager.url, DESK);
    await sees(page, "61 % less overload than reactive-threshold, at a lower host bill (−3 %) and a higher allocation bill (+39 %).");
    assert.deepEqual(await texts(page, ".bounds b"), ["90.3 %", "95.1 %", "98.8 %"]);
    await sees(page, "calibration per VM takes 3.1 % off the model's loss");
    assert.equal((await texts(page, ".hosts tbody tr")).length, 6);
    assert.equal((await texts(page, ".vms tbody tr")).length, 55);
    const risks = (await texts(page, ".vms .risk b")).map((risk) => Number.parseInt(risk, 10));
    assert.deepEqual(risks, [...risks].sort((a, b) => b - a));
    await sees(page, "no samples");
    assert.deepEqual(complaints, []);
    await page.close();
  });

  overFixture("where a token is asked for nothing shows without one, and it lasts for the tab", async () => {
    manager.token = "hrt_right";
    const { page, complaints } = await open(browser, manager.url, DESK);
    await sees(page, "Who is asking?");
    assert.equal((await texts(page, ".hosts")).length, 0);
    await page.type("#token", "hrt_wrong\n");
    await sees(page, "It was not taken: no such token.");
    await page.type("#token", "hrt_right\n");
    await sees(page, "calibration per VM takes 3.1 % off the model's loss");
    await page.reload();
    await sees(page, "calibration per VM takes 3.1 % off the model's loss");
    assert.deepEqual(await page.cookies(), []);
    assert.equal(manager.requests.filter((path) => path.includes("hrt_")).length, 0, "a token is no part of an address");
    manager.token = "hrt_other"; // as when it is revoked
    await sees(page, "It was not taken: no such token.");
    assert.equal((await texts(page, ".hosts")).length, 0);
    manager.token = "hrt_right";
    await page.type("#token", "hrt_right\n");
    await sees(page, "calibration per VM takes 3.1 % off the model's loss");
    await page.click(".leave");
    await sees(page, "Who is asking?");
    assert.equal(await page.evaluate(() => sessionStorage.length), 0);
    assert.deepEqual(complaints.filter((complaint) => !complaint.includes("401")), []);
    await page.close();
  });

  overFixture("a model that drifts, one on trial and one that is missing are told", async () => {
    const { status } = manager.answers;
    const { page, complaints } = await open(browser, manager.url, DESK);
    await sees(page, "The model fits: it loses 2 % more than its card promises");
    await sees(page, "So far the challenger loses 0.984 times as much, on 18,400 live targets.");
    const drift = { ...status.drift, raised: true, text: "the model does not fit this fleet any more" };
    manager.answers = { ...manager.answers, status: { ...status, drift } };
    await sees(page, "The model does not fit this fleet any more.");
    assert.deepEqual(await texts(page, ".drift.raised"), ["The model does not fit this fleet any more."]);
    manager.answers = { ...manager.answers, status: { ...status, accuracy: null as never, without_model: "WITHOUT ITS MODEL: no file" } };
    await sees(page, "WITHOUT ITS MODEL: no file.");
    assert.deepEqual(complaints, []);
    await page.close();
  });

  overFixture("a VM shows why things were done and not done, in each range of time", async () => {
    const { page, complaints } = await open(browser, `${manager.url}#/vms/100`, DESK);
    await sees(page, "cpu is forecast at 1.1 cores (95 %, within 15m), over its limit of 0.5 cores");
    await sees(page, "Not done: reserved-24-1 has 0.4 GiB left");
    await sees(page, "Can be moved while it runs");
    for (const button of await page.$$(".choice button")) {
      await button.click();
      await page.waitForFunction((pressed) => pressed.getAttribute("aria-pressed") === "true", {}, button);
      await draws(page, 4);
    }
    const plot = await (await page.$(".plot .u-over"))?.boundingBox();
    assert.ok(plot);
    await page.mouse.move(plot.x + plot.width / 4, plot.y + plot.height / 2);
    await page.waitForFunction(() => !document.querySelector(".readout b")?.textContent?.includes("10 Aug 04:35"));
    assert.deepEqual(complaints, []);
    await page.close();
  });

  overFixture("the plan shows what alert rules report, of all VMs and of one", async () => {
    const { page, complaints } = await open(browser, `${manager.url}#/plan`, DESK);
    await sees(page, "memory is at 3.9 GiB, over 3.6 GiB; confidence 41 % [watch memory]");
    assert.deepEqual(await texts(page, ".alerts a"), ["114", HOSTILE, "128"]);
    await page.type("#vm-filter", "128");
    await page.waitForFunction(() => document.querySelectorAll(".alerts li").length === 1);
    await page.goto(`${manager.url}#/plan?vm=100`);
    await sees(page, "No rule reports anything of a VM like “100”.");
    assert.deepEqual(complaints, []);
    await page.close();
  });

  overFixture("a name that is markup is only a name", async () => {
    const { page, complaints } = await open(browser, manager.url, DESK);
    await page.waitForSelector(".vms tbody tr");
    await page.type("#vm-filter", "<img");
    await page.waitForFunction(() => document.querySelectorAll(".vms tbody tr").length === 1);
    await page.click(".vms tbody tr td:nth-last-child(2)");
    await page.waitForSelector("canvas");
    assert.equal((await texts(page, "h1"))[0], HOSTILE);
    assert.ok(manager.requests.includes(`/api/v1/vms/${encodeURIComponent(HOSTILE)}`));
    await page.goto(`${manager.url}#/plan?vm=${encodeURIComponent(HOSTILE)}`);
    await page.waitForFunction((name: string) => document.querySelector(".denied a")?.textContent === name, {}, HOSTILE);
    assert.equal(await page.$("main img"), null);
    assert.equal(await page.evaluate(() => "pwned" in window), false);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  overFixture("a lost connection is told, old data is visibly old, and both pass when it is back", async () => {
    const { page } = await open(browser, manager.url, DESK);
    await page.waitForSelector(".vms tbody tr");
    const port = Number(new URL(manager.url).port);
    await manager.stop();
    await sees(page, "Connection lost");
    await page.waitForSelector("main.stale .vms tbody tr");
    await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
    const banner = await (await page.$("[role=alert]"))?.boundingBox();
    assert.ok(banner && banner.y >= 0 && banner.y < DESK.height, "the banner stays in sight");
    await sees(page, "no connection");
    manager = await startManager(DIST, makeAnswers(), port);
    await page.waitForFunction(() => document.querySelector("[role=alert]") === null && document.querySelector("main.stale") === null);
    await sees(page, "running");
    await page.close();
  });

  overFixture("a live fleet has no score and no end; what is under way, who does not answer and who is not ours are told", async () => {
    manager.answers = makeLiveAnswers();
    const { page, complaints } = await open(browser, manager.url, DESK);
    await sees(page, "Under way");
    assert.equal(await page.$("#score-title"), null);
    assert.equal(await page.$(".virtual-time progress"), null);
    assert.equal(await page.$eval(".virtual-time", (time) => time.getAttribute("title")), "since 26 Nov 2026, 11:00 UTC, round 361");
    await sees(page, "26 Nov 2026, 12:00:10 UTC");
    await sees(page, "move to kvm-2");
    assert.equal(await page.$eval(".actions progress", (bar) => bar.getAttribute("aria-label")), "40 % done");
    assert.equal((await texts(page, "[aria-labelledby=under-way-title] li")).length, 1);
    await sees(page, "40 % · 1.50 GiB sent, 0.50 GiB of pass 2 left · expected at 12:00:22, as a rule by 12:00:30");
    assert.deepEqual(await texts(page, ".hosts .chip.act"), ["does not answer", "never answered"]);
    await sees(page, "nothing is known of it · asked since 26 Nov 11:50");
    await sees(page, "as of 3 min ago");
    assert.deepEqual(await texts(page, ".troubles li"), ["kvm-2 does not answer: no answer within 5s"]);
    const states = await texts(page, ".vms tbody td:last-child");
    assert.equal(states.filter((state) => state.includes("Nova")).length, 1);
    assert.equal(states.filter((state) => state.includes("observe")).length, 1);
    await sees(page, "P(over limit, 2m)");
    assert.deepEqual(complaints, []);
    await page.close();
  });

  overFixture("a host that is to be left shows who is still there, who cannot go and why, and what to type", async () => {
    manager.answers = makeLiveAnswers();
    const { page, complaints } = await open(browser, manager.url, DESK);
    await sees(page, "3 VMs left, 1 cannot leave");
    await sees(page, "drained by a person, since 26 Nov 11:55");
    assert.deepEqual(await texts(page, ".leaving li .chip"), ["moving to kvm-1", "cannot leave", "its turn comes, to kvm-1"]);
    assert.deepEqual(await texts(page, ".leaving .why"), ["it belongs to Nova, which has to move it"]);
    assert.deepEqual(await texts(page, ".leaving code"), ["headroom host undrain kvm-2"]);
    assert.equal(await page.$(".leaving button"), null, "the page only reads");
    await page.goto(`${manager.url}#/hosts/kvm-1`);
    await sees(page, "To have it left by its VMs: headroom host drain kvm-1");
    await page.goto(`${manager.url}#/hosts/kvm-2`);
    await sees(page, "headroom host undrain kvm-2");
    const hosts = manager.answers.fleet.hosts.map((host) => ({ ...host, leaving: "leaving" in host && host.leaving ? { ...host.leaving, vms: [] } : null }));
    manager.answers = { ...manager.answers, fleet: { ...manager.answers.fleet, hosts: hosts as never } };
    await page.goto(manager.url);
    await sees(page, "empty");
    assert.equal(await hasSidewaysScroll(page), false);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  overFixture("a VM of a fleet with short steps is drawn over its own minutes", async () => {
    manager.answers = makeLiveAnswers();
    const { page, complaints } = await open(browser, `${manager.url}#/vms/guest-2`, DESK);
    await sees(page, "P(over limit, 2m)");
    assert.deepEqual(await texts(page, "[aria-label=Time] button"), ["All horizons", "Next 2m", "Next 48m"]);
    for (const button of await page.$$("[aria-label=Time] button")) {
      await button.click();
      await page.waitForFunction((pressed) => pressed.getAttribute("aria-pressed") === "true", {}, button);
      await draws(page, 4);
    }
    await page.goto(`${manager.url}#/hosts/kvm-1`);
    await draws(page, 1);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  overFixture("another manager's work raises an alarm that stays in sight", async () => {
    const live = makeLiveAnswers();
    const alarm = "VM guest-1 was taken by another manager, epoch 9 of headroomd on mgmt-2: nothing is begun any more";
    manager.answers = { ...live, status: { ...live.status, alarm } };
    const { page, complaints } = await open(browser, manager.url, DESK);
    await sees(page, alarm);
    assert.equal((await texts(page, "[role=alert]")).length, 1);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  overFixture("a failed manager says why, a paused one that it waits", async () => {
    const { status } = manager.answers;
    manager.answers = { ...manager.answers, status: { ...status, state: "failed", message: "the trace of VM 337 ends early" } };
    const { page, complaints } = await open(browser, manager.url, DESK);
    await sees(page, "The manager failed");
    await sees(page, "the trace of VM 337 ends early");
    manager.answers = { ...manager.answers, status: { ...status, state: "paused" } };
    await sees(page, "nothing new is started until it is resumed");
    assert.deepEqual(complaints, []);
    await page.close();
  });

  overFixture("an answer the page does not understand is told, not drawn", async () => {
    manager.answers = { ...manager.answers, fleet: { ...manager.answers.fleet, vms: "many" as never } };
    const { page, complaints } = await open(browser, manager.url, DESK);
    await sees(page, "fleet.vms should be a list, but is string");
    await sees(page, "less overload than static");
    assert.deepEqual(complaints, []);
    await page.close();
  });

  overFixture("a VM that is gone has the manager's sentence", async () => {
    const { page } = await open(browser, `${manager.url}#/vms/gone`, DESK);
    await sees(page, "no VM is called 'gone'");
    await page.close();
  });

  overFixture("a manager that has just started has words for everything that is not there yet", async () => {
    manager.answers = makeEmptyAnswers();
    const { page, complaints } = await open(browser, manager.url, DESK);
    for (const words of ["waiting for the first inventory", "No score yet", "No hosts yet", "No VMs yet"]) await sees(page, words);
    await page.goto(`${manager.url}#/plan`);
    for (const words of ["No plan yet", "Nothing was denied", "No rule reports anything", "Nothing was started yet"]) await sees(page, words);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  overFixture("agents show who speaks, whose clock is off, who was asked what, and whose word is not the hypervisor's", async () => {
    manager.answers = makeLiveAnswers();
    const { page, complaints } = await open(browser, manager.url, DESK);
    await sees(page, "Under way");
    await page.click(".top nav a:nth-child(2)");
    await page.waitForSelector(".agents tbody tr");
    assert.deepEqual(await texts(page, ".agents tbody th a"), ["guest-1", "guest-2", "guest-3", "guest-4", "guest-5"]);
    assert.deepEqual(await texts(page, ".agents td:nth-child(2) .chip"), ["speaks", "speaks", "speaks", "speaks", "silent"]);
    await sees(page, "since 26 Nov 11:50");
    assert.equal((await texts(page, ".agents td:nth-child(3)"))[0], "4 s ago\nevery 10 s");
    assert.equal((await texts(page, ".agents td:nth-child(4)"))[1], "−12.4 s\njumped −12.3 s, 3 min ago");
    assert.equal((await texts(page, ".agents td:nth-child(6)"))[1], "31 · 3 lost");
    assert.deepEqual(await texts(page, ".agents td:nth-child(7) .warned"), ["26 Nov 12:25"], "a certificate that is not renewed");
    assert.deepEqual(await texts(page, ".words .chip"), ["asked", "asked", "wants more", "vetoed", "asked", "asked"]);
    await sees(page, "before a change: 4 to 2 vCPUs, 4.00 to 3.00 GiB of memory");
    await sees(page, "less is <i>enough</i> · no answer yet, until 26 Nov 12:00:38");
    await sees(page, "to report every 1 s");
    assert.deepEqual(await texts(page, ".agents tbody tr:nth-child(5) .words li"), [
      "asked to make ready for a move\nnot heard yet: its agent is silent, until 26 Nov 12:00:38",
      "asked to go on after its move\nits time is over, until 26 Nov 12:00:09",
    ]);
    await sees(page, "the database holds 3.4 GiB <b>now</b> · 26 Nov 11:54");
    await sees(page, "its agent says 1.80 cores of CPU, the hypervisor 0.90 cores of CPU");
    await sees(page, "1 VM has no agent: guest-6. To let one in: headroom agent token guest-6");
    await sees(page, "guest-6 (until 26 Nov 12:59)");
    assert.equal(await page.$(".agents button"), null, "the page only reads");
    await page.click(".agents tbody tr:nth-child(4) th a");
    await sees(page, "it says 1.80 cores of CPU, the hypervisor 0.90 cores of CPU, since 26 Nov 11:52");
    manager.answers = { ...manager.answers, agents: { ...manager.answers.agents!, now: manager.answers.agents!.now.replace("12:00", "12:02") } };
    await page.goto(`${manager.url}#/agents`);
    await sees(page, "last report 2 min ago");
    assert.equal(await hasSidewaysScroll(page), false);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  overFixture("a replay has no agents: its page does not lead to them, and says so to who comes by the address", async () => {
    const { page } = await open(browser, manager.url, DESK);
    await page.waitForSelector(".vms tbody tr");
    assert.deepEqual(await texts(page, ".top nav a"), ["Fleet", "Plan & actions"]);
    await page.goto(`${manager.url}#/agents`);
    await page.waitForSelector(".problem");
    await page.close();
  });

  overFixture("agents fit a phone, in the dark", async () => {
    manager.answers = makeLiveAnswers();
    for (const url of [`${manager.url}#/agents`, `${manager.url}#/vms/guest-3`]) {
      const { page, complaints } = await open(browser, url, PHONE, "dark");
      await sees(page, "the database holds 3.4 GiB <b>now</b>");
      assert.equal(await hasSidewaysScroll(page), false, url);
      assert.deepEqual(complaints, []);
      await page.close();
    }
  });

  overFixture("everything can be reached by keyboard, and the filter survives a visit to a VM", async () => {
    const { page, complaints } = await open(browser, manager.url, DESK);
    await page.waitForSelector(".vms tbody tr");
    await page.keyboard.press("/");
    await page.keyboard.type("reserved-24-1");
    await page.waitForFunction(() => document.querySelectorAll(".vms tbody tr").length === 14);
    const focused = () => page.evaluate(() => document.activeElement?.textContent ?? "");
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "VM");
    await page.keyboard.press("Enter");
    await page.waitForSelector('.vms th[aria-sort="ascending"]');
    const names = await texts(page, ".vms tbody th a");
    for (let stop = 0; stop < 6 && (await focused()) !== names[0]; stop++) await page.keyboard.press("Tab");
    assert.equal(await focused(), names[0], "one stop for the whole table");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    assert.equal(await focused(), names[2]);
    await page.keyboard.press("Enter");
    await page.waitForSelector("h1");
    assert.equal((await texts(page, "h1"))[0], names[2]);
    await page.keyboard.press("Escape");
    await page.waitForSelector(".vms tbody tr");
    assert.deepEqual(await texts(page, ".vms tbody th a"), names);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  overFixture("nothing scrolls sideways on a phone, in the dark", async () => {
    const hostile = `${manager.url}#/vms/${encodeURIComponent(HOSTILE)}`;
    for (const url of [manager.url, `${manager.url}#/vms/100`, hostile, `${manager.url}#/hosts/reserved-24-2`, `${manager.url}#/plan`]) {
      const { page, complaints } = await open(browser, url, PHONE, "dark");
      await page.waitForSelector(url === manager.url ? ".vms tbody tr" : "h1");
      await page.waitForFunction(() => document.querySelector("main")?.innerText.includes("Loading") === false);
      assert.equal(await hasSidewaysScroll(page), false, url);
      const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      assert.equal(background, "rgb(18, 21, 27)");
      assert.deepEqual(complaints, []);
      await page.close();
    }
  });
});
