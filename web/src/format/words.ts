// What the API's short names mean, in a sentence. An unknown name is shown as it is: the API may grow.
const MOBILITY: Record<string, string> = {
  immovable: "Cannot be moved",
  cold: "Can be moved while it is off",
  "live-with-storage": "Can be moved while it runs, with its disks",
  live: "Can be moved while it runs",
};

const SCALING: Record<string, string> = {
  never: "cannot be changed",
  "at-boot": "changes at the next start",
  "live-up": "grows while running",
  "live-up-and-down": "grows and shrinks while running",
  "live-up-down": "grows and shrinks while running",
};

const LEVEL: Record<string, string> = {
  observe: "Headroom only watches it",
  recommend: "Headroom recommends, people act",
  auto: "Headroom acts by itself",
};

const STATE: Record<string, string> = {
  none: "no samples",
  learning: "learning",
  ready: "ready",
};

const look = (words: Record<string, string>) => (name: string) => (Object.hasOwn(words, name) ? words[name] : name) as string;

export const mobilityWords = look(MOBILITY);
export const scalingWords = look(SCALING);
export const levelWords = look(LEVEL);
export const stateWords = look(STATE);

// A name as a shell takes it, whatever is in it.
export function shellWord(name: string): string {
  return /^[\w.@:/-]+$/.test(name) && !name.startsWith("-") ? name : `'${name.replace(/'/g, "'\\''")}'`;
}
