import { work } from "./work.js";

/** @type {Element} */ (document.querySelector("#result")).textContent = JSON.stringify(await work());
