// One GET against the manager: a time limit, its error sentence, its shape checked. Throws nothing but Failure.
import { session } from "./session";
import { ShapeError, type Shape } from "./shape";

export type FailureKind = "unreachable" | "unauthorized" | "refused" | "not_found" | "misshapen" | "cancelled";

export class Failure extends Error {
  constructor(
    readonly kind: FailureKind,
    message: string,
  ) {
    super(message);
  }
}

const TIME_LIMIT_MS = 5000;

export type Fetch = (path: string, init: { signal: AbortSignal; headers: Record<string, string> }) => Promise<Response>;

// Relative to the page, so that it also works behind a path of a reverse proxy.
const BASE = "api/v1/";

export const paths = {
  status: "status",
  fleet: "fleet",
  plan: "plan",
  score: "score",
  agents: "agents",
  actions: (limit: number) => `actions?limit=${limit}`,
  vm: (name: string) => `vms/${encodeURIComponent(name)}`,
  host: (name: string) => `hosts/${encodeURIComponent(name)}`,
};

async function sentenceOf(response: Response): Promise<string> {
  const plain = `the manager answered ${response.status}`;
  try {
    const body = (await response.json()) as { error?: { message?: unknown } } | null;
    const message = body?.error?.message;
    return typeof message === "string" && message !== "" ? message : plain;
  } catch {
    return plain;
  }
}

async function failureOf(response: Response, token: string): Promise<Failure> {
  const sentence = await sentenceOf(response);
  if (response.status === 401) session.reject(token, sentence);
  const kinds: Record<number, FailureKind> = { 401: "unauthorized", 404: "not_found" };
  return new Failure(kinds[response.status] ?? "refused", sentence);
}

export async function get<T>(
  path: string,
  shape: Shape<T>,
  cancel: AbortSignal,
  fetcher: Fetch = (url, init) => fetch(url, init),
  limitMs = TIME_LIMIT_MS,
): Promise<T> {
  // AbortSignal.any is younger than the browsers we support, hence one controller fed by two sources.
  const either = new AbortController();
  const stop = () => either.abort();
  const clock = setTimeout(stop, limitMs);
  if (cancel.aborted) stop();
  cancel.addEventListener("abort", stop);
  try {
    const { token } = session.read();
    const headers: Record<string, string> = { Accept: "application/json" };
    if (token !== "") headers["Authorization"] = `Bearer ${token}`;
    const response = await fetcher(BASE + path, { signal: either.signal, headers });
    if (!response.ok) throw await failureOf(response, token);
    session.accept(token);
    return shape(await response.json(), path);
  } catch (error) {
    if (error instanceof Failure) throw error;
    if (error instanceof ShapeError) throw new Failure("misshapen", `an answer this page does not understand: ${error.message}`);
    if (error instanceof SyntaxError) throw new Failure("misshapen", `${path} answered something that is not JSON`);
    if (cancel.aborted) throw new Failure("cancelled", "no longer wanted");
    if (either.signal.aborted) throw new Failure("unreachable", `no answer within ${limitMs / 1000} s`);
    throw new Failure("unreachable", "no connection to the manager");
  } finally {
    clearTimeout(clock);
    cancel.removeEventListener("abort", stop);
  }
}
