import { system } from "./find.mjs";

const RUSTUP = 'curl --proto =https --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y && . "$HOME/.cargo/env"';

const RUST = {
  macos: ["xcode-select --install", RUSTUP],
  fedora: ["sudo dnf install gcc", RUSTUP],
  ubuntu: ["sudo apt-get install gcc libc6-dev", RUSTUP],
  debian: ["sudo apt-get install gcc libc6-dev", RUSTUP],
  linux: ["install gcc with your package manager", RUSTUP],
  windows: [
    'winget install Microsoft.VisualStudio.2022.BuildTools --override "--add Microsoft.VisualStudio.Workload.VCTools --passive"',
    "winget install Rustlang.Rustup",
  ],
};

const BROWSERS = {
  macos: ["brew install --cask google-chrome chromedriver firefox", "sudo safaridriver --enable"],
  fedora: ["sudo dnf install chromium chromedriver firefox webkitgtk6.0 xorg-x11-server-Xvfb xorg-x11-xauth"],
  ubuntu: ["sudo snap install chromium firefox", "sudo apt-get install webkit2gtk-driver xvfb xauth"],
  linux: [
    "install Chromium with chromedriver, Firefox, WebKitGTK with WebKitWebDriver and MiniBrowser, and Xvfb with your package manager",
  ],
  windows: [
    "winget install Google.Chrome Mozilla.Firefox",
    "npx --yes @puppeteer/browsers install chromedriver@stable",
  ],
};

const NAMING =
  "Browsers and drivers elsewhere are found through CHROMIUM, CHROMEDRIVER, FIREFOX, GECKODRIVER, WEBKIT_DRIVER and WEBKIT_BROWSER.";

export const rustAdvice = () => told("Install Rust:", RUST[system()]);

export const targetAdvice = () => told("Add the WebAssembly target:", ["rustup target add wasm32-unknown-unknown"]);

export const browserAdvice = () => `${told("Install them:", BROWSERS[system()] ?? BROWSERS.linux)}\n${NAMING}`;

function told(head, commands) {
  return [head, ...commands.map((command) => `    ${command}`), "and run this again."].join("\n");
}
