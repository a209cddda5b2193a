import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { recipes: fileURLToPath(new URL("../docs/recipes", import.meta.url)) } },
  // While developing, the generation server runs beside Vite: `PORT=8787 npm start`. Built, it serves these files.
  // By its number it is there as localhost as well: to a browser another origin, which the page Paid once calls.
  server: { host: "127.0.0.1", proxy: { "/api": "http://127.0.0.1:8787", "/media": "http://127.0.0.1:8787" } },
});
