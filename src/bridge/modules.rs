//! The JavaScript modules that no Rust code calls into: named here, so that wasm-bindgen ships them with the others.

use wasm_bindgen::prelude::*;

macro_rules! ship {
    ($($path:literal as $name:ident),*) => {$(
        #[wasm_bindgen(module = $path)]
        extern "C" {
            type $name;
        }
    )*};
}

ship! {
    "/src/bridge/burst.js" as BurstModule,
    "/src/bridge/context.js" as ContextModule,
    "/src/bridge/errors.js" as ErrorsModule,
    "/src/bridge/failing.js" as FailingModule,
    "/src/bridge/failures.js" as FailuresModule,
    "/src/bridge/item-keys.js" as ItemKeysModule,
    "/src/bridge/judgement.js" as JudgementModule,
    "/src/bridge/keys.js" as KeysModule,
    "/src/bridge/lending.js" as LendingModule,
    "/src/bridge/limiter.js" as LimiterModule,
    "/src/bridge/live.js" as LiveModule,
    "/src/bridge/options.js" as OptionsModule,
    "/src/bridge/progress.js" as ProgressModule,
    "/src/bridge/slot.js" as SlotModule,
    "/src/bridge/sources.js" as SourcesModule,
    "/src/bridge/trace.js" as TraceModule,
    "/src/bridge/turn.js" as TurnModule
}
