import { work } from "./work.js";

document.querySelector("#result").textContent = JSON.stringify(await work());
