import { createRoot } from "react-dom/client";

import { App } from "./app";
import { Boundary } from "./parts/boundary";
import "./style.css";
import "./style_parts.css";

const root = document.getElementById("root");
if (root !== null) {
  createRoot(root).render(
    <Boundary>
      <App />
    </Boundary>,
  );
}
