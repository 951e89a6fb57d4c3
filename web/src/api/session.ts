// Whose page this is, where the manager asks for it: a token, kept for as long as the tab is open and sent with each request. Not a
// cookie: a browser sends those by itself, also for other sites' pages.
export interface Standing {
  token: string; // "" none
  wanted: boolean; // the manager answers nobody without one it takes
  rejected: string; // why the manager did not take the last one; "" it did, or there was none
}

type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;

const KEY = "headroom.token";

export class Session {
  private standing: Standing;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly store: Store | null) {
    this.standing = { token: store?.getItem(KEY) ?? "", wanted: false, rejected: "" };
  }

  readonly read = (): Standing => this.standing;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  enter(token: string): void {
    this.store?.setItem(KEY, token);
    this.tell({ ...this.standing, token, rejected: "" });
  }

  leave(): void {
    this.store?.removeItem(KEY);
    this.tell({ token: "", wanted: true, rejected: "" });
  }

  // It is not sent again: the manager makes those wait who send wrong ones. An answer to one that was replaced meanwhile says nothing.
  reject(token: string, why: string): void {
    if (token !== this.standing.token) return;
    if (token === "" && this.standing.wanted) return;
    this.store?.removeItem(KEY);
    this.tell({ token: "", wanted: true, rejected: token === "" ? "" : why });
  }

  accept(token: string): void {
    if (this.standing.wanted && token === this.standing.token) this.tell({ token, wanted: false, rejected: "" });
  }

  private tell(standing: Standing): void {
    this.standing = standing;
    for (const listener of [...this.listeners]) listener();
  }
}

// A browser may forbid the page its storage; the token is then gone with the next reload.
function storage(): Store | null {
  try {
    return typeof sessionStorage === "undefined" ? null : sessionStorage;
  } catch {
    return null;
  }
}

export const session = new Session(storage());
