// All scenarios, by their names.
import * as controls from './controls.jsx';
import * as life from './life.jsx';
import * as starts from './starts.jsx';
import * as views from './views.jsx';

const scenarios = { ...starts, ...life, ...views, ...controls };

globalThis.play = (name) => scenarios[name]();
