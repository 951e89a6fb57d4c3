import { useEffect, useState } from "react";

// The viewer's clock, once a second: only ages of data hang on it, never the fleet's virtual time.
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
