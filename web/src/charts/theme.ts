// Colours of the canvas come from the style sheet, so that charts follow the page into the dark.
import { useSyncExternalStore } from "react";

export interface Theme {
  text: string;
  grid: string;
  used: string;
  allocation: string;
  middle: string;
  band: string;
  rare: string;
  ahead: string;
}

const DARK = "(prefers-color-scheme: dark)";

export function useDark(): boolean {
  return useSyncExternalStore(
    (listener) => {
      const query = window.matchMedia(DARK);
      query.addEventListener("change", listener);
      return () => query.removeEventListener("change", listener);
    },
    () => window.matchMedia(DARK).matches,
  );
}

export function themeNow(): Theme {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    text: colour("muted"),
    grid: colour("line"),
    used: colour("used"),
    allocation: colour("allocation"),
    middle: colour("middle"),
    band: colour("band"),
    rare: colour("rare"),
    ahead: colour("ahead"),
  };
}
