import { renderPicture } from "./picture.mjs";

// In steps: every frame of such a picture is drawn anew, and a page shows a dozen of them.
const CAMERA =
  "<style>@media (prefers-reduced-motion: no-preference){.camera{animation:pan 6s steps(18) infinite alternate}}" +
  "@keyframes pan{to{transform:translate(-110px,-50px) scale(1.16)}}</style>";

/**
 * The picture of a prompt, with a camera that slowly moves in on it.
 * @param {string} prompt
 * @param {number} [variation]
 * @returns {string} an SVG file
 */
export function renderMovingPicture(prompt, variation) {
  const picture = renderPicture(prompt, variation);
  return picture.replace("</defs><g", `</defs>${CAMERA}<g class="camera"><g`).replace(/<\/svg>$/, "</g></svg>");
}
