// What to install by hand, on each system, if the set-up cannot.

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

const CXX = {
  macos: ["xcode-select --install"],
  fedora: ["sudo dnf install gcc-c++"],
  ubuntu: ["sudo apt-get install g++"],
  linux: ["install g++ with your package manager"],
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

const REDIS = {
  macos: ["brew install redis"],
  fedora: ["sudo dnf install valkey"],
  ubuntu: ["sudo apt-get install redis-server"],
  debian: ["sudo apt-get install redis-server"],
  linux: ["install redis-server with your package manager"],
  windows: ["there is no Redis for Windows: use WSL"],
};

const NAMING =
  "Browsers and drivers elsewhere are found through CHROMIUM, CHROMIUM_SHELL, CHROMEDRIVER, FIREFOX, GECKODRIVER, WEBKIT_DRIVER and WEBKIT_BROWSER.";

export const rustAdvice = () => told("Install Rust:", RUST[system()]);

export const cxxAdvice = () => told("Install a C++ compiler:", CXX[system()] ?? CXX.linux);

export const targetAdvice = () => told("Add the WebAssembly target:", ["rustup target add wasm32-unknown-unknown"]);

export const browserAdvice = () => `${told("Install them:", BROWSERS[system()] ?? BROWSERS.linux)}\n${NAMING}`;

export const redisAdvice = () =>
  `${told("Install Redis 6.2 or later:", REDIS[system()] ?? REDIS.linux)}\n` +
  "A server elsewhere on this machine is found through REDIS_SERVER (its program); npm start -- --queue and " +
  "npm run bench -- queue also take one that runs, through REDIS_URL.";

function told(head, commands) {
  return [head, ...commands.map((command) => `    ${command}`), "and run this again."].join("\n");
}
