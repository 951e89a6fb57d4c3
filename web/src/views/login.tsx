// Where the manager wants to know who asks: one box for a token. Nothing of the fleet is shown meanwhile.
import { useState, useSyncExternalStore, type FormEvent } from "react";

import { session } from "../api/session";

export function Login() {
  const { token, rejected } = useSyncExternalStore(session.subscribe, session.read);
  const [typed, setTyped] = useState("");
  const enter = (event: FormEvent) => {
    event.preventDefault();
    if (typed.trim() === "") return;
    session.enter(typed.trim());
    setTyped("");
  };
  return (
    <form className="login" onSubmit={enter}>
      <h2>Who is asking?</h2>
      <p>
        This manager answers those with a token only. Its admin makes one with <code>headroom access token create --role viewer</code>. It is
        kept until this tab is closed.
      </p>
      <label htmlFor="token">Token</label>
      <input id="token" type="password" autoComplete="off" spellCheck={false} autoFocus value={typed} onChange={(event) => setTyped(event.target.value)} />
      <button type="submit" disabled={token !== ""}>
        {token === "" ? "Look" : "Asking…"}
      </button>
      {rejected !== "" && (
        <p className="rejected" role="alert">
          It was not taken: {rejected}.
        </p>
      )}
    </form>
  );
}

export function LeaveButton() {
  const { token } = useSyncExternalStore(session.subscribe, session.read);
  if (token === "") return null;
  return (
    <button type="button" className="leave" onClick={() => session.leave()}>
      Log out
    </button>
  );
}
