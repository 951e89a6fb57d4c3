// A feed keeps one resource of the manager fresh while somebody looks at it: at most one request under way, the next
// one `everyMs` after the last ended, nothing while the tab is hidden. A failure keeps the last value, so that the page
// can show it with its age rather than nothing.
import { Failure, get } from "./client";
import type { Shape } from "./shape";

export interface Reading<T> {
  value: T | null;
  at: number | null; // when the value arrived, by this machine's clock
  failure: Failure | null; // of the newest try; null after a success
}

export interface Surroundings {
  now: () => number;
  hidden: () => boolean;
  onVisibility: (listener: () => void) => () => void;
  after: (ms: number, run: () => void) => () => void;
  get: typeof get;
}

export const browser: Surroundings = {
  now: () => Date.now(),
  hidden: () => document.hidden,
  onVisibility: (listener) => {
    document.addEventListener("visibilitychange", listener);
    return () => document.removeEventListener("visibilitychange", listener);
  },
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  get,
};

export class Feed<T> {
  private reading: Reading<T> = { value: null, at: null, failure: null };
  private readonly listeners = new Set<() => void>();
  private cancelWait: (() => void) | null = null;
  private cancelWatch: (() => void) | null = null;
  private underWay: AbortController | null = null;

  constructor(
    private readonly path: string,
    private readonly shape: Shape<T>,
    private readonly everyMs: number,
    private readonly around: Surroundings = browser,
  ) {}

  readonly read = (): Reading<T> => this.reading;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    if (this.listeners.size === 1) this.start();
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) this.stop();
    };
  };

  private start(): void {
    this.cancelWatch = this.around.onVisibility(() => {
      if (this.around.hidden()) this.pause();
      else this.poll();
    });
    this.poll();
  }

  private stop(): void {
    this.cancelWatch?.();
    this.cancelWatch = null;
    this.pause();
  }

  private pause(): void {
    this.cancelWait?.();
    this.cancelWait = null;
    this.underWay?.abort();
    this.underWay = null;
  }

  private poll(): void {
    if (this.underWay !== null || this.around.hidden()) return;
    this.cancelWait?.();
    const mine = new AbortController();
    this.underWay = mine;
    void this.around.get(this.path, this.shape, mine.signal).then(
      (value) => this.settle(mine, { value, at: this.around.now(), failure: null }),
      (failure: unknown) =>
        this.settle(mine, {
          ...this.reading,
          failure: failure instanceof Failure ? failure : new Failure("refused", String(failure)),
        }),
    );
  }

  // An answer that was cancelled must neither be shown nor start another wait: its successor already has.
  private settle(mine: AbortController, reading: Reading<T>): void {
    if (this.underWay !== mine) return;
    this.underWay = null;
    this.reading = reading;
    this.cancelWait = this.around.after(this.everyMs, () => this.poll());
    for (const listener of [...this.listeners]) listener();
  }
}
