import { Component, type ReactNode } from "react";

// A fault of the page itself says so, instead of leaving a white page that looks like an idle fleet.
export class Boundary extends Component<{ children: ReactNode }, { message: string | null }> {
  override state = { message: null };

  static getDerivedStateFromError(error: unknown): { message: string } {
    return { message: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    if (this.state.message === null) return this.props.children;
    return (
      <main className="panel problem" role="alert">
        <p>This page has a fault and stopped drawing; the manager is not affected. {this.state.message}</p>
        <button type="button" onClick={() => window.location.reload()}>
          Load it again
        </button>
      </main>
    );
  }
}
