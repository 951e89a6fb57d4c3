import { createRoot } from "react-dom/client";

import { App } from "./app";
import { Boundary } from "./parts/boundary";
import "./style/all.css";

const root = document.getElementById("root");
if (root !== null) {
  createRoot(root).render(
    <Boundary>
      <App />
    </Boundary>,
  );
}
