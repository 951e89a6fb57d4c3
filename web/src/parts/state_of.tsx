// What is shown in place of data that is not there, or not there yet.
import type { ReactNode } from "react";

import type { Reading } from "../api/feed";

interface Props<T> {
  reading: Reading<T>;
  what: string;
  children: (value: T) => ReactNode;
}

export function Loaded<T>({ reading, what, children }: Props<T>) {
  const { value, failure } = reading;
  // A lost connection has its banner already; each part repeating it would be noise.
  const told = failure !== null && failure.kind !== "unreachable" && failure.kind !== "cancelled" ? failure.message : null;
  if (value === null) {
    if (told !== null) return <p className="problem">{told}</p>;
    return <p className="empty">{failure === null ? `Loading ${what} …` : `No ${what}: the manager does not answer.`}</p>;
  }
  return (
    <>
      {told !== null && <p className="problem">This is the last that was heard: {told}</p>}
      {children(value)}
    </>
  );
}
