// How a journal is recognized, also that of another copy of the package.

import type { Journal } from "../npm/types.ts";
import { isObject } from "./values.ts";

export const JOURNAL = Symbol.for("sluicegate.journal");

export const isJournal = (value: unknown): value is Journal => isObject(value) && JOURNAL in value;
