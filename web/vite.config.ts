import { defineConfig } from "vite";

// headroomd serves `/` and `/assets/...` under a content security policy of its own origin only. So: everything but
// index.html goes to assets/, nothing is inlined as a data: URL, and no polyfill needs an inline script.
export default defineConfig({
  base: "./",
  esbuild: { jsx: "automatic" },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  // `npm run dev` beside a manager, or beside the fixture fleet of `npm run demo`.
  server: { proxy: { "/api": process.env["HEADROOM_URL"] ?? "http://127.0.0.1:7474" } },
});
