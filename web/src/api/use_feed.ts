import { useMemo, useSyncExternalStore } from "react";

import { paths } from "./client";
import { Feed, type Reading } from "./feed";
import {
  actionsShape,
  agentsShape,
  fleetShape,
  hostDetailShape,
  planShape,
  scoreShape,
  statusShape,
  vmDetailShape,
  type HostDetail,
  type VmDetail,
} from "./types";

const STATUS_MS = 1000;
const REST_MS = 2000;
const LOG_LENGTH = 200;

// One of each for the life of the page: going back to a view shows its last values at once, with their age.
export const statusFeed = new Feed(paths.status, statusShape, STATUS_MS);
export const fleetFeed = new Feed(paths.fleet, fleetShape, REST_MS);
export const scoreFeed = new Feed(paths.score, scoreShape, REST_MS);
export const agentsFeed = new Feed(paths.agents, agentsShape, REST_MS);
export const planFeed = new Feed(paths.plan, planShape, REST_MS);
export const actionsFeed = new Feed(paths.actions(LOG_LENGTH), actionsShape, REST_MS);

export function useFeed<T>(feed: Feed<T>): Reading<T> {
  return useSyncExternalStore(feed.subscribe, feed.read);
}

export function useVm(name: string): Reading<VmDetail> {
  return useFeed(useMemo(() => new Feed(paths.vm(name), vmDetailShape, REST_MS), [name]));
}

export function useHost(name: string): Reading<HostDetail> {
  return useFeed(useMemo(() => new Feed(paths.host(name), hostDetailShape, REST_MS), [name]));
}
