import { Fragment, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Shots } from "./Shots.jsx";

globalThis.loads = (globalThis.loads ?? 0) + 1;

const Mode = location.search === "?strict" ? StrictMode : Fragment;

createRoot(document.querySelector("main")).render(
  <Mode>
    <Shots />
  </Mode>,
);
